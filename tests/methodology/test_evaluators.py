"""One truth, two evaluators: exact fractions and the int64 row kernel give the same integers."""

from __future__ import annotations

import shutil
import tempfile
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.kernel import DIVIDEND_LIMIT, compile_kernel
from tanhui.methodology.library import Library, example_problems, open_shelf
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.units import Quantity, quantity_of

CONTENT = Path(__file__).resolve().parents[2] / "content"
BIKE = CONTENT / "chengdu/methodologies/citizen/shared-bike.toml"

INPUT = """
[input.{symbol}]
column = "{column}"
kind = "{kind}"
unit = "{unit}"
bounds = [{low}, {high}]
zh = "输入"
en = "input"
source_zh = "来源"
source_en = "source"
"""

# What an input may measure, with the text that turns it into grams of CO2e.
MEASURES = {
    "m": ("distance.bicycle", "({symbol} * EF)"),
    "gCO2e": ("reduction", "{symbol}"),
    "kgCO2e": ("reduction", "{symbol}"),
}


def _exact(methodology: Methodology, row: dict[str, int | None]) -> int | None:
    """The exact evaluator's answer for one row, None where the row earns nothing."""
    inputs: dict[str, Quantity] = {}
    for declared in methodology.inputs:
        value = row[declared.column]
        if value is None:
            return None
        inputs[declared.symbol] = Quantity(Fraction(value), declared.unit)
    try:
        return evaluate(methodology, inputs).result
    except Refusal as refusal:
        if refusal.code not in ("out_of_bounds", "negative_result"):
            raise
        return None


def _same(methodology: Methodology, rows: list[dict[str, int | None]]) -> None:
    columns = [declared.column for declared in methodology.inputs]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.Int64))
    assert compile_kernel(methodology).quantify(frame).to_list() == [
        _exact(methodology, row) for row in rows
    ]


@settings(max_examples=200, deadline=None)
@given(
    distances=st.lists(
        st.none() | st.integers(-5, 720_005) | st.integers(-(2**63), 2**63 - 1),
        min_size=1,
        max_size=20,
    )
)
def test_both_give_the_same_integers_for_any_ride(
    shared_bike: Methodology, distances: list[int | None]
) -> None:
    _same(shared_bike, [{"distance_m": distance} for distance in distances])


