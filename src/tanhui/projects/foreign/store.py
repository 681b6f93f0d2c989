"""Writing what a foreign file tells: statements of this room, rows as one JSON value each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from django.db import connection

from tanhui.projects.foreign.form import ISSUANCE, PROJECT_DAYS, PROJECT_TEXTS, Register
from tanhui.projects.foreign.reading import ReadCredit, ReadProject, ReadRow
from tanhui.runtime.sql import load

_ROOM = "tanhui.projects.foreign"
_CHUNK = 5_000
_AMOUNTS = ("estimated_kg", "issued_kg")
Item = TypeVar("Item")
Cells = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rival:
    """A block in the books that shares numbers with one that a file tells."""

    id: int
    kind: str
    code: str
    first: int
    last: int


class Store:
    """The statements of one reading of one register, in the caller's transaction."""

    def __init__(self, register: Register, file_name: str, sha256: bytes, at: datetime) -> None:
        self.register = register
        self.common: Cells = {"register": register.name, "at": at}
        run("lock_register", {})
        titles = {"title_zh": register.title_zh, "title_en": register.title_en}
        run("add_register", {"name": register.name, **titles, "at": at})
        facts = {"file_name": file_name, "sha256": sha256}
        ((self.import_id,),) = rows("add_import", {**self.common, **facts})
        self.common["import_id"] = self.import_id

    def end(self, outcome: Mapping[str, object]) -> None:
        """Keeps what became of the file's rows."""
        run("end_import", {**self.common, "outcome": json.dumps(outcome, ensure_ascii=False)})

    def known(self, digests: Sequence[bytes]) -> set[bytes]:
        """Which rows were read before."""
        found: set[bytes] = set()
        for chunk in chunks(digests):
            facts = {**self.common, "digests": chunk}
            found.update(bytes(digest) for (digest,) in rows("known_rows", facts))
        return found

    def add_rows(self, digests: Sequence[bytes]) -> None:
        """Remembers rows as read."""
        for chunk in chunks(digests):
            run("add_rows", {**self.common, "digests": chunk})

    def keep_projects(
        self, told: Sequence[ReadProject], *, fills: bool
    ) -> tuple[Ids, set[str], set[str]]:
        """Adds or changes projects; answers their numbers by code, which are new, which changed.

        With `fills`, as for rows about credits, only what is not known yet is taken.
        """
        ids: Ids = {}
        added: set[str] = set()
        changed: set[str] = set()
        for chunk in chunks(told):
            codes = [project.code for project in chunk]
            known = {
                code: (number, before)
                for code, number, before in rows("known_projects", {"codes": codes})
            }
            ids.update({code: number for code, (number, _) in known.items()})
            new = [_project_cells(one) for one in chunk if one.code not in known]
            fresh = dict(rows("add_projects", {**self.common, "projects": told_json(new)}))
            ids.update(fresh)
            added.update(fresh)
            changes = []
            for one in chunk:
                if one.code not in known:
                    continue
                number, before = known[one.code]
                before = json.loads(before, parse_float=Decimal)
                merged = _merged(before, _project_cells(one), fills=fills)
                if merged is not None:
                    changes.append({**merged, "id": number, "before": before})
                    changed.add(one.code)
            if changes:
                run("change_projects", {**self.common, "projects": told_json(changes)})
        return ids, added, changed

    def series(self, names: Iterable[str]) -> dict[str, int]:
        """The number of each series."""
        found: dict[str, int] = {}
        for chunk in chunks(sorted(set(names))):
            found.update(dict(rows("add_series", {**self.common, "names": chunk})))
        return found

    def rivals(self, blocks: Sequence[Cells]) -> dict[int, list[Rival]]:
        """Blocks in the books that share numbers with new ones, by the new one's place."""
        found: dict[int, list[Rival]] = {}
        for chunk in chunks(blocks):
            for place, *rival in rows("rivals", {"blocks": told_json(chunk)}):
                found.setdefault(place, []).append(Rival(*rival))
        return found

    def end_holdings(self, ids: Sequence[int], blocks: Sequence[Cells]) -> None:
        """Ends blocks that were held and of which these blocks tell more; what is left stays."""
        if ids:
            facts = {**self.common, "ids": list(ids), "blocks": told_json(blocks)}
            run("end_holdings", facts)

    def change_credits(self, told: Sequence[Cells]) -> None:
        """Tells the same blocks otherwise."""
        for chunk in chunks(told):
            run("change_credits", {**self.common, "credits": told_json(chunk)})

    def add_credits(self, told: Sequence[Cells]) -> None:
        """Adds blocks."""
        for chunk in chunks(told):
            run("add_credits", {**self.common, "credits": told_json(chunk)})


Ids = dict[str, int]


def credit_cells(
    row: ReadRow, credit: ReadCredit, project_id: int, series: Mapping[str, int]
) -> Cells:
    """A block as its table has it."""
    block = credit.block
    return {
        "project_id": project_id,
        "kind": credit.kind,
        "kg": credit.kg,
        "buffer_kg": credit.buffer_kg,
        "series_id": series[block.series] if block else None,
        "first": block.first if block else None,
        "last": block.last if block else None,
        "serial": credit.serial,
        "vintage": credit.vintage,
        "vintage_first": credit.vintage_first,
        "vintage_last": credit.vintage_last,
        "on_day": credit.on_day,
        "digest": row.digest.hex(),
        **credit.texts,
    }


def block_cells(place: int, credit: ReadCredit, series: Mapping[str, int]) -> Cells:
    """A block as the statements that compare numbers ask for it."""
    if credit.block is None:
        raise ValueError("only a block has numbers")
    return {
        "place": place,
        "issued": credit.kind == ISSUANCE,
        "series_id": series[credit.block.series],
        "first": credit.block.first,
        "last": credit.block.last,
    }


def _project_cells(project: ReadProject) -> Cells:
    return {
        "code": project.code,
        "number": project.number,
        **project.texts,
        "methodologies": list(project.methodologies),
        "longitude": project.longitude,
        "latitude": project.latitude,
        "estimated_kg": project.estimated_kg,
        "issued_kg": project.issued_kg,
        **project.days,
    }


def _merged(before: Cells, told: Cells, *, fills: bool) -> Cells | None:
    """What is known with what is told now, where that changes anything.

    A cell that says nothing leaves what is known; a place has both of its numbers or neither.
    """
    merged = {}
    for name in (*PROJECT_TEXTS, "methodologies", "longitude", *_AMOUNTS, *PROJECT_DAYS):
        fields = ("longitude", "latitude") if name == "longitude" else (name,)
        empty = told[name] in ("", None, [])
        known = before[name] not in ("", None, [])
        source = before if empty or (fills and known) else told
        merged.update({field: source[field] for field in fields})
    same = all(_plain(merged[name]) == _plain(before[name]) for name in merged)
    return None if same else merged


def _plain(cell: object) -> object:
    """A cell as JSON tells it, so that what comes from the books compares with what is read."""
    if isinstance(cell, date):
        return cell.isoformat()
    return Decimal(cell) if isinstance(cell, int) else cell


def told_json(cells: object) -> str:
    """Rows as one JSON value; days and decimals as text, which the statements read as such."""
    return json.dumps(cells, ensure_ascii=False, default=str)


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items by the thousand, so that no statement grows without bound."""
    rest = iter(items)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk


def run(name: str, facts: Cells) -> None:
    """Runs a statement that answers nothing."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)


def rows(name: str, facts: Cells) -> list[tuple[Any, ...]]:
    """What a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())
