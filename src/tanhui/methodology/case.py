"""Binding a case to a document: what was given becomes exact values over axes, checked.

Whatever makes a case less than fully proved (an assumed scenario, a factor replaced by hand, a gap
filled by rule, an unverified row) is kept as a *reservation*: it computes, but it says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.cells import (
    Gathering,
    axis_labels,
    misgiven,
    out_of_bounds,
    plain_leaf,
    reading_leaf,
)
from tanhui.methodology.document import (
    Axis,
    BoundRow,
    Factor,
    Input,
    Label,
    Methodology,
    Parameter,
    Scenario,
)
from tanhui.methodology.given import Answer, Choice, Given, Grid, Listed, Spread, Value
from tanhui.methodology.units import Quantity, Unit


@dataclass(frozen=True, slots=True)
class Reservation:
    """Something the reader must know before believing a result."""

    code: str
    symbol: str
    label: Label


@dataclass
class Case:
    """One case bound to its document: values in base units, scenarios, the labels of each axis.

    `single` names the open axes for which nobody gave a list, `borrowed` holds those of the
    document that uses this one as a module; `pinned` is what the inputs' digest
    covers; `origin` says where a value comes from when it is not the document's own.
    """

    methodology: Methodology
    day: date | None
    labels: Mapping[str, tuple[str, ...]]
    single: frozenset[str]
    borrowed: Mapping[str, Axis] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    scenarios: dict[str, str] = field(default_factory=dict)
    reservations: list[Reservation] = field(default_factory=list)
    pinned: dict[str, object] = field(default_factory=dict)
    origin: dict[str, str] = field(default_factory=dict)

    @property
    def axes(self) -> dict[str, Axis]:
        """The document's axes, and those along which its user runs it."""
        return {**self.borrowed, **self.methodology.axes}

    def answer(self, value: Value, unit: Unit) -> Answer:
        """`value` in `unit`; an axis for which nobody gave a list is not shown."""
        if isinstance(value, Fraction):
            return Quantity(value / unit.scale, unit)
        kept = tuple(axis for axis in value.axes if axis not in self.single)
        places = [value.axes.index(axis) for axis in kept]
        cells = {
            tuple(label[place] for place in places): cell / unit.scale
            for label, cell in value.cells.items()
        }
        if not kept:
            return Quantity(cells[()], unit)
        named = tuple(bool(self.axes[axis].items) for axis in kept)
        return Spread(Grid(kept, cells), unit, named)

    def reserve(self, code: str, symbol: str, label: Label) -> None:
        """Note a reservation."""
        self.reservations.append(Reservation(code, symbol, label))


def _fits(case: Case, symbol: str, given: Given, unit: Unit, kind: str) -> Quantity | Listed:
    """`given`, which must be a value of this quantity and, where it states one, of this kind."""
    if isinstance(given, Choice):
        raise misgiven(symbol, "应为数值，不是选项", "a value is needed, not a choice")
    case.methodology.units.require_same(given.unit.signature, unit.signature, symbol)
    stated = given.kind if isinstance(given, Listed) else ""
    if stated and stated != kind:
        raise Invalid(
            "kind_mismatch",
            zh="{symbol} 的量的类别不符：应为 {kind}，实为 {stated}",
            en="{symbol} is of the wrong kind: expected {kind}, found {stated}",
            symbol=symbol,
            kind=kind,
            stated=stated,
        )
    return given


def check_plausible(case: Case, symbol: str, value: Value, kind: str, unit: Unit) -> None:
    """Refuse what its kind cannot be: the trace of a wrong unit. Refuses `implausible_value`."""
    known = case.methodology.units.kinds[kind]
    for cell in value.cells.values() if isinstance(value, Grid) else (value,):
        known.require_plausible(Quantity(cell / unit.scale, unit), symbol)


def check_bounds(declared: Input, value: Value) -> None:
    """Refuse an input outside its declared bounds. Refuses: `out_of_bounds`."""
    scale = declared.unit.scale
    low, high = declared.low * scale, declared.high * scale
    for cell in value.cells.values() if isinstance(value, Grid) else (value,):
        if not low <= cell <= high:
            raise out_of_bounds(declared)


