"""Refusing a held deed: said first, with its reason; the citizen may object; another decides.

Points and milligrams stay pending until the end, so nothing is taken and given back. Each step is a
step of a `hold-appeal` case, whose file says who may take it and what its clocks do. Whoever acts
holds the citizen's account and the lock of holds before the case, as settlement does.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tanhui.behaviours.holds import (
    OVERDUE_REASON,
    PLATFORM,
    audit_end,
    end_holds,
    give_back_time,
    held_by_another,
    open_hold,
    subject_of,
)
from tanhui.behaviours.keys import parse_key
from tanhui.behaviours.postings import deed_transfer_id
from tanhui.cases import commands as cases
from tanhui.cases.queries import Case, case
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid
from tanhui.vault import commands as vault

KIND = "hold-appeal"
# Which step a citizen's sentence is, by where the case is.
SAYINGS = {"open": "explain", "noticed": "object", "asked": "answer"}
# How a hold ends by each deciding step: the outcome, and why. The words are the case's.
_ENDS = {
    "grant": ("released", "granted"),
    "uphold": ("reversed", "upheld"),
    "refuse": ("reversed", "no_objection"),
}
_RUN_AT_ONCE = 1_000


def intend_to_refuse(*, actor: Actor, hold_id: UUID, reason: str, at: datetime) -> None:
    """Says to the citizen that the deed is to be refused, and why; nothing is decided yet.

    The citizen has the days of the case's file to object. Refuses: `not_permitted`,
    `no_such_hold`, `hold_ended`, `own_deed`, `reason_missing`, `step_not_offered` (it is said
    already), `person_unknown`.
    """
    require(actor, "holds.decide")
    with transaction.atomic():
        hold = held_by_another(actor, hold_id)
        case_id = hold["case_id"] or _opened(actor, hold, at)
        cases.take_step(actor=actor, case_id=case_id, step="intend", words=reason, at=at)
        audit_end(actor, "holds.intended", hold, at)


def speak(*, actor: Actor, key: str, words: str, photo: bytes | None = None, at: datetime) -> None:
    """What a citizen has to say about a held deed of their own, by its key; a photo may come along.

    Before anybody looked it explains; after an intended refusal it objects; asked for more it
    answers. Refuses: `not_permitted`, `not_yours`, `no_such_behaviour`, `no_such_hold`,
    `hold_ended`, `words_missing`, `step_not_offered` (everything is said already), and what
    `vault.commands.keep_file` refuses of a photo.
    """
    require(actor, "appeals.raise")
    if actor.person_id is None:
        raise Forbidden(
            "not_yours",
            zh="这一步须由市民本人来走。",
            en="Only the citizen may do this.",
        )
    _, partner_id, digest = parse_key(key)
    hold_id = deed_transfer_id("hold", actor.person_id, partner_id, digest, 0)
    with transaction.atomic():
        hold = open_hold(hold_id)
        # A citizen tells what happened; reasons are what the desk owes.
        if not 0 < len(words.strip()) <= cases.WORDS_MAX:
            raise Invalid(
                "words_missing",
                zh="请写一句话，说说当时的情况，{most} 字以内。",
                en="Write a sentence on what happened, in at most {most} letters.",
                most=cases.WORDS_MAX,
            )
        case_id = hold["case_id"] or _opened(actor, hold, at)
        step = SAYINGS.get(hold["case_state"] or "open", "object")
        files = [_kept(actor, photo, at)] if photo else []
        cases.take_step(actor=actor, case_id=case_id, step=step, words=words, files=files, at=at)


def _kept(actor: Actor, photo: bytes, at: datetime) -> str:
    kept = vault.keep_file(
        actor=actor, purpose="objection", data=photo, owner_id=actor.person_id, at=at
    )
    return str(kept.file_id)


def decide_appeal(
    *, actor: Actor, hold_id: UUID, decision: str, message: str, at: datetime
) -> None:
    """Grants an objection (`grant`: the points come) or upholds the refusal (`uphold`).

    Whoever meant to refuse may not decide. The citizen reads the message. Refuses:
    `not_permitted`, `no_such_hold`, `hold_ended`, `own_deed`, `decision_unknown`,
    `nobody_objected`, `step_not_offered`, `own_earlier_step`, `person_unknown`, `reason_missing`.
    """
    require(actor, "appeals.decide")
    if decision not in ("grant", "uphold"):
        raise Invalid(
            "decision_unknown",
            zh="请选一个：支持申诉，还是维持驳回。",
            en="Choose one: grant the objection, or uphold the refusal.",
        )
    with transaction.atomic():
        hold = held_by_another(actor, hold_id)
        cases.take_step(actor=actor, case_id=_case_of(hold), step=decision, words=message, at=at)
        _end(hold, decision, actor, at)
        audit_end(actor, f"appeals.{decision}", hold, at)


def ask_for_more(*, actor: Actor, hold_id: UUID, question: str, at: datetime) -> None:
    """Asks the citizen once for more; the clock of the objection stands still meanwhile.

    Refuses: as `decide_appeal`.
    """
    require(actor, "appeals.decide")
    with transaction.atomic():
        hold = held_by_another(actor, hold_id)
        cases.take_step(actor=actor, case_id=_case_of(hold), step="ask", words=question, at=at)
        audit_end(actor, "appeals.ask", hold, at)


def run_clocks(*, at: datetime, limit: int = _RUN_AT_ONCE) -> int:
    """Takes the steps of clocks that have run out; answers how many.

    Nobody objected: the deed is refused. Nobody answered the objection: it is granted. Nothing
    more came from the citizen: the objection goes on. Runs as the platform itself.
    """
    taken = 0
    for found in cases.run_clocks(kind=KIND, at=at, limit=limit):
        with transaction.atomic():
            taken += _run_out(found, at)
    return taken


def _run_out(found: Case, at: datetime) -> bool:
    # Somebody may have come first, while this waited for the citizen's account.
    try:
        hold = open_hold(UUID(found.subject.removeprefix("hold:")))
    except Conflict:
        return False
    now = case(found.id)
    if now.clock_then is None or now.clock_at is None or now.clock_at > at:
        return False
    step = now.clock_then
    cases.take_step(actor=PLATFORM, case_id=now.id, step=step, at=at)
    if step == "grant":
        # Nobody answered in time, which is as if nobody had asked.
        end_holds([hold], outcome="overdue", actor="platform", reason=OVERDUE_REASON, at=at)
        audit_end(PLATFORM, "appeals.overdue", hold, at)
    elif step == "refuse":
        _end(hold, step, PLATFORM, at)
        audit_end(PLATFORM, "holds.reversed", hold, at)
    return True


def _end(hold: dict[str, Any], step: str, actor: Actor, at: datetime) -> None:
    outcome, reason = _ENDS[step]
    end_holds([hold], outcome=outcome, actor=actor.name, reason=reason, at=at)
    if outcome == "reversed":
        give_back_time(hold)


def _opened(actor: Actor, hold: dict[str, Any], at: datetime) -> UUID:
    return cases.open_case(
        actor=actor,
        kind=KIND,
        subject=subject_of(hold["id"]),
        party_id=hold["citizen_id"],
        facts={
            "detector": hold["detector"],
            "points": hold["points"],
            "reduction_mg": hold["reduction_mg"],
        },
        at=at,
    )


def _case_of(hold: dict[str, Any]) -> UUID:
    case_id: UUID | None = hold["case_id"]
    if case_id is None:
        raise Invalid(
            "nobody_objected",
            zh="市民没有提异议，没有什么可以裁定。",
            en="Nobody has objected; there is nothing to decide.",
        )
    return case_id
