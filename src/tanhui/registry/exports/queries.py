"""Exports: told, held against the schema, written, read back, and summed in a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.conf import settings

from tanhui.kernel.refusals import Conflict, Refusal
from tanhui.publiclog.leaves import instant
from tanhui.registry.exports import cadtrust, offsetsdb
from tanhui.registry.exports.facts import Facts, read_facts
from tanhui.registry.exports.files import (
    Staged,
    plain,
    read_csv,
    read_json,
    write_csv,
    write_json,
    write_report,
)
from tanhui.registry.exports.schema import Fault, Schema, faults, tonnes
from tanhui.registry.exports.terms import CAD_TRUST, OFFSETSDB, schema

Record = Mapping[str, object]
Tables = Mapping[str, Sequence[Record]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds: rows by table, kilograms by state in the books and in the files.

    `withheld` are records that the schema cannot take, each with the reason and its kilograms in
    `withheld_kg`; `beyond` are values on no list, which only simulated bodies have.
    """

    schema: str
    version: str
    folder: Path
    rows: dict[str, int]
    books_kg: dict[str, int]
    files_kg: dict[str, int]
    withheld_kg: int
    withheld: tuple[tuple[str, str, str], ...]
    beyond: dict[str, str]
    simulated: bool

    @property
    def equal(self) -> bool:
        """Whether the files hold exactly what the books do."""
        return self.books_kg == self.files_kg and not self.withheld_kg

    def told(self) -> dict[str, object]:
        """As the report has it."""
        return {
            "schema": self.schema,
            "version": self.version,
            "simulated": self.simulated,
            "rows": self.rows,
            "tonnes_in_books": {name: tonnes(kg) for name, kg in self.books_kg.items()},
            "tonnes_in_files": {name: tonnes(kg) for name, kg in self.files_kg.items()},
            "tonnes_withheld": tonnes(self.withheld_kg),
            "equal": self.equal,
            "round_trip": True,
            "withheld": [
                {"table": table, "record": key, "reason": reason}
                for table, key, reason in self.withheld
            ],
            "on_no_list": self.beyond,
        }


def export_cadtrust(*, out: Path, at: datetime) -> Exported:
    """Writes CAD Trust v2 files into `out`.

    Refuses `folder_not_empty`, `export_invalid`, `export_differs`, `no_export_terms`.
    """
    facts, told_schema = read_facts(), schema(settings.TANHUI.content_root, CAD_TRUST)
    told = cadtrust.told(facts)
    ids = {table: frozenset(found) for table, found in told.ids.items()}
    _require_valid(told_schema, told.records, ids, frozenset(told.beyond))
    units = told.records.get("unit", [])
    kept: dict[str, int] = {}
    for unit in units:
        state = _STATE_OF[str(unit["unitStatus"])]
        kept[state] = kept.get(state, 0) + cadtrust.kg_of(unit)
    missing = [key for table, key, _ in told.withheld if table == "unit"]
    exported = _exported(
        facts,
        told_schema,
        out,
        told.records,
        books=_by_state(facts),
        files=_sorted(kept),
        withheld_kg=sum(_width(key) for key in missing),
        withheld=tuple(told.withheld),
        beyond=told.beyond,
    )
    notes = {
        "unit": "ends in tonnes with three decimals; the last less the first is the count",
        "ids": {table: told.ids.get(table, []) for table in told.ids},
    }
    _keep(exported, told_schema, told.records, write_json, read_json, notes, at)
    return exported


def export_offsetsdb(*, out: Path, at: datetime) -> Exported:
    """Writes OffsetsDB's tables as CSV into `out`; refuses as `export_cadtrust`."""
    facts, told_schema = read_facts(), schema(settings.TANHUI.content_root, OFFSETSDB)
    records = offsetsdb.told(facts)
    ids = {"projects": frozenset(facts.projects)}
    _require_valid(told_schema, records, ids, frozenset())
    sums: dict[str, int] = dict.fromkeys(("issued", "retired", "cancelled"), 0)
    names = {"issuance": "issued", "retirement": "retired", "cancellation": "cancelled"}
    for credit in records["credits"]:
        kg = int(Decimal(str(credit["quantity"])).scaleb(3))
        sums[names[str(credit["transaction_type"])]] += kg
    exported = _exported(
        facts,
        told_schema,
        out,
        records,
        books={
            "issued": sum(one.equation.issued_kg for one in facts.equations),
            "retired": sum(one.equation.retired_kg for one in facts.equations),
            "cancelled": sum(one.equation.cancelled_kg for one in facts.equations),
        },
        files=sums,
    )
    notes = {"quantity": "tonnes as exact decimals; no place for serials or transfers"}
    _keep(exported, told_schema, records, write_csv, read_csv, notes, at)
    return exported


