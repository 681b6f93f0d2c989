"""The row kernel: a methodology compiled to one int64 expression that every engine reads alike.

Values are whole numbers times exact coefficients that are fixed at compile time, so multiplying by
a factor costs nothing until the one division at the end. From the declared bounds the compiler
knows the range of every intermediate; one that could pass 2^63, or a dividend that could pass 2^53,
is a compile error, because some engines divide whole numbers as doubles. `kernel_rounding` keeps
dividends small.

`kernel_columns` holds the columns and writes them in Ibis, `kernel_values` the exact values over
them, `kernel_cells` their cells over axes, `kernel_formulas` compiles formulas and
`kernel_compiler` documents with their modules.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import ibis  # type: ignore[import-untyped]
import polars as pl

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Input, Methodology, Scenario
from tanhui.methodology.kernel.cells import MOST_CELLS, TooManyCells, plain
from tanhui.methodology.kernel.columns import Column, Condition, Op, lowered
from tanhui.methodology.kernel.compiler import Compiler
from tanhui.methodology.kernel.forms import ZERO, Form
from tanhui.methodology.kernel.formulas import Scope
from tanhui.methodology.kernel.values import DIVIDEND_LIMIT, SUM
from tanhui.methodology.units import Quantity

__all__ = ["DIVIDEND_LIMIT", "RowKernel", "compile_kernel"]

TABLE = "activities"


@dataclass(frozen=True, slots=True)
class RowKernel:
    """A compiled methodology. `expression` is an Ibis table expression over a table `activities`.

    `bounds` gives each input column (int64, in the declared unit) with the lowest and highest value
    that is quantified, `options` each scenario column (text) with its options. `optional` names
    those of them that may be null; the document's default then stands. `refusals` is an expression
    over the same table: the code by which a row is refused, null where it is quantified.
    """

    methodology: str
    digest: str
    bounds: tuple[tuple[str, tuple[int, int]], ...]
    options: tuple[tuple[str, tuple[str, ...]], ...]
    optional: frozenset[str]
    result: str
    expression: Column
    refusals: Column

    @property
    def columns(self) -> tuple[str, ...]:
        """The input columns, then the scenario columns, each in the document's order."""
        return tuple(name for name, _ in (*self.bounds, *self.options))

    def quantify(self, frame: pl.DataFrame) -> pl.Series:
        """The result of every row of `frame`, int64, in the document's result unit (mg CO2e).

        `frame` has all of `columns`; its other columns are left alone. A row with a missing or
        out-of-bounds input, an unknown option, a failing guard or a negative result that the
        document refuses gives null; see `refused`.
        Refuses: `missing_column`, `wrong_column_type`.
        """
        return self._asked(frame, self.expression)

    def refused(self, frame: pl.DataFrame) -> pl.Series:
        """For every row of `frame` the code by which it is refused, null where it is quantified.

        `out_of_bounds` (also for a missing input), `implausible_value`, `unknown_option`,
        `guard_failed`, `beyond_table`, `uncertainty_too_high`, `negative_result`: the first in the
        order of the document. Refuses as `quantify` does.
        """
        return self._asked(frame, self.refusals)

    def _asked(self, frame: pl.DataFrame, expression: Column) -> pl.Series:
        for name in self.columns:
            if name not in frame.columns:
                raise Invalid(
                    "missing_column", zh="缺少列 {name}", en="no column {name}", name=name
                )
        wanted: dict[str, tuple[pl.DataType, str]] = {
            **{name: (pl.Int64(), "int64") for name, _ in self.bounds},
            **{name: (pl.String(), "text") for name, _ in self.options},
        }
        for name, (kind, text) in wanted.items():
            if frame.schema[name] != kind:
                raise Invalid(
                    "wrong_column_type",
                    zh="列 {name} 应为 {wanted}，实为 {found}",
                    en="the column {name} must be {wanted}, found {found}",
                    name=name,
                    wanted=text,
                    found=frame.schema[name],
                )
        connection = ibis.polars.connect(tables={TABLE: frame.select(self.columns)})
        # The streaming engine works in cache-sized pieces: no temporary of the frame's length.
        answer: pl.DataFrame = connection.to_polars(expression, engine="streaming")
        return answer.to_series()


