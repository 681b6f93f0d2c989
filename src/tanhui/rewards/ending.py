"""What ends without the citizen: decided refunds, times that ran out, batches that are over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict
from tanhui.rewards import queries, stocking
from tanhui.rewards.records import Redemption
from tanhui.rewards.redeeming import go_on

OVER = {"reserved": "not_confirmed", "confirmed": "not_used"}
ACCOUNT_CLOSED = "account_closed"
# So long the rounds look after somebody was erased; later a time that runs out ends the same.
_ERASED_LATELY = timedelta(days=7)


def refund_redemption(
    *, actor: Actor, redemption_id: UUID, reason: str, at: datetime
) -> Redemption:
    """Gives a citizen's points back, also after the reward was delivered.

    Refuses `not_permitted`, `no_such_redemption` and `redemption_<state>`.
    """
    require(actor, "rewards.decide")
    return go_on(
        actor=actor,
        redemption=queries.redemption_by_id(redemption_id),
        sources=("reserved", "confirmed", "delivered"),
        to="refunded",
        reason=reason,
        action="rewards.refund",
        at=at,
    )


def end_due(*, actor: Actor, at: datetime, limit: int = 200) -> int:
    """Gives back what nobody confirmed or used in time, or will; answers how many.

    What an erased person left open is nobody's any more and goes back too, so that others may have
    it. One transaction each. Refuses `not_permitted`.
    """
    require(actor, "rewards.expire")
    ended = 0
    asked = {"at": at, "limit": limit, "erased_since": at - _ERASED_LATELY}
    for row in queries.rows("due", asked):
        found = queries.redemption(row["citizen_id"], row["id"])
        try:
            go_on(
                actor=actor,
                redemption=found,
                sources=(row["state"],),
                to="refunded",
                reason=ACCOUNT_CLOSED if row["closed"] else OVER[row["state"]],
                action="rewards.run_out",
                at=at,
            )
        except Conflict:
            # Somebody confirmed, used or gave it back in this moment, and was first.
            continue
        ended += 1
    return ended


def end_batches(*, actor: Actor, at: datetime) -> int:
    """Takes batches off sale whose time is over; answers how many. Refuses `not_permitted`."""
    require(actor, "rewards.expire")
    due = [row["id"] for row in queries.rows("due_batches", {"at": at})]
    for batch_id in due:
        stocking.take_off(actor=actor, batch_id=batch_id, at=at)
    return len(due)
