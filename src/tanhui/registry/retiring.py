"""Retiring credits: asked for, undone while there is time, then locked for good with a certificate.

While it may still be undone, the kilograms are reserved. The certificate is made from the committed
facts in the transaction that makes it final, never before.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.sealing import seal
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.registry import checks, moving, queries, refusals
from tanhui.registry.certificate import credential as credentials
from tanhui.registry.certificate import issuer as issuers
from tanhui.registry.certificate.credential import (
    SALT_BYTES,
    BeneficiaryKind,
    CertificateFacts,
    CertificateLine,
    Issuer,
)
from tanhui.registry.certificate.keeping import empty_certificate, keep_certificate
from tanhui.registry.leaves import retire_leaf
from tanhui.registry.moving import RESERVED, RETIRED, Asked, Line, Retired, Taken
from tanhui.registry.queries import BENEFICIARY_FIELD, rows, run
from tanhui.registry.records import Retirement, Slice
from tanhui.registry.references import known
from tanhui.registry.refusals import ReferenceKnown
from tanhui.registry.terms import city_terms

NAME_MOST = 80
PURPOSE_MOST = 120
LINES_MAX = 40
_KINDS = ("organisation", "event", "person")


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom and for what credits are retired; a boundary may be empty."""

    beneficiary_kind: str
    beneficiary_zh: str
    beneficiary_en: str
    purpose_zh: str
    purpose_en: str
    boundary_zh: str = ""
    boundary_en: str = ""


def retire_credits(
    *,
    actor: Actor,
    lines: Sequence[Line],
    wish: Wish,
    waive_undo: bool,
    reference: str,
    at: datetime,
) -> Retirement:
    """Retires kilograms of the actor's organisation, the lowest numbers of each line first.

    They are reserved until the time to undo is over; with `waive_undo` they are retired at once and
    for good. The same reference with the same content answers the same retirement. Refuses
    `not_permitted`, `no_account`, `lines_invalid`, `kg_invalid`, `vintage_invalid`,
    `reference_invalid`, `beneficiary_kind_invalid`, `wish_invalid`, `no_such_project`,
    `credits_insufficient`, `too_many_pieces` and `exists_with_different_<field>`.
    """
    require(actor, "credits.retire")
    owner = checks.own(actor)
    lines = _checked(lines)
    wish = _wished(wish)
    checks.reference(reference)
    facts = _facts(lines, wish, waive_undo=waive_undo)
    asked = Asked(actor, at, owner, reference)
    try:
        with transaction.atomic():
            retired = moving.retire(
                kind="retire" if waive_undo else "reserve",
                asked=asked,
                facts=facts,
                holder=owner,
                lines=lines,
                where=RETIRED if waive_undo else RESERVED,
            )
            number = queries.retirement_number(city_day(at).year, retired.serial)
            made = None
            if waive_undo:
                made = _certify(number, wish, retired.lines, at)
            found = _add(retired, number, owner, wish, made, at)
            if made:
                outbox_id = _publish(
                    retired.event_id, retired.event_id, number, made, retired.taken, at
                )
                found = replace(found, outbox_id=outbox_id)
            write_audit(
                actor=actor,
                action="registry.retire",
                subject=f"organisation:{owner}",
                facts={
                    "number": number,
                    "kg": sum(line.kg for line in lines),
                    "waived": waive_undo,
                },
                at=at,
            )
    except ReferenceKnown:
        kind = "retire" if waive_undo else "reserve"
        before = queries.retirement_by_id(known(owner, reference, kind, facts))
        # The name may be a person's, so it is not among the event's facts.
        if (before.beneficiary_zh, before.beneficiary_en) != (
            wish.beneficiary_zh,
            wish.beneficiary_en,
        ):
            raise refusals.different("beneficiary") from None
        return before
    return found


