"""What one may know of notices: one's own inbox and choices; for the operator, how sending goes."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from tanhui.governance.permissions import require
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.phones import masked
from tanhui.identity.sealing import unseal
from tanhui.kernel.actors import Actor
from tanhui.notices.commands import ADDRESS_FIELD, FACTS_FIELD
from tanhui.notices.content import template_of, terms_of
from tanhui.notices.gateways.simulated import outbox
from tanhui.notices.rows import run

INBOX_MAX = 200
_CODE = re.compile(r"\b\d{6}\b", re.ASCII)
STATES = ("waiting", "sending", "sent", "failed", "dropped")


@dataclass(frozen=True, slots=True)
class Message:
    """One notice as its person reads it. `sent` are the ways by which it also went outside."""

    id: UUID
    template: str
    purpose: str
    link: str
    at: datetime
    read_at: datetime | None
    sent: tuple[str, ...]
    subject_zh: str
    subject_en: str
    body_zh: str
    body_en: str


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a person is reached by one way, shown in part, and since when."""

    channel: str
    shown: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Count:
    """How many sendings of a way are in a state, and since when the oldest is due."""

    channel: str
    state: str
    many: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many sendings of a city's day are in a state."""

    state: str
    day: date
    many: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Sendings that failed or were dropped for one reason."""

    channel: str
    title_zh: str
    title_en: str
    state: str
    reason: str
    many: int
    latest: datetime


def inbox(*, person_id: int, limit: int = INBOX_MAX) -> list[Message]:
    """The person's notices, the newest first."""
    return _messages(person_id, None, limit)


def message(*, person_id: int, message_id: UUID) -> Message | None:
    """One of the person's notices, or None."""
    found = _messages(person_id, message_id, 1)
    return found[0] if found else None


def unread(person_id: int) -> int:
    """How many notices the person has not read."""
    return int(run("unread", {"person_id": person_id})[0][0])


def addresses(person_id: int) -> dict[str, Reached]:
    """By which ways the person can be reached, and where, shown in part."""
    told: dict[str, Reached] = {}
    for channel, sealed, since in run("addresses", {"person_id": person_id}):
        field = PHONE_FIELD if channel == "sms" else ADDRESS_FIELD
        told[channel] = Reached(channel, _shown(channel, unseal(sealed, field=field)), since)
    return told


def wanted(person_id: int) -> set[tuple[str, str]]:
    """What the person wants to be told outside: `(purpose, channel)`, as it holds now."""
    purposes = [purpose.id for purpose in terms_of(settings.TANHUI.content_root).purposes]
    return {
        (purpose, channel)
        for purpose, channel in run("wanted", {"person_id": person_id, "purposes": purposes})
    }


def grants_left(person_id: int) -> dict[str, int]:
    """How many subscribe messages the person has allowed and not had, by template."""
    return dict(run("grants_left", {"person_id": person_id}))


def mail_to_prove(person_id: int, at: datetime) -> str:
    """The mail address to which a code is on its way, shown in part; empty if none is."""
    found = run("open_proof", {"person_id": person_id, "at": at})
    return _shown("mail", unseal(found[0][0], field=ADDRESS_FIELD)) if found else ""


def simulated_code(person_id: int, at: datetime) -> str:
    """The six digits of the mail that a simulated way pretended to send; empty for none."""
    found = run("open_proof", {"person_id": person_id, "at": at})
    sent = outbox.to(unseal(found[0][0], field=ADDRESS_FIELD)) if found else []
    code = _CODE.search(sent[-1].text) if sent else None
    return code[0] if code else ""


def counts(*, actor: Actor, at: datetime, days: int) -> list[Count]:
    """How sending went in these last days, by way and state. Refuses: `not_permitted`."""
    require(actor, "notices.read")
    return [Count(*row) for row in run("counts", {"since": at - timedelta(days=days)})]


def by_day(*, actor: Actor, at: datetime, days: int) -> list[DayCount]:
    """The same by day and state. Refuses: `not_permitted`."""
    require(actor, "notices.read")
    return [DayCount(*row) for row in run("by_day", {"since": at - timedelta(days=days)})]


def troubles(*, actor: Actor, at: datetime, days: int) -> list[Trouble]:
    """What did not go through in these last days, by reason. Refuses: `not_permitted`."""
    require(actor, "notices.read")
    root = settings.TANHUI.content_root
    told: list[Trouble] = []
    for channel, name, state, reason, many, latest in run(
        "troubles", {"since": at - timedelta(days=days)}
    ):
        title = template_of(root, name).title
        told.append(Trouble(channel, title.zh, title.en, state, reason, many, latest))
    return told


def _messages(person_id: int, message_id: UUID | None, limit: int) -> list[Message]:
    asked = {"person_id": person_id, "message_id": message_id, "limit": limit}
    told: list[Message] = []
    for id, name, purpose, link, sealed, at, read_at, sent in run("inbox", asked):
        template = template_of(settings.TANHUI.content_root, name)
        facts = json.loads(unseal(sealed, field=FACTS_FIELD))
        # A message of an older version may lack a fact; its title is still true.
        whole = template.fits(facts)
        subject = template.subject if whole else template.title
        body = template.body if whole else template.title
        told.append(
            Message(
                id=id,
                template=name,
                purpose=purpose,
                link=link,
                at=at,
                read_at=read_at,
                sent=tuple(sent),
                subject_zh=template.said(subject, facts, "zh"),
                subject_en=template.said(subject, facts, "en"),
                body_zh=template.said(body, facts, "zh"),
                body_en=template.said(body, facts, "en"),
            )
        )
    return told


def _shown(channel: str, address: str) -> str:
    """An address as it may be shown."""
    if channel == "sms":
        return masked(address)
    if channel == "mail":
        name, _, host = address.rpartition("@")
        return f"{name[:1]}***@{host}"
    return ""