_STATE_OF = {"Held": "held", "Buffer": "held", "Retired": "retired", "Cancelled": "cancelled"}


def _by_state(facts: Facts) -> dict[str, int]:
    """Kilograms by state as the equations have them; what is reserved is still held."""
    held = sum(one.equation.held_kg + one.equation.reserved_kg for one in facts.equations)
    found = {
        "held": held,
        "retired": sum(one.equation.retired_kg for one in facts.equations),
        "cancelled": sum(one.equation.cancelled_kg for one in facts.equations),
    }
    return _sorted({state: kg for state, kg in found.items() if kg})


def _sorted(kg: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(kg.items()))


def _width(serial: str) -> int:
    first, last = serial.rsplit("-", 2)[1:]
    return int(last) - int(first) + 1


def _exported(
    facts: Facts,
    told_schema: Schema,
    out: Path,
    records: Tables,
    *,
    books: dict[str, int],
    files: dict[str, int],
    withheld_kg: int = 0,
    withheld: tuple[tuple[str, str, str], ...] = (),
    beyond: Mapping[str, str] | None = None,
) -> Exported:
    return Exported(
        schema=told_schema.name,
        version=told_schema.version,
        folder=out,
        rows={table.name: len(records.get(table.name, ())) for table in told_schema.tables},
        books_kg=books,
        files_kg=files,
        withheld_kg=withheld_kg,
        withheld=withheld,
        beyond=dict(beyond or {}),
        simulated=facts.simulated,
    )


def _require_valid(
    told_schema: Schema,
    records: Tables,
    ids: Mapping[str, frozenset[str]],
    beyond: frozenset[str],
) -> None:
    """Raises `export_invalid` for the first record that does not fit; nothing is written then."""
    known: dict[str, frozenset[str]] = {}
    for table in told_schema.tables:
        for record in records.get(table.name, ()):
            for fault in faults(told_schema, table, record, known):
                # What is beyond a list is told in the report; every other fault refuses all.
                if fault.code != "not_in_list" or fault.value not in beyond:
                    raise _refuse_invalid(fault)
        known[table.name] = ids.get(table.name, frozenset())


def _refuse_invalid(fault: Fault) -> Refusal:
    return Conflict(
        "export_invalid",
        zh="{table}.{field} 不合导出格式（{code}）：{value}。没有写出任何文件。",
        en="{table}.{field} does not fit the schema ({code}): {value}. Nothing was written.",
        table=fault.table,
        field=fault.field,
        code=fault.code,
        value=fault.value[:80],
    )


def _keep(
    exported: Exported,
    told_schema: Schema,
    records: Tables,
    write: Callable[[Path, Schema, Tables], list[Path]],
    read: Callable[[Path, Schema], dict[str, list[Record]]],
    notes: Mapping[str, object],
    at: datetime,
) -> None:
    """Writes the files, reads them back, and keeps them when they are equal."""
    staged = Staged(exported.folder)
    try:
        write(staged.folder, told_schema, records)
        if read(staged.folder, told_schema) != plain(records, told_schema):
            raise _refuse_different()
        if exported.withheld_kg == 0 and exported.books_kg != exported.files_kg:
            raise _refuse_different()
        report = {**exported.told(), "at": instant(at), "notes": dict(notes)}
        write_report(staged.folder, report)
        staged.keep()
    finally:
        staged.clear()


def _refuse_different() -> Refusal:
    return Conflict(
        "export_differs",
        zh="导出文件读回后与账面不等，没有保留。请告知平台。",
        en="The files read back otherwise than the books say and were not kept. Tell the platform.",
    )
