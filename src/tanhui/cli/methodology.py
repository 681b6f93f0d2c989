"""The commands that compute: `evaluate` for one case and `quantify` for a file of rows.

They need no database. `--json` prints one JSON object on standard output and nothing else there; a
refusal is one line on standard error and exit code 2.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Protocol

import polars as pl
import typer

from tanhui.cli.refusing import language, print_json, refusing
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import Evaluation, evaluate
from tanhui.methodology.given import Answer, Cells, Spread
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.library import Library
from tanhui.methodology.quantify import quantify_chunks
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Quantity
from tanhui.methodology.worked import answer_text

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
CHUNK_ROWS = 1_000_000


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


def proof_json(methodology: Methodology, evaluation: Evaluation) -> dict[str, object]:
    """What pins an evaluation, and what it holds back."""
    return {
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
        **proof_json(methodology, evaluation),
    }


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
        library = Library.around(content_root(), methodology)
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
            value = answer_text(row.quantity)
            if isinstance(row.quantity, Quantity):
                value = f"{number_text(row.quantity.value)} {row.quantity.unit.text}"
            typer.echo(f"{row.symbol} = {value}  [{row.expression}]")
        for item in evaluation.reservations:
            typer.echo(f"! {item.symbol}: {item.label.text(language())}")
        if isinstance(priced := facts.get("price"), dict):
            word = "积分" if language().startswith("zh") else "points"
            typer.echo(f"= {priced['points']} {word}  [{priced['tariff']}]")
        typer.echo(evaluation.digest)


def register(
    app: typer.Typer,
    *,
    content_root: Callable[[], Path] = default_content_root,
    price: Price | None = None,
) -> None:
    """Add `evaluate` to `app`. `price` tells what a reduction earns."""
    _register_evaluate(app, content_root, price)


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
        document = Library.around(root, methodology).referenced(methodology)
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
