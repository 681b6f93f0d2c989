"""What comes of terms that run out: taken in, withdrawn, heard, dropped, ended."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tanhui.cases import commands as cases
from tanhui.cases.queries import Case
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.projects import reading
from tanhui.projects.filing.acting import audit, kept, move, take
from tanhui.projects.filing.handing_in import accept_project
from tanhui.projects.standing import CASE_KIND, STRIKE_OFF_KIND
from tanhui.projects.statements import rows


def run_clocks(*, actor: Actor, at: datetime, limit: int = 100) -> int:
    """Takes what the terms of filings that have run out say; answers how many.

    Each in a transaction of its own. Called by the worker. Refuses `not_permitted`.
    """
    require(actor, "projects.run_clocks")
    done = 0
    for case in cases.run_clocks(kind=CASE_KIND, at=at, limit=limit):
        done += _filing(actor, case, at)
    for case in cases.run_clocks(kind=STRIKE_OFF_KIND, at=at, limit=limit):
        if case.clock_then is not None:
            cases.take_step(actor=actor, case_id=case.id, step=case.clock_then, at=at)
            done += 1
    return done + _end(actor, at, limit)


def _filing(actor: Actor, case: Case, at: datetime) -> int:
    code = case.subject.partition(":")[2]
    if case.clock_then is None:
        return 0
    if case.clock_then == "accept":
        accept_project(actor=actor, code=code, at=at)
        return 1
    with transaction.atomic():
        take(actor, kept(reading.project(code)), case.clock_then, at=at)
    return 1


def _end(actor: Actor, at: datetime, limit: int) -> int:
    """Ends the projects whose crediting period is over; their last periods may still be told."""
    ended = 0
    for (code,) in rows("to_end", {"day": city_day(at), "rows_max": limit}):
        with transaction.atomic():
            found = kept(reading.project(str(code)))
            if found.state == "registered":
                move(found, "ended", at=at)
                audit(actor, found, "end", at)
                ended += 1
    return ended
