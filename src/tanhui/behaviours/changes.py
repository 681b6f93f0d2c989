"""Deeds that are taken back: by transfers against those that paid them, never by an edit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tanhui.behaviours import holds, store
from tanhui.behaviours.claimed import give_back
from tanhui.behaviours.known import GONE, HELD, Known
from tanhui.behaviours.postings import deed_transfer_id
from tanhui.governance.commands import write_audit
from tanhui.kernel.actors import Actor
from tanhui.kernel.references import REFERENCE_BYTES_MAX, reference_digests
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.ledger import commands as ledger
from tanhui.ledger import queries as books
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    CITY_HOLDER_ID,
    POINTS_ISSUED,
    REDUCTION_MEASURED,
    Kind,
    Reason,
)
from tanhui.ledger.transfers import ACCEPTED, AccountKey, Transfer
from tanhui.partners import queries as partners
from tanhui.partners.riders import byte_strings
from tanhui.partners.rows import require_own
from tanhui.runtime import binary
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary

_ROOM = "tanhui.behaviours"
SUPERSEDED = "superseded"
# Why a deed may be taken back, as those say it who may; the texts are in report.REASONS.
VOID_REASONS = ("not_taken", "wrong_person", "wrong_measure", "sent_twice", "corrected", "fraud")


@dataclass(frozen=True, slots=True)
class Void:
    """A deed that was taken back, as its partner sees it; points and milligrams are what went."""

    reference: str
    scene: int
    started_at: datetime
    reason: str
    actor: str
    voided_at: datetime
    reduction_mg: int
    points: int
    points_kept: int


def void_behaviour(
    *, actor: Actor, partner_code: str, reference: str, reason: str, at: datetime
) -> None:
    """Takes a partner's deed back: what it paid goes back, the row and its reason stay.

    Points that are spent already are not asked back. Refuses: `not_permitted`, `no_such_partner`,
    `unknown_reason`, `no_such_behaviour`, `already_voided`, `hold_open` (it is decided first).
    """
    partner = partners.partner(partner_code)
    require_own(actor, partner.id, "behaviours.void")
    if reason not in VOID_REASONS:
        raise Invalid(
            "unknown_reason",
            zh="没有“{reason}”这种理由；可用：{known}。",
            en="There is no reason “{reason}”; there are: {known}.",
            reason=reason,
            known=", ".join(VOID_REASONS),
        )
    with transaction.atomic():
        take_back(partner.id, reference, reason=reason, actor=actor.name, at=at)
        write_audit(
            actor=actor,
            action="behaviours.void",
            subject=f"partner:{partner_code}",
            facts={"reason": reason, "digest": reference_digest(reference)},
            at=at,
        )


def reference_digest(reference: str) -> int:
    """The digest under which a partner's reference is kept.

    Refuses `no_such_behaviour` for what is longer than any reference that was ever recorded.
    """
    if len(reference.encode()) > REFERENCE_BYTES_MAX:
        raise NotFound("no_such_behaviour", zh="没有这条记录。", en="There is no such record.")
    key = settings.TANHUI.reference_key
    return int(reference_digests(key, byte_strings([reference]))[0])


def storable(reference: str) -> str:
    """A reference as the database can be asked for it: no text in it holds NUL."""
    return reference.replace("\0", "\ufffd")


def take_back(partner_id: int, reference: str, *, reason: str, actor: str, at: datetime) -> None:
    """Takes one deed back in the caller's transaction; refuses as `void_behaviour`."""
    digest = reference_digest(reference)
    with connection.cursor() as cursor:
        cursor.execute(
            load(_ROOM, "deed_of_reference"),
            {"partner_id": partner_id, "digest": digest, "reference": storable(reference)},
        )
        found = cursor.fetchall()
    if not found:
        raise NotFound("no_such_behaviour", zh="没有这条记录。", en="There is no such record.")
    citizen, day = found[0]
    ledger.lock_holders(holder_ids=np.array([citizen], dtype=np.int64), kind=CITIZEN_POINTS)
    met = store.known_on_days(np.array([citizen] * 3), np.array([day - 1, day, day + 1]))
    own = (met.partner == partner_id) & (met.digest == digest)
    state = int(met.state[own][0])
    if state == GONE:
        raise Conflict("already_voided", zh="这条记录已经撤销。", en="It is voided already.")
    if state == HELD and _hold_is_open(citizen, partner_id, digest):
        raise Conflict(
            "hold_open",
            zh="这条记录正在暂缓，请先处理暂缓。",
            en="This record is held; decide the hold first.",
        )
    library = library_in_force()
    kept = met.keep(~own).live
    _void(met.keep(own), kept, library, reason=reason, actor=actor, at=at)


