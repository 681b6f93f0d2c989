"""A partner's own program: it signs what it sends, and reads what it is answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.test import Client
from django.utils import timezone

from tanhui.partners.contract import approve_production
from tanhui.partners.keys import NewKey, issue_key
from tanhui.partners.signing import sign
from tests.cast import BIKE, LIN_RIDER, OPERATOR, Seated, ride

_NUMBERS = count(1)
BATCH = "/api/v1/behaviours:batch"
JSON, NDJSON = "application/json", "application/x-ndjson"


@dataclass
class Sent:
    """An answer: its status, its header fields in small letters, and its JSON."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.content)

    @property
    def code(self) -> str:
        """The code of a problem."""
        assert self.headers["content-type"] == "application/problem+json", self.content
        return str(self.json["code"])

    @property
    def results(self) -> list[str]:
        """The result of each item, in order."""
        assert self.status == 200, self.content
        return [item["result"] for item in self.json["results"]]


@dataclass
class Desk:
    """The bike partner's program with its keys, in front of the city's books."""

    seated: Seated
    production: NewKey
    sandbox: NewKey
    client: Client = field(default_factory=lambda: Client(headers={"accept-language": "en"}))

    @property
    def now(self) -> datetime:
        """Now, for commands of the operator."""
        return timezone.now()

    def headers(
        self,
        body: bytes,
        *,
        key: NewKey | None = None,
        message_id: str | None = None,
        at: datetime | None = None,
        partner: str | None = BIKE,
    ) -> dict[str, str]:
        """The header fields of a signed request."""
        number = message_id or f"msg_{next(_NUMBERS)}"
        moment = int((at or timezone.now()).timestamp())
        signature = sign(
            secret=(key or self.production).secret, message_id=number, timestamp=moment, body=body
        )
        named = {"tanhui-partner": partner} if partner else {}
        return {
            "webhook-id": number,
            "webhook-timestamp": str(moment),
            "webhook-signature": signature,
            **named,
        }

    def send(
        self,
        items: Iterable[Mapping[str, Any]] | bytes,
        *,
        content_type: str = JSON,
        changed: Mapping[str, str | None] | None = None,
        **signing: Any,
    ) -> Sent:
        """Sends a batch; `changed` header fields override what was signed, None takes one away."""
        body = items if isinstance(items, bytes) else json.dumps(list(items)).encode()
        headers = {**self.headers(body, **signing), **(changed or {})}
        answer = self.client.post(
            BATCH,
            body,
            content_type=content_type,
            headers={name: text for name, text in headers.items() if text is not None},
        )
        return told(answer)

    def get(self, address: str, *, accept: str = "*/*", **signing: Any) -> Sent:
        """Reads an address with a signature over nothing."""
        headers = {**self.headers(b"", **signing), "accept": accept}
        return told(self.client.get(address, headers=headers))

    def put(self, address: str, body: bytes, **signing: Any) -> Sent:
        """Puts a body to an address."""
        headers = self.headers(body, **signing)
        return told(self.client.put(address, body, content_type=JSON, headers=headers))


def told(answer: Any) -> Sent:
    """An answer of Django's client as this module shows it."""
    headers = {name.lower(): text for name, text in answer.headers.items()}
    return Sent(answer.status_code, headers, answer.content)


def open_desk(seated: Seated) -> Desk:
    """Lets the bike partner into production and gives it a key in each environment."""
    at = timezone.now()
    approve_production(actor=OPERATOR, partner_code=BIKE, at=at, waive="tests")
    production, sandbox = (
        issue_key(actor=OPERATOR, partner_code=BIKE, environment=environment, algorithm=how, at=at)
        for environment, how in (("production", "hmac"), ("sandbox", "hmac"))
    )
    return Desk(seated, production, sandbox)


def recent_ride(reference: str, *, hours: float = 4, rider: str = LIN_RIDER, **changed: Any) -> Any:
    """A ride that ended before now, so that the server's own clock accepts it."""
    return ride(
        reference,
        started_at=timezone.now().replace(microsecond=0) - timedelta(hours=hours),
        rider=rider,
        **changed,
    )