class _Rows(Compiler):
    """Compiles a document whose inputs are columns of a row."""

    def __init__(self, methodology: Methodology, on: date | None) -> None:
        super().__init__(methodology, on)
        self.scope = Scope(
            methodology, {name: axis.labels for name, axis in methodology.axes.items()}
        )
        self.bounds: dict[str, tuple[int, int]] = {}
        self.options: dict[str, tuple[str, ...]] = {}
        self.optional: set[str] = set()
        self.within: list[Condition] = []

    def no_column(self, symbol: str) -> Invalid:
        return Invalid(
            "kernel_column",
            zh="{reference}：{symbol} 没有列，逐行核无从读取",
            en="{reference}: {symbol} has no column that a row kernel could read",
            reference=self.reference,
            symbol=symbol,
        )

    def inputs(self) -> None:
        """Put every input and scenario into the scope, from its column."""
        methodology = self.scope.methodology
        spread = [item.symbol for item in methodology.inputs if item.axes or item.readings]
        if spread or any(axis.open for axis in methodology.axes.values()):
            names = spread or [axis.name for axis in methodology.axes.values() if axis.open]
            raise Invalid(
                "kernel_axis",
                zh="{reference}：逐行核不接受读数、分项输入和长度未定的轴：{names}",
                en="{reference}: a row kernel takes no readings, no inputs over axes "
                "and no open axes: {names}",
                reference=self.reference,
                names=", ".join(names),
            )
        for scenario in methodology.scenarios:
            self.scope.scenarios[scenario.name] = self._scenario(scenario)
        for declared in methodology.inputs:
            self.scope.values[declared.symbol] = plain(self._input(declared))
        if not self.bounds and not self.options:
            raise self.no_column(methodology.reference)

    def _scenario(self, scenario: Scenario) -> Mapping[str, Condition]:
        if not scenario.column:
            if not scenario.default:
                raise self.no_column(scenario.name)
            return {option: option == scenario.default for option in scenario.options}
        column = self.pool.op("column", scenario.column)
        self.options[scenario.column] = tuple(scenario.options)
        if scenario.default:
            # Filled rather than asked for: `not (land is wet)` must hold where nothing is said.
            self.optional.add(scenario.column)
            column = self.pool.op("default", column, scenario.default)
        chosen: dict[str, Condition] = {
            option: self.pool.op("is", column, option) for option in scenario.options
        }
        self.require((("unknown_option", self.pool.any_of(chosen.values())),))
        return chosen

    def _input(self, declared: Input) -> Form:
        """The value of an input; a row outside its bounds, or implausible, is not quantified."""
        if not declared.column:
            raise self.no_column(declared.symbol)
        scale = declared.unit.scale
        low, high = math.ceil(declared.low), math.floor(declared.high)
        column = self.pool.op("column", declared.column)
        known = self.scope.methodology.units.kinds[declared.kind]
        if known.low is not None:
            low = max(low, math.ceil(known.low / scale))
        if known.high is not None:
            high = min(high, math.floor(known.high / scale))
        self.bounds[declared.column] = (low, high)
        within: Condition = self.pool.op("between", column, low, high)
        default = declared.default
        # An implausible default is refused like a value, so that the column has to be given.
        if default is None or not known.holds(Quantity(default, declared.unit)):
            self.within.append(within)
            return self.arithmetic.atom(column, low, max(low, high), SUM).times(scale)
        absent = self.pool.op("absent", column)
        self.optional.add(declared.column)
        self.within.append(self.pool.any_of((absent, within)))
        if default.denominator == 1:
            filled = self.pool.op("fill", column, int(default))
            low, high = min(low, int(default)), max(high, int(default))
            return self.arithmetic.atom(filled, low, high, SUM).times(scale)
        present = self.arithmetic.atom(column, low, max(low, high), SUM)
        return self.arithmetic.cases((absent,), (Form(default), present)).times(scale)

    def answer(self) -> Op:
        """The whole result of a row. Notes `negative_result` where the document refuses it."""
        methodology = self.scope.methodology
        result = methodology.result
        if result is None or result.negative not in ("refuse", "zero"):
            raise Invalid(
                "kernel_result",
                zh="{reference}：逐行核需要一个非负的整数结果（{name}）",
                en="{reference}: a row kernel needs a whole result that is never negative ({name})",
                reference=self.reference,
                name="-" if result is None else result.name,
            )
        form = self.scope.values[result.formula].only().value.times(1 / result.unit.scale)
        whole = self.rounding.rounded(form, result.rounding)
        if result.negative == "zero":
            whole = self.arithmetic.least("max", (ZERO, whole))
        else:
            positive = self.arithmetic.compared(">=", whole, ZERO)
            self.require((("negative_result", positive),))
        return self.arithmetic.written(whole, Fraction(1), SUM).op


def compile_kernel(methodology: Methodology, *, on: date | None = None) -> RowKernel:
    """The row kernel of `methodology`, with the factor rows in force `on` that day (None: latest).

    Refuses: `kernel_overflow` when an intermediate could pass 2^63 (a dividend 2^53) within the
    declared bounds, `kernel_division` when a formula divides by anything but a constant,
    `kernel_function` for exp, ln, convolve and powers of columns, `kernel_axis` for readings,
    inputs over axes, open axes and axes of more than 64 places, `kernel_column` for an input or
    scenario without column (a scenario may have a default instead), `kernel_result` when there is
    no result or a negative one has a meaning, `no_factor_in_force`.
    """
    rows = _Rows(methodology, on)
    pool = rows.pool
    rows.inputs()
    rows.constants(rows.scope)
    try:
        rows.run(rows.scope)
    except TooManyCells:
        raise Invalid(
            "kernel_axis",
            zh="{reference}：各轴的组合超过 {most} 格",
            en="{reference}: the axes have more than {most} combinations",
            reference=methodology.reference,
            most=MOST_CELLS,
        ) from None
    whole = rows.answer()
    within = pool.all_of(rows.within)
    sound = pool.all_of((within, *(need for _, need in rows.needs)))
    answer = pool.either(sound, whole, pool.op("null", "int64"))
    code = pool.op("null", "string")
    for name, need in reversed(rows.needs):
        code = pool.either(need, code, pool.op("text", name))
    code = pool.either(within, code, pool.op("text", "out_of_bounds"))
    columns = dict.fromkeys(rows.bounds, "int64") | dict.fromkeys(rows.options, "string")
    table = ibis.table(columns, name=TABLE)
    assert methodology.result is not None
    name = methodology.result.name
    return RowKernel(
        methodology.reference,
        methodology.digest,
        tuple(rows.bounds.items()),
        tuple(rows.options.items()),
        frozenset(rows.optional),
        name,
        lowered(table, rows.bounds, within, answer, name),
        lowered(table, rows.bounds, within, code, "refused"),
    )
