"""What two persons of the regulator decide: registered, refused, struck off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction

from tanhui.cases import commands as cases
from tanhui.cases import queries as case_queries
from tanhui.cases.queries import Case, Step
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid
from tanhui.projects import reading, rides
from tanhui.projects.calls import intake
from tanhui.projects.filing.acting import (
    audit,
    case_of,
    kept,
    move,
    own_project,
    require_state,
    take,
)
from tanhui.projects.likeness.queries import require_distinct
from tanhui.projects.reading import Project
from tanhui.projects.standing import OPINE, PROPOSE, STRIKE_OFF_KIND, last_step, terms_of
from tanhui.projects.statements import rows
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.leaves import instant

_BUFFER_MOST, _CAP_MOST = 50, 10**12


def propose_registration(
    *,
    actor: Actor,
    code: str,
    first: date,
    last: date,
    cap_kg: int,
    buffer_percent: int | None = None,
    words: str,
    at: datetime,
) -> Case:
    """Proposes to register a verified project: its crediting period (both days), how much may be
    issued of one calendar year, and what part of each issue is held back (the city's, if None).

    Refuses `not_permitted`, `no_such_project`, `opinion_negative`, `crediting_invalid`,
    `cap_invalid`, `buffer_out_of_bounds`, `same_project_suspected`, `citizens_are_paid_here`,
    `area_claimed`, `area_unknown` (it claims journeys), and as `cases.take_step`.
    """
    require(actor, "projects.decide")
    with transaction.atomic():
        found = kept(reading.project(code))
        buffer = intake().buffer_of(found.field) if buffer_percent is None else buffer_percent
        _check_terms(found, first, last, cap_kg, buffer)
        _require_positive(found)
        require_distinct(found.id)
        rides.check_rides(found, first=first, last=last, at=at)
        facts = {
            "first": first.isoformat(),
            "last": last.isoformat(),
            "cap_kg": cap_kg,
            "buffer_percent": buffer,
        }
        return take(actor, found, PROPOSE, words=words, facts=facts, at=at)


def confirm_registration(*, actor: Actor, code: str, at: datetime) -> Project:
    """Confirms what another person proposed; the project is registered, and the log is told.

    Journeys that it claims are its own from then on. Refuses `not_permitted`, `no_such_project`,
    `own_earlier_step`, `same_project_suspected`, `citizens_are_paid_here`, `area_claimed`, and as
    `cases.take_step`.
    """
    require(actor, "projects.decide")
    with transaction.atomic():
        found = kept(reading.project(code))
        proposed = last_step(found, PROPOSE)
        terms = terms_of(proposed) if proposed else None
        require_distinct(found.id)
        if terms and found.state == "proposed":
            leaf = {
                "crediting": [terms.first.isoformat(), terms.last.isoformat()],
                "cap_kg": terms.cap_kg,
                "buffer_percent": terms.buffer_percent,
            }
            _decide(actor, found, "registered", proposed, leaf, at)
        take(actor, found, "confirm", terms=terms, at=at)
        if terms:
            rides.settle_rides(found, first=terms.first, last=terms.last, at=at)
    return reading.project(code)


def propose_refusal(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """Proposes not to register a project, with the reason that its owner reads.

    Refuses `not_permitted`, `no_such_project`, and as `cases.take_step`.
    """
    require(actor, "projects.decide")
    with transaction.atomic():
        return take(actor, kept(reading.project(code)), "propose-refusal", words=words, at=at)


def refuse_project(*, actor: Actor, code: str, at: datetime) -> Project:
    """Confirms the refusal that another person proposed; the log is told.

    Refuses `not_permitted`, `no_such_project`, `own_earlier_step`, and as `cases.take_step`.
    """
    require(actor, "projects.decide")
    with transaction.atomic():
        found = kept(reading.project(code))
        if found.state == "refusing":
            _decide(actor, found, "refused", last_step(found, "propose-refusal"), {}, at)
        take(actor, found, "refuse", at=at)
        rows("end_assignment", {"subject": found.subject, "why": "done", "at": at})
    return reading.project(code)


def reconsider_project(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """Disagrees with what was proposed, registration or refusal; it is thought of again.

    Refuses `not_permitted`, `no_such_project`, and as `cases.take_step`.
    """
    require(actor, "projects.decide")
    with transaction.atomic():
        found = kept(reading.project(code))
        step = "doubt"
        if found.state == "refusing":
            step = "reconsider" if last_step(found, OPINE) else "reopen"
        return take(actor, found, step, words=words, at=at)


def propose_strike_off(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """Proposes to take a registered project off the register, with the reason.

    Refuses `not_permitted`, `no_such_project`, `project_fixed`, `case_exists`, `person_unknown`,
    and as `cases.take_step`.
    """
    require(actor, "projects.strike_off")
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, ("registered",))
        case_id = cases.open_case(
            actor=actor,
            kind=STRIKE_OFF_KIND,
            subject=found.subject,
            party_id=None,
            facts={},
            at=at,
        )
        case = cases.take_step(actor=actor, case_id=case_id, step="argue", words=words, at=at)
        audit(actor, found, "propose_strike_off", at)
        return case


def answer_strike_off(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """The owner speaks before its project is struck off.

    Refuses `not_permitted`, `no_such_project`, `project_not_filed`, and as `cases.take_step`.
    """
    own_project(actor, code)
    return _strike_off_step(actor, code, "answer", words, at)


def drop_strike_off(*, actor: Actor, code: str, words: str, at: datetime) -> Case:
    """Does not strike a project off after all.

    Refuses `not_permitted`, `no_such_project`, `project_not_filed`, and as `cases.take_step`.
    """
    require(actor, "projects.strike_off")
    return _strike_off_step(actor, code, "drop", words, at)


def strike_off(*, actor: Actor, code: str, at: datetime) -> Project:
    """Confirms what another person proposed: the project is off the register, the log is told.

    Credits that were issued stay until each is cancelled. Refuses `not_permitted`,
    `no_such_project`, `project_not_filed`, `own_earlier_step`, and as `cases.take_step`.
    """
    require(actor, "projects.strike_off")
    with transaction.atomic():
        found = kept(reading.project(code))
        live = case_of(found, STRIKE_OFF_KIND)
        proposed = next(
            (step for step in case_queries.history(live.id) if step.step == "argue"), None
        )
        cases.take_step(actor=actor, case_id=live.id, step="confirm", at=at)
        _decide(actor, found, "struck_off", proposed, {}, at)
        move(found, "struck_off", at=at)
        rides.end_rides(found, at=at)
        audit(actor, found, "strike_off", at)
    return reading.project(code)


def _strike_off_step(actor: Actor, code: str, step: str, words: str, at: datetime) -> Case:
    with transaction.atomic():
        found = kept(reading.project(code))
        live = case_of(found, STRIKE_OFF_KIND)
        case = cases.take_step(actor=actor, case_id=live.id, step=step, words=words, at=at)
        audit(actor, found, f"strike_off_{step}", at)
        return case


def _decide(
    actor: Actor,
    found: Project,
    decision: str,
    proposed: Step | None,
    more: Mapping[str, object],
    at: datetime,
) -> None:
    """Writes the decision and its leaf, before the step that it allows."""
    if actor.person_id is None or proposed is None or proposed.person_id is None:
        raise Forbidden(
            "person_unknown",
            zh="这一步须由登录的本人来走。",
            en="This step needs a person who is logged in.",
        )
    if proposed.person_id == actor.person_id:
        raise Conflict(
            "own_earlier_step",
            zh="你在这件事上已经决定过一步，这一步须由别人来走。",
            en="You took an earlier step in this case; somebody else takes this one.",
        )
    leaf: dict[str, object] = {
        "v": 1,
        "t": "project",
        "did": decision,
        "project": found.code,
        "owner": found.owner.code,
        "methodology": found.methodology,
        "digest": found.digest,
        **more,
        "at": instant(at),
    }
    facts = {
        "project_id": found.id,
        "decision": decision,
        "proposer_id": proposed.person_id,
        "confirmer_id": actor.person_id,
        "outbox_id": append_leaf(leaf=leaf, at=at),
        "at": at,
    }
    rows("add_decision", facts)


def _require_positive(found: Project) -> None:
    opined = last_step(found, OPINE)
    if opined is not None and not opined.facts.get("positive"):
        raise Conflict(
            "opinion_negative",
            zh="审核意见不支持登记。",
            en="The verifier's opinion does not support registration.",
        )


def _check_terms(found: Project, first: date, last: date, cap_kg: int, buffer: int) -> None:
    rules = intake()
    years = rules.years_of(found.field)
    if not rules.crediting_earliest <= first <= last or last >= _after(first, years):
        raise Invalid(
            "crediting_invalid",
            zh="计入期不早于 {earliest}，最长 {years} 年。",
            en="A crediting period begins on {earliest} at the earliest and has at most {years}"
            " years.",
            earliest=rules.crediting_earliest.isoformat(),
            years=years,
        )
    if not 0 < cap_kg <= _CAP_MOST:
        raise Invalid(
            "cap_invalid",
            zh="年度上限应为整数千克，大于零。",
            en="The cap of a year is a whole number of kilograms above zero.",
        )
    if not 0 <= buffer <= _BUFFER_MOST:
        raise Invalid(
            "buffer_out_of_bounds",
            zh="缓冲比例在 0 到 {most}% 之间。",
            en="The buffer lies between 0 and {most} %.",
            most=_BUFFER_MOST,
        )


def _after(first: date, years: int) -> date:
    try:
        return first.replace(year=first.year + years)
    except ValueError:
        return first.replace(year=first.year + years, month=2, day=28) + timedelta(days=1)
