"""Reading the parts of a document that stand for themselves: axes, inputs, scenarios, tables."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import (
    Axis,
    Deduction,
    Grade,
    Input,
    Label,
    Monitoring,
    Parameter,
    Potential,
    Scenario,
    Source,
    Table,
)
from tanhui.methodology.factors import Warming, check_kind
from tanhui.methodology.given import Grid, Value
from tanhui.methodology.numbers import bounds, number
from tanhui.methodology.tomlfile import Section
from tanhui.methodology.units import Quantity, Unit, UnitTable

COLUMN = r"[a-z][a-z0-9_]*"
GRADES = ("A", "B", "C", "D")
LARGEST_BOUND = 2**53
MOST_PLACES = 10_000
MOST_CELLS = 50_000
MOST_DECIMALS = 12
ITEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,39}")
NO_UNIT = Unit("1", Fraction(1), ())

SOURCES = ("meter", "invoice", "sample", "survey", "system", "declaration", "default",
           "remote-sensing")  # fmt: skip
FREQUENCIES = ("continuous", "daily", "monthly", "quarterly", "yearly", "once", "per-event")
GAPS = ("highest", "lowest", "mean", "previous", "refuse")
STATUSES = ("official", "default", "assumed", "illustrative")


def read_label(section: Section, stem: str = "", *, required: bool = True) -> Label:
    """The texts `zh` and `en`, or `<stem>_zh` and `<stem>_en`."""
    stem = f"{stem}_" if stem else ""
    return Label(
        section.text(f"{stem}zh", required=required), section.text(f"{stem}en", required=required)
    )


def read_unit(section: Section, units: UnitTable, kind: str = "", key: str = "unit") -> Unit:
    """The unit at `key`, of this kind where one is named; faults are noted."""
    text = section.text(key)
    if not text:
        return NO_UNIT
    try:
        unit = units.parse(text)
    except Invalid as refusal:
        section.report(key, refusal.code, refusal.zh, refusal.en)
        return NO_UNIT
    check_kind(section, kind, unit, units)
    return unit


def read_source(section: Section) -> Source:
    """One text that the document rests on."""
    with section:
        title, address = section.text("title"), section.text("address", required=False)
        return Source(title, address, read_label(section, "note"))


def read_evidence(root: Section, *, required: bool) -> tuple[Grade, ...]:
    """What the grades A to D mean; nothing when it is left out and not required."""
    if not required and not root.has("evidence"):
        return ()
    grades = []
    with root.table("evidence") as section:
        for name in GRADES:
            with section.table(name) as part:
                grades.append(Grade(name, read_label(part)))
    return tuple(grades)


def read_items(section: Section, key: str) -> dict[str, Label]:
    """Named items of an axis, or options of a scenario: words that a formula can name."""
    items: dict[str, Label] = {}
    for item, part in section.named(key).items():
        with part:
            items[item] = read_label(part)
        if not ITEM.fullmatch(item):
            zh = f"{item!r} 不能作名称，只用字母、数字与下划线"
            en = f"{item!r} cannot be a name; use letters, digits and underscores"
            part.report("", "malformed_symbol", zh, en)
    return items


def read_decimals(section: Section) -> int:
    """How many decimals are shown; 0 when it is left out."""
    decimals = section.integer("decimals", required=False)
    if 0 <= decimals <= MOST_DECIMALS:
        return decimals
    zh, en = f"应在 0 至 {MOST_DECIMALS} 之间", f"it lies within 0 and {MOST_DECIMALS}"
    section.report("decimals", "wrong_type", zh, en)
    return 0


def read_axis(name: str, section: Section, units: UnitTable) -> Axis:
    """One axis: named items, or numbered places (`length`, or open up to `most`)."""
    with section:
        label = read_label(section)
        items = read_items(section, "items") if section.has("items") else {}
        length = section.integer("length", required=False)
        most = section.integer("most", required=False)
        first = section.integer("first", required=False) if section.has("first") else 1
        unit = read_unit(section, units) if section.has("unit") else None
    if (
        sum(map(bool, (items, length, most))) != 1
        or max(length, most, first) > MOST_PLACES
        or (min(length, most, first) < 0)
    ):
        section.report(
            "",
            "malformed_axis",
            f"轴须有 items、length、most 三者之一，且不超过 {MOST_PLACES} 项",
            f"an axis has one of items, length and most, up to {MOST_PLACES} places",
        )
        length, most = 1, 0
    return Axis(name, label, items, unit, first, 0 if items else length, most)


def read_axes(section: Section, axes: Mapping[str, Axis]) -> tuple[str, ...]:
    """The axes that a symbol is spread over; each must be declared."""
    if not section.has("axes"):
        return ()
    named = section.texts("axes")
    for name in named:
        if name not in axes:
            known = ", ".join(axes) or "-"
            zh, en = f"没有轴 {name}，已有：{known}", f"no axis {name}; there are: {known}"
            section.report("axes", "unknown_symbol", zh, en)
    found = tuple(dict.fromkeys(name for name in named if name in axes))
    cells = math.prod(max(1, len(axes[name].labels)) for name in found)
    if len(set(named)) < len(named):
        section.report("axes", "malformed_axis", "同一轴写了两次", "an axis is named twice")
    if cells > MOST_CELLS:
        zh, en = f"各轴相乘超过 {MOST_CELLS} 格", f"the axes make more than {MOST_CELLS} cells"
        section.report("axes", "malformed_axis", zh, en)
        return ()
    return found


def _monitoring(section: Section) -> Monitoring:
    with section:
        gap = section.text("gap", choices=GAPS)
        refusing = gap == "refuse"
        gaps_most = section.integer("gaps_most", required=not refusing)
        if gaps_most < 0 or (gap in GAPS and not refusing and gaps_most == 0):
            zh, en = "允许补足时，gaps_most 至少为 1", "with a gap rule gaps_most is at least 1"
            section.report("gaps_most", "wrong_type", zh, en)
        return Monitoring(
            source=section.text("source", choices=SOURCES),
            when=section.text("when", choices=("ex-ante", "ex-post")),
            frequency=section.text("frequency", choices=FREQUENCIES),
            quality=read_label(section, "quality"),
            gap=gap,
            gaps_most=gaps_most,
        )


def read_input(
    symbol: str, section: Section, units: UnitTable, axes: Mapping[str, Axis], path: str
) -> Input:
    """One input; a citizen document's has a column, a project's is monitored."""
    with section:
        kind = section.text("kind")
        unit = read_unit(section, units, kind)
        column = section.text(
            "column", pattern=COLUMN, like="distance_m", required=path == "citizen"
        )
        low, high = bounds(section, "bounds")
        shown = read_unit(section, units, key="shown_in") if section.has("shown_in") else unit
        default = number(section, "default", required=False)
        monitored = section.has("monitoring")
        declared = Input(
            symbol=symbol,
            column=column,
            kind=kind,
            unit=unit,
            low=low,
            high=high,
            label=read_label(section),
            source=read_label(section, "source"),
            shown_in=shown,
            default=default,
            axes=read_axes(section, axes),
            readings=section.text("readings", choices=("sum", "mean"), required=False),
            monitoring=_monitoring(section.table("monitoring")) if monitored else None,
        )
    _check_input(section, declared, units, path)
    return declared


def _check_input(section: Section, declared: Input, units: UnitTable, path: str) -> None:
    ends = (declared.low, declared.high)
    if declared.column and (
        any(end.denominator != 1 for end in ends) or max(map(abs, ends)) > LARGEST_BOUND
    ):
        zh, en = "列的上下界须为整数，且不超过 2^53", "a column's bounds are whole and within 2^53"
        section.report("bounds", "impossible_bounds", zh, en)
    if declared.shown_in.signature != declared.unit.signature:
        section.report(
            "shown_in",
            "unit_mismatch",
            f"显示单位 {declared.shown_in.text} 与 {declared.unit.text} 不是同一种量",
            f"{declared.shown_in.text} does not measure what {declared.unit.text} measures",
        )
    if declared.default is not None and not declared.low <= declared.default <= declared.high:
        zh, en = "默认值不在上下界之内", "the default is not within the bounds"
        section.report("default", "impossible_bounds", zh, en)
    if path == "project" and declared.monitoring is None and declared.default is None:
        zh = f"项目的输入须有监测规定：[input.{declared.symbol}.monitoring]"
        en = f"an input of a project needs its table [input.{declared.symbol}.monitoring]"
        section.report("monitoring", "missing_monitoring", zh, en)
    known = units.kinds.get(declared.kind)
    if known and declared.unit.signature == known.unit.signature:
        scale = declared.unit.scale
        above = known.low is not None and declared.high * scale < known.low
        below = known.high is not None and declared.low * scale > known.high
        if above or below:
            section.report(
                "bounds",
                "implausible_value",
                f"上下界全在类别 {declared.kind} 的可信范围 {known.range_text()} 之外",
                f"the bounds lie outside the plausible range of {declared.kind}, "
                f"{known.range_text()}",
            )


def read_scenario(name: str, section: Section) -> Scenario:
    """A choice that has to be proved."""
    with section:
        options = read_items(section, "options")
        if section.has("options") and len(options) < 2:
            zh, en = "情景至少要有两个选项", "a scenario is a choice between two options or more"
            section.report("options", "wrong_type", zh, en)
        default = section.text("default", choices=tuple(options), required=False)
        return Scenario(
            name,
            read_label(section),
            read_label(section, "evidence"),
            default,
            section.text("column", pattern=COLUMN, like="distance_m", required=False),
            options,
        )


def _plausible(section: Section, key: str, quantity: Quantity, kind: str, units: UnitTable) -> None:
    known = units.kinds.get(kind)
    if known is None or known.unit.signature != quantity.unit.signature:
        return
    try:
        known.require_plausible(quantity, section.path[-1])
    except Invalid as refusal:
        section.report(key, refusal.code, refusal.zh, refusal.en)


def read_parameter(
    symbol: str, section: Section, units: UnitTable, axes: Mapping[str, Axis]
) -> Parameter:
    """A number of the document's own, or one for each item of its axes."""
    with section:
        kind = section.text("kind")
        unit = read_unit(section, units, kind)
        along = read_axes(section, axes)
        value: Value = Fraction()
        if along:
            value = _parameter_grid(section, along, axes)
            for cell in value.cells.values():
                _plausible(section, "values", Quantity(cell, unit), kind, units)
            value = value.scaled(unit.scale)
        else:
            plain = number(section, "value") or Fraction()
            _plausible(section, "value", Quantity(plain, unit), kind, units)
            value = plain * unit.scale
        return Parameter(
            symbol,
            kind,
            unit,
            value,
            along,
            read_label(section),
            section.text("source"),
            section.text("status", choices=STATUSES),
            read_decimals(section),
        )


