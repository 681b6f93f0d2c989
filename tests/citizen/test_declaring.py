"""Declaring a journey oneself: from the home in three taps, refusals beside their fields."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tanhui.behaviours import queries as behaviours
from tests.citizen.city import City
from tests.citizen.test_scene_pages import text_of
from tests.citizen.travels import join, send, told

pytestmark = pytest.mark.database


def _told(city: City, **changed: str) -> dict[str, str]:
    return {
        "scene": "bus",
        "day": city.yesterday.isoformat(),
        "started": "07:00",
        "ended": "07:30",
        "distance": "6.5",
        **changed,
    }


def _refused(client: Client, cells: dict[str, str]) -> str:
    answer = client.post("/m/declare", cells)
    assert answer.status_code in (409, 422), answer.status_code
    return answer.content.decode()


def test_it_is_two_taps_from_home(city: City) -> None:
    client = city.client()
    assert 'href="/m/scenes"' in text_of(client, "/m/")
    assert 'href="/m/declare"' in text_of(client, "/m/scenes")
    assert 'value="metro" checked' in text_of(client, "/m/declare?scene=metro")


def test_a_declared_ride_pays_a_fifth_and_says_so(city: City) -> None:
    client = city.client()
    answer = client.post("/m/declare", _told(city))
    assert answer.status_code == 302
    html = text_of(client, answer["Location"])
    # 6,500 m x 21.56 g/km = 140.14 g; a fifth of it at 8 g a point is 3.
    assert "3 积分已入账。" in html
    assert "20%" in html
    why = text_of(client, answer["Location"].replace("/declare/", "/behaviours/"))
    assert 'class="on" aria-current="true"><b>D</b>' in why
    assert "× 20%" in why
    assert "自行申报" in why


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"scene": "walking"}, "选一种出行方式。"),
        ({"scene": ""}, "选一种出行方式。"),
        ({"day": "gestern"}, "选一个日期。"),
        ({"day": "2026-13-40"}, "选一个日期。"),
        ({"day": "2026-01-05"}, "只能申报最近 7 天的行程。"),
        ({"started": "25:00"}, "写上出发的时间"),
        ({"ended": ""}, "写上到达的时间"),
        ({"ended": "06:00"}, "结束早于开始"),
        ({"ended": "07:00"}, "时长为零"),
        ({"distance": "weit"}, "写公里数"),
        ({"distance": "3.2001"}, "写公里数"),
        ({"distance": "0"}, "里程未知或为零"),
        ({"distance": "120"}, "平均速度超过该方式的上限"),
    ],
)
def test_each_refusal_stands_beside_its_field_and_keeps_what_was_written(
    city: City, changed: dict[str, str], words: str
) -> None:
    cells = _told(city, **changed)
    html = _refused(city.client(), cells)
    assert words in html
    assert html.count('class="msg" role="alert"') == 1
    for name in ("started", "ended", "distance"):
        assert f'value="{cells[name]}"' in html
    assert behaviours.home(citizen_id=city.lin_xiao, at=city.at).latest[0].partner_code == "BIKE"


def test_the_same_ride_is_not_declared_twice(city: City) -> None:
    client = city.client()
    client.post("/m/declare", _told(city))
    assert "这一程已经申报过。" in _refused(client, _told(city))


def test_a_ride_over_midnight_ends_on_the_next_day(city: City) -> None:
    day = city.yesterday - timedelta(days=1)
    cells = _told(city, day=day.isoformat(), started="23:50", ended="00:15")
    answer = city.client().post("/m/declare", cells)
    assert answer.status_code == 302
    row = next(
        row
        for row in behaviours.statement(
            citizen_id=city.lin_xiao, month=day.replace(day=1), at=city.at
        ).rows
        if row.partner_code == "SELF"
    )
    assert row.ended_at - row.started_at == timedelta(minutes=25)


def test_what_is_recorded_already_is_told_and_brings_nothing_more(city: City) -> None:
    client = city.client()
    # 林晓 rode from 08:00 to 08:13 by bicycle.
    cells = _told(city, scene="shared-bike", started="08:00", ended="08:13", distance="2.4")
    answer = client.post("/m/declare", cells)
    assert "这一程已经有记录，没有另外计积分。" in text_of(client, answer["Location"])


def test_what_a_partner_proves_later_takes_its_place(city: City, tmp_path: Path) -> None:
    client = city.client()
    answer = client.post("/m/declare", _told(city))
    join(city.lin_xiao, city.at)
    later = city.at + timedelta(minutes=1)
    rows = [told("B1", "bus", city.yesterday, "07:00", 30, distance_m=6_500)]
    send(tmp_path, "BUS", rows, later)
    html = text_of(client, f"/m/statement?month={city.yesterday:%Y-%m}&show=voided")
    assert "运营方送来了同一程的记录，改按它计。" in html
    assert "收回 3 积分。" in html
    assert "这一条为什么更正" in text_of(
        client, answer["Location"].replace("/declare/", "/behaviours/")
    )


def test_somebody_elses_declaration_is_not_there(city: City) -> None:
    answer = city.client().post("/m/declare", _told(city))
    assert city.client("zhou-shifu").get(answer["Location"]).status_code == 404
    assert city.client().get(f"/m/declare/{city.deed(2_431).key}").status_code == 404
