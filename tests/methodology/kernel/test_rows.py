"""What the row kernel takes and refuses, and what it says of each row."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest
from tests.methodology.both import Read, exact, reader, same
from tests.methodology.random_documents import EXAMPLE, FACTOR, FORMULA, HEAD, TAIL, Drawn

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import BoundRow, Methodology
from tanhui.methodology.factors import Validity
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.quantify import quantify_frame
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.shelves import open_shelf
from tanhui.methodology.units import Quantity

CONTENT = Path(__file__).resolve().parents[3] / "content"
BIKE = CONTENT / "chengdu/methodologies/citizen/travel/shared-bike.toml"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    """The real units and factors, to write small documents against."""
    return open_shelf(CONTENT)


@pytest.fixture(scope="module")
def read(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Reads drawn documents."""
    return reader(shelf, tmp_path_factory.mktemp("drawn"))


@pytest.fixture(scope="module")
def shared_bike(shelf: Shelf) -> Methodology:
    """The city's shared-bike methodology."""
    return read_methodology(BIKE, shelf)


QUANTITY = {
    "a": ("reduction", "gCO2e"),
    "b": ("distance.bicycle", "m"),
    "c": ("ratio", "1"),
}
SCENARIO = """
[scenario.land]
{column}
zh = "地"
en = "land"
evidence_zh = "证"
evidence_en = "proof"
[scenario.land.options]
dry = {{ zh = "旱", en = "dry" }}
wet = {{ zh = "水", en = "wet" }}
"""


def _input(symbol: str, low: int, high: int, more: str = "") -> str:
    kind, unit = QUANTITY[symbol]
    return (
        f'[input.{symbol}]\nkind = "{kind}"\nunit = "{unit}"\nbounds = [{low}, {high}]\n{more}\n'
        f'zh = "量"\nen = "quantity"\nsource_zh = "来"\nsource_en = "source"\n'
        + ("" if "column" in more else f'column = "{symbol}"\n')
    )


def _written(read: Read, parts: str, expression: str, negative: str = "refuse") -> Methodology:
    """A document of these parts whose only formula is `expression`, in grams."""
    text = HEAD.format(id="small", kind="citizen") + parts
    text += FACTOR if "EF" in expression else ""
    text += FORMULA.format("ER", expression, "reduction", "gCO2e")
    return read(Drawn(text + TAIL.format(rounding="down", negative=negative) + EXAMPLE, []))


