"""The command `footprint`: an event, an organisation or a person, from a file of inputs.

The file is JSON or TOML of the same form as `evaluate --inputs`, or a CSV. A CSV has one row for
each item of the document's open axis (a group of participants, a place); a column's header is the
input's symbol and its unit, `persons_air [person]`, and an empty cell takes the input's default. A
column whose header starts with `#` is a remark. Everything else goes into `--inputs`. No database
is needed.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from tanhui.cli.methodology import JsonFlag, default_content_root, proof_json
from tanhui.cli.refusing import language, print_json, refusing
from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Methodology
from tanhui.methodology.footprints import (
    GRAMS_PER_KG,
    FactorUsed,
    Footprint,
    footprint_of,
    footprint_result,
)
from tanhui.methodology.given import Given, Listed
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.library import Library
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Unit, UnitTable, exact_number

MOST_BYTES = 16_000_000
REMARK = "#"
_HEADER = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*\[([^\[\]]+)\]\s*")


def _unreadable(file: Path, zh: str, en: str) -> Invalid:
    return Invalid(
        "unreadable_file",
        zh="{file}：{zh_text}",
        en="{file}: {en_text}",
        file=file.name,
        zh_text=zh,
        en_text=en,
    )


def _text(file: Path) -> str:
    """The file as text; a byte order mark, as spreadsheets write it, is left out."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise _unreadable(file, "文件过大", "the file is too large")
        return file.read_text(encoding="utf-8-sig")
    except OSError:
        raise _unreadable(file, "文件无法读取", "the file cannot be read") from None
    except UnicodeDecodeError:
        raise _unreadable(file, "文件不是 UTF-8 编码", "the file is not UTF-8") from None


