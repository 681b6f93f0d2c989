"""Factor tables and warming potentials: published numbers with their provenance, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

from tanhui.kernel.refusals import Invalid, NotFound
from tanhui.methodology.canonical import digest
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.units import Quantity, Unit, UnitTable, exact_number
from tanhui.methodology.warming import STATUSES, Conversion, Warming, WarmingSet

__all__ = [
    "STATUSES",
    "Conversion",
    "FactorLibrary",
    "FactorRow",
    "Validity",
    "Warming",
    "WarmingSet",
    "check_kind",
    "read_quantity",
    "read_validity",
]


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

    `number` counts the rows of its table from 1; `digest` is that of the whole row.
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


class FactorLibrary:
    """Every factor row under `content/common/factors`, by key and digest.

    Raises ContentRefused with every fault of every table.
    """

    def __init__(self, folder: Path, units: UnitTable) -> None:
        self._rows: dict[str, FactorRow] = {}
        self._units = units
        problems: list[Problem] = []
        for path in sorted(folder.glob("*.toml")):
            try:
                self._read(path)
            except ContentRefused as refusal:
                problems.extend(refusal.problems)
        if problems:
            raise ContentRefused(problems)

    def _read(self, path: Path) -> None:
        file = TomlFile(path)
        with file.root() as root:
            with root.table("table") as head:
                table = head.text("id", pattern=r"[a-z0-9-]+(\.[a-z0-9-]+)*")
                version = head.text("version", pattern=r"[0-9]+\.[0-9]+\.[0-9]+")
                head.text("zh")
                head.text("en")
            rows = [
                (section, self._row(section, table, version, number))
                for number, section in enumerate(root.tables("factor"), 1)
            ]
        for section, row in rows:
            if row.key in self._rows:
                section.report(
                    "key",
                    "duplicate_factor",
                    f"因子 {row.key} 重复",
                    f"the factor {row.key} appears twice",
                )
            self._rows[row.key] = row
        file.finish()

    def _row(self, section: Section, table: str, version: str, number: int) -> FactorRow:
        with section:
            quantity = read_quantity(
                section,
                section.text("value", pattern=r"-?[0-9]+(\.[0-9]+)?"),
                section.text("unit"),
                self._units,
            )
            kind = section.text("kind")
            check_kind(section, kind, quantity.unit, self._units)
            return FactorRow(
                key=section.text("key", pattern=r"[a-z0-9_]+(\.[a-z0-9_]+)*"),
                series=section.text("series"),
                zh=section.text("zh"),
                en=section.text("en"),
                quantity=quantity,
                kind=kind,
                region=section.text("region"),
                year=section.integer("year"),
                valid=read_validity(section.table("valid_for")),
                published_at=section.text("published_at", pattern=r"\d{4}(-\d{2}(-\d{2})?)?"),
                source=section.text("source"),
                address=section.text("address"),
                status=section.text("status", choices=STATUSES),
                note_zh=section.text("note_zh", required=False),
                note_en=section.text("note_en", required=False),
                table=table,
                table_version=version,
                number=number,
                # A faulty row is refused as a whole; it may hold what has no canonical form.
                digest="" if section.file.problems else digest(section.data),
            )

    def __iter__(self) -> Iterator[FactorRow]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, key: str) -> FactorRow:
        """The row of `key`. Refuses: `no_such_factor`."""
        if key not in self._rows:
            raise NotFound(
                "no_such_factor", zh="没有因子 {key}", en="there is no factor {key}", key=key
            )
        return self._rows[key]


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
