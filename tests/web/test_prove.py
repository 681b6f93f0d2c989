"""The page that asks for the phone once more, and the cookie by which a browser is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.identity import queries
from tanhui.identity.commands import open_login_link, platform_actor, seat_personas
from tanhui.identity.models import LoginCode
from tanhui.identity.personas import BY_NAME
from tanhui.identity.sms import simulated_sms

pytestmark = pytest.mark.django_db

PHONE = BY_NAME["lin-xiao"].phone
NEXT = "/m/mall/"


@pytest.fixture
def browser() -> Client:
    """林晓, logged in by a link, 30 days after registering."""
    seat_personas(at=timezone.now() - timedelta(days=30))
    link = open_login_link(actor=platform_actor(), persona="lin-xiao", at=timezone.now())
    client = Client()
    client.get(f"/login/{link}")
    return client


def _session(client: Client) -> queries.SignedIn:
    found = queries.signed_in(client.cookies["tanhui_session"].value, timezone.now())
    assert found is not None
    return found


def test_the_phone_is_proved_on_a_page_that_leads_back(browser: Client) -> None:
    page = browser.get("/m/prove", {"next": NEXT}).content.decode()
    assert "138****0001" in page
    assert PHONE not in page
    before = browser.cookies["tanhui_session"].value
    sent = browser.post("/m/prove", {"next": NEXT})
    code = simulated_sms.code_for(PHONE) or ""
    assert code in sent.content.decode()
    again = browser.post("/m/prove", {"next": NEXT})
    assert (again.status_code, "Retry-After" in again.headers) == (429, True)
    wrong = browser.post("/m/prove", {"next": NEXT, "code": "000000" if code[0] != "0" else "1"})
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.content.decode()
    assert 'name="code"' in browser.get("/m/prove", {"next": NEXT, "have": "1"}).content.decode()
    given = browser.post("/m/prove", {"next": NEXT, "code": code})
    assert (given.status_code, given["Location"]) == (302, NEXT)
    assert browser.cookies["tanhui_session"].value != before
    assert _session(browser).actor.proved_at is not None
    over = browser.post("/m/prove", {"next": NEXT, "code": code})
    assert 'name="code"' not in over.content.decode()


def test_it_leads_nowhere_else_and_nobody_in_who_is_not_logged_in(browser: Client) -> None:
    page = browser.get("/m/prove", {"next": "https://elsewhere.example/"}).content.decode()
    assert "elsewhere.example" not in page
    assert Client().get("/m/prove")["Location"].startswith("/m/login?next=")


def _log_in(client: Client) -> None:
    # A code was sent to this phone a moment ago.
    LoginCode.objects.all().delete()
    client.post("/m/login", {"phone": PHONE})
    client.post("/m/login", {"phone": PHONE, "code": simulated_sms.code_for(PHONE) or ""})


def test_a_browser_stays_known_when_one_logs_out_and_another_one_is_new(browser: Client) -> None:
    known = browser.cookies["tanhui_device"]
    assert known["httponly"]
    assert known["samesite"] == "Lax"
    since = _session(browser).actor.device_since
    assert since is not None
    browser.post("/m/logout")
    _log_in(browser)
    assert _session(browser).actor.device_since == since
    other = Client()
    _log_in(other)
    newly = _session(other).actor.device_since
    assert newly is not None
    assert newly > since + timedelta(days=29)
