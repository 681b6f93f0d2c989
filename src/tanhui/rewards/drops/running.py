"""What runs by itself: lists are frozen, draws are held, and everybody is given their due."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.sealing import unseal
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import Exhausted
from tanhui.ledger.chart import REASON_NUMBERS, Reason
from tanhui.publiclog import drawing as asking
from tanhui.publiclog.drawing import Send
from tanhui.rewards.drops import drawing, leaves, queries, refusals
from tanhui.rewards.drops.commands import end_without_draw, tell_log
from tanhui.rewards.drops.queries import SEED_FIELD
from tanhui.rewards.drops.records import Drop, Entry
from tanhui.rewards.drops.telling import tell_losers, tell_winners
from tanhui.rewards.redeeming import draw_code
from tanhui.rewards.refusals import VoucherCodeTaken, named
from tanhui.rewards.terms import city_terms

# A winner has a voucher of the own; the points of all others return together.
WON_AT_ONCE = 100
LOST_AT_ONCE = 2_000
_TRIES = 5
STOCK_GONE = "出资或库存提前结束 / the stock was taken off sale"


def close_due(*, actor: Actor, at: datetime) -> int:
    """Freezes the lists whose time is over and tells the log their digests; answers how many.

    Refuses `not_permitted`.
    """
    require(actor, "rewards.draw")
    due = [row["id"] for row in queries.rows("due_drops", {"at": at})]
    return sum(_close(actor, drop_id, at) for drop_id in due)


def draw_due(*, actor: Actor, at: datetime, send: Send = asking.post) -> int:
    """Draws where the log has the frozen list and every witness told its secret; answers how many.

    Where one has not, the draw waits for it. A drop whose stock was taken off sale meanwhile is
    called off. Refuses `not_permitted`, `log_policy_missing` and `log_policy_unreadable`.
    """
    require(actor, "rewards.draw")
    drawn = 0
    for found in queries.drops(states=("closed",)):
        if not _told(found, at, send):
            continue
        try:
            drawn += _draw(actor, found, at)
        except Exhausted:
            end_without_draw(actor=actor, found=found, reason=STOCK_GONE, at=at)
    return drawn


def settle_due(*, actor: Actor, at: datetime, limit: int = 100_000) -> int:
    """Gives the points back to all who did not win; answers to how many.

    Some at a time, each time in a transaction of its own: stopped anywhere, it goes on there.
    Refuses `not_permitted`.
    """
    require(actor, "rewards.draw")
    settled = 0
    for found in queries.drops(states=("drawn", "called_off")):
        if found.ended_at is not None:
            continue
        while settled < limit:
            done = _settle_lost(actor, found, at)
            if not done:
                queries.rows("end_drop", {"drop_id": found.id, "at": at})
                break
            settled += done
    return settled


def _close(actor: Actor, drop_id: int, at: datetime) -> int:
    with transaction.atomic():
        frozen = queries.rows("freeze_drop", {"drop_id": drop_id, "at": at})
        if not frozen:
            return 0
        found = Drop(**frozen[0])
        entries = queries.frozen(drop_id)
        digest = drawing.digest(entries.text)
        counted = {
            "drop_id": drop_id,
            "entries": len(entries.numbers),
            "tickets": entries.tickets_total,
            "digest": digest,
        }
        queries.rows("count_drop", counted)
        opened = queries.leaves(drop_id)["opened"].leaf
        leaf = leaves.closed_leaf(
            drop=found.code,
            opened=hashlib.sha256(opened).digest(),
            entries=len(entries.numbers),
            tickets=entries.tickets_total,
            digest=digest,
            at=at,
        )
        tell_log(drop_id=drop_id, kind="closed", leaf=leaf, at=at)
        _audit(actor, "rewards.close_drop", found, {"entries": len(entries.numbers)}, at)
    return 1


def _told(found: Drop, at: datetime, send: Send) -> bool:
    """Whether every witness of a drop has told its secret; those that have not are asked."""
    silent = {
        each.vkey: each.digest.hex() for each in queries.witnesses(found.id) if each.secret is None
    }
    if not silent:
        return True
    kept = queries.leaves(found.id)
    told = asking.tell(
        kept["closed"].outbox_id, opened=kept["opened"].leaf, bound=silent, send=send
    )
    for vkey, said in told.items():
        queries.rows(
            "keep_told",
            {
                "drop_id": found.id,
                "vkey": vkey,
                "secret": said.secret,
                "signature": said.signature,
                "at": at,
            },
        )
    return told.keys() == silent.keys()


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw before it is written: the seed, the winners' numbers in order, their list's digest."""

    seed: bytes
    numbers: list[int]
    digest: bytes


