"""The factor library: every row of every table, by key, by digest, and by series and day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.canonical import digest
from tanhui.methodology.factorrows import (
    FactorRow,
    FactorTable,
    Validity,
    check_kind,
    check_plausible,
    read_quantity,
    read_row,
    read_validity,
)
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.units import UnitTable
from tanhui.methodology.warming import STATUSES, Conversion, Warming, WarmingSet

__all__ = [
    "STATUSES",
    "Conversion",
    "FactorLibrary",
    "FactorRow",
    "FactorTable",
    "Validity",
    "Warming",
    "WarmingSet",
    "check_kind",
    "check_plausible",
    "read_quantity",
    "read_validity",
]

_Read = tuple[Section, FactorRow]


def is_factor_table(file: TomlFile) -> bool:
    """Whether a file means to be a table of factors."""
    return "factor" in file.data and "methodology" not in file.data


def _table_id(file: TomlFile) -> object:
    head = file.data.get("table")
    return head.get("id") if isinstance(head, dict) else None


class FactorLibrary:
    """Every factor row under `content/common/factors`. Immutable once it is read.

    `draft` is a table that somebody is still writing elsewhere; it stands for the one of its id.
    Raises ContentRefused with every fault of every table.
    """

    def __init__(self, folder: Path, units: UnitTable, draft: TomlFile | None = None) -> None:
        self._rows: dict[str, FactorRow] = {}
        self._series: dict[str, dict[str, list[FactorRow]]] = {}
        self._digests: dict[str, FactorRow] = {}
        self._successors: dict[str, FactorRow] = {}
        self._tables: dict[str, FactorTable] = {}
        self._units = units
        problems: list[Problem] = []
        files: list[tuple[TomlFile, list[_Read]]] = []
        for path in sorted(folder.glob("*.toml")):
            try:
                file = TomlFile(path)
            except ContentRefused as refusal:
                problems.extend(refusal.problems)
                continue
            if draft is None or _table_id(file) != _table_id(draft):
                files.append((file, self._read(file)))
        if draft is not None:
            files.append((draft, self._read(draft)))
        # A row may supersede one of another file, so this waits until all are read.
        for file, rows in files:
            for section, row in rows:
                self._supersede(section, row)
            problems.extend(file.problems)
        if problems:
            raise ContentRefused(problems)

    def _read(self, file: TomlFile) -> list[_Read]:
        with file.root() as root:
            head = root.table("table")
            with head:
                table = head.text("id", pattern=r"[a-z0-9-]+(\.[a-z0-9-]+)*", like="grid-2023")
                version = head.text("version", pattern=r"[0-9]+\.[0-9]+\.[0-9]+", like="1.0.0")
                labels = head.text("zh"), head.text("en")
                notes = head.text("note_zh", required=False), head.text("note_en", required=False)
            # What all rows of a table have in common is written once; it counts as written in
            # each row, in its digest too.
            defaults = root.table("defaults", required=False).data
            rows: list[_Read] = []
            for number, section in enumerate(root.tables("factor"), 1):
                whole = Section(file, section.path, {**defaults, **section.data})
                row = read_row(whole, self._units, table=table, version=version, number=number)
                rows.append((whole, row))
        for section, row in rows:
            self._add(section, row)
        if table in self._tables:
            file.report(
                ("table", "id"),
                "duplicate_table",
                f"因子表 {table} 重复",
                f"the factor table {table} appears twice",
            )
        self._tables[table] = FactorTable(
            table,
            version,
            *labels,
            *notes,
            file.path,
            "" if file.problems else digest([head.data, *(row.digest for _, row in rows)]),
            tuple(row for _, row in rows),
        )
        return rows

    def _add(self, section: Section, row: FactorRow) -> None:
        """Put a row where it is found by; note what would make that ambiguous."""
        if row.key in self._rows:
            section.report(
                "key",
                "duplicate_factor",
                f"因子 {row.key} 重复",
                f"the factor {row.key} appears twice",
            )
        self._rows[row.key] = row
        self._digests[row.digest] = row
        regions = self._series.setdefault(row.series, {})
        for others in regions.values():
            if others[0].kind != row.kind:
                section.report(
                    "kind",
                    "series_of_two_kinds",
                    f"系列 {row.series} 已有类别 {others[0].kind}，不能再有 {row.kind}",
                    f"the series {row.series} is of kind {others[0].kind}, not {row.kind}",
                )
                break
        same = regions.setdefault(row.region, [])
        for other in same:
            if other.year == row.year:
                section.report(
                    "year",
                    "duplicate_factor",
                    f"系列 {row.series} 在 {row.region} 的 {row.year} 年已有 {other.key}",
                    f"the series {row.series} already has {other.key} for {row.region}, {row.year}",
                )
        same.append(row)
        same.sort(key=lambda item: item.year)

    def _supersede(self, section: Section, row: FactorRow) -> None:
        if not row.supersedes:
            return
        old = self._rows.get(row.supersedes)
        if old is None:
            fault = (
                "no_such_factor",
                f"没有因子 {row.supersedes}",
                f"there is no factor {row.supersedes}",
            )
        elif (old.series, old.region, old.kind) != (row.series, row.region, row.kind):
            fault = (
                "supersedes_other",
                f"{old.key} 的系列、地区或类别不同，不能被取代",
                f"{old.key} is of another series, region or kind and cannot be superseded",
            )
        elif (row.year, row.published_at) <= (old.year, old.published_at):
            fault = (
                "supersedes_newer",
                f"{old.key} 的年份与发布时间不早于本行",
                f"{old.key} is neither of an earlier year nor published earlier",
            )
        elif old.key in self._successors:
            fault = (
                "superseded_twice",
                f"{old.key} 已被 {self._successors[old.key].key} 取代",
                f"{old.key} is already superseded by {self._successors[old.key].key}",
            )
        else:
            self._successors[old.key] = row
            return
        section.report("supersedes", *fault)

    def __iter__(self) -> Iterator[FactorRow]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def tables(self) -> tuple[FactorTable, ...]:
        """Every table with its rows, by id."""
        return tuple(self._tables[id] for id in sorted(self._tables))

    def row(self, key: str) -> FactorRow:
        """The row of `key`. Refuses: `no_such_factor`."""
        if key not in self._rows:
            raise NotFound(
                "no_such_factor", zh="没有因子 {key}", en="there is no factor {key}", key=key
            )
        return self._rows[key]

    def by_digest(self, digest: str) -> FactorRow:
        """The row with this digest. Refuses: `no_such_factor`."""
        if digest not in self._digests:
            raise NotFound(
                "no_such_factor",
                zh="没有摘要为 {digest} 的因子",
                en="there is no factor with the digest {digest}",
                digest=digest,
            )
        return self._digests[digest]

    def rows(self, series: str, region: str) -> tuple[FactorRow, ...]:
        """The rows of a series for a region, by year.

        Refuses: `no_such_series` (naming the nearest), `no_factor_for_region` (naming those that
        the series has).
        """
        if series not in self._series:
            near = get_close_matches(series, self._series, n=1, cutoff=0.4)
            raise NotFound(
                "no_such_series",
                zh="没有因子系列 {series}" + ("，是否应为 {near}？" if near else ""),
                en="there is no factor series {series}"
                + ("; did you mean {near}?" if near else ""),
                series=series,
                near=near[0] if near else "",
            )
        regions = self._series[series]
        if region not in regions:
            raise NotFound(
                "no_factor_for_region",
                zh="因子系列 {series} 没有地区 {region}，现有：{regions}",
                en="the factor series {series} has no region {region}; it has: {regions}",
                series=series,
                region=region,
                regions=", ".join(sorted(regions)),
            )
        return tuple(regions[region])

    def select(self, series: str, region: str, on: date) -> FactorRow:
        """The row of the latest year among those in force on a day.

        Refuses: as `rows`, and `no_factor_in_force`.
        """
        found = self.rows(series, region)
        for row in reversed(found):
            if row.valid.holds(on):
                return row
        raise NotFound(
            "no_factor_in_force",
            zh="因子系列 {series}（{region}）在 {day} 没有适用的行，各行适用期：{periods}",
            en="no row of {series} ({region}) is in force on {day}; its rows cover {periods}",
            series=series,
            region=region,
            day=on.isoformat(),
            periods=", ".join(row.valid.text() for row in found),
        )

    def series(self) -> tuple[str, ...]:
        """The names of all series."""
        return tuple(sorted(self._series))

    def successor(self, row: FactorRow) -> FactorRow | None:
        """The row that supersedes this one, if any."""
        return self._successors.get(row.key)

    def superseded(self, row: FactorRow, on: date) -> bool:
        """Whether a row that supersedes this one is already in force, or was, on the day `on`."""
        successor = self.successor(row)
        return successor is not None and successor.valid.start <= on