def _as_json(value: Any) -> str:
    """A TOML value as JSON text, its decimals exactly as written."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{_as_json(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_as_json, value)) + "]"
    if isinstance(value, Decimal) and value.is_finite():
        return str(value)
    return json.dumps(value, default=str)


def _toml_inputs(file: Path, units: UnitTable) -> dict[str, Given]:
    try:
        data = tomllib.loads(_text(file), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        zh, en = f"TOML 语法有误：{error}", f"not TOML: {error}"
        raise _unreadable(file, zh, en) from None
    return dict(parse_inputs(_as_json(data), units))


def _column(header: str, document: Methodology, units: UnitTable) -> tuple[str, Unit]:
    """The symbol and unit of one CSV column.

    Refuses: `malformed_header`, `unknown_input`, `not_a_column`, and what a unit refuses.
    """
    match = _HEADER.fullmatch(header)
    if match is None:
        raise Invalid(
            "malformed_header",
            zh="表头 {header} 应写成“符号 [单位]”；备注列以 # 开头",
            en="the header {header} needs the form `symbol [unit]`; a remark starts with #",
            header=repr(header[:60]),
        )
    symbol = match[1]
    declared = {item.symbol: item for item in document.inputs}
    if symbol not in declared:
        raise Invalid(
            "unknown_input",
            zh="{document} 没有输入 {symbol}",
            en="{document} has no input {symbol}",
            document=document.reference,
            symbol=symbol,
        )
    axes = declared[symbol].axes
    if len(axes) != 1 or not document.axes[axes[0]].open:
        raise Invalid(
            "not_a_column",
            zh="{symbol} 不是逐行给出的输入，请写入 --inputs",
            en="{symbol} is not given row by row; put it into --inputs",
            symbol=symbol,
        )
    return symbol, units.parse(match[2].strip())


def _cell(text: str, symbol: str, line: int) -> Fraction | None:
    if not text.strip():
        return None
    try:
        return exact_number(text.strip())
    except Invalid as refusal:
        raise Invalid(
            refusal.code,
            zh="第 {line} 行 {symbol}：{text_zh}",
            en="line {line}, {symbol}: {text_en}",
            line=line,
            symbol=symbol,
            text_zh=refusal.zh,
            text_en=refusal.en,
        ) from None


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """The rows that are not empty, each with the line on which it ends."""
    reader = csv.reader(io.StringIO(_text(file), newline=""), strict=True)
    return [(reader.line_num, row) for row in reader if row]


def _csv_inputs(file: Path, document: Methodology, units: UnitTable) -> dict[str, Given]:
    """Lists by symbol from the columns of a CSV.

    Refuses: `malformed_row`, `malformed_number`, `duplicate_column`, and what a header refuses.
    """
    try:
        rows = _rows(file)
    except csv.Error as error:
        raise _unreadable(file, f"CSV 有误：{error}", f"not CSV: {error}") from None
    headers = rows[0][1] if rows else []
    columns = [
        None if header.lstrip().startswith(REMARK) else _column(header, document, units)
        for header in headers
    ]
    named = [column[0] for column in columns if column]
    if not named or len(set(named)) != len(named):
        raise Invalid(
            "duplicate_column",
            zh="{file}：每个输入须有且只有一列",
            en="{file}: each input needs exactly one column",
            file=file.name,
        )
    cells: dict[str, list[Fraction | None]] = {symbol: [] for symbol in named}
    for line, row in rows[1:]:
        if len(row) != len(columns):
            raise Invalid(
                "malformed_row",
                zh="第 {line} 行有 {found} 格，表头有 {expected} 格",
                en="line {line} has {found} cells, the header has {expected}",
                line=line,
                found=len(row),
                expected=len(columns),
            )
        for column, text in zip(columns, row, strict=True):
            if column:
                cells[column[0]].append(_cell(text, column[0], line))
    return {column[0]: Listed(cells[column[0]], column[1]) for column in columns if column}


def read_inputs(file: Path, more: str, document: Methodology, units: UnitTable) -> dict[str, Given]:
    """The inputs in `file` (`.csv`, `.toml`, otherwise JSON) together with the JSON text `more`.

    Refuses what the forms refuse, `unreadable_file`, and `given_twice`.
    """
    suffix = file.suffix.lower()
    if suffix == ".csv":
        found = _csv_inputs(file, document, units)
    elif suffix == ".toml":
        found = _toml_inputs(file, units)
    else:
        found = dict(parse_inputs(_text(file), units))
    beside = parse_inputs(more, units)
    for symbol in beside:
        if symbol in found:
            raise Invalid(
                "given_twice",
                zh="{symbol} 在文件和 --inputs 中各给了一次",
                en="{symbol} is given in the file and again in --inputs",
                symbol=symbol,
            )
    return {**found, **beside}


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _factor_json(used: FactorUsed) -> dict[str, object]:
    return {
        "symbol": used.symbol,
        "key": used.key,
        "value": None if used.value is None else _number(used.value),
        "unit": used.unit.text,
        "source": used.source,
        "status": used.status,
        "digest": used.digest,
    }


def footprint_json(document: Methodology, footprint: Footprint) -> dict[str, object]:
    """What `--json` prints: kilograms, categories to the gram, factors, digests, reservations."""
    evaluation = footprint.evaluation
    return {
        "total_kg": footprint.total_kg,
        "categories": {
            name: _number(Fraction(grams, GRAMS_PER_KG)) for name, grams in footprint.grams.items()
        },
        "per_person_kg": _number(footprint.per_person_kg),
        "exact_kg": _number(footprint.exact_kg),
        "factors": [_factor_json(used) for used in footprint.factors],
        "not_given": list(footprint.not_given),
        **proof_json(document, evaluation),
    }


def _print_text(document: Methodology, footprint: Footprint) -> None:
    reader = language()
    typer.echo(f"{document.reference}  {document.title.text(reader)}")
    labels: Mapping[str, str] = {
        category.name: category.label.text(reader) for category in document.categories
    }
    for name, grams in footprint.grams.items():
        typer.echo(f"{number_text(Fraction(grams, GRAMS_PER_KG), 3)} kgCO2e  {labels[name]}")
    result = document.result
    label = result.label.text(reader) if result else ""
    typer.echo(f"{number_text(Fraction(footprint.total_kg))} kgCO2e  {label}")
    if result and result.per:
        each = Fraction(round(footprint.per_person_kg * GRAMS_PER_KG), GRAMS_PER_KG)
        person = "每人" if reader.startswith("zh") else "per person"
        typer.echo(f"{number_text(each, 3)} kgCO2e  {person}")
    for symbol in footprint.not_given:
        said = "未填，取默认值" if reader.startswith("zh") else "not given; its default is taken"
        typer.echo(f"{symbol}: {said}")
    for item in footprint.evaluation.reservations:
        typer.echo(f"{item.symbol}: {item.label.text(reader)}")
    typer.echo(footprint.evaluation.digest)


def register(app: typer.Typer, *, content_root: Callable[[], Path] = default_content_root) -> None:
    """Add `footprint` to `app`."""

    @app.command("footprint")
    @refusing
    def footprint_command(
        file: Annotated[Path, typer.Argument(metavar="FILE")],
        methodology: Annotated[str, typer.Option(metavar="ID[@VERSION]")],
        inputs: Annotated[str, typer.Option(help="More inputs, as JSON.")] = "{}",
        on: Annotated[
            datetime | None,
            typer.Option(formats=["%Y-%m-%d"], help="The day that chooses the factor rows."),
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Compute the footprint of an event, an organisation or a person."""
        library = Library.around(content_root(), methodology)
        document = library.referenced(methodology)
        footprint_result(document)
        day: date | None = on.date() if on else None
        given = read_inputs(file, inputs, document, library.units)
        footprint = footprint_of(document, given, on=day)
        if as_json:
            print_json(footprint_json(document, footprint))
        else:
            _print_text(document, footprint)
