"""What one may know of the totals. All of it is as of the last roll, which is in the public log.

`deeds` are paid ones that stand: not held, not merged with another report, not taken back; their
milligrams and points are `reduction_mg` and `points`. Days are the city's. A district is 0 where it
is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from tanhui.behaviours.totals.sums import ROOM
from tanhui.publiclog import queries as publiclog
from tanhui.runtime.sql import load

# What so few did could be told of a single person.
FEWEST = 3
# Stands for all scenes, or districts, of which each had fewer.
SEVERAL = 0
_FOREVER = (date(1900, 1, 1), date(9999, 12, 30))


@dataclass(frozen=True, slots=True)
class Sum:
    """What some deeds come to; `held` and `merged` are beside `deeds`, not among them."""

    deeds: int
    held: int
    merged: int
    reduction_mg: int
    points: int


@dataclass(frozen=True, slots=True)
class Cutoff:
    """When the totals were last looked after; `roll` is the last one that changed anything.

    `people` are registered citizens. `outbox_id` is the roll's leaf; `log_index` its place in the
    public log, None until it is published. `rolled_at` tells the roll from one of the same number
    in books that were since restored from a backup.
    """

    at: datetime
    roll: int
    rolled_at: datetime
    people: int
    outbox_id: int
    log_index: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A roll, when it was, and where its leaf lies in the log (None until it is published)."""

    roll: int
    at: datetime
    log_index: int | None


@dataclass(frozen=True, slots=True)
class Recent:
    """Deeds that were recorded in the ten minutes from `since` on, by scene and district.

    Where a scene's or a district's deeds were fewer than FEWEST they are told together with others,
    and the number is SEVERAL; where even all of them were fewer, nothing is told.
    """

    since: datetime
    scene: int
    district: int
    deeds: int


NOTHING = Sum(0, 0, 0, 0, 0)


def cutoff() -> Cutoff | None:
    """When the totals end; None before the first roll."""
    found = _rows("cutoff", {})
    if not found:
        return None
    at, people, number, outbox_id, rolled_at = found[0]
    return Cutoff(at, number, rolled_at, people, outbox_id, publiclog.position(outbox_id))


def last_change(last: date) -> Change | None:
    """The last roll that changed any day until `last`; None where there was none."""
    found = _rows("last_change", {"last": last})
    if not found:
        return None
    number, at, outbox_id = found[0]
    return Change(number, at, publiclog.position(outbox_id))


def in_all() -> Sum:
    """Everything that was ever rolled."""
    found = _rows("in_all", {})
    return _sum(found[0])


def by_scene(first: date, last: date) -> dict[int, Sum]:
    """By scene number, the days from `first` to `last`, both among them."""
    return {row[0]: _sum(row[1:]) for row in _between("by_scene", first, last)}


def by_day(first: date, last: date) -> dict[date, Sum]:
    """By day; days without anything are left out."""
    return {row[0]: _sum(row[1:]) for row in _between("by_day", first, last)}


def by_district(first: date, last: date) -> dict[int, Sum]:
    """By district number; 0 is what has no place in the city."""
    return {row[0]: _sum(row[1:]) for row in _between("by_district", first, last)}


def by_month(*, until: date, months: int) -> list[tuple[date, Sum]]:
    """The month of `until` and those before it, so many in all, the oldest first.

    Each is told by its first day; the last one goes to `until` alone.
    """
    ordinal = until.year * 12 + until.month - 1
    firsts = [
        date(number // 12, number % 12 + 1, 1)
        for number in range(ordinal - months + 1, ordinal + 1)
    ]
    found = {row[0]: _sum(row[1:]) for row in _between("by_month", firsts[0], until)}
    return [(first, found.get(first, NOTHING)) for first in firsts]


def cells(
    first: date = _FOREVER[0], last: date = _FOREVER[1]
) -> Iterator[tuple[date, int, int, Sum]]:
    """Day, scene and district with their sums, by day, read as one goes along.

    These are exact: whoever publishes them hides cells of fewer than FEWEST deeds.
    """
    for day, scene, district, *sums in _between("cells", first, last):
        yield day, scene, district, _sum(sums)


def differing_totals() -> int:
    """How many cells of partner, day, scene and district are not what the deeds come to, with what
    waits to be rolled. Reads all deeds."""
    return int(_rows("differing", {})[0][0])


def recent(*, limit: int = 12) -> list[Recent]:
    """What was recorded lately, the newest first, in ten minutes that are over."""
    found = _rows("recent", {"rows_max": limit, "fewest": FEWEST})
    return [Recent(*row) for row in found]


def _sum(row: tuple[Any, ...] | list[Any]) -> Sum:
    return Sum(*(int(value) for value in row))


def _between(name: str, first: date, last: date) -> list[tuple[Any, ...]]:
    return _rows(name, {"first": first, "last": last})


def _rows(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(ROOM, name), facts)
        return list(cursor.fetchall())
