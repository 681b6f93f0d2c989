"""The desk of holds: what waits for a decision, in the order in which it should be looked at."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.runtime.sql import load

_ROOM = "tanhui.behaviours"
Queue = Literal["mine", "holds", "appeals", "all"]
# What ends so soon, or waits so long, comes before anything that is worth more.
SOON = timedelta(days=1)
WAITED = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Hold:
    """An open hold as a desk sees it: the deed, what was seen, until when, what is at stake.

    `person` is a pseudonym that stays the same for one citizen; who it is, is not shown. `state`
    is that of its case (`open` without one), `clock_at` when the state ends by itself. `loss` is
    what letting it pass would cost if its detector is right: the points, times the people whom
    this detector holds of this partner.
    """

    id: UUID
    person: str
    partner_code: str
    partner_zh: str
    partner_en: str
    scene: int
    started_at: datetime
    ended_at: datetime
    amount: int
    grade: int
    detector: str
    facts: dict[str, Any]
    placed_at: datetime
    deadline: datetime
    points: int
    reduction_mg: int
    state: str
    clock_at: datetime
    case_id: UUID | None
    loss: int
    own: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many holds stand in each queue; how many end within a day, or should have ended."""

    mine: int
    holds: int
    appeals: int
    soon: int
    late: int


def open_holds(
    *, actor: Actor, at: datetime, queue: Queue = "all", limit: int = 200, offset: int = 0
) -> list[Hold]:
    """The holds of a queue, most urgent first, then by expected loss.

    `mine`: what this actor may decide now; `holds`: not objected to; `appeals`: objected to.
    Urgent is what ends within a day or has waited for five, so that nothing is seven days old
    and unseen. Refuses `not_permitted`.
    """
    require(actor, "holds.read")
    asked = {**_asked(actor, at), "queue": queue, "rows_max": limit, "rows_before": offset}
    return [_hold(row) for row in _fetch("open_holds", {**asked, "hold_id": None})]


def open_hold(*, actor: Actor, hold_id: UUID, at: datetime) -> Hold | None:
    """One open hold; None where there is none of this number. Refuses `not_permitted`."""
    require(actor, "holds.read")
    asked = {**_asked(actor, at), "queue": "all", "rows_max": 1, "rows_before": 0}
    found = _fetch("open_holds", {**asked, "hold_id": hold_id})
    return _hold(found[0]) if found else None


def counts(*, actor: Actor, at: datetime) -> Counts:
    """How many holds each queue has. Refuses `not_permitted`."""
    require(actor, "holds.read")
    return Counts(*_fetch("count_holds", _asked(actor, at))[0])


def _asked(actor: Actor, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "person_id": actor.person_id,
        "soon": at + SOON,
        "waited": at - WAITED,
    }


def _fetch(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())


def _hold(row: Sequence[Any]) -> Hold:
    hold_id, person, *told, facts, placed_at, due, points, reduction_mg = row[:16]
    # Through Django's connection JSON arrives as text.
    ends = (json.loads(facts), placed_at, due, points, reduction_mg)
    return Hold(*(hold_id, f"{person:06x}", *told, *ends, *row[16:]))
