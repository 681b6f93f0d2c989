"""Binding a document's factor to the one row it pins, through a typed conversion where it asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.methodology.document import Factor, Label
from tanhui.methodology.factors import Conversion, FactorLibrary, FactorRow, Validity, Warming
from tanhui.methodology.tomlfile import Section
from tanhui.methodology.units import Quantity, Unit, UnitTable, times

# Stands in for a factor row that could not be found, so that the reading can go on.
ABSENT = FactorRow(
    key="",
    series="",
    zh="",
    en="",
    quantity=Quantity(Fraction(), Unit("1", Fraction(1), ())),
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


@dataclass(frozen=True, slots=True)
class Shelf:
    """What documents may refer to: units, factor rows, warming potentials."""

    units: UnitTable
    factors: FactorLibrary
    warming: Warming


@dataclass(frozen=True, slots=True)
class Declared:
    """What the document says of one factor, before its row is looked up."""

    symbol: str
    kind: str
    unit: Unit
    key: str
    pin: str
    convert: str
    row_kind: str
    label: Label
    decimals: int


def bind_factor(
    section: Section, declared: Declared, shelf: Shelf, *, valid: Validity, gwp: str
) -> Factor:
    """The factor with its row's value; whatever does not fit is noted at `section`.

    Notes: `no_such_factor`, `factor_row_changed`, `factor_not_valid`, `kind_mismatch`,
    `unit_mismatch`.
    """
    conversion = shelf.warming.conversions.get(declared.convert)
    try:
        row = shelf.factors.row(declared.key)
    except NotFound as refusal:
        section.report("key", refusal.code, refusal.zh, refusal.en)
        row = ABSENT
    else:
        _check_row(section, row, declared.pin, valid, declared.row_kind)
    potential = Fraction(1)
    if conversion is not None and gwp in shelf.warming.sets:
        potential = conversion.factor(shelf.warming.sets[gwp])
    quantity = _converted(row.quantity, conversion, potential, declared.unit)
    try:
        shelf.units.require_same(quantity.unit.signature, declared.unit.signature, declared.symbol)
    except Invalid as refusal:
        if row is not ABSENT:
            section.report("unit", refusal.code, refusal.zh, refusal.en)
    return Factor(
        declared.symbol,
        row,
        declared.kind,
        quantity.to(declared.unit),
        conversion,
        potential,
        declared.label,
        declared.decimals,
    )


def _check_row(section: Section, row: FactorRow, pin: str, valid: Validity, kind: str) -> None:
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
    if kind != row.kind:
        section.report(
            "row_kind" if section.has("row_kind") else "kind",
            "kind_mismatch",
            f"因子 {row.key} 的类别为 {row.kind}，应为 {kind}",
            f"the factor {row.key} is of kind {row.kind}, expected {kind}",
        )


def _converted(
    quantity: Quantity, conversion: Conversion | None, potential: Fraction, unit: Unit
) -> Quantity:
    """`quantity` in `unit`'s kind: as it is, or through the typed conversion.

    A quantity that does not fit is returned as it is; the caller names the mismatch.
    """
    if conversion is None:
        return quantity
    signature = times(
        times(quantity.unit.signature, conversion.found.signature, -1),
        conversion.becomes.signature,
    )
    scale = quantity.unit.scale / conversion.found.scale * conversion.becomes.scale
    return Quantity(quantity.value * potential, Unit(unit.text, scale, signature))
