"""The row kernel: a methodology compiled to one int64 expression that every engine reads alike.

Values are whole numbers times a scale that is fixed at compile time, so multiplying by a factor
costs nothing until the one division at the end. From the declared bounds the compiler knows the
range of every intermediate; one that could pass 2^63, or a dividend that could pass 2^53, is a
compile error, because some engines divide whole numbers as doubles. Dividends are shifted so that
they are never negative: there floor, truncation and division of doubles all agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import ibis  # type: ignore[import-untyped]
import polars as pl

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Input, Methodology
from tanhui.methodology.expression import Binary, Call, Name, Negate, Node, Number

INT64_LIMIT = 2**63
DIVIDEND_LIMIT = 2**53
TABLE = "activities"

# Ibis publishes no types for the checker, so its expressions are opaque here.
Column = Any


@dataclass(frozen=True, slots=True)
class _Value:
    """`column * scale`, the column whole within `low`..`high`; without one, the constant `scale`.

    `carries` names the input columns whose absence surely makes the value absent.
    """

    column: Column | None
    scale: Fraction
    low: int = 1
    high: int = 1
    carries: frozenset[str] = frozenset()


class _Compiler:
    def __init__(self, methodology: Methodology) -> None:
        self.reference = methodology.reference

    def overflow(self, what: str, limit: str) -> Invalid:
        return Invalid(
            "kernel_overflow",
            zh="{reference}:{what} 在声明的上下界内可能超过 {limit}",
            en="{reference}: {what} may pass {limit} within the declared bounds",
            reference=self.reference,
            what=what,
            limit=limit,
        )

    def checked(self, value: _Value, what: str) -> _Value:
        """`value` when its column fits an int64. Refuses: `kernel_overflow`."""
        if max(abs(value.low), abs(value.high)) >= INT64_LIMIT:
            raise self.overflow(what, "2^63")
        return value

    def constant(self, number: int, what: str) -> Column:
        if abs(number) >= INT64_LIMIT:
            raise self.overflow(what, "2^63")
        return ibis.literal(number, "int64")

    def compile(self, tree: Node, values: Mapping[str, _Value]) -> _Value:
        match tree:
            case Number():
                return _Value(None, tree.value)
            case Name():
                return values[tree.name]
            case Negate():
                return self.scaled(self.compile(tree.operand, values), Fraction(-1))
            case Call():
                return self.choose(
                    tree.function, [self.compile(part, values) for part in tree.arguments]
                )
            case Binary():
                left = self.compile(tree.left, values)
                right = self.compile(tree.right, values)
                if tree.operator == "*":
                    return self.product(left, right)
                if tree.operator == "/":
                    return self.quotient(left, right)
                if tree.operator == "-":
                    right = self.scaled(right, Fraction(-1))
                return self.sum(left, right)

    def scaled(self, value: _Value, by: Fraction) -> _Value:
        if by == 0:
            return _Value(None, Fraction(0))
        return replace(value, scale=value.scale * by)

    def product(self, left: _Value, right: _Value) -> _Value:
        if left.column is None:
            return self.scaled(right, left.scale)
        if right.column is None:
            return self.scaled(left, right.scale)
        corners = [a * b for a in (left.low, left.high) for b in (right.low, right.high)]
        product = _Value(
            left.column * right.column,
            left.scale * right.scale,
            min(corners),
            max(corners),
            left.carries | right.carries,
        )
        return self.checked(product, "a product")

    def quotient(self, left: _Value, right: _Value) -> _Value:
        if right.column is not None or right.scale == 0:
            raise Invalid(
                "kernel_division",
                zh="{reference}：逐行核只能除以非零常数",
                en="{reference}: a row kernel divides by constants other than zero only",
                reference=self.reference,
            )
        return self.scaled(left, 1 / right.scale)

    def aligned(self, value: _Value, scale: Fraction, what: str) -> _Value:
        """`value` written with `scale`, of which its own scale is a whole multiple."""
        ratio = value.scale / scale
        by = ratio.numerator
        if value.column is None:
            return _Value(self.constant(by, what), scale, by, by)
        if by == 1:
            return replace(value, scale=scale)
        low, high = sorted((value.low * by, value.high * by))
        column = value.column * self.constant(by, what)
        return self.checked(_Value(column, scale, low, high, value.carries), what)

    def together(self, values: list[_Value], what: str) -> list[_Value]:
        scales = [abs(value.scale) for value in values if value.scale]
        scale = Fraction(
            math.gcd(*(item.numerator for item in scales)),
            math.lcm(*(item.denominator for item in scales)),
        )
        return [self.aligned(value, scale, what) for value in values]

    def sum(self, left: _Value, right: _Value) -> _Value:
        if left.column is None and right.column is None:
            return _Value(None, left.scale + right.scale)
        if left.column is None and left.scale == 0:
            return right
        if right.column is None and right.scale == 0:
            return left
        a, b = self.together([left, right], "a sum")
        column = a.column + b.column  # type: ignore[operator]
        low, high = a.low + b.low, a.high + b.high
        return self.checked(_Value(column, a.scale, low, high, a.carries | b.carries), "a sum")

    def choose(self, function: str, values: list[_Value]) -> _Value:
        best = min if function == "min" else max
        if all(value.column is None for value in values):
            return _Value(None, best(value.scale for value in values))
        pick = ibis.least if function == "min" else ibis.greatest
        parts = self.together(values, f"an argument of {function}")
        return _Value(
            pick(*(part.column for part in parts)),
            parts[0].scale,
            best(part.low for part in parts),
            best(part.high for part in parts),
        )

    def rounded(self, value: _Value, rounding: str) -> _Value:
        """The whole number at or below (`down`) or at or above (`up`) the value."""
        if value.column is None:
            number = value.scale.__floor__() if rounding == "down" else value.scale.__ceil__()
            return _Value(self.constant(number, "the result"), Fraction(1), number, number)
        bottom = value.scale.denominator
        dividend = self.aligned(value, Fraction(1, bottom), "the result")
        if bottom == 1:
            return dividend
        lift = 0 if rounding == "down" else bottom - 1
        low, high = dividend.low + lift, dividend.high + lift
        turns = max(0, -(low // bottom))
        if max(abs(low), high + turns * bottom) >= DIVIDEND_LIMIT:
            raise self.overflow("a dividend", "2^53")
        column: Column = dividend.column
        if lift + turns * bottom:
            column = column + self.constant(lift + turns * bottom, "a dividend")
        column = column // self.constant(bottom, "a divisor")
        if turns:
            column = column - self.constant(turns, "a quotient")
        return _Value(column, Fraction(1), low // bottom, high // bottom, value.carries)


@dataclass(frozen=True, slots=True)
class RowKernel:
    """A compiled methodology. `expression` is an Ibis table expression over a table `activities`.

    `bounds` gives each input column with the lowest and highest value that is quantified.
    """

    methodology: str
    digest: str
    bounds: tuple[tuple[str, tuple[int, int]], ...]
    result: str
    expression: Column

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns, in the document's order."""
        return tuple(name for name, _ in self.bounds)

    def quantify(self, frame: pl.DataFrame) -> pl.Series:
        """The result of every row of `frame`, int64, in the document's result unit (mg CO2e).

        `frame` has one int64 column for each of `columns`, in the declared units; its other
        columns are left alone. A row with a missing or out-of-bounds input, or with a negative
        result that the document refuses, gives null.
        Refuses: `missing_column`, `wrong_column_type`.
        """
        for name in self.columns:
            if name not in frame.columns:
                raise Invalid(
                    "missing_column", zh="缺少列 {name}", en="no column {name}", name=name
                )
            if frame.schema[name] != pl.Int64:
                raise Invalid(
                    "wrong_column_type",
                    zh="列 {name} 应为 int64，实为 {found}",
                    en="the column {name} must be int64, found {found}",
                    name=name,
                    found=frame.schema[name],
                )
        connection = ibis.polars.connect(tables={TABLE: frame.select(self.columns)})
        # The streaming engine works in cache-sized pieces: no temporary of the frame's length.
        answer: pl.DataFrame = connection.to_polars(self.expression, engine="streaming")
        return answer.to_series()