def _parameter_grid(section: Section, along: tuple[str, ...], axes: Mapping[str, Axis]) -> Grid:
    raw: dict[tuple[str, ...], Fraction] = {}

    def fill(part: Section, prefix: tuple[str, ...], rest: tuple[str, ...]) -> None:
        axis = axes[rest[0]]
        with part:
            for label in axis.labels:
                if len(rest) == 1:
                    raw[(*prefix, label)] = number(part, label) or Fraction()
                else:
                    fill(part.table(label), (*prefix, label), rest[1:])

    if any(axes[name].open for name in along):
        zh, en = "参数不能沿长度未定的轴给出", "a parameter cannot lie along an open axis"
        section.report("axes", "malformed_axis", zh, en)
        return Grid(along, {})
    fill(section.table("values"), (), along)
    return Grid(along, raw)


def read_potential(
    symbol: str, section: Section, units: UnitTable, warming: Warming, gwp: str
) -> Potential:
    """The warming potential of a gas in the document's own set."""
    with section:
        gas = section.text("gas", choices=("CH4", "N2O"))
        label = read_label(section)
    unit = units.parse(f"kgCO2e/kg{gas}") if gas in ("CH4", "N2O") else NO_UNIT
    value = warming.sets[gwp].potentials.get(gas) if gwp in warming.sets else None
    return Potential(symbol, gas, f"gwp.{gas.lower()}", Quantity(value or Fraction(), unit), label)


