"""The commands about methodologies: `evaluate`, `content check|list|show` and `quantify`.

They need no database. `--json` prints one JSON object on standard output and nothing else there; a
refusal is one line on standard error and exit code 2.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Protocol

import polars as pl
import typer

from tanhui.cli.refusing import language, one_line, print_json, refusing
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.methodology.check import check_path, pin
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import Evaluation, evaluate
from tanhui.methodology.given import Answer, Cells, Spread
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.kernel import compile_kernel
from tanhui.methodology.library import Entry, Library
from tanhui.methodology.problems import Problem
from tanhui.methodology.quantify import quantify_chunks
from tanhui.methodology.render import formula_text, number_text
from tanhui.methodology.units import Quantity
from tanhui.methodology.worked import answer_text

Checker = Callable[[Path], list[Problem]]
Lister = Callable[[Path], list[Entry]]

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
CHUNK_ROWS = 1_000_000
CONTENT_REFUSED = "content_refused"


class Price(Protocol):
    """What one deed would earn: the tariff and its points."""

    def __call__(
        self, content_root: Path, methodology_id: str, reduction_mg: int, day: date, /
    ) -> dict[str, object]: ...


class Engine(StrEnum):
    """Where the row kernel runs."""

    LOCAL = "local"
    SPARK = "spark"


class LoadLayout(Protocol):
    """How a layout is found by its name."""

    def __call__(self, content_root: Path, name: str, /) -> Any: ...


class ReadChunks(Protocol):
    """How a file is read: frames with `line` int64, `refused` str or null, and input columns."""

    def __call__(
        self, path: Path, layout: Any, /, *, now: datetime, chunk_rows: int
    ) -> Iterator[pl.DataFrame]: ...


def default_content_root() -> Path:
    """`TANHUI_CONTENT`, or the `content` folder of this checkout or of the working folder."""
    named = os.environ.get("TANHUI_CONTENT")
    if named:
        return Path(named)
    checkout = Path(__file__).resolve().parents[3] / "content"
    return checkout if checkout.is_dir() else Path.cwd() / "content"


def _json_number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _json_value(answer: Answer | Cells) -> object:
    """The number of an answer, or its lists and objects of numbers."""
    if isinstance(answer, Quantity):
        return _json_number(answer.value)
    cells = answer.cells if isinstance(answer, Spread) else answer
    if isinstance(cells, dict):
        return {name: _json_value(cell) for name, cell in cells.items()}
    if isinstance(cells, list):
        return [_json_value(cell) for cell in cells]
    return _json_number(cells)


def _evaluation_json(methodology: Methodology, evaluation: Evaluation) -> dict[str, object]:
    return {
        "outputs": {
            name: {"value": _json_value(answer), "unit": answer.unit.text}
            for name, answer in evaluation.outputs.items()
        },
        "trace": [
            {
                "symbol": row.symbol,
                "expression": row.expression,
                "value": _json_value(row.quantity),
                "unit": row.quantity.unit.text,
                "source": row.source,
            }
            for row in evaluation.trace
        ],
        "reservations": [
            {
                "code": item.code,
                "symbol": item.symbol,
                "zh": item.label.zh,
                "en": item.label.en,
            }
            for item in evaluation.reservations
        ],
        "digest": evaluation.digest,
        "methodology": methodology.reference,
        "methodology_digest": evaluation.methodology_digest,
        "factors_digest": evaluation.factors_digest,
        "inputs_digest": evaluation.inputs_digest,
    }


def _problem_json(problem: Problem) -> dict[str, object]:
    return {
        "file": str(problem.path),
        "line": problem.line,
        "key": problem.key,
        "code": problem.code,
        "zh": problem.zh,
        "en": problem.en,
    }


def _report_problems(problems: list[Problem], as_json: bool) -> None:
    if as_json:
        print_json({"ok": not problems, "problems": [_problem_json(item) for item in problems]})
    else:
        for problem in problems:
            typer.echo(one_line(problem.text(language())))
    if problems:
        files = len({problem.path for problem in problems})
        chinese = language().startswith("zh")
        sentence = (
            f"{files} 个文件中有 {len(problems)} 处错误"
            if chinese
            else f"{len(problems)} fault(s) in {files} file(s)"
        )
        typer.echo(f"{CONTENT_REFUSED}: {sentence}", err=True)
        raise typer.Exit(2)
    if not as_json:
        typer.echo("ok")


def _entry_json(entry: Entry) -> dict[str, object]:
    return {
        "id": entry.id,
        "version": entry.version,
        "kind": entry.kind,
        "digest": entry.digest,
        "status": entry.status,
        "title_zh": entry.title_zh,
        "title_en": entry.title_en,
        "path": entry.path.as_posix(),
    }


def _methodology_text(methodology: Methodology, reader: str) -> Iterator[str]:
    """The document for a reader at a terminal, line by line."""
    yield f"{methodology.reference}  {methodology.title.text(reader)}"
    yield f"{methodology.digest}  {methodology.status}  {methodology.valid.text()}"
    yield f"{methodology.basis}: {methodology.basis_note.text(reader)}"
    for formula in methodology.formulas:
        label = formula.label.text(reader)
        yield f"{formula.symbol} = {formula_text(formula.tree)}  [{formula.unit.text}] {label}"
    for declared in methodology.inputs:
        bounds = f"{declared.low}..{declared.high}"
        label = declared.label.text(reader)
        yield f"{declared.symbol}  [{declared.unit.text}] {bounds} {label} ({declared.kind})"
    for factor in methodology.factors:
        value = number_text(factor.quantity.value, factor.decimals)
        row = factor.row
        yield (
            f"{factor.symbol} = {value} {factor.quantity.unit.text}  "
            f"{factor.label.text(reader)}: {row.key}, {row.status}, {row.source}"
        )
    result = methodology.result
    if result is not None:
        yield f"{result.name}  [{result.unit.text}] round {result.rounding}"
    for source in methodology.sources:
        yield f"{source.title} {source.address}".rstrip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(
            "malformed_day",
            zh="{text} 不是日期，应如 2026-01-31",
            en="{text} is no date; write 2026-01-31",
            text=repr(text),
        ) from None


def _register_evaluate(
    app: typer.Typer, content_root: Callable[[], Path], price: Price | None
) -> None:
    @app.command("evaluate")
    @refusing
    def evaluate_command(
        methodology: Annotated[str, typer.Argument(metavar="ID[@VERSION]")],
        inputs: Annotated[str, typer.Option(help='{"d":{"value":2431,"unit":"m"}}')],
        on: Annotated[
            str | None, typer.Option(metavar="YYYY-MM-DD", help="The day of the act.")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Compute one case exactly, with a trace of every step."""
        library = Library.load(content_root())
        day = None if on is None else _day(on)
        document = library.referenced(methodology, on=day)
        evaluation = evaluate(document, parse_inputs(inputs, library.units), on=day)
        facts = _evaluation_json(document, evaluation)
        if price is not None and document.result and document.result.name == "reduction_mg":
            # The price is today's where no day was given: nothing else is in force now.
            when = day or datetime.now(CITY_ZONE).date()
            facts["price"] = price(content_root(), document.id, evaluation.result, when)
        if as_json:
            print_json(facts)
            return
        for row in evaluation.trace:
            typer.echo(f"{row.symbol} = {answer_text(row.quantity)}  [{row.expression}]")
        for item in evaluation.reservations:
            typer.echo(f"! {item.symbol}: {item.label.text(language())}")
        if isinstance(priced := facts.get("price"), dict):
            typer.echo(f"= {priced['points']} points  [{priced['tariff']}]")
        typer.echo(evaluation.digest)


