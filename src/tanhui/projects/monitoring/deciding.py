"""What the bureau does with a period: gives it to a body, returns it, lets two persons issue it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden
from tanhui.projects import papers, reading
from tanhui.projects.filing.acting import kept as kept_project
from tanhui.projects.filing.verifying import end_assignment, give_to
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.acting import (
    given_period,
    kept,
    require_person,
    require_registered,
    require_state,
    take,
)
from tanhui.projects.monitoring.queries import ApprovedPeriod, Period
from tanhui.projects.statements import rows
from tanhui.projects.verification import queries as verification


def assign_period_verifier(
    *, actor: Actor, period_id: int, verifier_id: int, at: datetime
) -> Period:
    """Gives a report that was handed in to a verification body.

    Refuses `not_permitted`, `no_such_period`, `project_not_registered`, `verifier_assigned`, what
    `filing.verifying.give_to` refuses (`verifier_conflict`, `verifier_rotates`, `verifier_busy`,
    …), and as `cases.take_step`.
    """
    require(actor, "projects.assign")
    with transaction.atomic():
        project = kept_project(reading.project_by_id(queries.period(period_id).project_id))
        found = kept(period_id)
        require_registered(project)
        require_state(found, "submitted", "verifying")
        if found.state == "verifying" and papers.assignment(found.subject) is not None:
            raise Conflict(
                "verifier_assigned",
                zh="这个监测期已有机构在核证。",
                en="A body verifies this period already.",
            )
        give_to(actor=actor, found=project, subject=found.subject, verifier_id=verifier_id, at=at)
        take(actor, found, "assign-verifier", facts={"verifier": verifier_id}, at=at)
    return queries.period(period_id)


def return_report(*, actor: Actor, period_id: int, words: str, at: datetime) -> Period:
    """Returns a report to its owner with the reason; another version is handed in.

    The bureau may, and the body that verifies it now. Refuses `not_permitted`, `no_such_period`,
    and as `cases.take_step`.
    """
    if "verifier" in actor.roles:
        given_period(actor, period_id)
    else:
        require(actor, "projects.complete")
    with transaction.atomic():
        found = kept(period_id)
        take(actor, found, "return", words=words, at=at)
    return queries.period(period_id)


def propose_issuance(*, actor: Actor, period_id: int, words: str, at: datetime) -> Period:
    """Proposes to issue what a body has verified; another person decides.

    Refuses `not_permitted`, `no_such_period`, `project_not_registered`, `nothing_to_issue`,
    `person_unknown`, and as `cases.take_step`.
    """
    require(actor, "credits.issue")
    require_person(actor)
    with transaction.atomic():
        found = kept(period_id)
        require_registered(reading.project_by_id(found.project_id))
        handed = queries.submitted(period_id)
        if found.state == "verified" and handed and handed[-1].reduction_kg == 0:
            raise Conflict(
                "nothing_to_issue",
                zh="本期核证的减排量是 0，没有可签发的。",
                en="The period was verified with a reduction of 0: there is nothing to issue.",
            )
        take(actor, found, "propose", words=words, at=at)
    return queries.period(period_id)


def doubt_issuance(*, actor: Actor, period_id: int, words: str, at: datetime) -> Period:
    """Disagrees with a proposed issuance; it is thought of again.

    Refuses `not_permitted`, `no_such_period`, and as `cases.take_step`.
    """
    require(actor, "credits.issue")
    with transaction.atomic():
        take(actor, kept(period_id), "doubt", words=words, at=at)
    return queries.period(period_id)


def confirm_issuance(*, actor: Actor, period_id: int, at: datetime) -> ApprovedPeriod:
    """Confirms what another person proposed: the period is approved, by two persons.

    Called by the registry's issuance, in its transaction. Refuses `not_permitted`,
    `no_such_period`, `period_issued`, `period_not_approved`, `person_unknown`,
    `same_person_decides`, and as `cases.take_step`.
    """
    require(actor, "credits.issue")
    confirmer = require_person(actor)
    with transaction.atomic():
        approved = queries.approved_period(period_id, lock=True)
        if approved.proposed_by == confirmer:
            raise Forbidden(
                "same_person_decides",
                zh="提请的人不能自己复核，须由另一人签发。",
                en="Whoever proposed it does not confirm it; another person issues.",
            )
        found = queries.period(period_id)
        opinion = verification.opinion(found.subject)
        require_state(found, "proposed")
        assert opinion is not None
        facts = {
            "period_id": period_id,
            "opinion_id": opinion.id,
            "proposer_id": approved.proposed_by,
            "confirmer_id": confirmer,
            "at": at,
        }
        rows("approve_period", facts)
        take(actor, found, "confirm", at=at)
        return queries.approved_period(period_id, lock=False)


def mark_issued(*, actor: Actor, period_id: int, event_id: UUID, at: datetime) -> Period:
    """Notes that the registry has issued the period's credits as `event_id`; its case ends.

    Called by the registry's issuance, in its transaction. Refuses as `cases.take_step`.
    """
    require(actor, "credits.issue")
    found = kept(period_id)
    require_state(found, "approved")
    take(actor, found, "issue", facts={"event": str(event_id)}, event_id=event_id, at=at)
    end_assignment(subject=found.subject, why="done", at=at)
    return queries.period(period_id)
