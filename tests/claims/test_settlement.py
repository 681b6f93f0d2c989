"""Two partners tell of the same rides: whoever comes first is paid, and the time is taken once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.double_paid import ClaimsRecount, recount_claims
from tanhui.behaviours.recount import recount
from tanhui.config.database import Database
from tanhui.kernel.periods import CITY_ZONE
from tanhui.partners.commands import bind_riders, register_partner
from tests.behaviours.telling import City, balance
from tests.cast import BIKE, NOW, OPERATOR, ride, seat

pytestmark = pytest.mark.database

PLANNER = "PLANNER"
EIGHT = datetime(2026, 3, 20, 8, tzinfo=CITY_ZONE)
SOUND = ClaimsRecount(differing_time=0, double_paid=0)


@pytest.fixture
def city(books: Database, settings: Settings, tmp_path: Path) -> City:
    """The cast, the bike partner, and a planner that knows 林晓 too."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    seated = seat()
    register_partner(
        actor=OPERATOR,
        code=PLANNER,
        name_zh="出行规划",
        name_en="Planner",
        scene="shared-bike",
        simulated=True,
        at=NOW,
    )
    bind_riders(
        actor=OPERATOR, partner_code=PLANNER, riders=["p-lin"], citizen_ids=[seated.lin], at=NOW
    )
    return City(seated, tmp_path, books)


def day(prefix: str, clock: int = 0, **changed: Any) -> list[dict[str, Any]]:
    """A commute with a change of bikes, and the way back."""
    return [
        ride(f"{prefix}{minutes}", started_at=EIGHT + timedelta(minutes=minutes + clock), **changed)
        for minutes in (0, 14, 150)
    ]


@pytest.mark.parametrize("clock", [-20, -7, 0, 14, 20])
@pytest.mark.parametrize("planner_first", [False, True])
def test_a_day_told_by_two_partners_is_paid_once(
    city: City, clock: int, planner_first: bool
) -> None:
    bike: tuple[list[dict[str, Any]], dict[str, Any]] = (day("a"), {})
    planner = (
        day("p", clock, rider="p-lin", distance_m=2_500),
        {"partner_code": PLANNER, "actor": OPERATOR},
    )
    order = (planner, bike) if planner_first else (bike, planner)
    results = [city.ingest(rides, **options) for rides, options in order]
    first, second = results
    assert (first.recorded, second.recorded) == (3, 3)
    assert second.reduction_mg == second.points == 0
    assert balance(city.seated.lin)[1] == first.reduction_mg
    assert recount_claims() == SOUND
    assert recount().matches


def test_time_that_is_given_back_can_be_taken_again(city: City) -> None:
    city.ingest(day("a"))
    void_behaviour(actor=OPERATOR, partner_code=BIKE, reference="a150", reason="not_taken", at=NOW)
    assert recount_claims() == SOUND
    again = city.ingest(day("p", 3, rider="p-lin"), partner_code=PLANNER, actor=OPERATOR)
    assert again.reduction_mg == 118_389
    assert recount_claims() == SOUND
