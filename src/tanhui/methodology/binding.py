"""Binding a document's factor to the rows it pins, through a typed conversion where it asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.methodology.document import Axis, BoundRow, Factor, Methodology
from tanhui.methodology.factors import Conversion, FactorLibrary, FactorRow, Validity, Warming
from tanhui.methodology.parts import read_axes, read_decimals, read_label, read_unit
from tanhui.methodology.tomlfile import Section
from tanhui.methodology.units import Quantity, Unit, UnitTable, times

PIN = r"sha256:[0-9a-f]{64}"
PIN_LIKE = "sha256:6776423089ce… (64 characters 0-9 a-f)"


@dataclass(frozen=True, slots=True)
class Shelf:
    """What documents may refer to: units, factor rows, warming potentials, other documents."""

    units: UnitTable
    factors: FactorLibrary
    warming: Warming
    module: Callable[[str], Methodology]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the document says of one factor, before its rows are looked up."""

    symbol: str
    kind: str
    unit: Unit
    row_kind: str
    conversion: Conversion | None
    potential: Fraction
    gwp: str
    valid: Validity


def read_factor(
    symbol: str,
    section: Section,
    shelf: Shelf,
    axes: Mapping[str, Axis],
    *,
    valid: Validity,
    gwp: str,
) -> Factor:
    """The factor with its rows' values; whatever does not fit is noted at `section`.

    Notes: `no_such_factor`, `factor_row_changed`, `factor_not_valid`, `kind_mismatch`,
    `unit_mismatch`, `wrong_potentials`.
    """
    with section:
        kind = section.text("kind")
        unit = read_unit(section, shelf.units, kind)
        names = tuple(shelf.warming.conversions)
        convert = section.text("convert", choices=names, required=False)
        conversion = shelf.warming.conversions.get(convert)
        row_kind = section.text("row_kind") if convert else kind
        factor = conversion_factor(shelf.warming, conversion, gwp)
        wanted = _Wanted(symbol, kind, unit, row_kind, conversion, factor, gwp, valid)
        along = read_axes(section, axes)
        if along:
            if len(along) > 1 or axes[along[0]].open:
                zh = "因子只能沿一条长度已定的轴"
                en = "a factor lies along one axis of known length"
                section.report("axes", "malformed_axis", zh, en)
            items, rows = _item_rows(section, shelf, wanted, axes[along[0]])
            along = along[:1]
        elif section.has("select"):
            items, rows = (), _selected_rows(section, shelf, wanted)
        else:
            items = ()
            pin = section.text("row", pattern=PIN, like=PIN_LIKE)
            rows = (_bound(section, shelf, wanted, section.text("key"), pin, valid),)
        label, decimals = read_label(section), read_decimals(section)
    return Factor(symbol, rows, items, along, kind, unit, conversion, factor, label, decimals)


def conversion_factor(warming: Warming, conversion: Conversion | None, gwp: str) -> Fraction:
    """What a typed conversion multiplies by, in the units it is written in."""
    if conversion is None or gwp not in warming.sets:
        return Fraction(1)
    return conversion.factor(warming.sets[gwp])


def _item_rows(
    section: Section, shelf: Shelf, wanted: _Wanted, axis: Axis
) -> tuple[tuple[str, ...], tuple[BoundRow, ...]]:
    """One row for each item of a named axis."""
    parts = section.named("items")
    rows = []
    for item in axis.labels:
        if item not in parts:
            section.report("items", "missing_key", f"缺少项 {item}", f"the item {item} is missing")
            rows.append(_absent(wanted))
            continue
        with parts[item] as part:
            pin = part.text("row", pattern=PIN, like=PIN_LIKE)
            rows.append(_bound(part, shelf, wanted, part.text("key"), pin, wanted.valid))
    for item in parts:
        if item not in axis.labels:
            known = ", ".join(axis.labels)
            zh, en = f"没有项 {item}，应为：{known}", f"no item {item}; there are: {known}"
            parts[item].report("", "unknown_symbol", zh, en)
    return axis.labels, tuple(rows) or (_absent(wanted),)


