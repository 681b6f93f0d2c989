"""The demo city: made once, carried on day by day, and never outside a demo."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.cast import CITIZEN, NOW, OPERATOR
from tests.partners.reading import OURS, read

from tanhui.behaviours.double_paid import recount_claims
from tanhui.behaviours.queries import statement
from tanhui.behaviours.recount import recount
from tanhui.cli import demo
from tanhui.cli.demo_trips import write_trips
from tanhui.config.database import Database
from tanhui.config.settings import Mode
from tanhui.identity.queries import persona_id
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.kernel.refusals import Forbidden
from tanhui.partners import queries as partners

DAYS = [date(2026, 3, 19), date(2026, 3, 20)]
RIDERS = [demo.rider_name(number) for number in range(1, 41)]
NIGHT = datetime(2026, 3, 21, tzinfo=CITY_ZONE)


@pytest.fixture
def small(
    books: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A city of forty people and five days instead of two thousand and thirty."""
    assert books.version
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    monkeypatch.setattr(demo, "CITIZENS_COUNT", 40)
    monkeypatch.setattr(demo, "DAYS", 5)


def _written(path: Path, until: datetime = NIGHT) -> list[dict[str, object]]:
    count = write_trips(path, riders=RIDERS, days=DAYS, until=until)
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == count
    return rows


def test_a_day_is_always_written_alike(tmp_path: Path) -> None:
    rows = _written(tmp_path / "one")
    assert rows == _written(tmp_path / "two")
    assert len({row["reference"] for row in rows}) == len(rows) > 30
    assert {city_day(datetime.fromisoformat(str(row["started_at"]))) for row in rows} == set(DAYS)


def test_every_written_trip_is_a_good_one(tmp_path: Path) -> None:
    _written(tmp_path / "trips.ndjson")
    trips = read(tmp_path / "trips.ndjson", OURS, now=NIGHT)
    assert trips["refused"].null_count() == trips.height


def test_what_has_not_ended_yet_is_not_written(tmp_path: Path) -> None:
    all_day, by_noon = _written(tmp_path / "all"), _written(tmp_path / "noon", until=NOW)
    ended = [row for row in all_day if datetime.fromisoformat(str(row["ended_at"])) <= NOW]
    assert by_noon == ended
    assert 0 < len(by_noon) < len(all_day)


@pytest.mark.database
@pytest.mark.usefixtures("small")
def test_a_city_is_made_once_and_then_carried_on() -> None:
    demo.make_city(actor=OPERATOR, at=NOW)
    lin = persona_id("lin-xiao")
    first = recount()
    assert first.matches
    assert first.deeds > 50
    # 林晓 has ridden to work this Friday, and not yet back.
    assert _rides_of(lin, NOW) == [11]

    demo.make_city(actor=OPERATOR, at=NOW)
    assert recount().deeds == first.deeds

    evening = NOW + timedelta(hours=11)
    demo.make_city(actor=OPERATOR, at=evening)
    assert recount().deeds > first.deeds
    assert _rides_of(lin, evening) == [11, 11]
    rows = statement(citizen_id=lin, month=None, at=evening).rows
    assert {"BIKE", "METRO", "STEPS"} <= {row.partner_code for row in rows}
    # The mobility app tells of her way home as well: it is evidence and pays nothing.
    assert {row.state for row in rows if row.partner_code == "APP"} == {"merged"}
    assert recount().matches
    assert recount_claims().matches


def _rides_of(citizen_id: int, at: datetime) -> list[int]:
    """What each bike ride of the day has brought, by the bike company's own records."""
    rows = statement(citizen_id=citizen_id, month=None, at=at).rows
    return [
        row.points
        for row in rows
        if row.partner_code == "BIKE"
        and row.scene == "shared-bike"
        and city_day(row.started_at) == city_day(at)
    ]


@pytest.mark.database
@pytest.mark.usefixtures("small")
def test_all_partners_that_others_rely_on_are_registered() -> None:
    demo.make_city(actor=OPERATOR, at=NOW)
    found = partners.partners()
    assert [partner.code for partner in found] == ["BIKE", "METRO", "BUS", "EV", "APP", "STEPS"]
    assert all(partner.simulated for partner in found)


@pytest.mark.database
@pytest.mark.usefixtures("small")
def test_no_city_is_made_up_in_production(settings: Settings) -> None:
    settings.TANHUI = replace(settings.TANHUI, mode=Mode.PRODUCTION)
    with pytest.raises(Forbidden) as refused:
        demo.make_city(actor=OPERATOR, at=NOW)
    assert refused.value.code == "simulated_only"
    assert partners.partners() == []


@pytest.mark.database
@pytest.mark.usefixtures("small")
def test_a_citizen_makes_no_city() -> None:
    with pytest.raises(Forbidden):
        demo.make_city(actor=CITIZEN, at=NOW)
    assert partners.partners() == []


def test_the_welcome_names_the_addresses_and_the_cast(capsys: pytest.CaptureFixture[str]) -> None:
    demo.welcome(8123)
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8123/m/" in told
    assert "林晓" in told
    assert "tanhui login-link lin-xiao --port 8123" in told
    assert "模拟数据" in told


def test_who_closes_an_account_moves_nobody_else_to_another_place() -> None:
    assert demo.in_places([1, 2, 3, 4]) == [1, 2, 3, 4]
    # 1 and 3 have left; two came, behind the staff's numbers.
    assert demo.in_places([2, 4, 17, 18]) == [17, 2, 18, 4]
