"""Sending what is due: taken under a lease, handed to its way, and noted, one by one.

The operators know no idempotency key. A program that dies between sending and noting leaves a
lease that runs out, and the message goes a second time: told twice is better than never.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.sealing import unseal
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tanhui.notices.commands import ADDRESS_FIELD, FACTS_FIELD
from tanhui.notices.content import Terms, template_of, terms_of
from tanhui.notices.gateways.chosen import ways as own_ways
from tanhui.notices.gateways.ways import Answer, Ways
from tanhui.notices.rows import run
from tanhui.notices.template import Language, Template

_WEEK = timedelta(days=7)
_log = logging.getLogger("tanhui.notices")


@dataclass(frozen=True, slots=True)
class _Taken:
    """A sending under lease, and all that is needed to send it."""

    person_id: int
    message_id: UUID
    channel: str
    urgent: bool
    attempts: int
    at: datetime
    template: str
    link: str
    facts_sealed: bytes
    locale: str
    phone_sealed: bytes | None
    address_sealed: bytes | None
    wanted: bool
    texts: int
    allowed: bool

    @property
    def language(self) -> Language:
        """In which language the person reads, now."""
        return "zh" if self.locale.startswith("zh") else "en"

    @property
    def facts(self) -> Mapping[str, str | int]:
        """The facts, opened."""
        found: dict[str, str | int] = json.loads(unseal(self.facts_sealed, field=FACTS_FIELD))
        return found

    @property
    def address(self) -> str:
        """Where it goes, opened; empty where it cannot."""
        if self.channel == "sms":
            return unseal(self.phone_sealed, field=PHONE_FIELD) if self.phone_sealed else ""
        return unseal(self.address_sealed, field=ADDRESS_FIELD) if self.address_sealed else ""


def send_due(*, actor: Actor, at: datetime, limit: int = 200, ways: Ways | None = None) -> int:
    """Sends what is due, at most so many; answers how many were sent.

    In quiet hours only what is urgent. What the person no longer wants, cannot be reached by, or
    has had too many of this week is dropped, with the reason; what does not go through is tried
    again ever later, and at last noted as failed. Refuses: `not_permitted`.
    """
    require(actor, "notices.send")
    ways = ways or own_ways()
    terms = terms_of(settings.TANHUI.content_root)
    run("drop_late", {"at": at, "before": at - terms.late})
    taken = _take(ways, terms, at, limit)
    texts: Counter[int] = Counter()
    told: Counter[str] = Counter()
    for one in taken:
        state = _send(one, ways, terms, texts, at)
        told[state] += 1
        if state == "sent" and one.channel == "sms":
            texts[one.person_id] += 1
    if taken:
        with transaction.atomic():
            write_audit(
                actor=actor, action="notices.send", subject="notices", facts=dict(told), at=at
            )
    return told["sent"]


def _take(ways: Ways, terms: Terms, at: datetime, limit: int) -> list[_Taken]:
    asked = {
        "channels": list(ways.open),
        "at": at,
        "quiet": terms.is_quiet(at),
        "limit": limit,
        "leased_until": at + terms.lease,
        "week_ago": at - _WEEK,
    }
    with transaction.atomic():
        # Two programs that take at once would not see each other's texts, and send one too many.
        run("lock_taking", {})
        return [_Taken(*row) for row in run("take", asked)]


def _send(one: _Taken, ways: Ways, terms: Terms, texts: Counter[int], at: datetime) -> str:
    """Sends one, or drops it; answers its new state."""
    reason = _reason_to_drop(one, terms, texts)
    if reason:
        return _note(one, "dropped", at, reason=reason)
    template = template_of(settings.TANHUI.content_root, one.template)
    try:
        answer = _hand_over(one, template, ways)
    except Refusal as refusal:
        # The words do not fit this way, which no later try would change.
        _log.error("notice %s by %s: %s", one.template, one.channel, refusal.code)
        return _note(one, "failed", at, reason=refusal.code)
    if answer.ok:
        if one.channel == "subscribe":
            _use_grant(one, at, every=False)
        return _note(one, "sent", at, reference=answer.reference)
    if answer.gone:
        _let_go(one, answer, at)
    if answer.again and one.attempts <= len(terms.back_off):
        later = terms.not_before(at + terms.back_off[one.attempts - 1])
        return _note(one, "waiting", at, reason=answer.code, due_at=later)
    return _note(one, "failed", at, reason=answer.code)


def _reason_to_drop(one: _Taken, terms: Terms, texts: Counter[int]) -> str:
    """Why it is not sent; empty when it is. All of it is asked now, not when it was queued."""
    if not one.wanted:
        return "not_wanted"
    if not one.address:
        return "no_address"
    if one.channel == "subscribe" and not one.allowed:
        return "no_grant"
    had = one.texts + texts[one.person_id]
    if one.channel == "sms" and not one.urgent and had >= terms.sms_per_week:
        return "enough_texts"
    return ""


def _hand_over(one: _Taken, template: Template, ways: Ways) -> Answer:
    facts, language = one.facts, one.language
    if one.channel == "subscribe" and ways.subscribe:
        return ways.subscribe.send(
            openid=one.address,
            template_id=template.subscribe_id,
            page=f"pages/web?to={one.link}",
            values=template.subscribe_values(facts, language),
            language=language,
        )
    if one.channel == "sms" and ways.sms:
        return ways.sms.send(
            phone=one.address,
            template_id=template.sms_id.of(language),
            values=template.sms_values(facts, language),
            text=template.sms_text(facts, language),
        )
    if one.channel == "mail" and ways.mail:
        return ways.mail.send(
            address=one.address,
            subject=template.said(template.subject, facts, language),
            text=template.said(template.body, facts, language) + "\n",
        )
    return Answer(code="way_closed", again=True)


def _let_go(one: _Taken, answer: Answer, at: datetime) -> None:
    """What the operator says is no longer there is not used again."""
    if answer.code == "43101":
        _use_grant(one, at, every=True)
    elif one.channel in ("subscribe", "mail"):
        with transaction.atomic():
            run("drop_address", {"person_id": one.person_id, "channel": one.channel})


def _use_grant(one: _Taken, at: datetime, *, every: bool) -> None:
    asked = {
        "person_id": one.person_id,
        "template": one.template,
        "every": every,
        "at": at,
    }
    with transaction.atomic():
        run("use_grant", asked)


def _note(
    one: _Taken,
    state: str,
    at: datetime,
    *,
    reason: str | None = None,
    reference: str | None = None,
    due_at: datetime | None = None,
) -> str:
    """Writes down what became of it, unless its lease ran out and another program has it."""
    asked = {
        "person_id": one.person_id,
        "message_id": one.message_id,
        "channel": one.channel,
        "attempts": one.attempts,
        "state": state,
        "due_at": due_at,
        "language": one.language if state == "sent" else None,
        "reference": reference,
        "reason": reason,
        "ended_at": None if state == "waiting" else at,
    }
    with transaction.atomic():
        run("note_answer", asked)
    return state
