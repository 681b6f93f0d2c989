"""The factor tables for readers: every row with its provenance, its users, and its age."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Label, Methodology
from tanhui.methodology.factors import FactorRow, FactorTable
from tanhui.methodology.library import Library
from tanhui.methodology.pages.catalogue import Mark
from tanhui.methodology.pages.charts import Chart, chart_of
from tanhui.methodology.pages.words import PUBLISHED, UNVERIFIED, region_label, year_text
from tanhui.methodology.render import number_text
from tanhui.methodology.units import decimal_text

DUE = Label("过期未复核", "Due for review")
SUPERSEDED = Label("已被取代", "Superseded")
FEWEST_YEARS = 3
MOST_CHARTS = 3
# The city's own province and the country come first; other regions only where these have none.
HOME_REGIONS = ("CN-5101", "CN-51", "CN", "CN-SW")
COLUMNS = (
    "key", "series", "zh", "en", "value", "unit", "kind", "region", "year", "valid_from",
    "valid_to", "published_at", "source", "address", "status", "gwp", "supersedes",
    "best_before", "note_zh", "note_en", "table", "table_version", "digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class User:
    """A methodology that takes a row."""

    reference: str
    title: Label


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One table as the list shows it; `due` counts rows past their best-before day."""

    table: FactorTable
    label: Label
    note: Label
    count: int
    unverified: int
    due: int


@dataclass(frozen=True, slots=True)
class RowView:
    """One row: its number as people read it, where it holds, and who takes it."""

    row: FactorRow
    label: Label
    note: Label
    value: str
    unit: Label
    region: Label
    year: str
    marks: tuple[Mark, ...]
    successor: FactorRow | None
    users: tuple[User, ...]


@dataclass(frozen=True, slots=True)
class TablePage:
    """One table with all its rows and the course of its series over the years."""

    entry: TableEntry
    rows: tuple[RowView, ...]
    charts: tuple[Chart, ...]


class FactorPages:
    """The factor tables of one library. The users of every row are found once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._users: dict[str, dict[str, User]] = {}
        for methodology in library.methodologies():
            self._note(methodology)

    def _note(self, methodology: Methodology) -> None:
        for factor in methodology.factors:
            for bound in factor.rows:
                users = self._users.setdefault(bound.row.key, {})
                users[methodology.reference] = User(methodology.reference, methodology.title)

    def entries(self, day: date) -> tuple[TableEntry, ...]:
        """Every table, by id."""
        return tuple(_entry(table, day) for table in self.library.factors.tables())

    def table(self, id: str) -> FactorTable:
        """The table of that id. Refuses: `no_such_table`, naming the nearest."""
        tables = {table.id: table for table in self.library.factors.tables()}
        if id in tables:
            return tables[id]
        near = get_close_matches(id, tables, n=1, cutoff=0.4)
        raise NotFound(
            "no_such_table",
            zh="没有因子表 {id}" + ("，是否应为 {near}？" if near else "。"),
            en="There is no factor table {id}" + ("; did you mean {near}?" if near else "."),
            id=id,
            near=near[0] if near else "",
        )

    def page(self, id: str, day: date) -> TablePage:
        """One table. Refuses: `no_such_table`."""
        table = self.table(id)
        rows = tuple(self._row(row, day) for row in table.rows)
        return TablePage(_entry(table, day), rows, self._charts(table))

    def _row(self, row: FactorRow, day: date) -> RowView:
        factors = self.library.factors
        verified = row.status == "published"
        marks = [Mark("ok", PUBLISHED) if verified else Mark("wait", UNVERIFIED)]
        if row.past_best_before(day):
            marks.append(Mark("no", DUE))
        if factors.superseded(row, day):
            marks.append(Mark("", SUPERSEDED))
        return RowView(
            row,
            Label(row.zh, row.en),
            Label(row.note_zh, row.note_en),
            number_text(row.quantity.value),
            self._unit(row),
            region_label(row.region),
            year_text(row.year),
            tuple(marks),
            factors.successor(row),
            tuple(self._users.get(row.key, {}).values()),
        )

    def _unit(self, row: FactorRow) -> Label:
        units, unit = self.library.units, row.quantity.unit
        return Label(units.label(unit, "zh"), units.label(unit, "en"))

    def _charts(self, table: FactorTable) -> tuple[Chart, ...]:
        """The series of this table that run over several years, home regions first."""
        pairs = dict.fromkeys((row.series, row.region) for row in table.rows)
        ranked = sorted(
            pairs,
            key=lambda pair: (
                HOME_REGIONS.index(pair[1]) if pair[1] in HOME_REGIONS else len(HOME_REGIONS)
            ),
        )
        found = []
        for series, region in ranked:
            rows = [row for row in self.library.factors.rows(series, region) if row.year]
            if len({row.year for row in rows}) >= FEWEST_YEARS:
                found.append(chart_of(rows, self._unit(rows[-1]), region_label(region)))
        return tuple(found[:MOST_CHARTS])


def _entry(table: FactorTable, day: date) -> TableEntry:
    return TableEntry(
        table,
        Label(table.zh, table.en),
        Label(table.note_zh, table.note_en),
        len(table.rows),
        sum(row.status == "unverified" for row in table.rows),
        sum(row.past_best_before(day) for row in table.rows),
    )


def factors_csv(rows: Iterable[FactorRow]) -> str:
    """Rows as CSV with a header; numbers exactly as published."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        end = row.valid.end.isoformat() if row.valid.end else ""
        writer.writerow(
            (
                row.key, row.series, row.zh, row.en, decimal_text(row.quantity.value),
                row.quantity.unit.text, row.kind, row.region, row.year or "",
                row.valid.start.isoformat(), end, row.published_at, row.source, row.address,
                row.status, row.gwp, row.supersedes, row.best_before or "", row.note_zh,
                row.note_en, row.table, row.table_version, row.digest,
            )
        )  # fmt: skip
    return out.getvalue()
