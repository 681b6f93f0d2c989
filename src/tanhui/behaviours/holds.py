"""Holds: deeds that a detector asks about. Each has a reason and a deadline, and ends by itself.

The points and milligrams of a held deed are pending transfers. Released, or overdue, they are the
citizen's; reversed, they go back where they came from and nothing was ever taken away. A refusal
goes through a case (`appeals`): the citizen hears the reason first and may object.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tanhui.behaviours import store
from tanhui.behaviours.claimed import give_back
from tanhui.behaviours.known import Known
from tanhui.behaviours.postings import deed_transfer_id
from tanhui.cases import commands as cases
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    CITY_HOLDER_ID,
    POINTS_ISSUED,
    REDUCTION_MEASURED,
    Reason,
)
from tanhui.ledger.transfers import ACCEPTED, AccountKey, Phase, Resolution, Transfer
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force

_ROOM = "tanhui.behaviours"
_ENDED_AT_ONCE = 1_000
_REASON_MAX = 500
OVERDUE_REASON = "deadline_passed"
PLATFORM = Actor("platform", frozenset({"platform"}))
_PAIRS = ((POINTS_ISSUED, CITIZEN_POINTS), (REDUCTION_MEASURED, CITIZEN_REDUCTION))


@dataclass(frozen=True, slots=True)
class NewHold:
    """A deed that is about to be held, by its key; `facts` is what its detector saw."""

    citizen_id: int
    started_at: datetime
    partner_id: int
    reference_digest: int
    detector: str
    facts: dict[str, Any]
    deadline: datetime
    points: int
    reduction_mg: int

    @property
    def id(self) -> UUID:
        """The hold's own number, made of the deed's key."""
        return self.transfer_id(0)

    def transfer_id(self, kind: int) -> UUID:
        """The pending transfer to one kind of account."""
        return deed_transfer_id(
            "hold", self.citizen_id, self.partner_id, self.reference_digest, kind
        )


def place_holds(holds: Sequence[NewHold], *, at: datetime) -> None:
    """Writes holds and their pending transfers. Called by settlement, inside its transaction."""
    transfers: list[Transfer | Resolution] = []
    for hold in holds:
        for (pool, kind), amount in zip(_PAIRS, (hold.points, hold.reduction_mg), strict=True):
            if amount:
                transfers.append(
                    Transfer(
                        hold.transfer_id(kind.number),
                        AccountKey(CITY_HOLDER_ID, pool),
                        AccountKey(hold.citizen_id, kind),
                        amount,
                        Reason.BEHAVIOUR_RECORDED,
                        pending=True,
                    )
                )
    _post(transfers, at)
    with connection.cursor() as cursor:
        cursor.executemany(load(_ROOM, "add_hold"), [_row(hold, at) for hold in holds])


def _row(hold: NewHold, at: datetime) -> dict[str, Any]:
    return {
        "id": hold.id,
        "citizen_id": hold.citizen_id,
        "started_at": hold.started_at,
        "partner_id": hold.partner_id,
        "reference_digest": hold.reference_digest,
        "detector": hold.detector,
        "facts": Jsonb(hold.facts),
        "placed_at": at,
        "deadline": hold.deadline,
        "points": hold.points,
        "reduction_mg": hold.reduction_mg,
    }


def _post(transfers: Sequence[Transfer | Resolution], at: datetime) -> None:
    for first in range(0, len(transfers), _ENDED_AT_ONCE):
        results = ledger.post_transfers(transfers=transfers[first : first + _ENDED_AT_ONCE], at=at)
        if wrong := set(results) - ACCEPTED:
            raise RuntimeError(f"a hold's transfer was refused: {', '.join(sorted(wrong))}")


def release_hold(*, actor: Actor, hold_id: UUID, reason: str, at: datetime) -> None:
    """Gives the held points and milligrams to the citizen; also instead of an intended refusal.

    Once the citizen has objected, the objection is decided (`appeals.decide_appeal`). Refuses:
    `not_permitted`, `no_such_hold`, `hold_ended`, `own_deed`, `reason_missing`,
    `step_not_offered`.
    """
    require(actor, "holds.decide")
    reason = reason.strip()
    if not 0 < len(reason) <= _REASON_MAX:
        raise Invalid(
            "reason_missing",
            zh="请写明理由，{most} 字以内。",
            en="Give the reason, in at most {most} letters.",
            most=_REASON_MAX,
        )
    with transaction.atomic():
        hold = held_by_another(actor, hold_id)
        if hold["case_id"] is not None:
            cases.take_step(
                actor=actor, case_id=hold["case_id"], step="release", words=reason, at=at
            )
        end_holds([hold], outcome="released", actor=actor.name, reason=reason, at=at)
        audit_end(actor, "holds.released", hold, at)


def held_by_another(actor: Actor, hold_id: UUID) -> dict[str, Any]:
    """An open hold that nobody else ends until the transaction does, for one who may decide on it.

    Refuses: `no_such_hold`, `hold_ended`, `own_deed`.
    """
    hold = open_hold(hold_id)
    if hold["citizen_id"] == actor.person_id:
        raise Forbidden(
            "own_deed",
            zh="这是你自己的记录，须由别人决定。",
            en="This deed is your own; somebody else decides.",
        )
    return hold


def open_hold(hold_id: UUID) -> dict[str, Any]:
    """An open hold that nobody else ends until the transaction does, with its live case's number.

    Refuses: `no_such_hold`, `hold_ended`.
    """
    found = _locked({"ids": [hold_id], "due": None, "rows_max": 1})
    if not found:
        raise NotFound("no_such_hold", zh="没有这条暂缓。", en="There is no such hold.")
    if found[0]["ended"]:
        raise Conflict("hold_ended", zh="这条暂缓已经结束。", en="This hold has ended already.")
    return found[0]


def audit_end(actor: Actor, action: str, hold: dict[str, Any], at: datetime) -> None:
    """The audit row of what was decided on one hold."""
    facts: dict[str, object] = {"points": hold["points"], "reduction_mg": hold["reduction_mg"]}
    subject = subject_of(hold["id"])
    write_audit(actor=actor, action=action, subject=subject, facts=facts, at=at)


def subject_of(hold_id: UUID) -> str:
    """What cases and audit rows call a hold."""
    return f"hold:{hold_id}"


def release_overdue(*, at: datetime, limit: int = _ENDED_AT_ONCE) -> int:
    """Releases the holds whose deadline has passed without a decision; answers how many.

    Nobody asked in time, so the citizen keeps what the deed earned. A hold that somebody means to
    refuse waits for the clock of its case. Runs as the platform itself.
    """
    with transaction.atomic():
        found = _locked({"ids": None, "due": at, "rows_max": limit})
        if found:
            _close_cases(found, "release", at)
            end_holds(found, outcome="overdue", actor="platform", reason=OVERDUE_REASON, at=at)
            write_audit(
                actor=PLATFORM,
                action="holds.overdue",
                subject="holds",
                facts={"holds": len(found)},
                at=at,
            )
    return len(found)


def reverse_superseded(deeds: Known, *, reason: str, at: datetime) -> None:
    """Reverses the open holds of declared deeds in whose place proved ones are paid.

    Called by settlement, under the citizens' locks; what the deeds claimed is given back there.
    """
    columns = (deeds.citizen.tolist(), deeds.partner.tolist(), deeds.digest.tolist())
    ids = [deed_transfer_id("hold", *key, 0) for key in zip(*columns, strict=True)]
    found = _to_end({"ids": ids, "due": None, "rows_max": len(ids)})
    _close_cases(found, "supersede", at)
    end_holds(found, outcome="reversed", actor="platform", reason=reason, at=at)


def _close_cases(found: Sequence[dict[str, Any]], step: str, at: datetime) -> None:
    """Closes the live cases of holds that the platform ends."""
    for hold in found:
        if hold["case_id"] is not None:
            cases.take_step(actor=PLATFORM, case_id=hold["case_id"], step=step, at=at)


def give_back_time(hold: dict[str, Any]) -> None:
    """Gives back what the deed of a reversed hold had claimed of its citizen's time and day."""
    day = city_day(hold["started_at"]).toordinal() - date(1970, 1, 1).toordinal()
    met = store.known_on_days(np.array([hold["citizen_id"]] * 3), np.array([day - 1, day, day + 1]))
    own = (met.partner == hold["partner_id"]) & (met.digest == hold["reference_digest"])
    library = library_in_force()
    give_back(met.keep(own), met.keep(~own).live, library)


