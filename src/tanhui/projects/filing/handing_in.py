"""Handing a project in: filed, returned for more, accepted, shown to the public, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.cases import commands as cases
from tanhui.cases import queries as case_queries
from tanhui.cases.queries import Case
from tanhui.governance.permissions import require
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, Refusal
from tanhui.projects import papers, reading
from tanhui.projects.calls import CALLS, Paper, intake, next_call, open_call
from tanhui.projects.filing import places
from tanhui.projects.filing.acting import (
    audit,
    case_of,
    kept,
    move,
    own_project,
    require_state,
    take,
)
from tanhui.projects.filing.agreements import require_signed
from tanhui.projects.filing.designing import design_missing
from tanhui.projects.filing.drafting import DRAFT_STATES, sites_missing, write_change
from tanhui.projects.reading import Project
from tanhui.projects.standing import CASE_KIND, OBJECT, objections
from tanhui.projects.statements import rows
from tanhui.rulebook import queries as rulebook

PLEDGE = "pledge"
_DECIDERS = frozenset({"regulator", "verifier"})


def file_project(*, actor: Actor, code: str, at: datetime) -> Case:
    """Files a draft, or files again what was returned; what it holds must be whole.

    Refuses `not_permitted`, `no_such_project`, `project_fixed`, `intake_closed` (a draft alone),
    `methodology_replaced`, `agreement_missing`, `sites_missing`, `design_missing`,
    `design_outdated`, `document_missing` and `pledge_missing`.
    """
    own_project(actor, code)
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, DRAFT_STATES)
        lacking = what_is_lacking(found, at)
        if lacking:
            raise lacking[0]
        if found.state == "returned":
            return take(actor, found, "resubmit", at=at)
        _place(found, at)
        case_id = cases.open_case(
            actor=actor,
            kind=CASE_KIND,
            subject=found.subject,
            party_id=None,
            facts={"methodology": found.methodology, "simplified": found.simplified},
            at=at,
        )
        move(found, "filed", at=at)
        audit(actor, found, "file", at, methodology=found.methodology, digest=found.digest)
        return case_queries.case(case_id)


def what_is_lacking(found: Project, at: datetime) -> list[Refusal]:
    """Everything that keeps a project from being filed now, in the order it is refused."""
    lacking: list[Refusal] = []
    if found.state == "draft" and (closed := _closed(at)):
        lacking.append(closed)
    rule = rulebook.in_force("methodology", found.methodology.partition("@")[0], city_day(at))
    if rule is None or (rule.reference, rule.digest) != (found.methodology, found.digest):
        lacking.append(
            Conflict(
                "methodology_replaced",
                zh="{reference} 今天已不是有效版本。请改按现行版本申报。",
                en="{reference} is no longer in force; file under the version that is.",
                reference=found.methodology,
            )
        )
    try:
        require_signed(found)
    except Conflict as refusal:
        lacking.append(refusal)
    if not papers.sites(found.id):
        lacking.append(sites_missing())
    designs = papers.designs(found.id)
    if not designs:
        lacking.append(design_missing())
    elif designs[-1].digest != found.digest:
        lacking.append(
            Conflict(
                "design_outdated",
                zh="设计文件是按另一份方法学填的，请按 {reference} 重新填报。",
                en="The design is for another methodology; fill it in for {reference}.",
                reference=found.methodology,
            )
        )
    held = {paper.kind for paper in papers.documents(found.id)}
    missing = [
        paper for paper in intake().required(simplified=found.simplified) if paper.kind not in held
    ]
    lacking.extend(_missing([paper for paper in missing if paper.kind != PLEDGE]))
    if any(paper.kind == PLEDGE for paper in missing):
        lacking.append(
            Conflict(
                "pledge_missing",
                zh="还缺《不重复申报承诺》。",
                en="The pledge that nothing is filed twice is missing.",
            )
        )
    return lacking


def return_project(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """Returns a filed project for what is missing; the case's clock says until when.

    Refuses `not_permitted`, `no_such_project`, and as `cases.take_step`.
    """
    require(actor, "projects.complete")
    with transaction.atomic():
        return take(actor, kept(reading.project(code)), "return", words=words, at=at)


def accept_project(*, actor: Actor, code: str, at: datetime) -> Case:
    """Accepts a filed project as complete; the public notice begins at once.

    Refuses `not_permitted`, `no_such_project`, and as `cases.take_step`.
    """
    if "platform" not in actor.roles:
        require(actor, "projects.complete")
    with transaction.atomic():
        take(actor, kept(reading.project(code)), "accept", at=at)
        return take(platform_actor(), reading.project(code), "begin-notice", at=at)


def object_to_project(
    *, actor: Actor, code: str, words: str, files: Sequence[str] = (), at: datetime
) -> Case:
    """Objects during the public notice; the owner must answer before anybody verifies.

    Refuses `not_permitted`, `decider_objects`, `no_such_project`, `own_project`,
    `objected_already` (one objection of each person), and as `cases.take_step`.
    """
    require(actor, "projects.object")
    if actor.roles & _DECIDERS:
        raise Forbidden(
            "decider_objects",
            zh="审核和决定项目的人员不在公示中提异议，请在自己的环节写明意见。",
            en="Who verifies or decides does not object; say it where you decide.",
        )
    with transaction.atomic():
        found = kept(reading.public_project(code))
        if "owner" in actor.roles and actor.organisation_id == found.owner_id:
            raise Conflict(
                "own_project",
                zh="不能对自家的项目提异议；可以撤回申报。",
                en="Nobody objects to an own project; it can be withdrawn.",
            )
        done = case_queries.history(case_of(found).id)
        if actor.person_id is not None and any(
            step.step == OBJECT and step.person_id == actor.person_id for step in done
        ):
            raise Conflict(
                "objected_already",
                zh="你已经提过异议，等业主答复。",
                en="You have objected already; wait for the owner's answer.",
            )
        return take(actor, found, OBJECT, words=words, files=files, at=at)


def answer_objection(
    *,
    actor: Actor,
    code: str,
    number: int,
    words: str,
    files: Sequence[str] = (),
    at: datetime,
) -> Case:
    """Answers the objection of this number.

    Refuses `not_permitted`, `no_such_project`, `no_such_objection`, `objection_answered`, and as
    `cases.take_step`.
    """
    own_project(actor, code)
    with transaction.atomic():
        found = kept(reading.project(code))
        known = {each.number: each for each in objections(found)}
        if number not in known:
            raise Invalid(
                "no_such_objection",
                zh="没有第 {number} 条异议。",
                en="There is no objection {number}.",
                number=number,
            )
        if known[number].answered_at is not None:
            raise Conflict(
                "objection_answered",
                zh="这条异议已经答复过。",
                en="This objection was answered already.",
            )
        step = "answer-late" if found.state == "heard" else "answer"
        return take(actor, found, step, words=words, facts={"to": number}, files=files, at=at)


def withdraw_project(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """Withdraws what was filed, before it is decided; whoever verifies it need not go on.

    Refuses `not_permitted`, `no_such_project`, and as `cases.take_step`.
    """
    own_project(actor, code)
    with transaction.atomic():
        found = kept(reading.project(code))
        case = take(actor, found, "withdraw", words=words, at=at)
        rows("end_assignment", {"subject": found.subject, "why": "withdrawn", "at": at})
        return case


def _closed(at: datetime) -> Refusal | None:
    day = city_day(at)
    if intake().mode != CALLS or open_call(day):
        return None
    coming = next_call(day)
    opens = coming.opens.isoformat() if coming else "-"
    return Conflict(
        "intake_closed",
        zh="现在不在项目征集期内，下一次征集开始于 {opens}。",
        en="No call for projects is open; the next opens on {opens}.",
        opens=opens,
    )


def _missing(missing: Sequence[Paper]) -> list[Refusal]:
    if not missing:
        return []
    return [
        Conflict(
            "document_missing",
            zh="还缺材料：{titles}。",
            en="Papers are missing: {kinds}.",
            titles="、".join(paper.title.zh for paper in missing),
            kinds=", ".join(paper.title.en for paper in missing),
        )
    ]


def _place(found: Project, at: datetime) -> None:
    """Notes under which call a project is filed, and takes its place from its sites."""
    call = open_call(city_day(at)) if intake().mode == CALLS else None
    changed: dict[str, object] = {"call": call.code if call else ""}
    if found.geometry is None:
        parts = [places.read_place(site.place) for site in papers.sites(found.id)]
        whole = places.together(parts)
        changed["geometry"] = Jsonb(places.as_geojson(whole))
        changed["district"] = places.district_of(whole)
    write_change(found, changed)
