"""A day's bill: every deed of a citizen's day computed again from its row, and what comes out.

Nothing that was stored as a result is used: milligrams come from the exact evaluator and the
frozen document, points from the tariff, the evidence and what the day's limits had left when the
deed was recorded. Each line says whether that is what the books hold.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from tanhui.behaviours.keys import behaviour_key
from tanhui.behaviours.queries import rows_of_days
from tanhui.behaviours.rows import BehaviourRow
from tanhui.kernel.periods import day_end, day_start
from tanhui.methodology.explain import explain
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import Scene


@dataclass(frozen=True, slots=True)
class BillLine:
    """One deed: its row, and what it comes to when it is computed again.

    `room` and `room_in_all` are what its scene's limit and the day's had left before it; the
    latter is None where the city had no limit over all scenes.
    """

    row: BehaviourRow
    scene: Scene
    methodology: str
    tariff: str
    limit: str
    reduction_mg: int
    points_uncapped: int
    room: int
    room_in_all: int | None
    points: int

    @property
    def agrees(self) -> bool:
        """Whether the books hold the same."""
        row = self.row
        return (self.reduction_mg, self.points_uncapped, self.points) == (
            row.reduction_mg,
            row.points_uncapped,
            row.points,
        )


@dataclass(frozen=True, slots=True)
class DayBill:
    """A citizen's day, in the order in which its limits were filled; sums are of what counts."""

    day: date
    lines: tuple[BillLine, ...]
    reduction_mg: int
    points: int

    @property
    def agrees(self) -> bool:
        """Whether every line is what the books hold."""
        return all(line.agrees for line in self.lines)


@dataclass(slots=True)
class _Taken:
    """Points that a deed took of its day's limits, until they were given back."""

    scene: str
    chunk_id: int
    points: int
    given_back_at: datetime | None


def day_bill(*, citizen_id: int, day: date) -> DayBill:
    """Computes a citizen's day again; a day without deeds has an empty bill."""
    library = library_in_force()
    rows = {row.key: row for row in rows_of_days(citizen_id=citizen_id, first=day, last=day)}
    taken: list[_Taken] = []
    lines = []
    for started, partner, digest, chunk, *rule, given_back_at in _in_order(citizen_id, day):
        row = rows[behaviour_key(started, partner, digest)]
        line = _line(library, row, chunk, rule, taken)
        lines.append(line)
        taken.append(_Taken(row.scene, chunk, line.points, given_back_at))
    counted = [line for line in lines if line.row.counts]
    return DayBill(
        day=day,
        lines=tuple(lines),
        reduction_mg=sum(line.reduction_mg for line in counted),
        points=sum(line.points for line in counted),
    )


def _in_order(citizen_id: int, day: date) -> list[tuple[Any, ...]]:
    facts: dict[str, Any] = {
        "citizen_id": citizen_id,
        "since": day_start(day),
        "until": day_end(day),
    }
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.behaviours", "day_order"), facts)
        return list(cursor.fetchall())


def _line(
    library: SceneLibrary, row: BehaviourRow, chunk: int, rule: list[str], taken: list[_Taken]
) -> BillLine:
    methodology, tariff_reference, limit_reference = rule
    scene = library.scene(row.scene)
    tariff = next(one for one in library.tariffs if one.reference == tariff_reference)
    limit = next((one for one in library.limits if one.reference == limit_reference), None)
    merged = row.merge is not None
    inputs = scene.inputs(row.amount, row.detail)
    document = library.methodologies.referenced(methodology)
    reduction = 0 if merged else explain(document, inputs).result
    uncapped = 0 if merged else tariff.points(reduction, row.grade)
    used: dict[str, int] = defaultdict(int)
    for other in taken:
        # What was taken back or reversed before this deed was recorded had given its room back;
        # nothing of the same chunk was.
        back = other.given_back_at
        if other.chunk_id == chunk or back is None or back > row.recorded_at:
            used[other.scene] += other.points
    room = max(0, tariff.points_per_day_max - used[row.scene])
    in_all = None if limit is None else max(0, limit.per_day_max_in_all - sum(used.values()))
    points = min(uncapped, room) if in_all is None else min(uncapped, room, in_all)
    return BillLine(
        row=row,
        scene=scene,
        methodology=methodology,
        tariff=tariff_reference,
        limit=limit_reference,
        reduction_mg=reduction,
        points_uncapped=uncapped,
        room=room,
        room_in_all=in_all,
        points=points,
    )
