"""A citizen sees when points expire, says who gets them, pauses, and reads what became of gifts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day
from tanhui.rewards.expiry import queries
from tanhui.rewards.expiry.month_end import run_month_end
from tanhui.rewards.expiry.months import last_day, number_of
from tanhui.rewards.giving.commands import open_cause, publish_report
from tests.cast import OPERATOR
from tests.citizen.city import City
from tests.rewards.expiry.steps import last_evening
from tests.rewards.giving.test_causes import PLANTED, photo
from tests.rewards.giving.words import FOREST

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PAGE = "/m/points/"


def read(client: Client, path: str = PAGE, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:500]
    return answer.content.decode()


def test_points_are_told_by_month_paused_and_given_a_heir(city: City) -> None:
    month = number_of(city_day(city.at))
    cause = open_cause(actor=OPERATOR, words=FOREST, at=city.at)
    client = city.client()
    (bucket,) = queries.buckets(city.lin_xiao, city.at)
    assert bucket.expires_on == last_day(month + 24)
    told = read(client)
    assert f"{bucket.points}" in told
    assert f"{bucket.expires_on.year} 年" in told
    assert re.search(r'<rect class="f"', told)

    answer = client.post(PAGE, {"act": "heir", "cause": cause.id}, follow=True)
    assert "已记下" in answer.content.decode()
    assert queries.heir_of(city.lin_xiao) == cause.id
    assert re.search(rf'value="{cause.id}" checked', read(client))
    answer = client.post(PAGE, {"act": "pause", "months": 3}, follow=True)
    assert "已暂停" in answer.content.decode()
    (later,) = queries.buckets(city.lin_xiao, city.at)
    assert later.expires_on == last_day(month + 24 + 2)
    answer = client.post(PAGE, {"act": "pause", "months": 3})
    assert answer.status_code == 409
    assert "暂停过了" in answer.content.decode()
    assert "已恢复" in client.post(PAGE, {"act": "resume"}, follow=True).content.decode()
    assert 'value="resume"' not in read(client)
    assert client.post(PAGE, {"act": "heir", "cause": "x"}).status_code == 404
    assert client.post(PAGE, {"act": "else"}).status_code == 422
    client.post(PAGE, {"act": "heir", "cause": ""})
    assert queries.heir_of(city.lin_xiao) is None


def test_a_gift_leads_to_its_reports_and_their_photos(city: City) -> None:
    client = city.client()
    assert "还没有公益去处" in read(client, "/m/points/give")
    cause = open_cause(actor=OPERATOR, words=FOREST, at=city.at)
    there = f"/m/points/give/{cause.id}"
    assert FOREST.title_zh in read(client, "/m/points/give")
    assert "还没有交付报告" in read(client, there)
    report = publish_report(
        actor=OPERATOR, cause_id=cause.id, words=PLANTED, photos=[photo()], at=city.at
    )
    told = read(client, there)
    assert "40" in told
    assert PLANTED.text_zh in told
    picture = client.get(f"/m/points/photos/{report.photos[0]}")
    assert picture.status_code == 200
    assert picture["Content-Type"] == "image/jpeg"
    assert client.get("/m/points/photos/00000000-0000-0000-0000-000000000000").status_code == 404
    assert "已记下" in client.post(there, follow=True).content.decode()
    assert "你已选定" in read(client, there)
    read(client, "/m/points/give/999", status=404)


def test_english_and_large_type_are_complete_and_strangers_log_in_first(city: City) -> None:
    cause = open_cause(actor=OPERATOR, words=FOREST, at=city.at)
    run_month_end(actor=platform_actor(), at=last_evening(number_of(city_day(city.at))))
    client = city.client("zhou-shifu", HTTP_ACCEPT_LANGUAGE="en")
    client.cookies["django_language"] = "en"
    for path in (PAGE, "/m/points/give", f"/m/points/give/{cause.id}"):
        told = read(client, path)
        body = told.partition("<main")[2].partition("</main>")[0]
        assert not re.search(r"[\u4e00-\u9fff]", re.sub(r"<svg.*?</svg>", "", body, flags=re.S))
        assert Client().get(path)["Location"].startswith("/m/login?next=")
