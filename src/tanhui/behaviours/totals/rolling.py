"""Rolls: what settlement left behind is added to the totals, and the public log is told of it.

A roll is one transaction: the queue's rows, the totals, the roll's own row and its leaf. Killed at
any point it has either happened or not. What commits while a roll runs waits for the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from tanhui.behaviours.totals.sums import ROOM
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.publiclog.commands import append_leaf
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force

# One leaf holds at most 60,000 bytes; a sum takes less than 80.
_SUMS_IN_LEAF = 700
# Partners that close their books at midnight get a moment before the day is stated.
_STATED_AFTER = timedelta(minutes=10)


def roll(*, actor: Actor, at: datetime) -> int:
    """Adds all that waits to the totals; answers how many rows of sums that made.

    Writes a `sums` leaf where there was anything. One roll runs at a time: where another one does,
    this one answers 0. Refuses: `not_permitted`.
    """
    require(actor, "totals.roll")
    with transaction.atomic():
        if not _alone():
            return 0
        people = int(_fetch("look", {"at": at})[0][0])
        if not _fetch("waiting")[0][0]:
            return 0
        number, *before = _fetch("last_roll")[0]
        sums = _fetch("take", {"roll": number + 1, "at": at})
        leaf = {"v": 1, "t": "sums", "n": number + 1, "at": _instant(at), "people": people}
        outbox_id = _append(leaf, _told(sums), at)
        added = [sum(row[column] for row in sums) for column in (2, 3, 4)]
        _do(
            "add_roll",
            {
                "number": number + 1,
                "at": at,
                "people": people,
                "outbox_id": outbox_id,
                **dict(
                    zip(
                        ("deeds", "reduction_mg", "points"),
                        (was + more for was, more in zip(before, added, strict=True)),
                        strict=True,
                    )
                ),
            },
        )
        return len(sums)


def state_days(*, actor: Actor, at: datetime) -> int:
    """States in the public log each ended day whose totals changed since it was stated.

    Once a day has begun for some minutes, its yesterday is stated, and every earlier day that was
    delivered late; answers how many days. A statement equals the replay of the `sums` leaves before
    it. Refuses: `not_permitted`.
    """
    require(actor, "totals.roll")
    with transaction.atomic():
        today = city_day(at - _STATED_AFTER)
        if not _alone() or _fetch("stated_since", {"today": today, "zone": CITY_ZONE.key})[0][0]:
            return 0
        number, *in_all = _fetch("last_roll")[0]
        people = _fetch("people")
        days: dict[date, list[Sequence[Any]]] = {}
        for day, *sums in _fetch("unstated", {"today": today}):
            days.setdefault(day, []).append(sums)
        codes = _codes()
        whole = dict(zip(("deeds", "mg", "points"), map(int, in_all), strict=True))
        for day, scenes in days.items():
            deeds, mg, points = (sum(int(row[column]) for row in scenes) for column in (1, 2, 3))
            leaf = {
                "v": 1,
                "t": "totals",
                "day": day.isoformat(),
                "at": _instant(at),
                "scenes": [[codes[scene], *map(int, sums)] for scene, *sums in scenes if any(sums)],
                "deeds": deeds,
                "mg": mg,
                "points": points,
                "all": {**whole, "people": int(people[0][0]) if people else 0},
            }
            facts = {"deeds": deeds, "reduction_mg": mg, "points": points}
            outbox_id = append_leaf(leaf=leaf, at=at)
            _do(
                "add_statement",
                {"day": day, "roll": number, "at": at, "outbox_id": outbox_id, **facts},
            )
        return len(days)


def _alone() -> bool:
    """Whether no other roll is under way; none begins before this transaction has ended."""
    return bool(_fetch("alone")[0][0])


def _append(leaf: dict[str, object], sums: list[list[object]], at: datetime) -> int:
    """Writes the leaf, in several parts where it is too long for one; answers the last number."""
    parts = [sums[first : first + _SUMS_IN_LEAF] for first in range(0, len(sums), _SUMS_IN_LEAF)]
    outbox_id = 0
    for place, part in enumerate(parts or [[]], start=1):
        share = {"part": place, "parts": len(parts)} if len(parts) > 1 else {}
        outbox_id = append_leaf(leaf={**leaf, **share, "sums": part}, at=at)
    return outbox_id


def _told(sums: Sequence[Sequence[Any]]) -> list[list[object]]:
    """The sums as a leaf holds them; those that come to nothing are left out."""
    codes = _codes()
    return [
        [day.isoformat(), codes[scene], *map(int, amounts)]
        for day, scene, *amounts in sums
        if any(amounts)
    ]


def _codes() -> dict[int, str]:
    return {scene.number: scene.code for scene in library_in_force().scenes}


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _fetch(name: str, facts: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(ROOM, name), facts)
        return list(cursor.fetchall())


def _do(name: str, facts: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load(ROOM, name), facts)
