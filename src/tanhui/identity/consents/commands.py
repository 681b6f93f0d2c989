"""Giving and withdrawing consent. Every word is a new event; the last one is the state."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Literal

import numpy as np
from django.conf import settings
from django.db import connection, transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.consents import queries, refusals
from tanhui.identity.consents.purposes import (
    GUARDIAN,
    LOCATION,
    RECORDS,
    Purpose,
    city_purposes,
    purpose_of,
)
from tanhui.kernel.actors import Actor
from tanhui.runtime import binary
from tanhui.runtime.sql import load

Channel = Literal["first", "page", "api", "desk", "partner", "simulated", "erasure"]
Event = Literal["given", "declined", "withdrawn"]
NO_PARTNER = 0
_ROOM = "tanhui.identity"


def give(
    *,
    actor: Actor,
    purpose: str,
    partner_id: int | None = None,
    channel: Channel = "page",
    at: datetime,
) -> None:
    """The person agrees to the text as it is now; to the same text again changes nothing.

    Refuses: `not_permitted`, `person_unknown`, `no_such_purpose`, `consent_partner_wrong`.
    """
    _say(actor, purpose, partner_id, "given", channel, at)


def withdraw(
    *,
    actor: Actor,
    purpose: str,
    partner_id: int | None = None,
    channel: Channel = "page",
    at: datetime,
) -> None:
    """The person takes the consent back; what comes from now on is refused, what was stays.

    Refuses: `not_permitted`, `person_unknown`, `no_such_purpose`, `consent_partner_wrong`, and
    `consent_required` for what ends by closing the account alone.
    """
    known = purpose_of(settings.TANHUI.content_root, purpose)
    if known.required or known.id == GUARDIAN:
        raise refusals.consent_required()
    _say(actor, purpose, partner_id, "withdrawn", channel, at)


def answer_first(
    *,
    actor: Actor,
    agreed: Collection[str],
    under_14: bool,
    guardian_agrees: bool,
    at: datetime,
) -> None:
    """What a person answers when asked for the first time, or for new words: yes or no to each.

    Refuses: `not_permitted`, `person_unknown`, `account_consent_missing` without the account's own,
    and `guardian_missing` for somebody under 14 without the guardian.
    """
    person_id = _person(actor)
    if under_14 and not guardian_agrees:
        raise refusals.guardian_missing()
    asked = queries.to_ask(person_id)
    if any(purpose.required and purpose.id not in agreed for purpose in asked):
        raise refusals.account_consent_missing()
    with transaction.atomic():
        _lock(person_id)
        for purpose in asked:
            event: Event = "given" if purpose.id in agreed else "declined"
            _add(actor, person_id, purpose, NO_PARTNER, event, "first", at)
        if under_14:
            guardian = purpose_of(settings.TANHUI.content_root, GUARDIAN)
            _add(actor, person_id, guardian, NO_PARTNER, "given", "first", at)


def attest(
    *, person_ids: Sequence[int] | binary.Column, partner_id: int, channel: Channel, at: datetime
) -> None:
    """Writes for many persons (int64) what a partner collected: its records, and whereabouts.

    Nobody who has answered for themselves is spoken over. Called by the command that binds riders,
    inside its transaction, which also authorises and audits.
    """
    for name, partner in ((RECORDS, partner_id), (LOCATION, NO_PARTNER)):
        _attest(purpose_of(settings.TANHUI.content_root, name), person_ids, partner, channel, at)


def attest_simulated(*, person_ids: Sequence[int] | binary.Column, at: datetime) -> None:
    """Writes that simulated persons (int64) agreed to what a first log-in asks."""
    with transaction.atomic():
        for purpose in city_purposes(settings.TANHUI.content_root):
            if purpose.asked == "first":
                _attest(purpose, person_ids, NO_PARTNER, "simulated", at)


def end_all(*, actor: Actor, person_id: int, at: datetime) -> None:
    """Withdraws whatever a person had agreed to. Called by the command that erases the person."""
    for state in queries.of(person_id):
        if state.given:
            purpose = purpose_of(settings.TANHUI.content_root, state.purpose)
            _add(actor, person_id, purpose, state.partner_id, "withdrawn", "erasure", at)


def _say(
    actor: Actor,
    name: str,
    partner_id: int | None,
    event: Event,
    channel: Channel,
    at: datetime,
) -> None:
    person_id = _person(actor)
    purpose = purpose_of(settings.TANHUI.content_root, name)
    if purpose.per_partner == (partner_id is None):
        raise refusals.consent_partner_wrong()
    partner = NO_PARTNER if partner_id is None else partner_id
    with transaction.atomic():
        _lock(person_id)
        for state in queries.of(person_id):
            if (state.purpose, state.partner_id, state.event) == (name, partner, event) and (
                event != "given" or state.digest == purpose.digest
            ):
                return
        _add(actor, person_id, purpose, partner, event, channel, at)


def _person(actor: Actor) -> int:
    require(actor, "consents.give")
    if actor.person_id is None:
        raise refusals.person_unknown()
    return actor.person_id


def _lock(person_id: int) -> None:
    if not _run("lock_person", {"person_id": person_id}):
        raise refusals.person_unknown()


def _add(
    actor: Actor,
    person_id: int,
    purpose: Purpose,
    partner_id: int,
    event: Event,
    channel: Channel,
    at: datetime,
) -> None:
    facts = {
        "person_id": person_id,
        "purpose": purpose.id,
        "partner_id": partner_id,
        "event": event,
        "text_id": _text_id(purpose),
        "channel": channel,
        "at": at,
    }
    _run("add_consent", facts)
    write_audit(
        actor=actor,
        action=f"consents.{event}",
        subject=f"person:{person_id}",
        facts={"purpose": purpose.reference, "partner_id": partner_id},
        at=at,
    )


def _attest(
    purpose: Purpose,
    person_ids: Sequence[int] | binary.Column,
    partner_id: int,
    channel: Channel,
    at: datetime,
) -> None:
    facts = {
        "person_ids": binary.Int8Array(np.asarray(person_ids, dtype=np.int64)),
        "purpose": purpose.id,
        "partner_id": partner_id,
        "text_id": _text_id(purpose),
        "channel": channel,
        "at": at,
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "attest_consents"), facts)


def _text_id(purpose: Purpose) -> int:
    """The number under which the present words are kept; they are added when first shown."""
    facts = {
        "purpose": purpose.id,
        "version": purpose.version,
        "digest": purpose.digest,
        "text_zh": purpose.text_zh,
        "text_en": purpose.text_en,
    }
    found = _run("find_consent_text", facts)
    if not found:
        _run("add_consent_text", facts)
        found = _run("find_consent_text", facts)
    return int(found[0][0])


def _run(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall()) if cursor.description else []
