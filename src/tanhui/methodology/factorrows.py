"""Factor rows: one published number each, with where it comes from and when it is to be used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.canonical import digest
from tanhui.methodology.tomlfile import Section
from tanhui.methodology.units import Quantity, Unit, UnitTable, exact_number
from tanhui.methodology.warming import STATUSES

GWP_SETS = ("AR4", "AR5", "AR6")
KEY = r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*"


@dataclass(frozen=True, slots=True)
class Validity:
    """From `start` on, up to and including `end` (None: no end)."""

    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        """Whether `day` falls into it."""
        return self.start <= day and (self.end is None or day <= self.end)

    def covers(self, other: Validity) -> bool:
        """Whether every day of `other` falls into it."""
        if other.start < self.start:
            return False
        return self.end is None or (other.end is not None and other.end <= self.end)

    def text(self) -> str:
        """`2020-01-01/..` or `2020-01-01/2024-12-31` (ISO 8601 intervals)."""
        return f"{self.start.isoformat()}/{self.end.isoformat() if self.end else '..'}"


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One factor as its source published it.

    `year` is that of the data (0: not stated); `published_at` and `address` may be empty.
    `gwp` names the set by which a CO2e value was counted, where the source says so. `supersedes`
    is the key of the row that this one replaces. `number` counts the rows of its table from 1;
    `digest` is that of the whole row.
    """

    key: str
    series: str
    zh: str
    en: str
    quantity: Quantity
    kind: str
    region: str
    year: int
    valid: Validity
    published_at: str
    source: str
    address: str
    status: str
    note_zh: str
    note_en: str
    table: str
    table_version: str
    number: int
    digest: str
    gwp: str = ""
    supersedes: str = ""
    best_before: date | None = None

    def past_best_before(self, on: date) -> bool:
        """Whether `on` is after the day until which the row should be looked at anew."""
        return self.best_before is not None and self.best_before < on


@dataclass(frozen=True, slots=True)
class FactorTable:
    """One file of factor rows as a listing shows it; `digest` is that of the whole file."""

    id: str
    version: str
    zh: str
    en: str
    note_zh: str
    note_en: str
    path: Path
    digest: str
    rows: tuple[FactorRow, ...]


def read_validity(section: Section) -> Validity:
    """`{ from = day, to = day }`, `to` optional and not before `from`."""
    with section:
        start, end = section.day("from"), section.day("to", required=False)
        if start and end and end < start:
            section.report("to", "ends_before_start", "止日早于起日", "`to` is before `from`")
    return Validity(start or date.min, end)


def read_quantity(section: Section, value: str, unit: str, units: UnitTable) -> Quantity:
    """A value and its unit; faults are noted at the keys `value` and `unit` of `section`."""
    number, measure = Fraction(0), Unit("1", Fraction(1), ())
    if value:
        try:
            number = exact_number(value)
        except Invalid as refusal:
            section.report("value", refusal.code, refusal.zh, refusal.en)
    if unit:
        try:
            measure = units.parse(unit)
        except Invalid as refusal:
            section.report("unit", refusal.code, refusal.zh, refusal.en)
    return Quantity(number, measure)


def check_kind(section: Section, kind: str, unit: Unit, units: UnitTable) -> None:
    """Note a fault when `kind` is unknown or does not measure what `unit` measures."""
    if not kind or "unit" not in section.data:
        return
    if kind not in units.kinds:
        section.report("kind", "unknown_kind", f"没有类别 {kind}", f"no kind {kind}")
        return
    try:
        units.require_same(unit.signature, units.kinds[kind].unit.signature, unit.text)
    except Invalid as refusal:
        section.report("unit", refusal.code, refusal.zh, refusal.en)


def check_plausible(section: Section, kind: str, quantity: Quantity, units: UnitTable) -> None:
    """Note a fault when `quantity` is outside the range of its kind (a kind that fits its unit)."""
    known = units.kinds.get(kind)
    if known is None or known.unit.signature != quantity.unit.signature:
        return
    try:
        known.require_plausible(quantity, str(section.data.get("key", "value")))
    except Invalid as refusal:
        section.report("value", refusal.code, refusal.zh, refusal.en)


def read_row(
    section: Section, units: UnitTable, *, table: str, version: str, number: int
) -> FactorRow:
    """One row; its faults are noted at `section`."""
    with section:
        before = len(section.file.problems)
        quantity = read_quantity(
            section,
            section.text("value", pattern=r"-?[0-9]+(\.[0-9]+)?", like="48.7"),
            section.text("unit"),
            units,
        )
        kind = section.text("kind")
        # Of a unit that could not be read there is nothing more to say.
        if quantity.unit.text == section.data.get("unit"):
            check_kind(section, kind, quantity.unit, units)
        if len(section.file.problems) == before:
            check_plausible(section, kind, quantity, units)
        row = FactorRow(
            key=section.text("key", pattern=KEY, like="grid.avg.51.2023"),
            series=section.text("series"),
            zh=section.text("zh"),
            en=section.text("en"),
            quantity=quantity,
            kind=kind,
            region=section.text("region"),
            year=section.integer("year", required=False),
            valid=read_validity(section.table("valid_for")),
            published_at=section.text(
                "published_at",
                pattern=r"\d{4}(-\d{2}(-\d{2})?)?",
                like="2025-12-31",
                required=False,
            ),
            source=section.text("source"),
            address=section.text("address", required=False),
            status=section.text("status", choices=STATUSES),
            note_zh=section.text("note_zh", required=False),
            note_en=section.text("note_en", required=False),
            table=table,
            table_version=version,
            number=number,
            # A faulty row is refused as a whole; it may hold what has no canonical form.
            digest="" if section.file.problems else digest(section.data),
            gwp=section.text("gwp", choices=GWP_SETS, required=False),
            supersedes=section.text("supersedes", required=False),
            best_before=section.day("best_before", required=False),
        )
    _check_gwp(section, row)
    if row.best_before and row.best_before < row.valid.start:
        section.report(
            "best_before",
            "ends_before_start",
            "best_before 早于适用期起日",
            "best_before is before the row is valid",
        )
    return row


def _check_gwp(section: Section, row: FactorRow) -> None:
    counts_co2e = any(quantity == "mass.co2e" for quantity, _ in row.quantity.unit.signature)
    if row.gwp in GWP_SETS and not counts_co2e:
        section.report(
            "gwp",
            "gwp_without_co2e",
            "只有以 CO₂e 计的因子才能写 gwp",
            "only a factor counted in CO2e may name a gwp set",
        )
