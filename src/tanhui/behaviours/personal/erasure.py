"""Forgetting a person: every personal value goes, the books keep a number alone.

What stays: the person's number, never given to anyone again; rows of the books and of deeds by that
number; consents (that and when) by that number; audit rows, which hold no personal value.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction

from tanhui.behaviours import holds, store
from tanhui.behaviours.claimed import give_back
from tanhui.behaviours.known import HELD
from tanhui.behaviours.personal import files, refusals
from tanhui.cases.commands import erase_words
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.consents.commands import end_all
from tanhui.identity.sealing import blind_indexes, unseal
from tanhui.kernel.actors import Actor
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import CITIZEN_POINTS
from tanhui.notices.commands import forget_person as forget_notices
from tanhui.partners.deliveries import KEPT
from tanhui.partners.forgetting import forget_references
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.vault import commands as vault

_ROOM = "tanhui.behaviours.personal"
ACCOUNT_CLOSED = "account_closed"
# A file or batch that was being read while somebody was erased may still write; that long we look.
_AFTERMATH = timedelta(hours=1)


def erase_person(*, actor: Actor, at: datetime) -> bool:
    """Erases the one who acts; answers whether there was anything to erase.

    Again changes nothing. Held points go back to the city: they were never the person's to spend.
    Refuses: `not_permitted`, `person_unknown`, `seat_first` (a member of staff).
    """
    require(actor, "personal.own")
    if actor.person_id is None:
        raise refusals.person_unknown()
    return forget(actor, actor.person_id, at)


def forget(actor: Actor, person_id: int, at: datetime) -> bool:
    """What `erase_person` does, for commands that have asked whether the actor may."""
    with transaction.atomic():
        # Settlement holds the account before anything else of a citizen, and so does this.
        citizens = np.array([person_id], dtype=np.int64)
        ledger.lock_holders(holder_ids=citizens, kind=CITIZEN_POINTS)
        found = _run("living_person", {"person_id": person_id})
        if not found:
            raise refusals.person_unknown()
        erased_at, sealed, seated = found[0]
        if erased_at is not None:
            return False
        if seated:
            raise refusals.seat_first()
        facts = _forget_rows(actor, person_id, sealed, at)
        write_audit(
            actor=actor,
            action="personal.erase",
            subject=f"person:{person_id}",
            facts=facts,
            at=at,
        )
    return True


def _forget_rows(
    actor: Actor, person_id: int, phone_sealed: bytes | None, at: datetime
) -> dict[str, object]:
    asked = {"person_id": person_id}
    voided = _end_holds(person_id, at)
    end_all(actor=actor, person_id=person_id, at=at)
    riders = _run("forget_riders", asked)
    if phone_sealed is not None:
        # While a key changes, a code may lie under another one than the person does.
        phone = unseal(phone_sealed, field=PHONE_FIELD)
        _run("forget_login_codes", {"indexes": blind_indexes(phone, field=PHONE_FIELD)})
    for name in ("forget_sessions", "forget_devices", "forget_login_links"):
        _run(name, asked)
    _run("forget_second_factors", {**asked, "at": at})
    _run("forget_person", {**asked, "at": at})
    kept_files = vault.forget(actor=actor, person_id=person_id, at=at)
    words = erase_words(person_id=person_id)
    notices = forget_notices(person_id=person_id)
    references = _run("forget_words", asked)[0][0]
    partners = {partner_id for partner_id, _, _ in riders}
    digests = {(partner_id, digest) for partner_id, digest, _ in riders}
    _forget_told(person_id, partners, at)
    files.forget_rider_lines(digests)
    files.blank_reports()
    return {
        "holds": voided,
        "riders": len(riders),
        "words": words,
        "references": references,
        "files": kept_files,
        "notices": notices,
    }


def _forget_told(person_id: int, partners: Collection[int], at: datetime) -> None:
    """Blanks references in what partners were answered, as far as it is kept."""
    known = {
        partner_id: digests
        for partner_id, digests, _ in _run("deeds_of_partners", {"person_id": person_id})
    }
    for partner_id in {*partners, *known}:
        forget_references(
            partner_id=partner_id,
            digests=known.get(partner_id, ()),
            since=at - KEPT - timedelta(days=1),
        )


def _end_holds(person_id: int, at: datetime) -> int:
    """Ends what is still held of a person, in the city's favour; answers how many."""
    held = {(partner, digest): day for partner, digest, day in _run("held_deeds", _of(person_id))}
    if not held:
        return 0
    around = np.unique([day + off for day in held.values() for off in (-1, 0, 1)])
    met = store.known_on_days(np.full(len(around), person_id, dtype=np.int64), around)
    keys = zip(met.partner.tolist(), met.digest.tolist(), strict=True)
    own = np.array([key in held for key in keys], dtype=np.bool_) & (met.state == HELD)
    holds.reverse_superseded(met.keep(own), reason=ACCOUNT_CLOSED, at=at)
    give_back(met.keep(own), met.keep(~own).live, library_in_force())
    return int(own.sum())


def finish_erasures(*, at: datetime) -> int:
    """Forgets what was still being written while somebody was erased; answers how much.

    Run by the platform's own rounds, for an hour after each erasure.
    """
    gone = files.finish_reports()
    for (person_id,) in _run("lately_erased", {"since": at - _AFTERMATH}):
        with transaction.atomic():
            words = int(_run("forget_words", _of(person_id))[0][0])
            if words:
                _forget_told(person_id, (), at)
        gone += words
    return gone


def _of(person_id: int) -> dict[str, int]:
    return {"person_id": person_id}


def _run(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall()) if cursor.description else []
