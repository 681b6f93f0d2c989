"""Who verifies: a body without an interest, not always the same one, not too much at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from tanhui.cases.queries import Case
from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, Refusal
from tanhui.projects import papers, reading
from tanhui.projects.calls import intake
from tanhui.projects.filing.acting import audit, kept, take
from tanhui.projects.reading import Project
from tanhui.projects.standing import objections
from tanhui.projects.statements import rows

_WORDS_MOST = 500


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body that could verify a project; `refusal` says why it cannot, `in_hand` what it has."""

    body: Organisation
    in_hand: int
    refusal: Refusal | None


def candidates(found: Project) -> list[Candidate]:
    """Every verification body, with what keeps it from verifying this project, if anything."""
    bodies = organisations.organisations(role="verifier")
    told = []
    for id, in_hand, conflicts, of_latest in _ties(found, None):
        refusal = _refusal(found, bodies[id], in_hand, conflicts, of_latest)
        told.append(Candidate(bodies[id], in_hand, refusal))
    return told


def assign_verifier(*, actor: Actor, code: str, verifier_id: int, at: datetime) -> Case:
    """Gives a project whose notice is over to a verification body.

    Refuses `not_permitted`, `no_such_project`, `person_unknown`, `objections_open`, what
    `give_to` refuses, and as `cases.take_step`.
    """
    require(actor, "projects.assign")
    with transaction.atomic():
        found = kept(reading.project(code))
        waiting = sum(each.answered_at is None for each in objections(found))
        if waiting:
            raise Conflict(
                "objections_open",
                zh="还有 {count} 条异议没有答复。",
                en="{count} objections have no answer yet.",
                count=waiting,
            )
        give_to(actor=actor, found=found, subject=found.subject, verifier_id=verifier_id, at=at)
        return take(actor, found, "assign-verifier", facts={"verifier": verifier_id}, at=at)


def give_to(*, actor: Actor, found: Project, subject: str, verifier_id: int, at: datetime) -> None:
    """Notes which body verifies `subject`, a project or a period of it, instead of any before.

    Called inside the transaction of the act. Refuses `no_such_organisation`, `not_a_verifier`,
    `verifier_conflict` (one credit code, or a declared interest), `verifier_busy`,
    `verifier_rotates` (it had the owner's latest projects), `person_unknown`.
    """
    body = organisations.organisation(verifier_id)
    if "verifier" not in body.roles:
        raise Invalid(
            "not_a_verifier",
            zh="{name}不是审核机构。",
            en="{name_en} is no verification body.",
            name=body.name_zh,
            name_en=body.name_en,
        )
    if actor.person_id is None:
        raise Forbidden(
            "person_unknown",
            zh="这一步须由登录的本人来走。",
            en="This step needs a person who is logged in.",
        )
    _, in_hand, conflicts, of_latest = _ties(found, verifier_id)[0]
    if refusal := _refusal(found, body, in_hand, conflicts, of_latest):
        raise refusal
    rows("end_assignment", {"subject": subject, "why": "replaced", "at": at})
    facts = {
        "project_id": found.id,
        "subject": subject,
        "verifier_id": verifier_id,
        "assigner_id": actor.person_id,
        "at": at,
    }
    rows("add_assignment", facts)
    audit(actor, found, "assign", at, about=subject, verifier=body.code)


def end_assignment(*, subject: str, why: str, at: datetime) -> None:
    """Notes that whoever verified `subject` no longer does: `done`, `replaced` or `withdrawn`."""
    rows("end_assignment", {"subject": subject, "why": why, "at": at})


def declare_conflict(*, actor: Actor, code: str, words: str, at: datetime) -> Case | None:
    """A body says that it has an interest in a project's owner: it steps aside, now and later.

    Answers the case where the project waits for another body; None where a period was meant.
    Refuses `not_permitted`, `no_such_project`, `conflict_words_missing`, and as `cases.take_step`.
    """
    require(actor, "projects.verify")
    words = words.strip()
    if not 0 < len(words) <= _WORDS_MOST or "\0" in words:
        raise Invalid(
            "conflict_words_missing",
            zh="请写明有什么利害关系，{most} 字以内。",
            en="Say what the interest is, in at most {most} letters.",
            most=_WORDS_MOST,
        )
    with transaction.atomic():
        found = kept(reading.readable(actor, code))
        facts = {
            "verifier_id": actor.organisation_id,
            "owner_id": found.owner_id,
            "words": words,
            "at": at,
        }
        rows("add_conflict", facts)
        given = papers.assignments(
            project_id=found.id, verifier_id=actor.organisation_id, live=True
        )
        for task in given:
            rows("end_assignment", {"subject": task.subject, "why": "conflict", "at": at})
        audit(actor, found, "declare_conflict", at, verifier=actor.organisation_id)
        if found.state == "assigned" and any(task.subject == found.subject for task in given):
            return take(actor, found, "unassign", words=words, at=at)
        return None


def record_opinion(*, actor: Actor, code: str, positive: bool, at: datetime) -> Case:
    """Notes that the body has signed its opinion on a filing; what it signed is kept elsewhere.

    Called by the command that checks the signature, inside its transaction. Refuses
    `not_permitted`, `no_such_project`, and as `cases.take_step`.
    """
    require(actor, "projects.verify")
    found = kept(reading.readable(actor, code))
    task = papers.assignment(found.subject)
    if task is None or task.verifier_id != actor.organisation_id:
        raise reading.no_such_project()
    case = take(actor, found, "opine", facts={"positive": positive}, at=at)
    end_assignment(subject=found.subject, why="done", at=at)
    return case


def _ties(found: Project, verifier_id: int | None) -> list[tuple[int, int, int, int]]:
    facts = {
        "owner_id": found.owner_id,
        "project_id": found.id,
        "latest": intake().projects_of_one_owner,
        "verifier_id": verifier_id,
    }
    return [(row[0], row[1], row[2], row[3]) for row in rows("verifier_ties", facts)]


def _refusal(
    found: Project, body: Organisation, in_hand: int, conflicts: int, of_latest: int
) -> Refusal | None:
    rules = intake()
    same = body.id == found.owner_id or body.credit_code == found.owner.credit_code
    if same or conflicts:
        return Conflict(
            "verifier_conflict",
            zh="{name}与业主有利害关系，须回避。",
            en="{name_en} has an interest in the owner and steps aside.",
            name=body.name_zh,
            name_en=body.name_en,
        )
    if of_latest >= rules.projects_of_one_owner:
        return Conflict(
            "verifier_rotates",
            zh="这家业主最近 {most} 个项目都由{name}审核，这次换一家。",
            en="{name_en} had this owner's latest {most} projects; another body takes this one.",
            most=rules.projects_of_one_owner,
            name=body.name_zh,
            name_en=body.name_en,
        )
    if in_hand >= rules.projects_at_once:
        return Conflict(
            "verifier_busy",
            zh="{name}手上已有 {most} 件审核。",
            en="{name_en} has {most} verifications in hand already.",
            most=rules.projects_at_once,
            name=body.name_zh,
            name_en=body.name_en,
        )
    return None
