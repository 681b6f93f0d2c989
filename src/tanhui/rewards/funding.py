"""What sponsors do: open a window, give it a budget, say for which offers it may be used.

The platform holds no money. A budget is a sponsor's word, kept in the books so that everyone can
see what it was used for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.organisations.queries import organisation
from tanhui.kernel.actors import Actor
from tanhui.ledger.chart import REASON_NUMBERS, Reason
from tanhui.rewards import funding_refusals, queries, refusals
from tanhui.rewards.funding_notices import tell_closed
from tanhui.rewards.funding_refusals import BY_CODE
from tanhui.rewards.refusals import named
from tanhui.rewards.stocking import COST_FEN_MAX, UNITS_MAX

TITLE_MOST = 40
WORDS_MOST = 200
# Ten thousand million yuan: beyond it a number was typed wrongly.
BUDGET_FEN_MAX = 10**12
_LONGEST = timedelta(days=5 * 366)


def own_sponsor(actor: Actor) -> int:
    """The actor's organisation, if it is a sponsor; refuses `sponsor_only`."""
    number = actor.organisation_id
    if number is None or "sponsor" not in organisation(number).roles:
        raise funding_refusals.sponsor_only()
    return number


def open_funding(
    *,
    actor: Actor,
    title_zh: str,
    title_en: str,
    opens_at: datetime,
    until: datetime,
    budget_fen: int,
    at: datetime,
) -> int:
    """Opens a window of the actor's own organisation with its first budget; answers its number.

    Refuses `not_permitted`, `sponsor_only` and `funding_invalid`.
    """
    require(actor, "rewards.fund")
    sponsor_id = own_sponsor(actor)
    titles = [title.strip() for title in (title_zh, title_en)]
    told = all(0 < len(title) <= TITLE_MOST and title.isprintable() for title in titles)
    if not (told and max(opens_at, at) < until <= opens_at + _LONGEST and _is_amount(budget_fen)):
        raise funding_refusals.funding_invalid(TITLE_MOST, BUDGET_FEN_MAX)
    with transaction.atomic():
        (row,) = queries.rows(
            "open_funding",
            {
                "sponsor_id": sponsor_id,
                "title_zh": titles[0],
                "title_en": titles[1],
                "opens_at": opens_at,
                "until": until,
                "fen": budget_fen,
                "transfer_id": uuid4(),
                "reason": REASON_NUMBERS[Reason.BUDGET_PROMISED],
                "actor": actor.name,
                "at": at,
            },
        )
        funding_id = int(row["id"])
        _audit(actor, "rewards.open_funding", funding_id, {"fen": budget_fen}, at)
    return funding_id


def add_budget(*, actor: Actor, funding_id: int, fen: int, at: datetime) -> None:
    """Adds to the budget of one's own window.

    Refuses `not_permitted`, `sponsor_only`, `no_such_funding`, `amount_invalid` and
    `funding_ended`.
    """
    require(actor, "rewards.fund")
    _refuse_others(actor, funding_id)
    _change(actor, funding_id, fen, Reason.BUDGET_PROMISED, at)


def take_back_budget(*, actor: Actor, funding_id: int, fen: int, at: datetime) -> None:
    """Takes back what is not on sale from the budget of one's own window.

    Refuses `not_permitted`, `sponsor_only`, `no_such_funding`, `amount_invalid`, `funding_ended`
    and `budget_stocked`.
    """
    require(actor, "rewards.fund")
    _refuse_others(actor, funding_id)
    _change(actor, funding_id, fen, Reason.BUDGET_TAKEN_BACK, at)


def ask_sponsor(
    *,
    actor: Actor,
    funding_id: int,
    offer_code: str,
    cost_fen: int,
    units: int,
    words: str,
    at: datetime,
) -> None:
    """Asks a sponsor to pay for an offer: at most so much a unit, so many units in all.

    Refuses `not_permitted`, `agreement_invalid`, `no_such_offer`, `offer_closed`,
    `no_such_funding`, `funding_ended` and `agreement_asked`.
    """
    require(actor, "rewards.approve")
    _check_agreement(cost_fen, units, words)
    _agree(actor, "asked", funding_id, offer_code, cost_fen, units, words, at)


def agree_to_batch(
    *, actor: Actor, funding_id: int, offer_code: str, cost_fen: int, units: int, at: datetime
) -> None:
    """Says that one's own window pays for an offer, asked or not; a later word replaces it.

    At most `cost_fen` a unit, `units` in all. Refuses `not_permitted`, `sponsor_only`,
    `no_such_funding`, `agreement_invalid`, `no_such_offer`, `offer_closed` and `funding_ended`.
    """
    require(actor, "rewards.fund")
    _refuse_others(actor, funding_id)
    _check_agreement(cost_fen, units, "")
    _agree(actor, "agreed", funding_id, offer_code, cost_fen, units, "", at)