def test_every_metre_up_to_the_bound_is_floored_exactly(shared_bike: Methodology) -> None:
    frame = pl.DataFrame({"distance_m": pl.int_range(0, 720_001, eager=True)})
    answers = compile_kernel(shared_bike).quantify(frame).to_list()
    assert answers == [metres * 487 // 10 for metres in range(720_001)]


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """The real units and factors, to write small documents against."""
    return open_shelf(CONTENT)


def _document(inputs: str, expression: str, rounding: str, negative: str) -> str:
    """The bike document with other inputs and another formula."""
    text = BIKE.read_text(encoding="utf-8")
    start, factor = text.index("[input.d]"), text.index("[factor.EF]")
    end = text.index("[[example]]", text.index("[[example]]") + 1)
    text = text[:start] + inputs + "\n" + text[factor:end]
    if "EF" not in expression:
        a, b = text.index("[factor.EF]"), text.index("[formula.ER]")
        text = text[:a] + text[b:]
    return (
        text.replace('"d * EF"', f'"{expression}"')
        .replace('round = "down"', f'round = "{rounding}"')
        .replace('negative = "refuse"', f'negative = "{negative}"')
    )


def _read(shelf: Shelf, text: str) -> Methodology:
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "small.toml"
        path.write_text(text, encoding="utf-8")
        return read_methodology(path, shelf)
    finally:
        shutil.rmtree(folder)


def _terms(leaves: list[str]) -> st.SearchStrategy[str]:
    """Formulas that measure grams of CO2e, from leaves that do."""
    numbers = st.sampled_from(["2", "0.5", "3", "0.37", "7.125", "0", "1", "10"])
    divisors = st.sampled_from(["2", "3", "0.7", "-4", "10"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(inner, st.sampled_from("+-"), inner).map(lambda t: f"({' '.join(t)})"),
            st.tuples(inner, numbers).map(lambda t: f"{t[0]} * {t[1]}"),
            st.tuples(numbers, inner).map(lambda t: f"{t[0]} * {t[1]}"),
            st.tuples(inner, divisors).map(lambda t: f"{t[0]} / {t[1]}"),
            inner.map(lambda t: f"-({t})"),
            st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
                lambda t: f"{t[0]}({t[1]}, {t[2]})"
            ),
            inner.map(lambda t: f"max(0, {t})"),
        )

    return st.recursive(st.sampled_from(leaves), grow, max_leaves=5)


@st.composite
def _cases(draw: st.DrawFn) -> tuple[str, list[dict[str, int | None]]]:
    symbols = ["Q1", "Q2"][: draw(st.integers(1, 2))]
    inputs, leaves = "", []
    bounds: dict[str, tuple[int, int]] = {}
    for symbol in symbols:
        unit = draw(st.sampled_from(sorted(MEASURES)))
        low = draw(st.integers(-1000, 1000))
        high = low + draw(st.sampled_from([0, 1, 7, 1_000, 10**6]))
        kind, leaf = MEASURES[unit]
        inputs += INPUT.format(
            symbol=symbol, column=symbol.lower(), kind=kind, unit=unit, low=low, high=high
        )
        leaves.append(leaf.format(symbol=symbol))
        bounds[symbol.lower()] = (low, high)
    expression = draw(_terms(leaves))
    unused = [leaf for leaf in leaves if leaf not in expression]
    expression = " + ".join([f"({expression})", *unused])
    rounding = draw(st.sampled_from(["down", "up"]))
    negative = draw(st.sampled_from(["refuse", "zero"]))
    row = st.fixed_dictionaries(
        {
            column: st.none() | st.integers(low - 2, high + 2)
            for column, (low, high) in bounds.items()
        }
    )
    rows = draw(st.lists(row, min_size=1, max_size=12))
    return _document(inputs, expression, rounding, negative), rows


@settings(max_examples=200, deadline=None)
@given(case=_cases())
def test_both_give_the_same_integers_for_random_documents(
    shelf: Shelf, case: tuple[str, list[dict[str, int | None]]]
) -> None:
    text, rows = case
    _same(_read(shelf, text), rows)


def _two(high: int, expression: str) -> str:
    """A document of grams `a` and metres `b`, both up to `high`."""
    one = INPUT.format(symbol="a", column="a", kind="reduction", unit="gCO2e", low=0, high=high)
    two = INPUT.format(symbol="b", column="b", kind="distance.bicycle", unit="m", low=0, high=high)
    return _document(one + two, expression, "down", "refuse")


@pytest.mark.parametrize(
    ("high", "expression", "refused"),
    [
        (2**53, "a + b * EF", "kernel_overflow"),
        (2**39, "a + b * EF", ""),
        # 487 times the bound is the dividend, which keeps below 2^53.
        (2**53 // 487 - 1, "b * EF + 0 * a", ""),
        (2**53 // 487 + 1, "b * EF + 0 * a", "kernel_overflow"),
        # A divisor that is not a constant is for the exact evaluator alone.
        (1000, "a * EF * b / (b * EF)", "kernel_division"),
        (1000, "a * 2 + b * EF / 7 * 0", ""),
    ],
)
def test_what_could_overflow_is_a_compile_error(
    shelf: Shelf, high: int, expression: str, refused: str
) -> None:
    methodology = _read(shelf, _two(high, expression))
    if not refused:
        rows: list[dict[str, int | None]] = [
            {"a": value, "b": value} for value in (0, 1, high - 1, high)
        ]
        _same(methodology, rows)
        return
    with pytest.raises(Refusal) as caught:
        compile_kernel(methodology)
    assert caught.value.code == refused


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, DIVIDEND_LIMIT - 1), st.integers(1, DIVIDEND_LIMIT - 1))
def test_below_the_limit_a_division_of_doubles_is_whole_division(top: int, bottom: int) -> None:
    """Why the limit is what it is: engines that divide as doubles give the same integers."""
    assert int(float(top) / float(bottom)) == top // bottom
    near = bottom * (top // bottom)
    for dividend in (near - 1, near, near + 1):
        if 0 <= dividend < DIVIDEND_LIMIT:
            assert int(float(dividend) / float(bottom)) == dividend // bottom


def test_rows_keep_their_order_in_a_long_frame(shared_bike: Methodology) -> None:
    frame = pl.DataFrame({"distance_m": pl.int_range(0, 3_000_000, eager=True) * 7_919 % 720_000})
    expected = (frame["distance_m"] * 487) // 10
    answers = compile_kernel(shared_bike).quantify(frame)
    assert answers.name == "reduction_mg"
    assert answers.dtype == pl.Int64
    assert answers.equals(expected)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (pl.DataFrame({"distance": [1]}), "missing_column"),
        (pl.DataFrame({"distance_m": [1.0]}), "wrong_column_type"),
    ],
)
def test_frames_that_do_not_fit_are_refused(
    shared_bike: Methodology, frame: pl.DataFrame, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        compile_kernel(shared_bike).quantify(frame)
    assert refused.value.code == code


def test_an_empty_frame_gives_an_empty_answer(shared_bike: Methodology) -> None:
    frame = pl.DataFrame(schema={"distance_m": pl.Int64})
    assert compile_kernel(shared_bike).quantify(frame).to_list() == []


def test_the_worked_examples_of_every_document_come_out(library: Library) -> None:
    assert library.methodologies()
    for methodology in library.methodologies():
        assert methodology.examples
        assert example_problems(methodology) == []


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({}, "missing_input"),
        ({"d": ("1", "m"), "x": ("1", "m")}, "unknown_input"),
        ({"d": ("1", "gCO2")}, "unit_mismatch"),
        ({"d": ("1", "person.km")}, "kind_mismatch"),
        ({"d": ("720.001", "km")}, "out_of_bounds"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(
    shared_bike: Methodology,
    library: Library,
    inputs: dict[str, tuple[str, str]],
    code: str,
) -> None:
    with pytest.raises(Refusal) as refused:
        evaluate(
            shared_bike,
            {name: quantity_of(library.units, *given) for name, given in inputs.items()},
        )
    assert refused.value.code == code


def test_the_digest_is_of_the_case_not_of_its_writing(
    shared_bike: Methodology, library: Library
) -> None:
    def case(value: str, unit: str) -> str:
        return evaluate(shared_bike, {"d": quantity_of(library.units, value, unit)}).digest

    assert case("2431", "m") == case("2.4310", "km")
    assert case("2431", "m") != case("2432", "m")


def test_the_trace_walks_from_input_to_result(shared_bike: Methodology, library: Library) -> None:
    evaluation = evaluate(shared_bike, {"d": quantity_of(library.units, "2431", "m")})
    assert [row.symbol for row in evaluation.trace] == ["d", "EF", "ER", "reduction_mg"]
    assert shared_bike.factors[0].row.digest in evaluation.trace[1].source
    assert evaluation.outputs["ER"].value == Fraction("118.3897")
    assert evaluation.result == 118_389
