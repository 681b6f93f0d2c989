"""授权, 导出 and 注销账户 as a citizen meets them."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.identity.consents import queries
from tests.citizen.city import City

WHO = "13912345678"


def texts(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def newcomer(city: City) -> Client:
    """A phone that logs in for the first time."""
    del city
    client = Client()
    page = client.post("/m/login", {"phone": WHO}).content.decode()
    code = re.search(r"\b(\d{6})\b", texts(page))
    assert code is not None
    assert client.post("/m/login", {"phone": WHO, "code": code[1]}).status_code == 302
    return client


def test_a_newcomer_is_asked_and_nothing_is_ticked(newcomer: Client) -> None:
    assert newcomer.get("/m/")["Location"] == "/m/consents/first"
    page = newcomer.get("/m/consents/first").content.decode()
    assert "checked" not in page
    assert all(words in page for words in ("账户", "行踪", "未满 14 周岁", "敏感"))


def test_a_newcomer_says_no_to_whereabouts_and_uses_the_account(newcomer: Client) -> None:
    answer = newcomer.post("/m/consents/first", {"agreed": ["account"], "age": "over_14"})
    assert (answer.status_code, answer["Location"]) == (302, "/m/")
    assert newcomer.get("/m/").status_code == 200
    assert newcomer.get("/m/consents/first")["Location"] == "/m/"
    assert "未同意" in newcomer.get("/m/consents").content.decode()


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"agreed": ["location"], "age": "over_14"}, "须同意“账户”"),
        ({"agreed": ["account"]}, "是否已满 14 周岁"),
        ({"agreed": ["account"], "age": "under_14"}, "请监护人"),
    ],
)
def test_what_is_missing_is_said(newcomer: Client, typed: dict[str, object], told: str) -> None:
    answer = newcomer.post("/m/consents/first", typed)
    assert answer.status_code in (409, 422)
    assert told in answer.content.decode()


def test_a_guardian_agrees_for_a_child(newcomer: Client) -> None:
    typed = {"agreed": ["account", "guardian"], "age": "under_14"}
    assert newcomer.post("/m/consents/first", typed).status_code == 302
    assert "监护人同意" in newcomer.get("/m/consents").content.decode()


def test_three_clicks_from_home_withdraw_and_give_again(city: City) -> None:
    client = city.client()
    assert 'href="/m/me"' in client.get("/m/").content.decode()
    assert 'href="/m/consents"' in client.get("/m/me").content.decode()
    page = client.get("/m/consents").content.decode()
    assert "锦城单车" in page
    partner = re.search(r'name="partner" value="(\d+)"', page)
    assert partner is not None
    form = {"purpose": "records", "partner": partner[1]}
    for act, event in (("withdraw", "withdrawn"), ("give", "given")):
        answer = client.post("/m/consents", {**form, "act": act}, follow=True)
        assert answer.status_code == 200
        states = {state.purpose: state.event for state in queries.of(city.lin_xiao)}
        assert states["records"] == event


def test_what_makes_no_sense_is_refused_in_words(city: City) -> None:
    client = city.client()
    for form in (
        {"act": "withdraw", "purpose": "account"},
        {"act": "give", "purpose": "records"},
        {"act": "give", "purpose": "moon"},
        {"act": "forget", "purpose": "location"},
    ):
        answer = client.post("/m/consents", form)
        assert 400 <= answer.status_code < 500
        assert 'role="alert"' in answer.content.decode()
    assert client.post("/m/consents", {"act": "give", "partner": "x"}).status_code == 404


def test_the_export_is_a_file_with_everything(city: City) -> None:
    answer = city.client().post("/m/export")
    document = json.loads(answer.content)
    assert answer["Content-Disposition"].startswith("attachment")
    assert document["kept"]["person"][0]["display_name"] == "林晓"
    assert document["kept"]["behaviours"]
    assert city.client().get("/m/export").status_code == 405


def test_an_account_is_closed_by_its_word_alone(city: City) -> None:
    client = city.client()
    page = client.get("/m/close").content.decode()
    assert all(words in page for words in ("留下什么，为什么", "注销账户", "导出"))
    wrong = client.post("/m/close", {"word": "注销"})
    assert (wrong.status_code, "请照样输入" in wrong.content.decode()) == (422, True)
    answer = client.post("/m/close", {"word": " 注销账户 "})
    assert answer.status_code == 200
    assert "账户已注销" in answer.content.decode()
    assert client.get("/m/me").status_code == 302
    assert queries.of(city.lin_xiao)
    assert all(not state.given for state in queries.of(city.lin_xiao))


def test_an_english_reader_types_english_words(city: City) -> None:
    client = city.client(headers={"accept-language": "en"})
    assert "close my account" in client.get("/m/close").content.decode()
    assert client.post("/m/close", {"word": "Close my account"}).status_code == 200


def test_nobody_is_sent_to_log_in(city: City) -> None:
    assert city.at <= timezone.now()
    for address in ("/m/consents", "/m/consents/first", "/m/close"):
        assert Client().get(address)["Location"].startswith("/m/login")