def _locked(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Open holds, by their numbers or because they are due, while nobody else ends any.

    Settlement holds the citizens' accounts before it comes to holds, so they are held first here.
    """
    citizens = {hold["citizen_id"] for hold in _to_end(asked)}
    if not citizens:
        return []
    ledger.lock_holders(holder_ids=np.array(sorted(citizens), dtype=np.int64), kind=CITIZEN_POINTS)
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "lock_holds"))
    # Others may have ended some meanwhile, and then more are due than were found at first.
    return [hold for hold in _to_end(asked) if hold["citizen_id"] in citizens]


def _to_end(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Holds by their numbers, or those that are due."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "holds_to_end"), asked)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def end_holds(
    found: Sequence[dict[str, Any]], *, outcome: str, actor: str, reason: str, at: datetime
) -> None:
    """Ends open holds that the caller has locked, and whose cases it has closed.

    `outcome` is `released`, `overdue` or `reversed`; only then do the points come, or go back.
    """
    phase = Phase.VOID if outcome == "reversed" else Phase.POST
    resolutions: list[Transfer | Resolution] = []
    for hold in found:
        key = (hold["citizen_id"], hold["partner_id"], hold["reference_digest"])
        for (_, kind), amount in zip(_PAIRS, (hold["points"], hold["reduction_mg"]), strict=True):
            if amount:
                resolutions.append(
                    Resolution(
                        deed_transfer_id("end", *key, kind.number),
                        deed_transfer_id("hold", *key, kind.number),
                        phase,
                    )
                )
    _post(resolutions, at)
    with connection.cursor() as cursor:
        cursor.executemany(
            load(_ROOM, "end_hold"),
            [
                {"id": hold["id"], "outcome": outcome, "actor": actor, "reason": reason, "at": at}
                for hold in found
            ],
        )


def deadline(*, at: datetime, days: int) -> datetime:
    """When a hold of so many days, placed now, releases itself."""
    return at + timedelta(days=days)