def read_table(
    name: str, section: Section, units: UnitTable, scenarios: Mapping[str, Scenario]
) -> Table:
    """Values by steps of a quantity, or by the option of a scenario."""
    with section:
        kind = section.text("kind")
        unit = read_unit(section, units, kind)
        label, source = read_label(section), section.text("source")
        of_kind, of_unit, by = "", None, ""
        steps: tuple[tuple[Fraction | None, Fraction], ...] = ()
        values: dict[str, Fraction] = {}
        if section.has("by"):
            by = section.text("by", choices=tuple(scenarios))
            with section.table("values") as part:
                for option in scenarios[by].options if by in scenarios else ():
                    values[option] = (number(part, option) or Fraction()) * unit.scale
        else:
            with section.table("of") as part:
                of_kind = part.text("kind")
                of_unit = read_unit(part, units, of_kind)
            steps = _steps(section, of_unit.scale, unit.scale)
    return Table(name, label, source, kind, unit, of_kind, of_unit, steps, by, values)


def _steps(
    section: Section, of_scale: Fraction, scale: Fraction
) -> tuple[tuple[Fraction | None, Fraction], ...]:
    steps: list[tuple[Fraction | None, Fraction]] = []
    for part in section.tables("steps"):
        with part:
            end = number(part, "up_to", required=False)
            value = number(part, "value") or Fraction()
        last = steps[-1][0] if steps else None
        if steps and (last is None or (end is not None and end * of_scale <= last)):
            zh, en = (
                "各档上限须递增，只有最后一档可不设上限",
                "steps rise; only the last has no end",
            )
            part.report("up_to", "malformed_steps", zh, en)
        steps.append((None if end is None else end * of_scale, value * scale))
    return tuple(steps)


def read_deduction(name: str, section: Section) -> Deduction:
    """The shares deducted for uncertainty, which never fall as the uncertainty rises."""
    steps: list[tuple[Fraction, Fraction]] = []
    with section:
        for part in section.tables("steps"):
            with part:
                end, share = (
                    number(part, "up_to") or Fraction(),
                    number(part, "share") or Fraction(),
                )
            behind = steps and (end <= steps[-1][0] or share < steps[-1][1])
            if behind or not 0 <= share <= 1:
                zh = "不确定度与扣减比例须逐档递增，比例在 0 至 1 之间"
                en = "uncertainty and share rise from step to step, the share within 0 and 1"
                part.report("share", "malformed_steps", zh, en)
            steps.append((end, share))
        return Deduction(name, read_label(section), section.text("source"), tuple(steps))