def _register_content(
    app: typer.Typer,
    content_root: Callable[[], Path],
    checkers: Sequence[Checker],
    listers: Sequence[Lister],
) -> typer.Typer:
    content = typer.Typer(help="Check, list and show the content files.", no_args_is_help=True)
    app.add_typer(content, name="content")

    def entries() -> list[Entry]:
        root = content_root()
        own = Library.load(root).listing()
        return own + [entry for lister in listers for entry in lister(root)]

    @content.command("check")
    @refusing
    def check(
        path: Annotated[
            Path | None, typer.Argument(help="A file or folder; all by default.")
        ] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Name every fault with file, line and key."""
        _report_problems(check_path(content_root(), path, checkers), as_json)

    @content.command("pin")
    @refusing
    def pin_digests(
        path: Annotated[Path, typer.Argument(help="A methodology file.")],
        freeze: Annotated[
            bool, typer.Option("--freeze", help="Add a new published document to the lock.")
        ] = False,
    ) -> None:
        """Write the present digests of factor rows and modules into a file."""
        for line in pin(content_root(), path, freeze=freeze):
            typer.echo(line)

    @content.command("list")
    @refusing
    def list_entries(as_json: JsonFlag = False) -> None:
        """Every document with id, version, kind, digest and status."""
        found = entries()
        if as_json:
            print_json({"documents": [_entry_json(entry) for entry in found]})
            return
        for entry in found:
            title = entry.title_zh if language().startswith("zh") else entry.title_en
            typer.echo(f"{entry.reference}  {entry.kind}  {entry.status}  {entry.digest}  {title}")

    @content.command("show")
    @refusing
    def show(
        document: Annotated[str, typer.Argument(metavar="ID[@VERSION]")], as_json: JsonFlag = False
    ) -> None:
        """One document: what it says, and its file."""
        root = content_root()
        named = [entry for entry in entries() if document in (entry.id, entry.reference)]
        if not named:
            raise NotFound(
                "no_such_document",
                zh="没有文件 {document}",
                en="there is no document {document}",
                document=document,
            )
        entry = named[-1]
        source = (root / entry.path).read_text(encoding="utf-8")
        if as_json:
            print_json({**_entry_json(entry), "source": source})
        elif entry.kind == "methodology":
            library = Library.load(root)
            lines = _methodology_text(library.methodology(entry.id, entry.version), language())
            typer.echo("\n".join(lines))
        else:
            typer.echo(source)

    return content


def register(
    app: typer.Typer,
    *,
    content_root: Callable[[], Path] = default_content_root,
    checkers: Sequence[Checker] = (),
    listers: Sequence[Lister] = (),
    price: Price | None = None,
) -> typer.Typer:
    """Add `evaluate` and `content` to `app`; answers the group `content`.

    `checkers` and `listers` are the other rooms' own (tariffs, scenes, layouts): each takes the
    content folder and answers its faults, or its documents. `price` tells what a reduction earns.
    """
    _register_evaluate(app, content_root, price)
    return _register_content(app, content_root, checkers, listers)


def register_quantify(
    app: typer.Typer,
    *,
    load_layout: LoadLayout,
    read_chunks: ReadChunks,
    content_root: Callable[[], Path] = default_content_root,
) -> None:
    """Add `quantify` to `app`, reading files through the given layout functions."""

    @app.command("quantify")
    @refusing
    def quantify(
        file: Annotated[Path, typer.Argument(metavar="FILE")],
        methodology: Annotated[str, typer.Option(metavar="ID[@VERSION]")],
        layout: Annotated[str, typer.Option(metavar="NAME")],
        engine: Annotated[Engine, typer.Option()] = Engine.LOCAL,
        out: Annotated[Path | None, typer.Option(metavar="FILE.parquet")] = None,
        as_json: JsonFlag = False,
    ) -> None:
        """Compute the reduction of every row of a file, without a database."""
        started = time.monotonic()
        if engine is Engine.SPARK:
            raise Invalid(
                "engine_not_available",
                zh="spark 引擎尚未提供，请用 --engine local",
                en="the engine spark is not available yet; use --engine local",
            )
        root = content_root()
        document = Library.load(root).referenced(methodology)
        if document.result is None or document.result.name != "reduction_mg":
            raise Invalid(
                "not_a_row_methodology",
                zh="{document} 不逐行给出减排毫克数",
                en="{document} does not give milligrams of reduction row by row",
                document=document.reference,
            )
        kernel = compile_kernel(document)
        chunks = read_chunks(
            file, load_layout(root, layout), now=datetime.now(UTC), chunk_rows=CHUNK_ROWS
        )
        totals = quantify_chunks(chunks, kernel, out)
        facts: dict[str, object] = {
            "rows": totals.rows,
            "quantified": totals.quantified,
            "refused": dict(sorted(totals.refused.items())),
            "reduction_mg": totals.reduction_mg,
            "methodology": document.reference,
            "digest": document.digest,
            "seconds": round(time.monotonic() - started, 3),
        }
        if as_json:
            print_json(facts)
            return
        for name, value in facts.items():
            typer.echo(f"{name}: {value}")