def undo_retirement(*, actor: Actor, number: str, at: datetime) -> Retirement:
    """Takes a retirement back while there is time: the kilograms are the holder's again.

    Refuses `not_permitted`, `no_such_retirement`, `not_yours` and `undo_over`.
    """
    require(actor, "credits.retire")
    with transaction.atomic():
        found = queries.retirement(number)
        if found.organisation_id != checks.own(actor):
            raise refusals.not_yours()
        run("lock_retirement", {"id": found.id})
        found = queries.retirement_by_id(found.id)
        if found.state != "pending" or found.undo_until <= at:
            raise refusals.undo_over()
        event_id, _ = moving.end_hold(
            kind="undo",
            asked=Asked(actor, at, found.organisation_id),
            facts={"number": number},
            hold_id=found.id,
            lines=moving.line_count(found.id),
            retired=False,
        )
        _end(found.id, "undone", event_id, None)
        write_audit(
            actor=actor,
            action="registry.undo_retirement",
            subject=f"organisation:{found.organisation_id}",
            facts={"number": number},
            at=at,
        )
    return queries.retirement_by_id(found.id)


def lock_retirements(*, actor: Actor, at: datetime, limit: int = 100) -> int:
    """Makes final what may no longer be undone; answers how many. One transaction for each.

    Refuses `not_permitted`.
    """
    require(actor, "credits.lock")
    due = [row["id"] for row in rows("due_retirements", {"at": at, "limit": limit})]
    return sum(_lock(actor, retirement_id, at) for retirement_id in due)


def forget_beneficiary(*, actor: Actor, number: str, at: datetime) -> None:
    """Takes a person's name away from a retirement and its certificate, who asked to be forgotten.

    The commitment stays in the log and tells nobody anything; whoever kept the certificate's file
    can still show it. Refuses `not_permitted`, `no_such_retirement`, `beneficiary_no_person` and
    `retirement_pending`.
    """
    require(actor, "personal.desk")
    with transaction.atomic():
        found = queries.retirement(number)
        if found.beneficiary_kind != "person":
            raise refusals.beneficiary_no_person()
        if found.state == "pending":
            raise refusals.retirement_pending()
        run("forget_beneficiary", {"id": found.id})
        empty_certificate(retirement_id=found.id)
        write_audit(
            actor=actor,
            action="registry.forget_beneficiary",
            subject=f"retirement:{number}",
            facts={},
            at=at,
        )


def _lock(actor: Actor, retirement_id: UUID, at: datetime) -> bool:
    with transaction.atomic():
        run("lock_retirement", {"id": retirement_id})
        found = queries.retirement_by_id(retirement_id)
        if found.state != "pending" or found.undo_until > at:
            return False
        event_id, taken = moving.end_hold(
            kind="retire",
            asked=Asked(actor, at, found.organisation_id),
            facts={"number": found.number},
            hold_id=retirement_id,
            lines=moving.line_count(retirement_id),
            retired=True,
        )
        wish = Wish(
            found.beneficiary_kind,
            found.beneficiary_zh,
            found.beneficiary_en,
            found.purpose_zh,
            found.purpose_en,
            found.boundary_zh,
            found.boundary_en,
        )
        lines = tuple(_line(each) for each in queries.slices(event_id)[event_id])
        made = _certify(found.number, wish, lines, at)
        _end(retirement_id, "retired", event_id, made.commitment)
        _publish(retirement_id, event_id, found.number, made, taken, at)
        write_audit(
            actor=actor,
            action="registry.lock_retirement",
            subject=f"organisation:{found.organisation_id}",
            facts={"number": found.number, "kg": found.kg},
            at=at,
        )
    return True


@dataclass(frozen=True, slots=True)
class _Made:
    """A certificate that is about to be signed."""

    credential: credentials.Credential
    commitment: bytes
    signer: Issuer


def _certify(number: str, wish: Wish, lines: Sequence[CertificateLine], at: datetime) -> _Made:
    facts = CertificateFacts(
        number,
        cast(BeneficiaryKind, wish.beneficiary_kind),
        wish.beneficiary_zh,
        wish.beneficiary_en,
        wish.purpose_zh,
        wish.purpose_en,
        wish.boundary_zh,
        wish.boundary_en,
        tuple(lines),
        at,
        secrets.token_bytes(SALT_BYTES),
        settings.TANHUI.simulated,
    )
    signer = issuers.issuer()
    credential = credentials.build(facts, signer, settings.TANHUI.log_origin)
    return _Made(credential, credentials.commitment(credential), signer)


