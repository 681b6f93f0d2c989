"""Whole numbers out of exact values: every way of keeping a dividend small keeps the quotient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from operator import eq, ge, gt, le, lt

import ibis  # type: ignore[import-untyped]
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.kernel.columns import Op, Pool, lowered
from tanhui.methodology.kernel.forms import Form
from tanhui.methodology.kernel.rounding import Rounding, below
from tanhui.methodology.kernel.values import DIVIDEND_LIMIT, SUM, Arithmetic, Whole

FRACTIONS = st.builds(Fraction, st.integers(-(10**12), 10**12), st.integers(1, 10**12))


def _values(root: Op, rows: Mapping[str, list[int]]) -> list[int | None]:
    """The column `root` over `rows`, computed as the kernel computes it."""
    table = ibis.table(dict.fromkeys(rows, "int64"), name="t")
    bounds = dict.fromkeys(rows, (-(2**62), 2**62))
    expression = lowered(table, bounds, True, root, "answer")
    connection = ibis.polars.connect(tables={"t": pl.DataFrame(dict(rows))})
    return connection.to_polars(expression).to_series().to_list()


def _whole(arithmetic: Arithmetic, form: Form, direction: str) -> Whole | None:
    """The column of the rounded value; None when it is refused."""
    try:
        rounded = Rounding(arithmetic).rounded(form, direction)
        return arithmetic.written(rounded, Fraction(1), SUM)
    except Refusal as refusal:
        if refusal.code != "kernel_overflow":
            raise
        return None


@settings(max_examples=500, deadline=None)
@given(
    value=st.builds(Fraction, st.integers(0, 500), st.integers(1, 400)), limit=st.integers(1, 60)
)
def test_the_fraction_below_is_the_greatest_one(value: Fraction, limit: int) -> None:
    known = max(Fraction(math.floor(value * bottom), bottom) for bottom in range(1, limit + 1))
    assert below(value, limit) == known


@settings(max_examples=300, deadline=None)
@given(
    value=st.builds(Fraction, st.integers(0, 10**15), st.integers(1, 10**15)),
    most=st.integers(1, 10**6),
    share=st.floats(0, 1),
)
def test_the_fraction_below_gives_the_same_floors(value: Fraction, most: int, share: float) -> None:
    near = below(value, most)
    for whole in {0, 1, most, int(share * most)}:
        assert math.floor(whole * near) == math.floor(whole * value)


@settings(max_examples=300, deadline=None)
@given(
    by=FRACTIONS,
    other=FRACTIONS,
    constant=FRACTIONS | st.just(Fraction()),
    low=st.integers(-1000, 1000) | st.just(0),
    span=st.sampled_from([1, 30, 10**4, 10**7, 10**9]),
    places=st.lists(st.integers(0, 10**9), min_size=1, max_size=6),
    direction=st.sampled_from(["down", "up"]),
    two=st.booleans(),
)
def test_a_rounded_sum_is_exact_wherever_it_compiles(
    by: Fraction,
    other: Fraction,
    constant: Fraction,
    low: int,
    span: int,
    places: list[int],
    direction: str,
    two: bool,
) -> None:
    pool = Pool()
    arithmetic = Arithmetic(pool, "test")
    a = arithmetic.atom(pool.op("column", "a"), low, low + span, SUM)
    b = arithmetic.atom(pool.op("column", "b"), 0, 50, SUM)
    form = a.times(by).plus(Form(constant)).plus(b.times(other if two else Fraction()))
    column = _whole(arithmetic, form, direction)
    if column is None:
        # A single column of a usual size is never refused.
        assert two or constant or low < 0 or span > 10**7 or abs(by) > 10**6
        return
    firsts = [low, low + span, *(low + place % (span + 1) for place in places)]
    seconds = [place % 51 for place in (*places, 0, 50)]
    toward = math.floor if direction == "down" else math.ceil
    wanted = [
        toward(x * by + constant + (y * other if two else 0))
        for x, y in zip(firsts, seconds, strict=True)
    ]
    assert _values(column.op, {"a": firsts, "b": seconds}) == wanted
    for dividend in _dividends(column.op):
        found = _values(dividend, {"a": firsts, "b": seconds})
        assert all(value is not None and 0 <= value < DIVIDEND_LIMIT for value in found)
    assert all(column.low <= value <= column.high for value in wanted)


def _dividends(op: Op) -> list[Op]:
    found = [op.parts[0]] if op.kind == "//" else []
    return found + [item for part in op.parts for item in _dividends(part)]


@settings(max_examples=100, deadline=None)
@given(
    top=st.integers(1, 10**6),
    most=st.integers(2, 3_000),
    back=st.integers(0, 40),
    above=st.sampled_from([1, 0, -1]),
    direction=st.sampled_from(["down", "up"]),
)
def test_a_coefficient_beside_a_fraction_within_reach_is_never_taken_for_it(
    top: int, most: int, back: int, above: int, direction: str
) -> None:
    """The hardest coefficients: next to n/x for an x that occurs. Every x is tried."""
    by = Fraction(top, max(1, most - back)) + Fraction(above, 10**17)
    pool = Pool()
    arithmetic = Arithmetic(pool, "test")
    form = arithmetic.atom(pool.op("column", "a"), 0, most, SUM).times(by)
    column = _whole(arithmetic, form, direction)
    assert column is not None
    toward = math.floor if direction == "down" else math.ceil
    places = list(range(most + 1))
    assert _values(column.op, {"a": places}) == [toward(place * by) for place in places]


@settings(max_examples=200, deadline=None)
@given(
    by=FRACTIONS.filter(bool).filter(lambda value: abs(value) < 1000),
    place=st.integers(-50, 50),
    beside=st.sampled_from([Fraction(), Fraction(1, 3), Fraction(-1, 3)]),
    operator=st.sampled_from(["<=", "<", ">=", ">", "=="]),
)
def test_a_comparison_is_exact_at_and_beside_its_threshold(
    by: Fraction, place: int, beside: Fraction, operator: str
) -> None:
    pool = Pool()
    arithmetic = Arithmetic(pool, "test")
    a = arithmetic.atom(pool.op("column", "a"), -60, 60, SUM)
    # The threshold lies at a place that occurs, or a third of a step beside it.
    threshold = Form(by * (place + beside))
    condition = arithmetic.compared(operator, a.times(by), threshold)
    answer = pool.either(condition, arithmetic.integer(1), arithmetic.integer(0))
    places = [place - 1, place, place + 1]
    tests = {"<=": le, "<": lt, ">=": ge, ">": gt, "==": eq}
    wanted = [int(tests[operator](x * by, threshold.constant)) for x in places]
    found = _values(answer, {"a": places}) if answer.kind != "int" else [answer.args[0]] * 3
    assert found == wanted


@settings(max_examples=200, deadline=None)
@given(
    numbers=st.lists(FRACTIONS.filter(lambda value: abs(value) < 1000), min_size=4, max_size=4),
    pick=st.sampled_from(["min", "max", "if"]),
    places=st.lists(st.integers(0, 720_000), min_size=1, max_size=6),
    direction=st.sampled_from(["down", "up"]),
)
def test_a_rounded_choice_is_the_choice_of_the_rounded(
    numbers: list[Fraction], pick: str, places: list[int], direction: str
) -> None:
    pool = Pool()
    arithmetic = Arithmetic(pool, "test")
    a = arithmetic.atom(pool.op("column", "a"), 0, 720_000, SUM)
    left, right, by, rest = numbers
    forms = [a.times(left), a.times(right).plus(Form(Fraction(math.floor(rest))))]
    if pick == "if":
        chosen = arithmetic.cases([arithmetic.compared("<=", a, Form(Fraction(1000)))], forms)
    else:
        chosen = arithmetic.least(pick, forms)
    assume(by)
    column = _whole(arithmetic, chosen.times(by), direction)
    if column is None:
        return
    wanted = []
    for x in places:
        values = (x * left, x * right + math.floor(rest))
        if pick == "if":
            value = values[0] if x <= 1000 else values[1]
        else:
            value = min(values) if pick == "min" else max(values)
        wanted.append((math.floor if direction == "down" else math.ceil)(value * by))
    assert _values(column.op, {"a": places}) == wanted


@pytest.mark.parametrize("steps", [3, 40, 100])
def test_a_value_that_is_used_again_and_again_is_computed_once(steps: int) -> None:
    pool = Pool()
    arithmetic = Arithmetic(pool, "test")
    a = arithmetic.atom(pool.op("column", "a"), 0, 10**6, SUM)
    form, plain = a, [0, 17, 10**6]
    for step in range(steps):
        # Each step uses the one before three times; written out it would never end.
        half = Rounding(arithmetic).rounded(form.times(Fraction(1, 2)), "down")
        form = arithmetic.least("max", [form.minus(half), Form(Fraction(step % 7))])
        plain = [max(value - value // 2, step % 7) for value in plain]
    column = arithmetic.written(form, Fraction(1), SUM)
    assert _values(column.op, {"a": [0, 17, 10**6]}) == plain


@settings(max_examples=1000, deadline=None)
@given(st.integers(0, DIVIDEND_LIMIT - 1), st.integers(1, DIVIDEND_LIMIT - 1))
def test_below_the_limit_a_division_of_doubles_is_whole_division(top: int, bottom: int) -> None:
    """Why the limit is what it is: engines that divide as doubles give the same integers."""
    assert int(float(top) / float(bottom)) == top // bottom
    near = bottom * (top // bottom)
    for dividend in (near - 1, near, near + 1):
        if 0 <= dividend < DIVIDEND_LIMIT:
            assert int(float(dividend) / float(bottom)) == dividend // bottom