def compute(found: Drop) -> Drawn:
    """Who wins, from the frozen list and what every witness told.

    Raises RuntimeError where the list is not what the log was told.
    """
    seed = bytes.fromhex(unseal(found.seed_sealed, field=SEED_FIELD))
    told = [each.secret for each in queries.witnesses(found.id) if each.secret is not None]
    closed = queries.leaves(found.id)["closed"].leaf
    entries = queries.frozen(found.id)
    if drawing.digest(entries.text) != found.entries_digest:
        raise RuntimeError(f"the frozen list of {found.code} is not what the log was told")
    chance = drawing.randomness(seed, closed, told)
    numbers = drawing.draw(chance, entries, found.units)
    return Drawn(seed, numbers, drawing.digest(drawing.winners_text(numbers, entries)))


def write(actor: Actor, found: Drop, drawn: Drawn, at: datetime) -> bool:
    """Who won stands fast, and the log is told; False where another has drawn.

    Refuses `drop_stock_missing`. Whoever calls serves the winners in the same transaction.
    """
    asked = {"drop_id": found.id, "seed": drawn.seed, "numbers": drawn.numbers, "at": at}
    with named(refusals.BY_CODE):
        if not queries.rows("draw_drop", asked):
            return False
    leaf = leaves.drawn_leaf(
        drop=found.code,
        seed=drawn.seed,
        winners=len(drawn.numbers),
        digest=drawn.digest,
        at=at,
    )
    tell_log(drop_id=found.id, kind="drawn", leaf=leaf, at=at)
    _audit(actor, "rewards.draw_drop", found, {"winners": len(drawn.numbers)}, at)
    return True


def _draw(actor: Actor, found: Drop, at: datetime) -> int:
    drawn = compute(found)
    with transaction.atomic():
        if not write(actor, found, drawn, at):
            return 0
        served = 0
        while served < len(drawn.numbers):
            served += _settle_won(actor, found, at)
    return 1


def _settle_won(actor: Actor, found: Drop, at: datetime) -> int:
    asked = {
        "drop_id": found.id,
        "day_start": day_start(city_day(at)),
        "fen_reason": REASON_NUMBERS[Reason.REWARD_OWED],
        "resolution": REASON_NUMBERS[Reason.RESOLUTION],
        "actor": actor.name,
        "at": at,
    }
    served = 0
    for tried in range(_TRIES):
        codes = [draw_code() for _ in range(WON_AT_ONCE)]
        try:
            with transaction.atomic(), named(refusals.BY_CODE):
                won = queries.rows("settle_won", {**asked, "vouchers": codes})
                served = len(won)
                tell_winners(found, [Entry(**row) for row in won], at)
        except VoucherCodeTaken:
            if tried == _TRIES - 1:
                raise
            continue
        break
    if not served:
        raise RuntimeError(f"a winner of {found.code} cannot be served")
    return served


def _settle_lost(actor: Actor, found: Drop, at: datetime) -> int:
    asked = {
        "drop_id": found.id,
        "limit": LOST_AT_ONCE,
        "resolution": REASON_NUMBERS[Reason.RESOLUTION],
        "actor": actor.name,
        "restored_until": at + city_terms(settings.TANHUI.content_root).refund_min,
        "at": at,
    }
    with transaction.atomic(), named(refusals.BY_CODE):
        lost = queries.rows("settle_lost", asked)
        if found.state == "drawn":
            tell_losers(found, {row["citizen_id"]: row["next_tickets"] for row in lost}, at)
    return len(lost)


def _audit(actor: Actor, action: str, found: Drop, facts: dict[str, object], at: datetime) -> None:
    write_audit(actor=actor, action=action, subject=f"drop:{found.code}", facts=facts, at=at)
