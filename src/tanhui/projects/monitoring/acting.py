"""What every act on a period shares: whose it is, keeping it for the transaction, going on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.cases import commands as cases
from tanhui.cases.queries import Case
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden
from tanhui.projects import papers, reading
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.papers import Assignment
from tanhui.projects.reading import Project
from tanhui.projects.statements import rows


def own_period(actor: Actor, period_id: int) -> tuple[Period, Project]:
    """A period of the actor's own organisation. Refuses `not_permitted`, `no_such_period`."""
    require(actor, "projects.propose")
    found = queries.period(period_id)
    project = reading.project_by_id(found.project_id)
    if actor.organisation_id is None or project.owner_id != actor.organisation_id:
        raise queries.no_such_period()
    return found, project


def given_period(actor: Actor, period_id: int) -> tuple[Period, Assignment]:
    """A period that the actor's body verifies now. Refuses `not_permitted`, `no_such_period`."""
    require(actor, "projects.verify")
    found = queries.period(period_id)
    task = papers.assignment(found.subject)
    if task is None or task.verifier_id != actor.organisation_id:
        raise queries.no_such_period()
    return found, task


def kept(period_id: int) -> Period:
    """The period as it stands, which nobody else moves until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("a period is kept for a transaction")
    rows("lock_period", {"period_id": period_id})
    return queries.period(period_id)


def require_state(found: Period, *states: str) -> None:
    """Refuses `period_fixed` where the period is in none of `states`."""
    if found.state not in states:
        raise Conflict(
            "period_fixed",
            zh="这个监测期现在的状态下，这一项不能做。",
            en="This cannot be done where the period stands now.",
        )


def require_registered(project: Project) -> None:
    """Refuses `project_not_registered` for a project that is not, or no longer, registered."""
    if project.state != "registered":
        raise Conflict(
            "project_not_registered",
            zh="项目 {code} 没有登记，或已不在登记簿上。",
            en="The project {code} is not registered, or no longer.",
            code=project.code,
        )


def require_person(actor: Actor) -> int:
    """Refuses `person_unknown` for a program where it must be known who decides."""
    if actor.person_id is None:
        raise Forbidden(
            "person_unknown",
            zh="这一步须由登录的本人来走。",
            en="This step needs a person who is logged in.",
        )
    return actor.person_id


def take(
    actor: Actor,
    found: Period,
    step: str,
    *,
    words: str = "",
    facts: Mapping[str, Any] | None = None,
    event_id: UUID | None = None,
    at: datetime,
) -> Case:
    """Takes one step of the period's case, and moves the period to where the case then is.

    Runs inside a transaction that has kept the period. Refuses as `cases.take_step`.
    """
    case = cases.take_step(
        actor=actor,
        case_id=queries.case_of(found).id,
        step=step,
        words=words,
        facts=facts,
        at=at,
    )
    if case.state != found.state:
        moved = {
            "id": found.id,
            "from_state": found.state,
            "to_state": case.state,
            "event_id": event_id,
            "at": at,
        }
        rows("move_period", moved)
    audit(actor, found, step, at)
    return case


def audit(actor: Actor, found: Period, act: str, at: datetime, **facts: object) -> None:
    """Writes what was done to a period."""
    write_audit(
        actor=actor,
        action=f"projects.period.{act}",
        subject=found.subject,
        facts={"project": found.project_id, "number": found.number, **facts},
        at=at,
    )
