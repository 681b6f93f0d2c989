"""Logging in through the pages, without a script."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tanhui.identity.sms import simulated_sms
from tests.citizen.city import City

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PHONE = "13912345678"


def _code(html: str) -> str:
    found = re.search(r'class="sent">(\d{6})<', html)
    assert found is not None
    return found[1]


def test_a_stranger_is_sent_to_the_log_in_and_back() -> None:
    client = Client()
    answer = client.get("/m/statement?month=2026-11")
    assert answer.status_code == 302
    assert answer["Location"] == "/m/login?next=%2Fm%2Fstatement%3Fmonth%3D2026-11"
    html = client.get(answer["Location"]).content.decode()
    assert 'value="/m/statement?month=2026-11"' in html
    assert "13800000001" in html
    sent = client.post(answer["Location"], {"phone": PHONE, "next": "/m/statement"})
    done = client.post(
        "/m/login",
        {"phone": PHONE, "code": _code(sent.content.decode()), "next": "/m/statement"},
    )
    assert done.status_code == 302
    assert done["Location"] == "/m/statement"
    cookie = done.cookies["tanhui_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert client.get("/m/login")["Location"] == "/m/"


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_host(target: str) -> None:
    client = Client()
    sent = client.post("/m/login", {"phone": PHONE})
    done = client.post(
        "/m/login", {"phone": PHONE, "code": _code(sent.content.decode()), "next": target}
    )
    assert done["Location"] == "/m/"
    assert client.post("/choose", {"theme": "dark", "next": target})["Location"] == "/"


def test_a_bad_number_is_said_beside_its_field() -> None:
    answer = Client().post("/m/login", {"phone": "12345"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "这不像一个大陆手机号" in html
    assert 'aria-invalid="true"' in html
    assert 'value="12345"' in html


def test_a_wrong_code_is_said_beside_its_field_and_may_be_tried_again() -> None:
    client = Client(headers={"accept-language": "en"})
    code = _code(client.post("/m/login", {"phone": PHONE}).content.decode())
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    answer = client.post("/m/login", {"phone": PHONE, "code": wrong})
    assert answer.status_code == 422
    assert "Tries left: 4" in answer.content.decode()
    assert client.post("/m/login", {"phone": PHONE, "code": code}).status_code == 302


def test_too_many_codes_say_when_to_come_back() -> None:
    client = Client()
    client.post("/m/login", {"phone": PHONE})
    answer = client.post("/m/login", {"phone": PHONE})
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 60
    assert "请等" in answer.content.decode()


def test_a_number_with_spaces_still_shows_its_simulated_code() -> None:
    html = Client().post("/m/login", {"phone": "+86 139-1234-5678"}).content.decode()
    assert _code(html) == simulated_sms.code_for(PHONE)
    assert "模拟短信" in html


def test_logging_out_ends_the_session_and_needs_a_post(city: City) -> None:
    client = city.client()
    assert client.get("/m/logout").status_code == 405
    answer = client.post("/m/logout")
    assert answer["Location"] == "/m/login"
    assert client.get("/m/").status_code == 302


def test_a_link_logs_in_once(city: City) -> None:
    token = city.link("lin-xiao")
    assert Client().get(f"/login/{token}")["Location"] == "/m/"
    again = Client().get(f"/login/{token}")
    assert again.status_code == 404
    assert "link_invalid" in again.content.decode()


def test_whoever_chose_english_reads_it_on_every_device(city: City) -> None:
    city.client().post("/choose", {"language": "en", "next": "/m/"})
    other = city.client(headers={"accept-language": "zh-CN"})
    assert '<html lang="en"' in other.get("/m/").content.decode()
