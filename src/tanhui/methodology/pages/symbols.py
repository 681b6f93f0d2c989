"""The symbols of a document as a table for readers: what each stands for, and where it is from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.document import (
    BoundRow,
    Factor,
    Input,
    Label,
    Methodology,
    Parameter,
    Potential,
    Scenario,
)
from tanhui.methodology.explain import unit_label
from tanhui.methodology.given import Grid, Value
from tanhui.methodology.mathml import symbol_mathml
from tanhui.methodology.pages.catalogue import Mark
from tanhui.methodology.pages.words import PARAMETER_STATUSES, ROLES, UNVERIFIED
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Unit

_HAN = re.compile(r"[\u4e00-\u9fff]")
_WARM = {"assumed": "wait", "illustrative": "wait", "official": "ok", "default": "info"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a number was published: a factor row, with its table and its address there."""

    key: str
    table: str
    source: str
    address: str
    label: Label
    value: str


@dataclass(frozen=True, slots=True)
class SymbolRow:
    """One symbol. `value` is empty for what a case gives; `cells` are values item by item."""

    symbol: str
    mathml: str
    label: Label
    kind: Label
    unit: Label
    value: str
    bounds: str
    source: Label
    axes: tuple[Label, ...] = ()
    cells: tuple[tuple[Label, str], ...] = ()
    origins: tuple[Origin, ...] = ()
    marks: tuple[Mark, ...] = ()
    options: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class SymbolGroup:
    """The symbols of one role: inputs, scenarios, factors, parameters, warming potentials."""

    role: str
    label: Label
    rows: tuple[SymbolRow, ...]