def _hold_is_open(citizen: int, partner_id: int, digest: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            load(_ROOM, "hold_is_open"),
            {"hold_id": deed_transfer_id("hold", citizen, partner_id, digest, 0)},
        )
        return bool(cursor.fetchall()[0][0])


def supersede(deeds: Known, kept: Known, library: SceneLibrary, *, at: datetime) -> None:
    """Takes back declared deeds in whose place proved ones are about to be paid.

    Called by settlement, under the citizens' locks; `kept` is what else stands of their days.
    A declared deed that is still held was never paid: its hold is reversed.
    """
    held = np.array(
        [
            bool(deeds.state[place] == HELD)
            and _hold_is_open(
                int(deeds.citizen[place]), int(deeds.partner[place]), int(deeds.digest[place])
            )
            for place in range(len(deeds))
        ],
        dtype=np.bool_,
    )
    if held.any():
        holds.reverse_superseded(deeds.keep(held), reason=SUPERSEDED, at=at)
        give_back(deeds.keep(held), kept, library)
    if not held.all():
        _void(deeds.keep(~held), kept, library, reason=SUPERSEDED, actor="platform", at=at)


def _void(
    deeds: Known, kept: Known, library: SceneLibrary, *, reason: str, actor: str, at: datetime
) -> None:
    rows: list[dict[str, Any]] = []
    transfers: list[Transfer] = []
    # Deeds of one citizen are taken back one after the other; each leaves less for the next.
    available: dict[int, int] = {}
    for place in range(len(deeds)):
        citizen = int(deeds.citizen[place])
        key = (citizen, int(deeds.partner[place]), int(deeds.digest[place]))
        if citizen not in available:
            held = books.balances(holder_id=citizen, kinds=(CITIZEN_POINTS,))
            available[citizen] = held[CITIZEN_POINTS].available
        paid = int(deeds.points[place])
        back = min(paid, available[citizen])
        available[citizen] -= back
        reduction = int(deeds.reduction_mg[place])
        for kind, pool, amount in (
            (CITIZEN_POINTS, POINTS_ISSUED, back),
            (CITIZEN_REDUCTION, REDUCTION_MEASURED, reduction),
        ):
            if amount:
                transfers.append(_back(key, kind, pool, amount))
        rows.append(
            {
                "citizen_id": citizen,
                "started_at": store.to_instant(deeds.started[place]),
                "partner_id": key[1],
                "reference_digest": key[2],
                "reason": reason,
                "actor": actor,
                "at": at,
                "reduction_mg": reduction,
                "points": back,
                "points_kept": paid - back,
            }
        )
    results = ledger.post_transfers(transfers=transfers, at=at)
    if wrong := set(results) - ACCEPTED:
        raise RuntimeError(f"a transfer back was refused: {', '.join(sorted(wrong))}")
    with connection.cursor() as cursor:
        cursor.executemany(load(_ROOM, "add_void"), rows)
    give_back(deeds, kept, library)


def _back(key: tuple[int, int, int], kind: Kind, pool: Kind, amount: int) -> Transfer:
    return Transfer(
        deed_transfer_id("void", *key, kind.number),
        AccountKey(key[0], kind),
        AccountKey(CITY_HOLDER_ID, pool),
        amount,
        Reason.BEHAVIOUR_VOIDED,
    )


def voids(*, partner_id: int, limit: int = 200) -> list[Void]:
    """What was taken back of a partner's deeds, the newest first."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "voids"), {"partner_id": partner_id, "rows_max": limit})
        return [Void(*row) for row in cursor.fetchall()]
