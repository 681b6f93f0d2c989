"""Issuing credits for a verified period: the second person's decision and the numbers are one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.projects.monitoring import deciding
from tanhui.projects.monitoring.queries import ApprovedPeriod
from tanhui.registry import moving
from tanhui.registry.leaves import account_code, issue_leaf
from tanhui.registry.moving import Asked


@dataclass(frozen=True, slots=True)
class Issued:
    """What was issued: its numbers, the last `buffer_kg` of them in the project's buffer."""

    event_id: UUID
    first: int
    last: int
    kg: int
    buffer_kg: int


def issue_credits(*, actor: Actor, period_id: int, at: datetime) -> Issued:
    """Issues a verified period's credits, as the second person who decides on it.

    The buffer's share is rounded up. Refuses `not_permitted`, `no_such_period`, `period_issued`,
    `period_not_approved`, `person_unknown`, `same_person_decides`, `nothing_to_issue` and
    `cap_exceeded`.
    """
    require(actor, "credits.issue")
    with transaction.atomic():
        found = deciding.confirm_issuance(actor=actor, period_id=period_id, at=at)
        issued = _issue(actor, found, at)
        deciding.mark_issued(actor=actor, period_id=period_id, event_id=issued.event_id, at=at)
        write_audit(
            actor=actor,
            action="registry.issue",
            subject=f"project:{found.project.code}",
            facts={
                "period": found.number,
                "kg": issued.kg,
                "buffer_kg": issued.buffer_kg,
                "first": issued.first,
                "last": issued.last,
            },
            at=at,
        )
    return issued


def _issue(actor: Actor, found: ApprovedPeriod, at: datetime) -> Issued:
    buffer_kg = -(-found.kg * (found.project.buffer_percent or 0) // 100)
    event_id, placed = moving.issue(
        asked=Asked(actor, at),
        facts={"period": found.number, "kg": found.kg},
        period_id=found.id,
        project_id=found.project.id,
        vintage=found.vintage,
        holder=found.project.owner_id,
        kg=found.kg,
        buffer_kg=buffer_kg,
        cap_kg=found.project.cap_kg or 0,
        said=Jsonb(found.statement),
        verifier_key=found.vkey,
        signature=found.signature,
    )
    slices = [(each.first, each.last, account_code(each.target_id)) for each in placed]
    leaf = issue_leaf(
        said=found.statement, key=found.vkey, signature=found.signature, slices=slices, at=at
    )
    moving.note(event_id, leaf, at)
    return Issued(event_id, placed[0].first, placed[-1].last, found.kg, buffer_kg)
