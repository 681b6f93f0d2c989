"""What one may know of a person's consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection

from tanhui.identity.consents.purposes import Purpose, city_purposes
from tanhui.runtime.sql import load


@dataclass(frozen=True, slots=True)
class ConsentState:
    """A person's last word on one purpose; `partner_id` is 0 where it concerns no partner.

    `event` is `given`, `declined` or `withdrawn`; version, digest and texts are what was shown.
    """

    purpose: str
    partner_id: int
    event: str
    channel: str
    at: datetime
    version: str
    digest: str
    text_zh: str
    text_en: str

    @property
    def given(self) -> bool:
        """Whether the last word is yes."""
        return self.event == "given"


def of(person_id: int) -> list[ConsentState]:
    """The state of every purpose that the person has ever answered, one query."""
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", "consents_of"), {"person_id": person_id})
        return [ConsentState(*row) for row in cursor.fetchall()]


def to_ask(person_id: int) -> list[Purpose]:
    """The purposes of the first log-in whose present text the person has not answered."""
    answered = {(state.purpose, state.version) for state in of(person_id)}
    return [
        purpose
        for purpose in city_purposes(settings.TANHUI.content_root)
        if purpose.asked == "first" and (purpose.id, purpose.version) not in answered
    ]


def refusers(purpose: str, *, partner_id: int = 0) -> frozenset[int]:
    """Everyone whose last word on a purpose is not yes."""
    facts: dict[str, str | int] = {"purpose": purpose, "partner_id": partner_id}
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.identity", "consent_refusers"), facts)
        return frozenset(row[0] for row in cursor.fetchall())
