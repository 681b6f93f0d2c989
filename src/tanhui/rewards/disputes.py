"""A redemption that went wrong: said by the citizen or the shop, answered by the other, decided.

Each act is a step of a `redemption-dispute` case, whose file says who may take it and what its
clocks do. Nothing moves while it is open; at its end the points come back or they do not. Whoever
acts holds the case before the citizen's account and the redemption.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tanhui.cases import commands as cases
from tanhui.cases.queries import case, latest_cases
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Refusal
from tanhui.notices.commands import Notice, queue_notices
from tanhui.rewards import dispute_queries, queries
from tanhui.rewards import dispute_refusals as refusals
from tanhui.rewards import refusals as room
from tanhui.rewards.dispute_queries import Dispute, is_of_shop
from tanhui.rewards.records import Offer, Redemption
from tanhui.rewards.redeeming import go_on
from tanhui.rewards.terms import city_terms

KIND = "redemption-dispute"
# What stands at a redemption whose points a dispute brought back.
REASON = "dispute"
_OPEN_TO_IT = ("confirmed", "delivered")
# Steps at whose end the points are the citizen's again.
_REFUNDING = frozenset({"concede", "agree", "refund", "no-answer", "lapse"})


def open_dispute(*, actor: Actor, redemption_id: UUID, words: str, at: datetime) -> Dispute:
    """Disputes a redemption: the citizen whose it is, or the shop whose offer it is.

    `words` (at most 500 letters) are read by the other side and by the operator. Refuses:
    `not_permitted`, `no_such_redemption` (also for another's), `not_disputable`,
    `dispute_too_late`, `dispute_decided`, `dispute_words_missing`, `case_exists`.
    """
    require(actor, "rewards.dispute")
    made = queries.redemption_by_id(redemption_id)
    offer = queries.offer_by_id(made.offer_id)
    raised_by = _side(actor, made, offer)
    if raised_by is None:
        raise room.no_such_redemption()
    words = _said(words)
    _check(made, offer, at)
    subject = f"redemption:{made.id}"
    before = latest_cases(KIND, [subject]).get(subject)
    if before is not None and before.state == "upheld":
        raise refusals.dispute_decided()
    with transaction.atomic():
        case_id = cases.open_case(
            actor=actor,
            kind=KIND,
            subject=subject,
            party_id=made.citizen_id,
            facts={"offer": offer.code, "points": made.points, "raised_by": raised_by},
            at=at,
        )
        step = "complain" if raised_by == "citizen" else "report"
        cases.take_step(actor=actor, case_id=case_id, step=step, words=words, at=at)
        asked = {
            "case_id": case_id,
            "citizen_id": made.citizen_id,
            "redemption_id": made.id,
            "raised_by": raised_by,
            "at": at,
        }
        (row,) = queries.rows("dispute_new", asked)
        found = _told(actor, "rewards.dispute", int(row["number"]), at)
        if raised_by == "merchant" and found.clock_at is not None:
            by = city_day(found.clock_at).isoformat()
            _notify(found, "dispute-raised", {"by": by}, at)
        return found


def answer_dispute(*, actor: Actor, code: str, words: str, at: datetime) -> Dispute:
    """The other side's word: the shop answers the citizen, the citizen explains to the shop.

    Refuses: `not_permitted`, `no_such_dispute`, `not_your_word`, `dispute_words_missing`,
    `case_closed`, `step_not_offered` (it is said already), `conflict_of_interest`.
    """
    found = _own(actor, code)
    words = _said(words)
    if found.raised_by == "citizen" and is_of_shop(actor, found):
        return _step(actor, found, "answer", words, at)
    if found.raised_by == "merchant" and actor.person_id == found.citizen_id:
        return _step(actor, found, "explain", words, at)
    raise refusals.not_your_word()


def give_in(*, actor: Actor, code: str, at: datetime) -> Dispute:
    """The side that did not raise the dispute agrees that the points go back, at once.

    Refuses: as `answer_dispute`, without words.
    """
    found = _own(actor, code)
    if found.raised_by == "citizen" and is_of_shop(actor, found):
        return _step(actor, found, "concede", "", at)
    if found.raised_by == "merchant" and actor.person_id == found.citizen_id:
        return _step(actor, found, "agree", "", at)
    raise refusals.not_your_word()


def withdraw_dispute(*, actor: Actor, code: str, at: datetime) -> Dispute:
    """Whoever raised a dispute takes it back; the redemption stays as it is.

    Refuses: `not_permitted`, `no_such_dispute`, `not_your_word`, `case_closed`.
    """
    found = _own(actor, code)
    by_citizen = actor.person_id is not None and actor.person_id == found.citizen_id
    if not (by_citizen if found.raised_by == "citizen" else is_of_shop(actor, found)):
        raise refusals.not_your_word()
    return _step(actor, found, "withdraw", "", at)


def decide_dispute(*, actor: Actor, code: str, decision: str, words: str, at: datetime) -> Dispute:
    """The operator's decision: `refund` gives the points back, `uphold` lets it stand.

    Both sides read the words. Refuses: `not_permitted`, `no_such_dispute`,
    `dispute_decision_unknown`, `dispute_words_missing`, `case_closed`, `step_not_offered`,
    `conflict_of_interest` (one's own redemption).
    """
    require(actor, "rewards.decide")
    if decision not in ("refund", "uphold"):
        raise refusals.dispute_decision_unknown()
    found = dispute_queries.dispute(code)
    return _step(actor, found, decision, _said(words), at)


def run_clocks(*, actor: Actor, at: datetime, limit: int = 200) -> int:
    """Takes the steps of clocks that have run out; answers how many. One transaction each.

    A shop that did not answer, and an operator who did not decide, agree that the points go back;
    a citizen who did not explain is decided about all the same. Where the points came back in
    another way, the dispute ends by itself. Refuses `not_permitted`.
    """
    require(actor, "rewards.expire")
    taken = _each(actor, ((one, "settle") for one in dispute_queries.due(limit)), at)
    out = cases.run_clocks(kind=KIND, at=at, limit=limit)
    return taken + _each(
        actor,
        ((dispute_queries.of_case(one.id), str(one.clock_then)) for one in out),
        at,
    )


def can_dispute(made: Redemption, offer: Offer, at: datetime) -> bool:
    """Whether a dispute about a redemption would be taken up, for pages that offer it."""
    try:
        _check(made, offer, at)
    except Refusal:
        return False
    subject = f"redemption:{made.id}"
    before = latest_cases(KIND, [subject]).get(subject)
    return before is None or before.state == "withdrawn"


def _each(actor: Actor, due: Iterable[tuple[Dispute, str]], at: datetime) -> int:
    taken = 0
    for found, step in due:
        try:
            _step(actor, found, step, "", at)
        except Conflict:
            # Somebody answered, decided or withdrew it in this moment, and was first.
            continue
        taken += 1
    return taken


def _side(actor: Actor, made: Redemption, offer: Offer) -> str | None:
    """Which side of the redemption the actor is on, if on one."""
    if actor.person_id is not None and actor.person_id == made.citizen_id:
        return "citizen"
    if "merchant" in actor.roles and actor.organisation_id == offer.merchant_id:
        return "merchant"
    return None


def _check(made: Redemption, offer: Offer, at: datetime) -> None:
    """What of a redemption itself keeps it from being disputed."""
    if made.state not in _OPEN_TO_IT or offer.delivery == "none":
        raise refusals.not_disputable()
    days = city_terms(settings.TANHUI.content_root).dispute_days
    since = made.ended_at or made.confirmed_at or made.at
    if made.state == "delivered" and since + timedelta(days=days) < at:
        raise refusals.dispute_too_late(days)


def _said(words: str) -> str:
    said = words.strip()
    if not 0 < len(said) <= cases.WORDS_MAX:
        raise refusals.dispute_words_missing(cases.WORDS_MAX)
    return said


def _own(actor: Actor, code: str) -> Dispute:
    """A dispute of the actor's own shop or redemption."""
    require(actor, "rewards.dispute")
    found = dispute_queries.dispute(code)
    own = actor.person_id is not None and actor.person_id == found.citizen_id
    if not own and not is_of_shop(actor, found):
        raise refusals.no_such_dispute()
    return found


def _step(actor: Actor, found: Dispute, step: str, words: str, at: datetime) -> Dispute:
    """Takes a step and moves the redemption if the step says so."""
    with transaction.atomic():
        cases.take_step(actor=actor, case_id=found.case_id, step=step, words=words, at=at)
        made = queries.redemption_by_id(found.redemption_id)
        # Somebody gave it back in another way meanwhile: nothing is left to return.
        if step in _REFUNDING and made.state != "refunded":
            go_on(
                actor=actor,
                redemption=made,
                sources=_OPEN_TO_IT,
                to="refunded",
                reason=REASON,
                action="rewards.refund",
                at=at,
            )
        now = _told(actor, f"rewards.dispute_{step.replace('-', '_')}", found.number, at)
        # Whoever ended it need not be told.
        if not now.is_live and actor.person_id != now.citizen_id:
            state = case(now.case_id).rules.states[now.state]
            outcome = {"outcome_zh": state.title_zh, "outcome_en": state.title_en}
            _notify(now, "dispute-decided", outcome, at)
        return now


def _notify(found: Dispute, template: str, facts: dict[str, str], at: datetime) -> None:
    """Tells the citizen; the shop and the operator read their desks."""
    notice = Notice(
        person_id=found.citizen_id,
        template=template,
        facts={"offer_zh": found.title_zh, "offer_en": found.title_en, **facts},
        key=f"{template}:{found.code}",
        link=f"/m/mall/orders/{found.redemption_id}/dispute",
    )
    queue_notices(notices=[notice], at=at)


def _told(actor: Actor, action: str, number: int, at: datetime) -> Dispute:
    now = dispute_queries.of_number(number)
    write_audit(
        actor=actor,
        action=action,
        subject=f"dispute:{now.code}",
        facts={"redemption": str(now.redemption_id), "state": now.state},
        at=at,
    )
    return now
