"""The scene pages: today's room, how it counts, what it gave, who brings it."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tanhui.kernel.periods import city_day
from tests.citizen.city import City
from tests.citizen.travels import Travels, join, send, told, travel

pytestmark = pytest.mark.database

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CODES = (
    "shared-bike",
    "shared-ebike",
    "bus",
    "metro",
    "carpool",
    "nev-km",
    "nev-kwh",
    "walking",
)


def text_of(client: Client, path: str) -> str:
    """A page, which is there."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.content.decode()


@pytest.fixture
def travels(city: City, tmp_path: Path) -> Travels:
    """林晓's day by every way of moving, three days ago."""
    day = city.yesterday - timedelta(days=2)
    return travel(tmp_path, citizen_id=city.lin_xiao, day=day, at=city.at)


def test_every_open_scene_is_listed_with_its_room_and_its_source(city: City) -> None:
    html = text_of(city.client(), "/m/scenes")
    for code in CODES:
        assert f'href="/m/scenes/{code}"' in html
    assert "所有场景合计 0 / 100 积分" in html
    assert '<b class="num">0</b><span class="unit">/ 30</span>' in html
    assert "来源 锦城单车" in html
    # Nobody brings metro rides in this small city yet.
    assert "还没有运营方送这种记录" in html
    assert 'href="/m/declare"' in html


def test_todays_deeds_fill_the_room(city: City, tmp_path: Path) -> None:
    join(city.lin_xiao, city.at)
    # The day may be young: this ride ended a minute past midnight, whatever the hour is now.
    rows = [told("T1", "shared_bike", city_day(city.at), "00:00", 1, distance_m=400)]
    send(tmp_path, "BIKE", rows, city.at + timedelta(minutes=2))
    html = text_of(city.client(), "/m/scenes")
    assert '<b class="num">1</b><span class="unit">/ 30</span>' in html
    assert "所有场景合计 1 / 100 积分" in html


def test_a_full_scene_says_when_it_opens_again(city: City, tmp_path: Path) -> None:
    join(city.lin_xiao, city.at)
    rows = [told("M1", "metro", city_day(city.at), "00:00", 30, distance_m=30_000)]
    send(tmp_path, "METRO", rows, city.at + timedelta(minutes=31))
    client = city.client()
    assert "已满 60" in text_of(client, "/m/scenes")
    page = text_of(client, "/m/scenes/metro")
    assert "今天已达上限，明天 0:00 再来。减排照记。" in page
    assert 'class="room full"' in page


def test_the_limit_in_all_closes_the_other_scenes_too(city: City, tmp_path: Path) -> None:
    join(city.lin_xiao, city.at)
    today, late = city_day(city.at), city.at + timedelta(minutes=181)
    metro = [told("M1", "metro", today, "00:00", 30, distance_m=30_000)]
    bus = [told("B1", "bus", today, "01:00", 120, distance_m=60_000)]
    send(tmp_path, "METRO", metro, late)
    send(tmp_path, "BUS", bus, late)
    client = city.client()
    html = text_of(client, "/m/scenes")
    assert "所有场景合计 100 / 100 积分" in html
    assert "今天已满，明天 0:00 再来。减排照记。" in html
    assert "所有场景合计已到今天的上限" in text_of(client, "/m/scenes/walking")


@pytest.mark.parametrize("code", CODES)
def test_a_scene_says_how_it_counts_and_what_evidence_pays(city: City, code: str) -> None:
    html = text_of(city.client(), f"/m/scenes/{code}")
    assert 'href="/methodologies/' in html
    assert "占位" in html
    for percent in (100, 80, 50, 20):
        assert f'<td class="n">{percent}</td>' in html
    assert "只计一次" in html
    declares = f'href="/m/declare?scene={code}"' in html
    assert declares is (code not in {"nev-km", "nev-kwh", "walking"})


def test_a_scene_shows_what_it_gave(city: City, travels: Travels) -> None:
    html = text_of(city.client(), "/m/scenes/metro")
    assert "从开始到现在：1 次，0.370 kg，37 积分" in html
    assert f"/m/behaviours/{travels.of('metro').key}" in html
    assert "成都地铁" in html
    walking = text_of(city.client(), "/m/scenes/walking")
    assert "7,250 步" in walking
    assert "12,000 步/小时" in walking


@pytest.mark.parametrize("code", ["hovering", "Shared-Bike", "metro2"])
def test_a_scene_that_is_not_there_is_a_page(city: City, code: str) -> None:
    assert city.client().get(f"/m/scenes/{code}").status_code == 404


def test_a_stranger_is_sent_to_the_log_in(city: City) -> None:
    del city
    for path in ("/m/scenes", "/m/scenes/bus", "/m/declare"):
        assert Client().get(path)["Location"].startswith("/m/login?next=")


def test_scene_pages_are_complete_in_english_and_bring_no_inline_code(
    city: City, travels: Travels
) -> None:
    del travels
    client = city.client(headers={"accept-language": "en"})
    for path in ("/m/scenes", "/m/scenes/metro", "/m/scenes/walking", "/m/declare"):
        html = text_of(client, path)
        assert not CHINESE.search(html.replace("简体中文", "")), (path, CHINESE.findall(html))
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?! src)", html), path
    assert "7,250 steps" in text_of(client, "/m/scenes/walking")


def test_elder_view_reaches_scenes_from_home_and_keeps_three_tabs(city: City) -> None:
    client = city.client("zhou-shifu")
    home = text_of(client, "/m/")
    assert 'href="/m/scenes"' in home
    tabs = home[home.index('<nav class="tabs') :]
    assert tabs.count("<a href=") == 3
    assert "读给我听" in text_of(client, "/m/scenes")
