"""What one may know of drops: which there are, who entered by which number, how they were drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from tanhui.identity.resealing import SealedColumn
from tanhui.rewards.drops import refusals
from tanhui.rewards.drops.drawing import CODE_BYTES, Entries
from tanhui.rewards.drops.records import DrawWitness, Drop, DropLeaf, Entry
from tanhui.rewards.terms import city_terms
from tanhui.runtime.sql import load

_ROOM = "tanhui.rewards.drops"
SEED_FIELD = "rewards.drop_seed"
SEALED = (SealedColumn("rewards_drop", "seed_sealed", lambda _: SEED_FIELD),)


@dataclass(frozen=True, slots=True)
class Live:
    """How many entries of a drop stand now, with how many tickets; how many were not told yet."""

    entries: int
    tickets: int
    unsettled: int


def rows(statement: str, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of one of this room's statements, by the names of their columns."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, statement), dict(asked))
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        return [_plain(dict(zip(names, row, strict=True))) for row in found]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: bytes(cell) if isinstance(cell, memoryview) else cell for name, cell in row.items()
    }


def drops(*, states: Iterable[str] = (), ids: Iterable[int] | None = None) -> list[Drop]:
    """Drops, those that close last first: all, or those in some states."""
    numbers = None if ids is None else list(ids)
    asked = {"code": None, "ids": numbers, "states": list(states)}
    return [Drop(**row) for row in rows("drops", asked)]


def drop(code: str) -> Drop:
    """One drop; refuses `no_such_drop`."""
    found = rows("drops", {"code": code, "ids": None, "states": []})
    if not found:
        raise refusals.no_such_drop()
    return Drop(**found[0])


def live(drop_ids: Iterable[int]) -> dict[int, Live]:
    """How many stand entered now, by the drop's number."""
    wanted = list(drop_ids)
    found = {
        row["drop_id"]: Live(row["entries"], row["tickets"], row["unsettled"])
        for row in rows("live", {"ids": wanted})
    }
    return {number: found.get(number, Live(0, 0, 0)) for number in wanted}


def entries_of(citizen_id: int, *, drop_id: int | None = None, limit: int = 100) -> list[Entry]:
    """A citizen's entries, the newest first, those that were left too."""
    asked = {"citizen_id": citizen_id, "drop_id": drop_id, "limit": limit}
    return [Entry(**row) for row in rows("entries_of", asked)]


def entry_of(citizen_id: int, drop_id: int) -> Entry | None:
    """A citizen's entry to a drop that still stands, or none."""
    found = entries_of(citizen_id, drop_id=drop_id)
    return next((entry for entry in found if entry.left_at is None), None)


def waiting_credit(citizen_id: int) -> int:
    """How many tickets more than one a citizen has in the next draw."""
    found = rows("credit", {"citizen_id": citizen_id})
    most = city_terms(settings.TANHUI.content_root).waiting_tickets_max
    return min(found[0]["tickets"], most) if found else 0


def frozen(drop_id: int) -> Entries:
    """The entries of a drop that stand, in the order of their numbers."""
    (row,) = rows("frozen", {"drop_id": drop_id})
    codes = row["codes"] or b""
    return Entries(
        row["numbers"] or [],
        [codes[at : at + CODE_BYTES] for at in range(0, len(codes), CODE_BYTES)],
        row["tickets"] or [],
    )


def won(drop_id: int) -> list[tuple[int, bytes]]:
    """Numbers and codes of the entries that won, in the order of the draw."""
    return [(row["number"], row["code"]) for row in rows("won", {"drop_id": drop_id})]


def leaves(drop_id: int) -> dict[str, DropLeaf]:
    """What the log was told of a drop, by its kind."""
    return {row["kind"]: DropLeaf(**row) for row in rows("leaves", {"drop_id": drop_id})}


def witnesses(drop_id: int) -> list[DrawWitness]:
    """The witnesses of a drop, in the order that counts."""
    return [DrawWitness(**row) for row in rows("witnesses", {"drop_id": drop_id})]