def _input_value(case: Case, declared: Input, given: Given | None) -> Value:
    axes = tuple(case.methodology.axes[name] for name in declared.axes)
    symbol = declared.symbol
    if given is None:
        if declared.default is None:
            raise Invalid(
                "missing_input",
                zh="缺少输入 {symbol}({label_zh})",
                en="the input {symbol} ({label_en}) is missing",
                symbol=symbol,
                label_zh=declared.label.zh,
                label_en=declared.label.en,
            )
        case.origin[symbol] = "default"
        given = Listed({} if axes else declared.default, declared.unit)
    fitting = _fits(case, symbol, given, declared.unit, declared.kind)
    if isinstance(fitting, Quantity) and not axes:
        return fitting.base
    scale = fitting.unit.scale
    leaf = plain_leaf(symbol)
    if declared.readings:
        leaf = reading_leaf(declared, scale / declared.unit.scale, case.reserve)
    default = None if declared.default is None else declared.default * declared.unit.scale / scale
    cells = fitting.value if isinstance(fitting, Quantity) else fitting.cells
    value = Gathering(symbol, axes, case.labels, case.single, default, leaf).value(cells)
    return value.scaled(scale) if isinstance(value, Grid) else value * scale


def _override(case: Case, symbol: str, axes: tuple[str, ...], unit: Unit, kind: str,
              given: Given) -> Value:  # fmt: skip
    fitting = _fits(case, symbol, given, unit, kind)
    along = tuple(case.methodology.axes[name] for name in axes)
    cells = fitting.value if isinstance(fitting, Quantity) else fitting.cells
    leaf = plain_leaf(symbol)
    value = Gathering(symbol, along, case.labels, case.single, None, leaf).value(cells)
    scale = fitting.unit.scale
    value = value.scaled(scale) if isinstance(value, Grid) else value * scale
    check_plausible(case, symbol, value, kind, unit)
    case.origin[symbol] = "given"
    zh, en = "由计算者代入，不是文件所钉住的值", "given by whoever computes, not the pinned value"
    case.reserve("replaced_value", symbol, Label(zh, en))
    return value


def _factor_value(case: Case, factor: Factor) -> Value:
    if factor.axes:
        pairs = zip(factor.items, factor.rows, strict=True)
        cells: dict[tuple[str, ...], Fraction] = {
            (item,): bound.quantity.base for item, bound in pairs
        }
        return Grid(factor.axes, cells)
    bound = factor.on(case.day)
    if bound is None:
        raise Invalid(
            "no_factor_in_force",
            zh="因子 {symbol} 在 {day} 没有适用的行",
            en="no row of the factor {symbol} is in force on {day}",
            symbol=factor.symbol,
            day=case.day,
        )
    if case.day is None and len(factor.rows) > 1:
        zh, en = (
            "未给出行为日期，取最新一行",
            "no day of the act was given; the latest row is taken",
        )
        case.reserve("day_not_given", factor.symbol, Label(zh, en))
    return bound.quantity.base


def rows_taken(case: Case, factor: Factor) -> tuple[BoundRow, ...]:
    """The rows that this case takes of `factor`."""
    if factor.axes:
        return factor.rows
    bound = factor.on(case.day)
    return () if bound is None else (bound,)


def _scenario(case: Case, scenario: Scenario, given: Given | None) -> None:
    if given is None:
        if not scenario.default:
            raise Invalid(
                "missing_input",
                zh="缺少情景 {symbol}({label_zh})",
                en="the scenario {symbol} ({label_en}) is missing",
                symbol=scenario.name,
                label_zh=scenario.label.zh,
                label_en=scenario.label.en,
            )
        given = Choice(scenario.default)
    if not isinstance(given, Choice):
        zh, en = '应写成 {"choice": …}', 'write {"choice": …}'
        raise misgiven(scenario.name, zh, en)
    if given.option not in scenario.options:
        known = ", ".join(scenario.options)
        zh = f"没有选项 {given.option}，应为：{known}"
        raise misgiven(scenario.name, zh, f"no option {given.option}; there are: {known}")
    if not given.evidence:
        zh, en = "情景未附证据，按假设计算", "the scenario came without evidence and is assumed"
        case.reserve("assumed_scenario", scenario.name, Label(zh, en))
    case.scenarios[scenario.name] = given.option
    case.pinned[scenario.name] = ["choice", given.option, given.evidence]


