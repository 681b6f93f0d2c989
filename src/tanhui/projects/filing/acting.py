"""What every act on a project shares: whose it is, keeping it for the transaction, going on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from tanhui.cases import commands as cases
from tanhui.cases import queries as case_queries
from tanhui.cases.queries import Case
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict
from tanhui.projects import reading
from tanhui.projects.reading import Project
from tanhui.projects.standing import CASE_KIND, Terms
from tanhui.projects.statements import rows

# By which of their roles somebody acts; whoever has several acts by the first.
_ROLES = ("platform", "regulator", "operator", "verifier", "owner", "buyer", "partner", "citizen")


def own_project(actor: Actor, code: str) -> Project:
    """A project of the actor's own organisation. Refuses `not_permitted`, `no_such_project`."""
    require(actor, "projects.propose")
    found = reading.project(code)
    if actor.organisation_id is None or found.owner_id != actor.organisation_id:
        raise reading.no_such_project()
    return found


def kept(found: Project) -> Project:
    """The project as it stands, which nobody else moves until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("a project is kept for a transaction")
    rows("lock", {"id": found.id})
    return reading.project_by_id(found.id)


def require_state(found: Project, states: Sequence[str]) -> None:
    """Refuses `project_fixed` where the project is in none of `states`."""
    if found.state not in states:
        raise Conflict(
            "project_fixed",
            zh="项目 {code} 现在的状态下，这一项不能改。",
            en="This cannot be changed where the project {code} stands now.",
            code=found.code,
        )


def case_of(found: Project, kind: str = CASE_KIND) -> Case:
    """The live case of a project. Refuses `project_not_filed` where there is none."""
    live = case_queries.live_case(kind, found.subject)
    if live is None:
        raise Conflict(
            "project_not_filed",
            zh="项目 {code} 没有正在办理的事项。",
            en="Nothing is under way about the project {code}.",
            code=found.code,
        )
    return live


def take(
    actor: Actor,
    found: Project,
    step: str,
    *,
    words: str = "",
    facts: Mapping[str, Any] | None = None,
    files: Sequence[str] = (),
    terms: Terms | None = None,
    at: datetime,
) -> Case:
    """Takes one step of the project's filing, and moves the project to where its case then is.

    Runs inside a transaction that has kept the project. Refuses `project_not_filed`, and as
    `cases.take_step`.
    """
    live = case_of(found)
    told = {**(facts or {}), "role": role_of(actor)}
    case = cases.take_step(
        actor=actor, case_id=live.id, step=step, words=words, facts=told, files=files, at=at
    )
    if case.state != found.state:
        move(found, case.state, terms=terms, at=at)
    audit(actor, found, step, at)
    return case


def role_of(actor: Actor) -> str:
    """The role by which somebody acts; empty for none known here."""
    return next((role for role in _ROLES if role in actor.roles), "")


def move(found: Project, to_state: str, *, terms: Terms | None = None, at: datetime) -> None:
    """Moves a project; `terms` are those of its registration."""
    rows(
        "move",
        {
            "id": found.id,
            "from_state": found.state,
            "to_state": to_state,
            "first": terms.first if terms else None,
            "last": terms.last if terms else None,
            "cap_kg": terms.cap_kg if terms else None,
            "buffer_percent": terms.buffer_percent if terms else None,
            "at": at,
        },
    )


def audit(
    actor: Actor, found: Project, act: str, at: datetime, **facts: str | int | date | None
) -> None:
    """Writes what was done to a project."""
    write_audit(
        actor=actor,
        action=f"projects.{act}",
        subject=found.subject,
        facts={
            name: str(value) if isinstance(value, date) else value for name, value in facts.items()
        },
        at=at,
    )