def inline_mathml(symbol: str) -> str:
    """A symbol as a formula of its own within a line of text."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML">{symbol_mathml(symbol)}</math>'


def item_labels(methodology: Methodology) -> dict[str, Label]:
    """The names of all items of all axes, those of its modules too."""
    found: dict[str, Label] = {}
    for use in methodology.uses:
        found.update(item_labels(use.module))
    for axis in methodology.axes.values():
        found.update(axis.items)
    return found


def cells_of(
    value: Value, unit: Unit, items: Mapping[str, Label], decimals: int = 0
) -> tuple[tuple[Label, str], ...]:
    """Name and number of each cell of a value over axes; nothing for a single one."""
    if isinstance(value, Fraction):
        return ()
    return tuple(
        (joined((items.get(part) or Label(part, part)) for part in label), number_text(
            cell / unit.scale, decimals))
        for label, cell in value.cells.items()
    )  # fmt: skip


def joined(labels: Iterable[Label], mark: str = " · ") -> Label:
    """Several names as one."""
    known = tuple(labels)
    return Label(mark.join(item.zh for item in known), mark.join(item.en for item in known))


def two_languages(text: str) -> Label:
    """A source that is told as `中文 / English`, in each language; any other text as it is."""
    chinese, divider, english = text.partition(" / ")
    if divider and _HAN.search(chinese) and not _HAN.search(english):
        return Label(chinese, english)
    return Label(text, text)


def _kind(methodology: Methodology, name: str) -> Label:
    kind = methodology.units.kinds[name]
    return Label(kind.zh, kind.en)


def _axes(methodology: Methodology, axes: Iterable[str]) -> tuple[Label, ...]:
    return tuple(methodology.axes[name].label for name in axes)


def shown_unit(methodology: Methodology, unit: Unit) -> Label:
    """The unit as people read it; nothing for a pure number."""
    return Label("", "") if unit.text == "1" else unit_label(methodology, unit)


def bounds_text(low: Fraction, high: Fraction) -> str:
    """`0–720,000`."""
    return f"{number_text(low)}–{number_text(high)}"


def input_row(methodology: Methodology, declared: Input) -> SymbolRow:
    """An input: its bounds, and the value that is taken when it is not given."""
    return SymbolRow(
        declared.symbol,
        inline_mathml(declared.symbol),
        declared.label,
        _kind(methodology, declared.kind),
        shown_unit(methodology, declared.unit),
        "" if declared.default is None else number_text(declared.default),
        bounds_text(declared.low, declared.high),
        declared.source,
        axes=_axes(methodology, declared.axes),
    )


def scenario_row(scenario: Scenario) -> SymbolRow:
    """A scenario: its options, and the evidence that is asked for."""
    empty = Label("", "")
    return SymbolRow(
        scenario.name,
        "",
        scenario.label,
        empty,
        empty,
        "",
        "",
        scenario.evidence,
        options=tuple(scenario.options.values()),
    )


def _origin(bound: BoundRow, factor: Factor, label: Label) -> Origin:
    row = bound.row
    value = number_text(bound.quantity.value, factor.decimals)
    return Origin(row.key, row.table, row.source, row.address, label, value)


def factor_row(methodology: Methodology, factor: Factor) -> SymbolRow:
    """A factor: the published rows it is taken from, one for each item or for each period."""
    items = item_labels(methodology)
    if factor.axes:
        labels = [items[item] for item in factor.items]
    elif len(factor.rows) > 1:
        labels = [Label(str(b.row.year), str(b.row.year)) for b in factor.rows]
    else:
        labels = [Label("", "")]
    origins = tuple(
        _origin(bound, factor, label) for bound, label in zip(factor.rows, labels, strict=True)
    )
    marks = []
    if any(bound.row.status == "unverified" for bound in factor.rows):
        marks.append(Mark("wait", UNVERIFIED))
    return SymbolRow(
        factor.symbol,
        inline_mathml(factor.symbol),
        factor.label,
        _kind(methodology, factor.kind),
        shown_unit(methodology, factor.unit),
        origins[0].value if len(origins) == 1 and not factor.axes else "",
        "",
        Label(factor.conversion.zh, factor.conversion.en) if factor.conversion else Label("", ""),
        axes=_axes(methodology, factor.axes),
        origins=origins,
        marks=tuple(marks),
    )


def parameter_row(methodology: Methodology, parameter: Parameter) -> SymbolRow:
    """A number of the document's own, with what it rests on."""
    single = isinstance(parameter.value, Fraction)
    value = parameter.value
    return SymbolRow(
        parameter.symbol,
        inline_mathml(parameter.symbol),
        parameter.label,
        _kind(methodology, parameter.kind),
        shown_unit(methodology, parameter.unit),
        number_text(value / parameter.unit.scale, parameter.decimals)
        if not isinstance(value, Grid)
        else "",
        "",
        two_languages(parameter.source),
        axes=_axes(methodology, parameter.axes),
        cells=()
        if single
        else cells_of(value, parameter.unit, item_labels(methodology), parameter.decimals),
        marks=(Mark(_WARM[parameter.status], PARAMETER_STATUSES[parameter.status]),),
    )


def potential_row(methodology: Methodology, potential: Potential) -> SymbolRow:
    """The warming potential of a gas."""
    return SymbolRow(
        potential.symbol,
        inline_mathml(potential.symbol),
        potential.label,
        _kind(methodology, potential.kind),
        shown_unit(methodology, potential.quantity.unit),
        number_text(potential.quantity.value),
        "",
        Label(f"IPCC {methodology.gwp}", f"IPCC {methodology.gwp}"),
    )


def symbol_groups(methodology: Methodology) -> tuple[SymbolGroup, ...]:
    """Every symbol of the document by its role; empty roles are left out."""
    rows: dict[str, tuple[SymbolRow, ...]] = {
        "input": tuple(input_row(methodology, item) for item in methodology.inputs),
        "scenario": tuple(scenario_row(item) for item in methodology.scenarios),
        "factor": tuple(factor_row(methodology, item) for item in methodology.factors),
        "parameter": tuple(parameter_row(methodology, item) for item in methodology.parameters),
        "gwp": tuple(potential_row(methodology, item) for item in methodology.potentials),
    }
    return tuple(SymbolGroup(role, ROLES[role], found) for role, found in rows.items() if found)
