"""What a reviewer sees of a hold: the day, the record before it, the rules, and what was said.

Nobody is named. Whoever opens the evidence of a hold leaves one audit row a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from tanhui.behaviours.detectors.seen import Detector
from tanhui.behaviours.holds import subject_of
from tanhui.behaviours.judging import city_detectors
from tanhui.behaviours.keys import behaviour_key
from tanhui.behaviours.queries import rows_of_days
from tanhui.behaviours.rows import BehaviourRow
from tanhui.cases import queries as cases
from tanhui.cases.kinds import StepRule
from tanhui.cases.queries import Case, Step
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import CITY_ZONE, city_day, day_start
from tanhui.kernel.refusals import NotFound
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.vault.access import no_such_file
from tanhui.vault.queries import Opened, open_for

_ROOM = "tanhui.behaviours"
KIND = "hold-appeal"


@dataclass(frozen=True, slots=True)
class Record:
    """What the citizen did in the ninety days before: deeds in all and of the same scene, how
    many were held and refused, and the scene's highest and median mean in its unit an hour."""

    deeds: int
    of_scene: int
    held: int
    refused: int
    most_per_hour: int
    usual_per_hour: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything about one hold but whose it is.

    `day` are the citizen's deeds of that city day, the earliest first; `detectors` those in force
    on it, in the order in which they were heard. `case` and `steps` are None and empty before
    anybody said anything.
    """

    day: tuple[BehaviourRow, ...]
    record: Record
    detectors: tuple[Detector, ...]
    case: Case | None
    steps: tuple[Step, ...]
    offered: tuple[StepRule, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How the holds of one detector ended in one month of the city."""

    month: date
    detector: str
    released: int
    overdue: int
    refused: int
    objections: int
    granted: int


def open_evidence(*, actor: Actor, hold_id: UUID, at: datetime) -> Evidence:
    """The evidence of a hold, and the audit row that it was looked at.

    Refuses: `not_permitted`, `no_such_hold`.
    """
    require(actor, "holds.read")
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "hold_record"), {"hold_id": hold_id})
        found = cursor.fetchall()
    if not found:
        raise _no_such_hold()
    _audited(actor, hold_id, at)
    citizen_id, started_at, *record = found[0]
    day = city_day(started_at)
    case = cases.live_case(KIND, subject_of(hold_id))
    return Evidence(
        day=rows_of_days(citizen_id=citizen_id, first=day, last=day)[::-1],
        record=Record(*record),
        detectors=detectors_on(day),
        case=case,
        steps=tuple(cases.history(case.id)) if case else (),
        offered=tuple(cases.offered(case, actor)) if case else (),
    )


def open_photo(*, actor: Actor, hold_id: UUID, file_id: UUID) -> Opened:
    """A photo that came with what the citizen said about a hold; whoever may decide may see it.

    Refuses: `not_permitted`, `no_such_file` (also for files of anything else).
    """
    require(actor, "holds.read")
    case = cases.live_case(KIND, subject_of(hold_id))
    steps = cases.history(case.id) if case else []
    if str(file_id) not in {name for step in steps for name in step.files}:
        raise no_such_file()
    return open_for(actor, file_id)


def deed_of(hold_id: UUID) -> tuple[int, str]:
    """Whose deed a hold is about, and the deed's key. For programs: a desk asks `open_evidence`.

    Refuses: `no_such_hold`.
    """
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "deed_of_hold"), {"hold_id": hold_id})
        found = cursor.fetchall()
    if not found:
        raise _no_such_hold()
    citizen_id, *key = found[0]
    return citizen_id, behaviour_key(*key)


def _no_such_hold() -> NotFound:
    return NotFound("no_such_hold", zh="没有这条暂缓。", en="There is no such hold.")


def detectors_on(day: date) -> tuple[Detector, ...]:
    """The detectors in force on a city day, in the order in which they are heard."""
    library = library_in_force()
    modes = tuple((scene.mode, scene.number) for scene in library.scenes)
    return city_detectors(library.root, modes).on(day)


def _audited(actor: Actor, hold_id: UUID, at: datetime) -> None:
    """One audit row for each reviewer, hold and day."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                load(_ROOM, "open_evidence"),
                {"hold_id": hold_id, "reviewer": actor.name, "day": city_day(at)},
            )
            first = cursor.rowcount == 1
        if first:
            subject = subject_of(hold_id)
            write_audit(actor=actor, action="holds.opened", subject=subject, facts={}, at=at)


def quality(*, actor: Actor, since: date) -> list[Quality]:
    """How holds ended since a day, by month and detector, the newest month first.

    Refuses `not_permitted`.
    """
    require(actor, "holds.read")
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"zone": CITY_ZONE.key, "since": day_start(since)}
        cursor.execute(load(_ROOM, "hold_quality"), asked)
        return [Quality(*row) for row in cursor.fetchall()]