def _bounded(table: Column, declared: Input) -> Column:
    column = table[declared.column]
    return ibis.ifelse(column.between(declared.low, declared.high), column, ibis.null("int64"))


def compile_kernel(methodology: Methodology) -> RowKernel:
    """The row kernel of `methodology`.

    Refuses: `kernel_overflow` when an intermediate could pass 2^63 (a dividend 2^53) within the
    declared bounds, `kernel_division` when a formula divides by anything but a constant.
    """
    compiler = _Compiler(methodology)
    bounds = tuple((item.column, (item.low, item.high)) for item in methodology.inputs)
    table = ibis.table({name: "int64" for name, _ in bounds}, name=TABLE)
    values: dict[str, _Value] = {}
    for declared in methodology.inputs:
        values[declared.symbol] = _Value(
            _bounded(table, declared),
            declared.unit.scale,
            declared.low,
            declared.high,
            frozenset((declared.column,)),
        )
    for factor in methodology.factors:
        values[factor.symbol] = _Value(None, factor.quantity.base)
    for formula in methodology.formulas:
        values[formula.symbol] = compiler.compile(formula.tree, values)
    result = methodology.result
    value = compiler.scaled(values[result.formula], 1 / result.unit.scale)
    column = _guarded(table, methodology, compiler.rounded(value, result.rounding))
    expression = table.select(column.name(result.name))
    return RowKernel(methodology.reference, methodology.digest, bounds, result.name, expression)


def _guarded(table: Column, methodology: Methodology, whole: _Value) -> Column:
    """The result below zero as the document says, and nothing where an input is missing.

    `min` and `max` skip a missing argument on some engines, and an input times zero vanishes:
    inputs whose absence does not carry through are asked for once more.
    """
    column: Column = whole.column
    if whole.low < 0:
        below = (
            ibis.literal(0, "int64")
            if methodology.result.negative == "zero"
            else (ibis.null("int64"))
        )
        column = ibis.ifelse(column < 0, below, column)
    lost = [item for item in methodology.inputs if item.column not in whole.carries]
    for declared in lost:
        present = table[declared.column].between(declared.low, declared.high)
        column = ibis.ifelse(present, column, ibis.null("int64"))
    return column