def _refused(methodology: Methodology, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        compile_kernel(methodology)
    assert caught.value.code == code
    assert methodology.reference in caught.value.zh
    assert methodology.reference in caught.value.en


@pytest.mark.parametrize(
    ("high", "expression", "refused"),
    [
        (2**53, "a + b * EF", "kernel_overflow"),
        (2**39, "a + b * EF", ""),
        (2**53 // 487 + 1, "b * EF + 0 * a", ""),
        (1000, "a * EF * b / (b * EF)", "kernel_division"),
        (1000, "a / c", "kernel_division"),
        (1000, "a / (c - c)", "kernel_division"),
        (1000, "a * exp(c / 1000)", "kernel_function"),
        (1000, "a * ln(c + 1)", "kernel_function"),
        (1000, "a * pow(c, 2)", "kernel_function"),
        (1000, "a * pow(2, 0.5)", "kernel_function"),
        (1000, "a * pow(2, 3) / pow(3, 2)", ""),
        (1000, "a * 2 + b * EF / 7 * 0", ""),
        (2**31, "a * c * c * c", "kernel_overflow"),
    ],
)
def test_what_the_kernel_cannot_do_is_a_compile_error(
    read: Read, high: int, expression: str, refused: str
) -> None:
    used = [symbol for symbol in "abc" if re.search(rf"\b{symbol}\b", expression)]
    parts = "".join(_input(symbol, 0, high) for symbol in used)
    methodology = _written(read, parts, expression)
    if refused:
        _refused(methodology, refused)
        return
    same(methodology, [dict.fromkeys(used, value) for value in (0, 1, high - 1, high)])


@pytest.mark.parametrize("negative", ["carry", "keep"])
def test_a_result_that_may_be_negative_has_no_kernel(read: Read, negative: str) -> None:
    _refused(_written(read, _input("a", 0, 9), "a", negative), "kernel_result")


AXIS = '[axis.y]\nzh = "年"\nen = "year"\n{0}\n'


@pytest.mark.parametrize(
    ("parts", "expression", "code"),
    [
        (_input("a", 0, 9, 'readings = "sum"'), "a", "kernel_axis"),
        (AXIS.format("length = 2") + _input("a", 0, 9, 'axes = ["y"]'), "sum(a)", "kernel_axis"),
        (AXIS.format("most = 9") + _input("a", 0, 9), "sum(a * index(y), y)", "kernel_axis"),
        (AXIS.format("length = 65") + _input("a", 0, 9), "sum(a * index(y), y)", "kernel_axis"),
        (AXIS.format("length = 64") + _input("a", 0, 9), "sum(a * index(y), y)", ""),
        (
            AXIS.format("length = 64")
            + AXIS.format("length = 64").replace("axis.y", "axis.z")
            + AXIS.format("length = 2").replace("axis.y", "axis.x")
            + _input("a", 0, 9),
            "sum(sum(sum(a * index(y) * index(z) * index(x), y), z), x)",
            "kernel_axis",
        ),
        (
            _input("a", 0, 9) + SCENARIO.format(column=""),
            "if(land is wet, a, 2 * a)",
            "kernel_column",
        ),
        (
            _input("a", 0, 9) + SCENARIO.format(column='default = "dry"'),
            "if(land is wet, a, 2 * a)",
            "",
        ),
    ],
)
def test_what_is_not_one_number_in_a_column_has_no_kernel(
    read: Read, parts: str, expression: str, code: str
) -> None:
    methodology = _written(read, parts, expression)
    if code:
        _refused(methodology, code)
    else:
        kernel = compile_kernel(methodology)
        frame = pl.DataFrame({"a": [0, 3, 9]})
        wanted = 1000 * sum(range(1, 65)) if "index" in expression else 2000
        assert kernel.quantify(frame).to_list() == [wanted * value for value in (0, 3, 9)]


def test_a_long_dividend_is_cut_and_staysexact(read: Read) -> None:
    """A coefficient of thirteen digits over ten million metres, every hundredth of them."""
    methodology = _written(read, _input("b", 0, 10**7), "b * EF * 1.234567891 / 0.7654321 / 3")
    kernel = compile_kernel(methodology)
    metres = range(0, 10**7, 997)
    by = Fraction(487, 10) * Fraction("1.234567891") / Fraction("0.7654321") / 3
    answers = kernel.quantify(pl.DataFrame({"b": metres}, schema={"b": pl.Int64})).to_list()
    assert answers == [int(value * by) for value in metres]


def test_a_text_column_takes_the_default_where_nothing_is_said(
    read: Read,
) -> None:
    scenario = SCENARIO.format(column='column = "land"\ndefault = "wet"')
    parts = _input("a", 0, 9) + _input("b", 0, 9, 'default = "0.5"') + scenario
    methodology = _written(read, parts, "if(not (land is dry), a, 0) + b * EF")
    kernel = compile_kernel(methodology)
    assert kernel.columns == ("a", "b", "land")
    assert kernel.optional == {"b", "land"}
    rows = [
        {"a": 1, "b": b, "land": land} for b in (None, 2, 10) for land in ("wet", "dry", None, "x")
    ]
    same(methodology, rows)
    frame = pl.DataFrame(rows, schema={"a": pl.Int64, "b": pl.Int64, "land": pl.String})
    assert kernel.refused(frame).to_list()[3:12:4] == ["unknown_option"] * 2 + ["out_of_bounds"]


def test_one_item_needs_what_all_items_need(read: Read) -> None:
    """Another item that its table does not reach refuses the row, as the exact evaluator does."""
    parts = (
        '[axis.way]\nzh = "程"\nen = "way"\n[axis.way.items]\n'
        'out = { zh = "去", en = "out" }\nback = { zh = "回", en = "back" }\n'
        '[param.more]\nkind = "distance.bicycle"\nunit = "m"\naxes = ["way"]\n'
        'values = { out = "0", back = "500" }\nsource = "s"\nstatus = "default"\n'
        'zh = "加"\nen = "more"\n'
        '[table.T]\nzh = "表"\nen = "t"\nsource = "s"\nkind = "reduction"\nunit = "gCO2e"\n'
        'of = { kind = "distance.bicycle", unit = "m" }\nsteps = [{ up_to = "800", value = "9" }]\n'
    )
    methodology = _written(read, parts + _input("b", 0, 1000), "at(lookup(T, b + more), out)")
    same(methodology, [{"b": value} for value in (0, 300, 301, 800, 801)])
    frame = pl.DataFrame({"b": [300, 301]})
    assert compile_kernel(methodology).refused(frame).to_list() == [None, "beyond_table"]


def test_every_reason_is_told_row_by_row(read: Read) -> None:
    guard = '[guard.g]\nrequire = "b * EF <= 2 * a"\nzh = "过远"\nen = "too far"\n'
    table = (
        '[table.T]\nzh = "表"\nen = "t"\nsource = "s"\nkind = "reduction"\nunit = "gCO2e"\n'
        'of = { kind = "distance.bicycle", unit = "m" }\nsteps = [{ up_to = "800", value = "9" }]\n'
    )
    parts = _input("a", -9, 99) + _input("b", 0, 1000) + table
    methodology = _written(read, parts, "a - lookup(T, b) + 0 * b * EF")
    frame = pl.DataFrame(
        {
            "line": range(1, 7),
            "refused": ["unreadable", None, None, None, None, None],
            "a": [50, 50, 200, 50, 2, None],
            "b": [1, 1, 1, 801, 1, 1],
        }
    )
    answer = quantify_frame(frame, compile_kernel(methodology))
    assert answer["refused"].to_list() == [
        "unreadable", None, "out_of_bounds", "beyond_table", "negative_result", "out_of_bounds",
    ]  # fmt: skip
    assert answer["reduction_mg"].to_list() == [None, 41_000, None, None, None, None]
    guarded = _written(read, _input("a", 0, 99) + _input("b", 0, 1000) + guard, "a + b * EF")
    answer = quantify_frame(frame, compile_kernel(guarded))
    assert answer["refused"].to_list()[3:5] == [None, None]
    beyond = frame.with_columns(b=pl.lit(999, dtype=pl.Int64))
    answer = quantify_frame(beyond, compile_kernel(guarded))
    assert answer["refused"].to_list()[4] == "guard_failed"
    assert answer["reduction_mg"].to_list()[4] is None


def test_the_rows_in_force_on_the_day_are_taken(shared_bike: Methodology) -> None:
    """A factor of two years: each year's kernel is that year's case."""
    factor = shared_bike.factors[0]
    early = replace(factor.row, valid=Validity(date(2020, 1, 1), date(2022, 12, 31)))
    late = replace(factor.row, valid=Validity(date(2023, 1, 1), date(2024, 12, 31)))
    smaller = Quantity(factor.quantity.value / 3, factor.quantity.unit)
    rows = (BoundRow(early, factor.quantity), BoundRow(late, smaller))
    changing = replace(shared_bike, factors=(replace(factor, rows=rows),))
    for day in (date(2022, 12, 31), date(2023, 1, 1), None):
        kernel = compile_kernel(changing, on=day)
        wanted, _ = exact(changing, {"distance_m": 2431}, day)
        assert kernel.quantify(pl.DataFrame({"distance_m": [2431]})).to_list() == [wanted]
        assert wanted == (118_389 if day == date(2022, 12, 31) else 39_463)
    with pytest.raises(Refusal) as caught:
        compile_kernel(changing, on=date(2025, 1, 1))
    assert caught.value.code == "no_factor_in_force"


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