def constants(case: Case, given: Mapping[str, Given]) -> None:
    """Put factors, parameters and potentials into the case, or what was given in their place."""
    methodology = case.methodology
    for factor in methodology.factors:
        symbol = factor.symbol
        if symbol in given:
            value = _override(case, symbol, factor.axes, factor.unit, factor.kind, given[symbol])
        else:
            value = _factor_value(case, factor)
            if any(bound.row.status == "unverified" for bound in rows_taken(case, factor)):
                label = Label("因子尚未核实", "the factor is unverified")
                case.reserve("unverified_factor", symbol, label)
        case.values[symbol] = value
    for parameter in methodology.parameters:
        case.values[parameter.symbol] = _parameter_value(case, parameter, given)
    for potential in methodology.potentials:
        symbol, unit = potential.symbol, potential.quantity.unit
        value = potential.quantity.base
        if symbol in given:
            value = _override(case, symbol, (), unit, potential.kind, given[symbol])
        case.values[symbol] = value


def _parameter_value(case: Case, parameter: Parameter, given: Mapping[str, Given]) -> Value:
    symbol = parameter.symbol
    if symbol in given:
        axes, unit, kind = parameter.axes, parameter.unit, parameter.kind
        return _override(case, symbol, axes, unit, kind, given[symbol])
    if parameter.status in ("assumed", "illustrative"):
        label = Label("参数为设定值", "the parameter is assumed")
        case.reserve("assumed_parameter", symbol, label)
    return parameter.value


def _pinned(value: Value, unit: Unit) -> object:
    if isinstance(value, Fraction):
        return [value / unit.scale, unit.text]
    return [
        [[list(label), cell / unit.scale] for label, cell in value.cells.items()],
        unit.text,
    ]


def settable(methodology: Methodology) -> dict[str, Unit]:
    """Everything that a case may give beside scenarios, with its declared unit, by symbol."""
    return {
        **{item.symbol: item.unit for item in methodology.inputs},
        **{item.symbol: item.unit for item in methodology.factors},
        **{item.symbol: item.unit for item in methodology.parameters},
        **{item.symbol: item.quantity.unit for item in methodology.potentials},
    }


def bind(methodology: Methodology, given: Mapping[str, Given], day: date | None) -> Case:
    """The case with every value in place.

    Refuses: `unknown_input`, `missing_input`, `wrong_input`, `unit_mismatch`, `kind_mismatch`,
    `out_of_bounds`, `implausible_value`, `axis_length_differs`, `gap_not_allowed`,
    `no_factor_in_force`.
    """
    known = settable(methodology)
    wanted = [
        *(item.symbol for item in methodology.inputs),
        *(s.name for s in methodology.scenarios),
    ]
    for name in given:
        if name not in known and name not in wanted:
            raise Invalid(
                "unknown_input",
                zh="没有输入 {name}，应为：{known}",
                en="no input {name}; there are: {known}",
                name=name,
                known=", ".join(sorted(wanted)),
            )
    labels, single = axis_labels(methodology.axes, methodology.inputs, given)
    case = Case(methodology, day, labels, single)
    for scenario in methodology.scenarios:
        _scenario(case, scenario, given.get(scenario.name))
    for declared in methodology.inputs:
        value = _input_value(case, declared, given.get(declared.symbol))
        check_bounds(declared, value)
        check_plausible(case, declared.symbol, value, declared.kind, declared.unit)
        case.values[declared.symbol] = value
        case.pinned[declared.symbol] = _pinned(value, declared.unit)
    constants(case, given)
    for symbol, origin in case.origin.items():
        if origin == "given":
            case.pinned[symbol] = _pinned(case.values[symbol], known[symbol])
    if any(len(factor.rows) > 1 and not factor.axes for factor in methodology.factors):
        # The day chooses the row, so it is part of what was given.
        case.pinned["@day"] = day
    return case
