"""Whatever the description allows, and much that it forbids: no server error, no broken form."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pytest_django.live_server_helper import LiveServer
from requests.auth import AuthBase
from schemathesis.specs.openapi import checks

from tanhui.identity.commands import log_in_by_link, open_login_link, platform_actor
from tanhui.partners.signing import sign
from tests.api.sending import Desk
from tests.api.snapshot import document
from tests.cast import BIKE

CASES = 25
# Every request here is signed rightly; and that one day comes before another is more than the
# form of two days can say. Both are tried in tests of their own.
ELSEWHERE = [checks.ignored_auth, checks.positive_data_acceptance]


class Signing(AuthBase):
    """Signs what is about to be sent, or shows a citizen's token where one is asked for."""

    def __init__(self, desk: Desk, token: str) -> None:
        self._desk, self._token = desk, token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        content = body if isinstance(body, bytes) else str(body).encode()
        number, moment = f"msg_{uuid4().hex}", int(time.time())
        signature = sign(
            secret=self._desk.production.secret, message_id=number, timestamp=moment, body=content
        )
        request.headers.update(
            {
                "tanhui-partner": BIKE,
                "webhook-id": number,
                "webhook-timestamp": str(moment),
                "webhook-signature": signature,
                "authorization": f"Bearer {self._token}",
            }
        )
        return request


def _token(desk: Desk) -> str:
    link = open_login_link(actor=platform_actor(), persona="lin-xiao", at=desk.now)
    return log_in_by_link(token=link, at=desk.now)


def _trying(operation: Any, address: str, signing: Signing) -> Callable[[], None]:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=CASES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def attempt(case: Any) -> None:
        answer = case.call(base_url=address, auth=signing, timeout=10)
        case.validate_response(answer, excluded_checks=ELSEWHERE)

    run: Callable[[], None] = attempt
    return run


@pytest.mark.filterwarnings("default")
def test_no_request_breaks_the_server_or_the_form(desk: Desk, live_server: LiveServer) -> None:
    schema = schemathesis.openapi.from_dict(document())
    signing = Signing(desk, _token(desk))
    tried = 0
    for found in schema.get_all_operations():
        _trying(found.ok(), live_server.url, signing)()
        tried += 1
    assert tried == sum(len(methods) for methods in document()["paths"].values())
