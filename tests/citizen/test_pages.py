"""The citizen's pages: figures, why-card, statement, refusals, both languages."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from tanhui.citizen.shown import _greeting as greeted
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.quantities import MG_PER_G
from tests.citizen.city import City

pytestmark = pytest.mark.database

PAGES = ("/m/", "/m/statement", "/m/me", "/m/help")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


def _in_english(html: str) -> str:
    """The page's own words: not the name of the other language."""
    return html.replace("简体中文", "")


def test_home_shows_balance_reduction_week_deeds_and_source(
    city: City, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = city.client()
    # The inbox and the shelf are asked as well.
    with django_assert_max_num_queries(10):
        html = _text(client, "/m/")
    # 11 and 4 points yesterday, 30 of 43 the day before, 7 of forty days ago.
    assert '<span class="num">52</span>' in html
    assert '<b class="num">0.678</b>' in html
    assert "林晓" in html
    assert "模拟数据" in html
    assert "锦城单车" in html
    assert f'href="/m/behaviours/{city.deed(2_431).key}"' in html
    assert 'role="img"' in html


def test_home_of_a_citizen_without_deeds_says_what_to_do(city: City) -> None:
    client = Client()
    answer = client.post("/m/login", {"phone": "13912345678"})
    code = re.search(r'class="sent">(\d{6})<', answer.content.decode())
    assert code is not None
    client.post("/m/login", {"phone": "13912345678", "code": code[1]})
    client.post("/m/consents/first", {"agreed": ["account"], "age": "over_14"})
    assert "还没有记录" in _text(client, "/m/")
    assert "这个月还没有记录" in _text(client, "/m/statement")
    assert city.at


def test_statement_groups_days_switches_months_and_explains_the_limit(city: City) -> None:
    client = city.client()
    html = _text(client, "/m/statement")
    assert html.count("共享单车骑行") >= 2
    older = city.yesterday - timedelta(days=40)
    assert f"?month={older:%Y-%m}" in html
    assert "1,500\u00a0m" in _text(client, f"/m/statement?month={older:%Y-%m}")
    before = city.yesterday - timedelta(days=1)
    capped = _text(client, f"/m/statement?month={before:%Y-%m}")
    assert "应得 43，当天已到上限，计 30" in capped
    assert "已达上限" in capped
    assert "1970" not in _text(client, "/m/statement?month=1970-01")
    assert _text(client, "/m/statement?month=nonsense")


def test_why_card_goes_down_to_the_factor(city: City) -> None:
    html = _text(city.client(), f"/m/behaviours/{city.deed(2_431).key}")
    for part in (
        "118.389",
        "2,431 m",
        "48.70",
        "2.431 × 48.70",
        "11.83 → 11",
        "<math",
        "11.2 km/h",
    ):
        assert part in html, part
    assert 'class="on" aria-current="true"><b>A</b>' in html


def test_why_card_says_when_the_limit_took_points_away(city: City) -> None:
    html = _text(city.client(), f"/m/behaviours/{city.deed(9_000).key}")
    assert "43 → 30" in html
    assert "到了上限" in html


def test_the_file_is_enough_to_do_the_sum_again(city: City) -> None:
    answer = city.client().get(f"/m/behaviours/{city.deed(9_000).key}/recompute.json")
    assert answer["Content-Disposition"].startswith("attachment")
    told = json.loads(answer.content)
    factor = next(step for step in told["methodology"]["steps"] if step["role"] == "factor")
    micrograms_per_m = int(factor["value"].replace(".", "")) * 10
    assert factor["unit"] == "g CO₂e/km"
    reduction_mg = told["inputs"]["distance_m"] * micrograms_per_m // MG_PER_G
    assert reduction_mg == told["reduction_mg"] == 438_300
    tariff = told["tariff"]
    uncapped = reduction_mg // tariff["mg_per_point"]
    assert uncapped == told["points_uncapped"]
    room = max(0, tariff["points_per_day_max"] - tariff["points_used_before"])
    assert min(uncapped, room) == told["points"] == 30
    assert len(told["postings"]) == 2


@pytest.mark.parametrize("key", ["nonsense", "0-1-0", "%2e%2e", "ffffffffffffff-ffffffff-f"])
def test_a_deed_that_is_not_there_is_a_page_with_its_code(city: City, key: str) -> None:
    answer = city.client().get(f"/m/behaviours/{key}")
    assert answer.status_code == 404
    assert "回首页" in answer.content.decode()


def test_another_citizens_deed_is_not_there(city: City) -> None:
    key = city.deed(2_431).key
    assert city.client("zhou-shifu").get(f"/m/behaviours/{key}").status_code == 404


def test_elder_view_is_the_persons_own_and_one_tap_away_from_the_other(city: City) -> None:
    client = city.client("zhou-shifu")
    html = _text(client, "/m/")
    assert 'data-view="elder"' in html
    assert "读给我听" in html
    answer = client.post("/choose", {"view": "standard", "next": "/m/"})
    assert answer["Location"] == "/m/"
    assert 'data-view="standard"' in _text(client, "/m/")


def test_english_is_complete(city: City) -> None:
    client = city.client(headers={"accept-language": "en"})
    deed = city.deed(2_431).key
    for path in PAGES:
        html = _text(client, path)
        assert '<html lang="en"' in html
        assert not CHINESE.search(_in_english(html)), (path, CHINESE.findall(_in_english(html)))
    # The why-card quotes its sources in their own language.
    assert "Where these 11 points come from" in _text(client, f"/m/behaviours/{deed}")
    assert "Lin Xiao" in _text(client, "/m/")


def test_nothing_personal_is_cached_and_pages_bring_no_inline_code(city: City) -> None:
    client = city.client()
    for path in (*PAGES, f"/m/behaviours/{city.deed(2_431).key}"):
        answer = client.get(path)
        html = answer.content.decode()
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Security-Policy"].startswith("default-src 'self'")
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?! src)", html), path


@pytest.mark.parametrize(
    ("hour", "greeting"), [(0, "你好"), (4, "你好"), (5, "早上好"), (17, "下午好"), (23, "晚上好")]
)
def test_nobody_is_wished_a_good_evening_before_dawn(hour: int, greeting: str) -> None:
    with override("zh-hans"):
        assert greeted(datetime(2026, 7, 20, hour, tzinfo=CITY_ZONE)) == greeting
