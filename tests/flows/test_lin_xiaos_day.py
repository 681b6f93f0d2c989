"""林晓's day, as five operators' files tell it and as her own pages do; then the desks decide."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tanhui.behaviours.commands import FileResult, record_file
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.queries import rows_of_days
from tanhui.behaviours.recount import recount
from tanhui.behaviours.rows import BehaviourRow
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import seat_staff
from tanhui.kernel.periods import day_start
from tanhui.partners.commands import bind_riders, register_partner
from tests.cast import BIKE, LAYOUT, LIN_RIDER, OPERATOR, ride, seat, write_rides
from tests.citizen.city import City
from tests.desks import done, read

pytestmark = [pytest.mark.database, pytest.mark.django_db]

PARTNERS = {
    "BIKE-2": "青羊单车",
    "METRO": "成都地铁",
    "BUS": "成都公交",
    "STEPS": "步数来源",
}


def _files(day: date) -> dict[str, list[dict[str, Any]]]:
    """What each operator sends the next morning, in this order."""

    def at(clock: str, reference: str, **cells: Any) -> dict[str, Any]:
        hour, minute = map(int, clock.split(":"))
        begun = day_start(day) + timedelta(hours=hour, minutes=minute)
        return ride(reference, started_at=begun, **cells)

    return {
        # To the station; and in the evening a ride as fast as a car.
        BIKE: [
            at("08:00", "JC-1"),
            at("19:00", "JC-2", distance_m=5_400),
        ],
        # The same ride to the station, by a clock that is six minutes fast.
        "BIKE-2": [at("08:06", "QY-1", minutes=12.5, distance_m=2_500)],
        "METRO": [at("08:25", "M-1", mode="metro", minutes=25, distance_m=12_000)],
        "BUS": [at("18:00", "B-1", mode="bus", minutes=20, distance_m=6_000)],
        "STEPS": [at("00:00", "S-1", mode="walking", minutes=1_440, distance_m=None, steps=10_000)],
    }


@pytest.fixture
def city(db: None) -> City:
    """Her city: the cast, five operators that know her, and everybody's staff."""
    del db
    at = timezone.now()
    seated = seat(at=at)
    numbers = {BIKE: seated.partner_id}
    for code, name_zh in PARTNERS.items():
        numbers[code] = register_partner(
            actor=OPERATOR,
            code=code,
            name_zh=name_zh,
            name_en=code.title(),
            scene="",
            simulated=True,
            at=at,
        ).id
        bind_riders(
            actor=OPERATOR,
            partner_code=code,
            riders=[LIN_RIDER],
            citizen_ids=[seated.lin],
            at=at,
        )
    seat_staff(
        actor=platform_actor(),
        organisations={BIKE: numbers[BIKE], "METRO": numbers["METRO"]},
        at=at,
    )
    return City(seated.lin, seated.zhou, at)


def _send(city: City, folder: Path) -> dict[str, FileResult]:
    return {
        code: record_file(
            actor=OPERATOR,
            partner_code=code,
            path=write_rides(folder / f"{code}.ndjson", rides),
            layout_name=LAYOUT,
            at=city.at,
        )
        for code, rides in _files(city.yesterday).items()
    }


def _rows(city: City) -> dict[str, BehaviourRow]:
    """Her deeds of the day, by the partner and how they came out."""
    day = city.yesterday
    found = rows_of_days(citizen_id=city.lin_xiao, first=day, last=day)
    return {f"{row.partner_code} {row.state}": row for row in found}


def _bill(city: City) -> dict[str, Any]:
    answer = city.client().get(f"/m/days/{city.yesterday}/bill.json")
    bill: dict[str, Any] = json.loads(answer.content)
    assert bill["agrees_with_the_books"] is True
    return bill


def test_a_day_by_five_operators_is_on_her_pages_and_every_point_is_explained(
    city: City, tmp_path: Path
) -> None:
    results = _send(city, tmp_path)
    assert {code: result.points for code, result in results.items()} == {
        BIKE: 11,
        "BIKE-2": 0,
        "METRO": 37,
        "BUS": 16,
        "STEPS": 17,
    }
    assert results[BIKE].held == {"car_as_bike": 1}

    # Her pages: what counts, what waits, what was told twice.
    client = city.client()
    assert "81 积分" in read(client, "/m/")
    told = read(client, "/m/statement")
    for word in ("暂缓 1", "已合并 1", "已入账 4", *PARTNERS.values()):
        assert word in told, (word, told)
    rows = _rows(city)
    merged = read(client, f"/m/behaviours/{rows['BIKE-2 merged'].key}")
    assert "这一条为什么没有另计" in merged
    assert "锦城单车" in merged
    assert "这一条为什么暂缓" in read(client, f"/m/behaviours/{rows['BIKE held'].key}")
    assert "这 37 积分怎么来的" in read(client, f"/m/behaviours/{rows['METRO recorded'].key}")
    assert "与账上一致" in read(client, f"/m/days/{city.yesterday}")
    bill = _bill(city)
    assert bill["points"] == 81
    assert Counter(line["state"] for line in bill["lines"]) == {
        "recorded": 4,
        "merged": 1,
        "held": 1,
    }

    # The same files again bring nothing.
    assert sum(result.recorded for result in _send(city, tmp_path).values()) == 0

    # The operator looks at the fast ride and lets it count: what the day had room for.
    (hold,) = open_holds(actor=OPERATOR, at=city.at)
    assert hold.points == 19
    released = done(
        city.client("operator"),
        f"/console/holds/{hold.id}",
        "decide",
        outcome="release",
        reason="轨迹连续，是骑行",
    )
    assert "已放行" in released
    assert "100 积分" in read(client, "/m/")
    assert _bill(city)["points"] == 100

    # The bike company finds that it was somebody else's ride, and takes it back.
    done(
        city.client("bike"),
        "/portal/corrections",
        "void",
        reference="JC-2",
        reason="wrong_person",
    )
    assert "81 积分" in read(client, "/m/")
    assert "更正与作废 1" in read(client, "/m/statement")
    assert "这一条为什么作废" in read(client, f"/m/behaviours/{_rows(city)['BIKE voided'].key}")
    assert _bill(city)["points"] == 81
    assert recount().matches


def test_what_she_declared_gives_way_to_what_the_metro_proves(city: City, tmp_path: Path) -> None:
    """She fills in the form in the evening; the metro's file comes the next day."""
    client = city.client()
    filled = {
        "scene": "metro",
        "day": city.yesterday.isoformat(),
        "started": "08:20",
        "ended": "08:48",
        "distance": "12.3",
    }
    answer = client.post("/m/declare", filled)
    assert answer.status_code == 302
    assert "7 积分" in read(client, answer["Location"])
    assert _rows(city)["SELF recorded"].points == 7

    _send(city, tmp_path)
    rows = _rows(city)
    assert rows["METRO recorded"].points == 37
    assert "81 积分" in read(client, "/m/")
    declared = read(client, f"/m/behaviours/{rows['SELF voided'].key}")
    assert "这一条为什么更正" in declared
    assert _bill(city)["points"] == 81
    assert recount().matches
