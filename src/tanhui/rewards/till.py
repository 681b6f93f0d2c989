"""At the till: what a voucher is, and taking it for good."""

from __future__ import annotations

from datetime import datetime

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict
from tanhui.rewards import moving_code, queries, refusals
from tanhui.rewards.records import Redemption, Voucher
from tanhui.rewards.redeeming import go_on


def look_at(*, actor: Actor, text: str, at: datetime) -> Voucher:
    """What a scanned or typed code stands for, if this merchant may take it now.

    Refuses `not_permitted`, `no_such_voucher`, `voucher_stale`, `not_your_voucher`, `voucher_used`
    and `voucher_over`.
    """
    require(actor, "rewards.verify")
    found = queries.voucher(moving_code.read(text, at))
    if found.merchant_id != actor.organisation_id:
        raise refusals.not_your_voucher()
    made = found.redemption
    if made.state == "delivered" and made.ended_at is not None:
        raise refusals.voucher_used(made.ended_at)
    if made.state != "confirmed" or (made.valid_until is not None and made.valid_until <= at):
        raise refusals.voucher_over()
    return found


def accept_voucher(*, actor: Actor, text: str, at: datetime) -> Redemption:
    """Takes a voucher: the points are used and the sponsor owes the merchant.

    Refuses as `look_at`.
    """
    found = look_at(actor=actor, text=text, at=at)
    try:
        return go_on(
            actor=actor,
            redemption=found.redemption,
            sources=("confirmed",),
            to="delivered",
            action="rewards.accept",
            at=at,
        )
    except Conflict:
        # Another till was first, or the citizen gave it back in this moment: look again and say so.
        look_at(actor=actor, text=text, at=at)
        raise
