"""The command `content diff`: the same rows under two versions or factor years. No database."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from tanhui.cli.methodology import CHUNK_ROWS, JsonFlag, LoadLayout, ReadChunks
from tanhui.cli.refusing import language, print_json, refusing
from tanhui.kernel.refusals import Invalid
from tanhui.methodology.compare import Difference, compare_cases, compare_rows, result_unit
from tanhui.methodology.difference_picture import picture
from tanhui.methodology.document import Methodology
from tanhui.methodology.factors import FactorRow
from tanhui.methodology.given import Given
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.library import Library
from tanhui.methodology.substitution import rows_of_year, with_factor_rows

FactorOption = Annotated[
    list[str] | None, typer.Option(metavar="SYMBOL=KEY", help="Take this factor row instead.")
]
YearOption = Annotated[
    int | None, typer.Option(help="Take the factor rows of this data year where there are any.")
]


def _side(library: Library, reference: str, chosen: Sequence[str], year: int | None) -> Methodology:
    """One side: a version, with the rows of a year and single rows put in their place."""
    document = library.referenced(reference)
    rows: dict[str, FactorRow] = {}
    if year is not None:
        rows.update(rows_of_year(document, library.factors, year))
    for text in chosen:
        symbol, _, key = text.partition("=")
        if not symbol or not key:
            raise Invalid(
                "malformed_factor",
                zh="{text} 应写成 符号=因子键",
                en="{text} must be SYMBOL=KEY",
                text=repr(text),
            )
        rows[symbol] = library.factors.row(key)
    return with_factor_rows(document, rows) if rows else document


def _cases(file: Path, library: Library) -> dict[str, dict[str, Given]]:
    """Cases by name from a JSON file: a list of inputs, or an object of inputs by name."""
    try:
        text = file.read_text(encoding="utf-8")
        data = json.loads(text, parse_float=_Verbatim, parse_int=_Verbatim)
    except (OSError, UnicodeDecodeError, ValueError, RecursionError):
        raise Invalid(
            "unreadable_file", zh="{file} 无法读取", en="{file} cannot be read", file=file
        ) from None
    named = dict(enumerate(data, 1)) if isinstance(data, list) else data
    if not isinstance(named, dict) or not named:
        raise Invalid(
            "unreadable_file",
            zh="{file} 应为算例的列表或对象",
            en="{file} must be a list or an object of cases",
            file=file,
        )
    return {str(name): parse_inputs(_json(case), library.units) for name, case in named.items()}


class _Verbatim(str):
    """A number exactly as the file wrote it."""

    __slots__ = ()


def _json(data: object) -> str:
    """`data` as JSON text again, its numbers unchanged."""
    if isinstance(data, _Verbatim):
        return str(data)
    if isinstance(data, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {_json(v)}" for k, v in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(_json, data)) + "]"
    return json.dumps(data)


def _report(found: Difference, left: Methodology, right: Methodology) -> dict[str, object]:
    return {
        "left": {"name": found.left, "methodology": left.reference, "digest": left.digest,
                 "factors_digest": left.factors_digest},
        "right": {"name": found.right, "methodology": right.reference, "digest": right.digest,
                  "factors_digest": right.factors_digest},
        "unit": found.unit,
        "rows": found.rows,
        "both": found.both,
        "only_left": found.only_left,
        "only_right": found.only_right,
        "changed": found.changed,
        "left_total": found.left_total,
        "right_total": found.right_total,
        "difference": found.difference,
        "largest": found.largest.to_dicts(),
        "bins": [{"from": low, "to": high, "rows": rows} for low, high, rows in found.bins],
    }  # fmt: skip


def _table(found: Difference) -> list[str]:
    """The rows that differ most, and the totals, for a terminal."""
    lines = [f"{'row':>12}  {'left':>16}  {'right':>16}  {'difference':>16}"]
    for row in found.largest.iter_rows(named=True):
        sides = [
            f"{row[side]:,}" if row[side] is not None else str(row[f"{side}_refused"])
            for side in ("left", "right")
        ]
        lines.append(f"{row['row']:>12}  {sides[0]:>16}  {sides[1]:>16}  {row['difference']:>+16,}")
    totals = (f"{found.left_total:,}", f"{found.right_total:,}", f"{found.difference:+,}")
    lines.append(f"{'Σ ' + found.unit:>12}  {totals[0]:>16}  {totals[1]:>16}  {totals[2]:>16}")
    lines.append(f"{found.rows:,} rows, {found.changed:,} changed; only left {found.only_left:,}, "
                 f"only right {found.only_right:,}")  # fmt: skip
    return lines


def register(
    content: typer.Typer,
    *,
    load_layout: LoadLayout,
    read_chunks: ReadChunks,
    content_root: Callable[[], Path],
) -> None:
    """Add `diff` to the commands about content, reading files through the given functions."""

    @content.command("diff")
    @refusing
    def diff(
        left: Annotated[str, typer.Argument(metavar="ID@VERSION")],
        right: Annotated[str, typer.Argument(metavar="ID@VERSION")],
        file: Annotated[
            Path | None,
            typer.Argument(help="Rows by a layout, or JSON cases; else the left's examples."),
        ] = None,
        layout: Annotated[str | None, typer.Option(metavar="NAME")] = None,
        left_factor: FactorOption = None,
        right_factor: FactorOption = None,
        left_year: YearOption = None,
        right_year: YearOption = None,
        out: Annotated[Path | None, typer.Option(help="Every row, as CSV.")] = None,
        image: Annotated[Path | None, typer.Option("--picture", help="A picture, SVG.")] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """What changes between two versions, or two factor years, over the same rows."""
        root = content_root()
        library = Library.load(root)
        sides = (
            _side(library, left, left_factor or (), left_year),
            _side(library, right, right_factor or (), right_year),
        )
        result_unit(*sides)
        if file is not None and layout is not None:
            now = datetime.now(UTC)
            chunks = read_chunks(file, load_layout(root, layout), now=now, chunk_rows=CHUNK_ROWS)
            found = compare_rows(*sides, chunks, out)
        elif file is not None:
            found = compare_cases(*sides, _cases(file, library), out)
        else:
            examples = {
                str(number): example.inputs
                for number, example in enumerate(sides[0].examples, 1)
                if not example.refused
            }
            found = compare_cases(*sides, examples, out)
        found.left = _name(sides[0], left_factor, left_year)
        found.right = _name(sides[1], right_factor, right_year)
        if image is not None:
            _save(image, picture(found, language()))
        if as_json:
            print_json(_report(found, *sides))
            return
        for line in _table(found):
            typer.echo(line)


def _name(side: Methodology, factors: Sequence[str] | None, year: int | None) -> str:
    """A side as people tell it from the other: its reference and what was put in its place."""
    return " · ".join([side.reference, *([str(year)] if year else []), *(factors or ())])


def _save(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Invalid(
            "unwritable_out",
            zh="无法写入 {out}：{error}",
            en="cannot write {out}: {error}",
            out=path,
            error=error.strerror or error,
        ) from None