def _selected_rows(section: Section, shelf: Shelf, wanted: _Wanted) -> tuple[BoundRow, ...]:
    """The pinned rows of one series and region; together they cover the document's validity."""
    with section.table("select") as part:
        series, region = part.text("series"), part.text("region")
    pins = section.texts("rows")
    try:
        known = {row.digest: row for row in shelf.factors.rows(series, region)}
    except NotFound as refusal:
        section.report("select", refusal.code, refusal.zh, refusal.en)
        return (_absent(wanted),)
    found = []
    for pin in pins:
        if pin not in known:
            ready = "; ".join(f"{row.year} {row.digest}" for row in known.values())
            section.report(
                "rows",
                "factor_row_changed",
                f"系列 {series} {region} 没有行 {pin}；现有：{ready}",
                f"the series {series} {region} has no row {pin}; there are: {ready}",
            )
            continue
        found.append(known[pin])
    found.sort(key=lambda row: row.valid.start)
    if found:
        _check_cover(section, found, wanted.valid)
    if not found:
        return (_absent(wanted),)
    return tuple(_bound(section, shelf, wanted, row.key, row.digest, row.valid) for row in found)


def _check_cover(section: Section, rows: list[FactorRow], valid: Validity) -> None:
    """The rows follow one another without a gap or an overlap and cover the whole validity."""
    gapless = all(
        early.valid.end is not None and (late.valid.start - early.valid.end).days == 1
        for early, late in pairwise(rows)
    )
    if gapless and Validity(rows[0].valid.start, rows[-1].valid.end).covers(valid):
        return
    text = ", ".join(row.valid.text() for row in rows)
    section.report(
        "rows",
        "factor_not_valid",
        f"各行的适用期({text})未能连续覆盖方法学 {valid.text()}",
        f"the rows' validity ({text}) does not cover the methodology {valid.text()} without a gap",
    )


def _absent(wanted: _Wanted) -> BoundRow:
    """Stands in for a row that could not be found, so that the reading can go on."""
    quantity = Quantity(Fraction(), wanted.unit)
    row = FactorRow(
        key="",
        series="",
        zh="",
        en="",
        quantity=quantity,
        kind="",
        region="",
        year=0,
        valid=Validity(date.min, None),
        published_at="",
        source="",
        address="",
        status="unverified",
        note_zh="",
        note_en="",
        table="",
        table_version="",
        number=0,
        digest="",
    )
    return BoundRow(row, quantity)


def _bound(
    section: Section, shelf: Shelf, wanted: _Wanted, key: str, pin: str, valid: Validity
) -> BoundRow:
    try:
        row = shelf.factors.row(key)
    except NotFound as refusal:
        section.report("key", refusal.code, refusal.zh, refusal.en)
        return _absent(wanted)
    _check_row(section, row, pin, valid, wanted)
    quantity = _converted(row.quantity, wanted)
    try:
        shelf.units.require_same(quantity.unit.signature, wanted.unit.signature, wanted.symbol)
    except Invalid as refusal:
        section.report("unit", refusal.code, refusal.zh, refusal.en)
    return BoundRow(row, quantity.to(wanted.unit))


def _check_row(
    section: Section, row: FactorRow, pin: str, valid: Validity, wanted: _Wanted
) -> None:
    if pin != row.digest:
        section.report(
            "row",
            "factor_row_changed",
            f"因子 {row.key} 现为 {row.digest}，与所钉住的行不同",
            f"the factor {row.key} is now {row.digest}, not the pinned row",
        )
    if not row.valid.covers(valid):
        section.report(
            "key",
            "factor_not_valid",
            f"因子 {row.key} 的适用期 {row.valid.text()} 不覆盖方法学 {valid.text()}",
            f"the factor {row.key} is valid {row.valid.text()}, the methodology {valid.text()}",
        )
    # A conversion changes the kind on purpose; then the row's own kind is named beside it.
    if wanted.row_kind != row.kind:
        section.report(
            "row_kind" if section.has("row_kind") else "kind",
            "kind_mismatch",
            f"因子 {row.key} 的类别为 {row.kind}，应为 {wanted.row_kind}",
            f"the factor {row.key} is of kind {row.kind}, expected {wanted.row_kind}",
        )
    if row.gwp and row.gwp != wanted.gwp:
        section.report(
            "key",
            "wrong_potentials",
            f"因子 {row.key} 以 {row.gwp} 的增温潜势计算，方法学采用 {wanted.gwp}",
            f"the factor {row.key} counts with {row.gwp}, the methodology with {wanted.gwp}",
        )


def _converted(quantity: Quantity, wanted: _Wanted) -> Quantity:
    """`quantity` in the wanted kind: as it is, or through the typed conversion.

    A quantity that does not fit is returned as it is; the caller names the mismatch.
    """
    conversion = wanted.conversion
    if conversion is None:
        return quantity
    signature = times(
        times(quantity.unit.signature, conversion.found.signature, -1),
        conversion.becomes.signature,
    )
    scale = quantity.unit.scale / conversion.found.scale * conversion.becomes.scale
    return Quantity(quantity.value * wanted.potential, Unit(wanted.unit.text, scale, signature))