def deny_batch(*, actor: Actor, funding_id: int, offer_code: str, words: str, at: datetime) -> None:
    """Says no to what was asked, with the reason; an earlier yes stays.

    Refuses `not_permitted`, `sponsor_only`, `no_such_funding`, `agreement_invalid`,
    `no_such_offer`, `funding_ended` and `agreement_not_asked`.
    """
    require(actor, "rewards.fund")
    _refuse_others(actor, funding_id)
    _check_agreement(0, 1, words)
    if not words.strip():
        raise funding_refusals.agreement_invalid(WORDS_MOST)
    _agree(actor, "denied", funding_id, offer_code, None, None, words, at)


def end_agreement(*, actor: Actor, funding_id: int, offer_code: str, at: datetime) -> None:
    """Takes back a yes: nothing more goes on sale; what is on sale stays.

    Refuses `not_permitted`, `sponsor_only`, `no_such_funding`, `no_such_offer`, `funding_ended`
    and `funding_not_agreed`.
    """
    require(actor, "rewards.fund")
    _refuse_others(actor, funding_id)
    _agree(actor, "ended", funding_id, offer_code, None, None, "", at)


def end_fundings(*, actor: Actor, at: datetime) -> int:
    """Ends windows whose time is over; answers how many were ended or swept again.

    What is on sale goes off it, the budget goes back, offers that nobody pays for are closed and
    their merchants told. One transaction for each window. Refuses `not_permitted`.
    """
    require(actor, "rewards.expire")
    due = [int(row["id"]) for row in queries.rows("due_fundings", {"at": at})]
    for funding_id in due:
        with transaction.atomic():
            with named(BY_CODE):
                (row,) = queries.rows(
                    "end_funding",
                    {
                        "funding_id": funding_id,
                        "unsold": REASON_NUMBERS[Reason.REWARD_UNSOLD],
                        "taken_back": REASON_NUMBERS[Reason.BUDGET_TAKEN_BACK],
                        "actor": actor.name,
                        "at": at,
                    },
                )
            closed = list(row["closed"])
            tell_closed(funding_id=funding_id, offer_ids=closed, at=at)
            _audit(actor, "rewards.end_funding", funding_id, {"offers_closed": closed}, at)
    return len(due)


def _refuse_others(actor: Actor, funding_id: int) -> None:
    if queries.funding(funding_id).sponsor_id != own_sponsor(actor):
        raise refusals.no_such_funding()


def _is_amount(fen: int) -> bool:
    return 0 < fen <= BUDGET_FEN_MAX


def _check_agreement(cost_fen: int, units: int, words: str) -> None:
    bounded = 0 <= cost_fen <= COST_FEN_MAX and 1 <= units <= UNITS_MAX
    if not bounded or len(words) > WORDS_MOST or not words.isprintable():
        raise funding_refusals.agreement_invalid(WORDS_MOST)


def _change(actor: Actor, funding_id: int, fen: int, reason: Reason, at: datetime) -> None:
    if not _is_amount(fen):
        raise funding_refusals.amount_invalid(BUDGET_FEN_MAX)
    signed = fen if reason is Reason.BUDGET_PROMISED else -fen
    with transaction.atomic():
        with named(BY_CODE):
            queries.run(
                "change_budget",
                {
                    "funding_id": funding_id,
                    "fen": signed,
                    "transfer_id": uuid4(),
                    "reason": REASON_NUMBERS[reason],
                    "actor": actor.name,
                    "at": at,
                },
            )
        _audit(actor, "rewards.change_budget", funding_id, {"fen": signed}, at)


def _agree(
    actor: Actor,
    state: str,
    funding_id: int,
    offer_code: str,
    cost_fen: int | None,
    units: int | None,
    words: str,
    at: datetime,
) -> None:
    offer = queries.offer(offer_code)
    with transaction.atomic():
        with named(BY_CODE):
            queries.run(
                "agree",
                {
                    "funding_id": funding_id,
                    "offer_id": offer.id,
                    "state": state,
                    "cost_fen": cost_fen,
                    "units": units,
                    "words": words.strip(),
                    "actor": actor.name,
                    "at": at,
                },
            )
        facts = {"offer": offer.code, "state": state, "cost_fen": cost_fen, "units": units}
        _audit(actor, "rewards.agree", funding_id, facts, at)


def _audit(
    actor: Actor, action: str, funding_id: int, facts: Mapping[str, object], at: datetime
) -> None:
    write_audit(
        actor=actor, action=action, subject=f"funding:{funding_id}", facts=dict(facts), at=at
    )