def _publish(
    retirement_id: UUID,
    event_id: UUID,
    number: str,
    made: _Made,
    taken: Sequence[Taken],
    at: datetime,
) -> int:
    """Keeps the signed certificate, and tells the log of its commitment."""
    keep_certificate(
        retirement_id=retirement_id, credential=made.credential, signer=made.signer, at=at
    )
    slices = [each.placed for each in taken]
    leaf = retire_leaf(number=number, commitment=made.commitment, slices=slices, at=at)
    return moving.note(event_id, leaf, at)


def _line(each: Slice) -> CertificateLine:
    return CertificateLine(
        each.project_code,
        each.project_zh,
        each.project_en,
        each.vintage,
        each.methodology,
        each.digest,
        each.first,
        each.last,
    )


def _add(
    retired: Retired, number: str, owner: int, wish: Wish, made: _Made | None, at: datetime
) -> Retirement:
    names = json.dumps({"zh": wish.beneficiary_zh, "en": wish.beneficiary_en}, ensure_ascii=False)
    undo_until = at if made else at + city_terms(settings.TANHUI.content_root).undo
    kg = sum(line.kg for line in retired.lines)
    run(
        "add_retirement",
        {
            "id": retired.event_id,
            "serial": retired.serial,
            "year": city_day(at).year,
            "organisation_id": owner,
            "kg": kg,
            "beneficiary_kind": wish.beneficiary_kind,
            "beneficiary": seal(names, field=BENEFICIARY_FIELD),
            "purpose_zh": wish.purpose_zh,
            "purpose_en": wish.purpose_en,
            "boundary_zh": wish.boundary_zh,
            "boundary_en": wish.boundary_en,
            "state": "retired" if made else "pending",
            "at": at,
            "undo_until": undo_until,
            "commitment": made.commitment if made else None,
            "ended_by": retired.event_id if made else None,
        },
    )
    return Retirement(
        id=retired.event_id,
        number=number,
        state="retired" if made else "pending",
        organisation_id=owner,
        kg=kg,
        beneficiary_kind=wish.beneficiary_kind,
        beneficiary_zh=wish.beneficiary_zh,
        beneficiary_en=wish.beneficiary_en,
        purpose_zh=wish.purpose_zh,
        purpose_en=wish.purpose_en,
        boundary_zh=wish.boundary_zh,
        boundary_en=wish.boundary_en,
        requested_at=at,
        undo_until=undo_until,
        ended_at=at if made else None,
        commitment=made.commitment if made else None,
        outbox_id=None,
        invalid_kg=0,
        replaced_kg=0,
        disputed=False,
    )


def _end(retirement_id: UUID, state: str, event_id: UUID, committed: bytes | None) -> None:
    run(
        "end_retirement",
        {"id": retirement_id, "state": state, "event_id": event_id, "commitment": committed},
    )


def _checked(lines: Sequence[Line]) -> list[Line]:
    once = {(line.project_code, line.vintage) for line in lines}
    if not 0 < len(lines) <= LINES_MAX or len(once) != len(lines):
        raise refusals.lines_invalid(LINES_MAX)
    return [checks.line(line.project_code, line.vintage, line.kg) for line in lines]


def _wished(wish: Wish) -> Wish:
    if wish.beneficiary_kind not in _KINDS:
        raise refusals.beneficiary_kind_invalid()
    return Wish(
        wish.beneficiary_kind,
        checks.text("beneficiary_zh", wish.beneficiary_zh, NAME_MOST),
        checks.text("beneficiary_en", wish.beneficiary_en, NAME_MOST),
        checks.text("purpose_zh", wish.purpose_zh, PURPOSE_MOST),
        checks.text("purpose_en", wish.purpose_en, PURPOSE_MOST),
        checks.text("boundary_zh", wish.boundary_zh, PURPOSE_MOST, needed=False),
        checks.text("boundary_en", wish.boundary_en, PURPOSE_MOST, needed=False),
    )


def _facts(lines: Sequence[Line], wish: Wish, *, waive_undo: bool) -> dict[str, object]:
    return {
        "lines": [[line.project_code, line.vintage, line.kg] for line in lines],
        "beneficiary_kind": wish.beneficiary_kind,
        "purpose": [wish.purpose_zh, wish.purpose_en],
        "boundary": [wish.boundary_zh, wish.boundary_en],
        "waived": int(waive_undo),
    }
