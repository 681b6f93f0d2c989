"""What citizens decide about their own points: who gets those that expire, and pausing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.rewards.expiry import queries, refusals
from tanhui.rewards.expiry.months import number_of
from tanhui.rewards.giving import queries as giving
from tanhui.rewards.giving import refusals as giving_refusals
from tanhui.rewards.refusals import named


def choose_heir(*, actor: Actor, cause_id: int | None, at: datetime) -> None:
    """Says which cause gets the actor's points when they expire; None lets them expire.

    It holds from the next month's end on, until something else is chosen or the cause closes.
    Refuses `not_permitted`, `no_such_cause` and `cause_closed`.
    """
    require(actor, "rewards.keep")
    with transaction.atomic():
        if cause_id is None:
            queries.run("forget_heir", {"citizen_id": actor.person_id})
        else:
            if giving.cause(cause_id).ended_at is not None:
                raise giving_refusals.cause_closed()
            queries.run("set_heir", {"citizen_id": actor.person_id, "cause_id": cause_id, "at": at})
        _write(actor, "rewards.choose_heir", {"cause": cause_id}, at)


def pause_expiry(*, actor: Actor, months: int, at: datetime) -> None:
    """Lets nothing of the actor expire in this month and the following, `months` in all.

    What would have expired meanwhile, and later, does so as many months later. No reason is asked.
    Refuses `not_permitted`, `pause_months_invalid`, `pause_used` and `nothing_to_pause`.
    """
    require(actor, "rewards.keep")
    terms = queries.terms()
    if not 1 <= months <= terms.pause_months_max:
        raise refusals.pause_months_invalid(terms.pause_months_max)
    asked = {
        "citizen_id": actor.person_id,
        "month": number_of(city_day(at)),
        "months": months,
        "every": terms.pause_every_months,
        "at": at,
    }
    with transaction.atomic():
        with named(refusals.BY_CODE):
            queries.run("pause_begin", asked)
        _write(actor, "rewards.pause_expiry", {"months": months}, at)


def resume_expiry(*, actor: Actor, at: datetime) -> None:
    """Ends the actor's pause with this month, in which nothing expires yet.

    Refuses `not_permitted` and `not_paused`.
    """
    require(actor, "rewards.keep")
    asked = {"citizen_id": actor.person_id, "month": number_of(city_day(at)), "at": at}
    with transaction.atomic():
        with named(refusals.BY_CODE):
            queries.run("pause_end", asked)
        _write(actor, "rewards.resume_expiry", {}, at)


def _write(actor: Actor, action: str, facts: dict[str, object], at: datetime) -> None:
    write_audit(actor=actor, action=action, subject=f"person:{actor.person_id}", facts=facts, at=at)
