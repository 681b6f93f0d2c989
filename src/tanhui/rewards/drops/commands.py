"""Opening a drop, entering it, leaving it, calling it off."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.sealing import seal
from tanhui.kernel.actors import Actor
from tanhui.publiclog import drawing as witnesses
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.drawing import Send
from tanhui.publiclog.leaves import leaf_bytes
from tanhui.rewards import queries as rewards
from tanhui.rewards.drops import leaves, queries, refusals
from tanhui.rewards.drops.drawing import SEED_BYTES, code_of
from tanhui.rewards.drops.queries import SEED_FIELD
from tanhui.rewards.drops.records import Drop, Entry
from tanhui.rewards.redeeming import asked_for, checked_key, go_on
from tanhui.rewards.refusals import KeyKnown, named, other_content
from tanhui.rewards.terms import city_terms

REASON_MOST = 200
_SALT_BYTES = 16


def open_drop(
    *,
    actor: Actor,
    offer_code: str,
    batch_id: int,
    opens_at: datetime,
    closes_at: datetime,
    at: datetime,
    send: Send = witnesses.post,
) -> Drop:
    """Opens a drop of what is left of a batch; entries are taken from `opens_at` to `closes_at`.

    Before anybody enters, the operator is bound to its seed and each witness to its secret, and
    the public log is told by which digests. Refuses `not_permitted`, `witnesses_silent`,
    `no_such_offer`, `offer_closed`, `not_by_draw`, `no_such_batch`, `batch_not_free`,
    `drop_too_large`, `drop_times`, `log_policy_missing` and `log_policy_unreadable`.
    """
    require(actor, "rewards.draw")
    seed = secrets.token_bytes(SEED_BYTES)
    commitment = hashlib.sha256(seed).digest()
    bound = witnesses.bind(commitment.hex(), send=send)
    if not bound:
        raise refusals.witnesses_silent()
    asked = {
        "offer_code": offer_code,
        "batch_id": batch_id,
        "opens_at": opens_at,
        "closes_at": closes_at,
        "waiting_max": city_terms(settings.TANHUI.content_root).waiting_tickets_max,
        "seed_sealed": seal(seed.hex(), field=SEED_FIELD),
        "commitment": commitment,
        "vkeys": list(bound),
        "digests": [bytes.fromhex(digest) for digest in bound.values()],
        "at": at,
    }
    with transaction.atomic():
        with named(refusals.BY_CODE):
            (row,) = queries.rows("open_drop", asked)
        made = Drop(**row)
        leaf = leaves.opened_leaf(
            drop=made.code,
            offer=offer_code,
            units=made.units,
            opens_at=opens_at,
            closes_at=closes_at,
            commitment=commitment,
            bound=bound,
            at=at,
        )
        tell_log(drop_id=made.id, kind="opened", leaf=leaf, at=at)
        write_audit(
            actor=actor,
            action="rewards.open_drop",
            subject=f"drop:{made.code}",
            facts={"offer": offer_code, "batch": batch_id, "units": made.units},
            at=at,
        )
    return made


def enter_drop(*, actor: Actor, drop: str, key: str, at: datetime) -> Entry:
    """Enters the citizen; the points are set aside until it is drawn.

    A key answers the same entry again. Refuses `not_permitted`, `key_invalid`,
    `exists_with_different_content`, `no_such_drop`, `drop_not_open`, `drop_closed`,
    `already_entered`, and what `redeem_reward` refuses of the offer and the points.
    """
    citizen_id = _citizen(actor)
    checked_key(key)
    found = queries.drop(drop)
    # Told before the points are looked at: whoever comes too late, or twice, is told that.
    if not found.takes_entries(at):
        raise refusals.drop_not_open() if at < found.opens_at else refusals.drop_closed()
    asked = asked_for(
        citizen_id=citizen_id,
        offer_code=rewards.offer_by_id(found.offer_id).code,
        units=1,
        key=key,
        state="entered",
        actor=actor.name,
        at=at,
    )
    asked["fingerprint"] = hashlib.sha256(f"drop\0{drop}".encode()).digest()
    salt = secrets.token_bytes(_SALT_BYTES)
    try:
        with transaction.atomic():
            if (own := queries.entry_of(citizen_id, found.id)) is not None:
                return _same(own, key)
            with named(refusals.BY_CODE):
                (row,) = rewards.rows("reserve", asked)
                (entry,) = queries.rows(
                    "enter_drop",
                    {
                        "citizen_id": citizen_id,
                        "redemption_id": row["id"],
                        "drop": drop,
                        "salt": salt,
                        "code": code_of(salt, citizen_id),
                        "at": at,
                    },
                )
            made = Entry(**entry)
            _audit(actor, "rewards.enter_drop", made, drop, at)
    except KeyKnown:
        own = queries.entry_of(citizen_id, found.id)
        if own is None:
            raise other_content() from None
        return _same(own, key)
    return made


def leave_drop(*, actor: Actor, drop: str, at: datetime) -> Entry:
    """Takes the citizen's entry back while entries are taken; the points are free again.

    Refuses `not_permitted`, `no_such_drop`, `no_such_entry` and `drop_closed`.
    """
    citizen_id = _citizen(actor)
    found = queries.drop(drop)
    entry = queries.entry_of(citizen_id, found.id)
    if entry is None:
        raise refusals.no_such_entry()
    if not found.takes_entries(at):
        raise refusals.drop_closed()
    _leave(actor, citizen_id, entry.redemption_id, at)
    return entry


def leave_erased(*, actor: Actor, at: datetime) -> int:
    """Takes back the entries of people who had themselves erased while entries are taken.

    What nobody can claim any more shall not be drawn. Answers how many. Refuses `not_permitted`.
    """
    require(actor, "rewards.draw")
    due = queries.rows("erased_entries", {"at": at})
    for row in due:
        _leave(actor, row["citizen_id"], row["redemption_id"], at)
    return len(due)


def _leave(actor: Actor, citizen_id: int, redemption_id: UUID, at: datetime) -> None:
    with transaction.atomic():
        go_on(
            actor=actor,
            redemption=rewards.redemption(citizen_id, redemption_id),
            sources=("entered",),
            to="left",
            action="rewards.leave_drop",
            at=at,
        )
        with named(refusals.BY_CODE):
            queries.rows(
                "leave_drop",
                {"citizen_id": citizen_id, "redemption_id": redemption_id, "at": at},
            )


def call_off_drop(*, actor: Actor, drop: str, reason: str, at: datetime) -> Drop:
    """Nobody wins, and everybody gets the points back; the log is told.

    Refuses `not_permitted`, `no_such_drop`, `drop_reason` and `drop_drawn`.
    """
    require(actor, "rewards.draw")
    words = reason.strip()
    if not 0 < len(words) <= REASON_MOST:
        raise refusals.drop_reason(REASON_MOST)
    end_without_draw(actor=actor, found=queries.drop(drop), reason=words, at=at)
    return queries.drop(drop)


def end_without_draw(*, actor: Actor, found: Drop, reason: str, at: datetime) -> None:
    """As `call_off_drop`, for commands that have asked for their permission."""
    asked = {"drop_id": found.id, "reason": reason, "at": at}
    with transaction.atomic():
        with named(refusals.BY_CODE):
            changed = queries.rows("call_off_drop", asked)
        if changed:
            tell_log(
                drop_id=found.id,
                kind="called_off",
                leaf=leaves.called_off_leaf(drop=found.code, at=at),
                at=at,
            )
            write_audit(
                actor=actor,
                action="rewards.call_off_drop",
                subject=f"drop:{found.code}",
                facts={"reason": reason},
                at=at,
            )


def tell_log(*, drop_id: int, kind: str, leaf: Mapping[str, object], at: datetime) -> bytes:
    """Tells the log, and keeps what it was told beside the drop; answers the leaf's bytes."""
    written = leaf_bytes(leaf)
    outbox_id = append_leaf(leaf=leaf, at=at)
    asked = {"drop_id": drop_id, "kind": kind, "leaf": written, "outbox_id": outbox_id}
    queries.rows("keep_leaf", asked)
    return written


def _same(own: Entry, key: str) -> Entry:
    """The entry that stands, if this key made it; refuses `already_entered`."""
    if _key_of(own.citizen_id, own.redemption_id) != key:
        raise refusals.already_entered()
    return own


def _key_of(citizen_id: int, redemption_id: UUID) -> str:
    return rewards.redemption(citizen_id, redemption_id).key


def _citizen(actor: Actor) -> int:
    require(actor, "rewards.enter")
    if actor.person_id is None:
        raise RuntimeError("a citizen without a number enters nothing")
    return actor.person_id


def _audit(actor: Actor, action: str, made: Entry, drop: str, at: datetime) -> None:
    write_audit(
        actor=actor,
        action=action,
        subject=f"redemption:{made.redemption_id}",
        facts={"drop": drop, "number": made.number, "tickets": made.tickets},
        at=at,
    )
