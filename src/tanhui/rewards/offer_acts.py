"""What every act on an offer shares: whose it is, keeping it for the transaction, going on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case, Step
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import is_allowed, require
from tanhui.kernel.actors import Actor
from tanhui.rewards import queries, refusals
from tanhui.rewards.catalogue_refusals import CODES, not_handed_in
from tanhui.rewards.records import Offer
from tanhui.rewards.stocking import take_off

CASE_KIND = "reward-offer"
_READ_EVERY = frozenset({"auditor", "operator", "regulator", "sponsor"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an offer stands, as a chip says it; `case` is its newest case, None for a draft."""

    state: str
    state_zh: str
    state_en: str
    chip: str
    case: Case | None


def subject(offer_code: str) -> str:
    """How the audit and the cases call an offer."""
    return f"offer:{offer_code}"


def readable(actor: Actor, offer_code: str) -> Offer:
    """An offer for who may read of it: a merchant its own, a sponsor and the desks every one.

    Refuses `not_permitted`, `no_such_offer`.
    """
    require(actor, "rewards.read")
    found = queries.offer(offer_code)
    if not actor.roles & _READ_EVERY and found.merchant_id != actor.organisation_id:
        raise refusals.no_such_offer()
    return found


def own_offer(actor: Actor, offer_code: str) -> Offer:
    """An offer that the actor may write: the merchant's own; the operator's for everybody.

    Refuses `not_permitted`, `no_such_offer`.
    """
    require(actor, "rewards.offer")
    found = queries.offer(offer_code)
    if "operator" not in actor.roles and found.merchant_id != actor.organisation_id:
        raise refusals.no_such_offer()
    return found


def kept(offer_code: str) -> Offer:
    """The offer as it stands, which nobody else moves until the transaction ends."""
    if not connection.in_atomic_block:
        raise RuntimeError("an offer is kept for a transaction")
    queries.run("lock_offer", {"code": offer_code})
    return queries.offer(offer_code)


def live_case(found: Offer) -> Case:
    """The open case of an offer; refuses `offer_not_submitted`."""
    live = cases.live_case(CASE_KIND, subject(found.code))
    if live is None:
        raise not_handed_in()
    return live


def move(
    found: Offer,
    to_state: str,
    *,
    at: datetime,
    approver: int | None = None,
    publisher: int | None = None,
) -> None:
    """Moves an offer; refuses `offer_moved`, `titles_missing`, `two_persons_decide`."""
    facts = {
        "code": found.code,
        "from_state": found.state,
        "to_state": to_state,
        "approver_id": approver,
        "publisher_id": publisher,
        "at": at,
    }
    with refusals.named(CODES):
        queries.run("move_offer", facts)


def end_batches(actor: Actor, found: Offer, at: datetime) -> int:
    """Takes everything of an offer off sale; its money returns to the windows. Answers the units.

    Vouchers that citizens hold already stay good.
    """
    return sum(
        take_off(actor=actor, batch_id=batch.id, at=at)
        for batch in queries.batches(offer_ids=[found.id])
        if batch.ended_at is None
    )


def audit(actor: Actor, found: Offer, act: str, at: datetime, **facts: object) -> None:
    """Writes what was done to an offer."""
    write_audit(
        actor=actor, action=f"rewards.{act}", subject=subject(found.code), facts=facts, at=at
    )


def standings(offers: Iterable[Offer]) -> dict[str, Standing]:
    """Where offers stand, by code, in one look."""
    known = list(offers)
    held = cases.latest_cases(CASE_KIND, [subject(each.code) for each in known])
    return {each.code: _standing(each, held.get(subject(each.code))) for each in known}


def standing(found: Offer) -> Standing:
    """Where one offer stands."""
    return standings([found])[found.code]


def history(case: Case | None) -> list[Step]:
    """What was done about an offer, in order; for who takes part."""
    return [] if case is None else cases.history(case.id)


def may_take(actor: Actor, case: Case | None) -> frozenset[str]:
    """The steps that an actor is offered in an offer's case now."""
    if case is None or not is_allowed(actor, "rewards.read"):
        return frozenset()
    return frozenset(rule.name for rule in cases.offered(case, actor))


def _standing(found: Offer, case: Case | None) -> Standing:
    refused = case is not None and case.state == "refused"
    if found.state == "closed" and not refused:
        return Standing("closed", "已下架", "closed", "neutral", case)
    # Whoever withdrew an offer has a draft again.
    if case is None or case.state == "withdrawn":
        return Standing("draft", "草稿", "draft", "neutral", case)
    state = case.rules.states[case.state]
    return Standing(case.state, state.title_zh, state.title_en, state.chip, case)
