"""Settlements: what one sponsor owes one merchant for a month, and what both say of paying it.

The money goes from the sponsor's bank to the merchant's; no part of it comes through the platform.
What is kept here is who owes what, and that both sides said it was paid.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.ledger.chart import REASON_NUMBERS, Reason
from tanhui.rewards import funding_refusals, queries
from tanhui.rewards.funding_notices import tell_settled
from tanhui.rewards.funding_refusals import BY_CODE
from tanhui.rewards.refusals import named

REFERENCE_MOST = 64
WORDS_MOST = 300
# What was done in the last seconds of a month is in the books by then.
_GRACE = timedelta(hours=1)


def month_of(at: datetime) -> date:
    """The first day of the city's month in which `at` (aware) falls."""
    return city_day(at).replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return (month + timedelta(days=31)).replace(day=1)


def close_month(*, actor: Actor, month: date, at: datetime) -> int:
    """Makes the settlements of a month that is over; answers how many, 0 if that was done before.

    `month` is its first day. Refuses `not_permitted`, `month_not_over` and `month_out_of_order`.
    """
    require(actor, "rewards.expire")
    end = day_start(next_month(month))
    if month.day != 1 or at < end + _GRACE:
        raise funding_refusals.month_not_over()
    with transaction.atomic():
        with named(BY_CODE):
            (row,) = queries.rows(
                "close_month",
                {
                    "month": month,
                    "starts_at": day_start(month),
                    "ends_at": end,
                    "reason": REASON_NUMBERS[Reason.MERCHANT_PAID],
                    "actor": actor.name,
                    "at": at,
                },
            )
        if row["made"] is None:
            return 0
        tell_settled(month=month, at=at)
        write_audit(
            actor=actor,
            action="rewards.close_month",
            subject=f"month:{month:%Y-%m}",
            facts={"settlements": row["made"]},
            at=at,
        )
    return int(row["made"])


def close_due(*, actor: Actor, at: datetime) -> int:
    """Closes every month that is over, in order; answers how many settlements were made.

    Refuses `not_permitted`.
    """
    require(actor, "rewards.expire")
    (found,) = queries.rows("months_closed", {})
    if found["last_closed"]:
        month = next_month(found["last_closed"])
    elif found["first_opened"]:
        month = month_of(found["first_opened"])
    else:
        return 0
    made = 0
    while at >= day_start(next_month(month)) + _GRACE:
        made += close_month(actor=actor, month=month, at=at)
        month = next_month(month)
    return made


def say_paid(*, actor: Actor, settlement_id: int, reference: str, at: datetime) -> None:
    """The sponsor says that it paid, with its bank's reference.

    Refuses `not_permitted`, `settlement_said_invalid`, `no_such_settlement`,
    `settlement_not_yours`, `nothing_to_settle`, `settlement_settled` and `settlement_said_paid`.
    """
    require(actor, "rewards.settle")
    _check_said(reference, REFERENCE_MOST)
    _say(actor, settlement_id, "paid", at, reference=reference)


def say_received(*, actor: Actor, settlement_id: int, at: datetime) -> None:
    """The merchant says that the money came: the books move from due to paid.

    Refuses `not_permitted`, `no_such_settlement`, `settlement_not_yours`, `nothing_to_settle`,
    `settlement_settled` and `settlement_unpaid`.
    """
    require(actor, "rewards.settle")
    _say(actor, settlement_id, "received", at)


def dispute_settlement(*, actor: Actor, settlement_id: int, words: str, at: datetime) -> None:
    """Either side says what is wrong. The sponsor may then pay, or say again that it paid.

    Refuses `not_permitted`, `settlement_said_invalid`, `no_such_settlement`, `nothing_to_settle`
    and `settlement_settled`.
    """
    require(actor, "rewards.settle")
    _check_said(words, WORDS_MOST)
    _say(actor, settlement_id, "disputed", at, words=words)


def answer_settlement(*, actor: Actor, settlement_id: int, words: str, at: datetime) -> None:
    """The other side answers what was raised.

    Refuses `not_permitted`, `settlement_said_invalid`, `no_such_settlement`, `nothing_to_settle`,
    `settlement_settled` and `settlement_not_disputed`.
    """
    require(actor, "rewards.settle")
    _check_said(words, WORDS_MOST)
    _say(actor, settlement_id, "answered", at, words=words)


def _check_said(text: str, most: int) -> None:
    if not (len(text.strip()) > 0 and len(text) <= most and text.isprintable()):
        raise funding_refusals.said_invalid(REFERENCE_MOST, WORDS_MOST)


def _say(
    actor: Actor,
    settlement_id: int,
    kind: str,
    at: datetime,
    *,
    reference: str = "",
    words: str = "",
) -> None:
    if actor.organisation_id is None:
        raise funding_refusals.no_such_settlement()
    with transaction.atomic():
        with named(BY_CODE):
            queries.run(
                "settlement_say",
                {
                    "settlement_id": settlement_id,
                    "organisation_id": actor.organisation_id,
                    "kind": kind,
                    "reference": reference.strip(),
                    "words": words.strip(),
                    "transfer_id": uuid4(),
                    "reason": REASON_NUMBERS[Reason.MERCHANT_PAID],
                    "actor": actor.name,
                    "at": at,
                },
            )
        write_audit(
            actor=actor,
            action=f"rewards.settlement_{kind}",
            subject=f"settlement:{settlement_id}",
            facts={"reference": reference.strip()} if reference else {},
            at=at,
        )
