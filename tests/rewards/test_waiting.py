"""Points of the last days are the citizen's and may not be spent yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.kernel.refusals import Exhausted
from tests.behaviours.telling import JULY, City
from tests.cast import BIKE, ride, seat
from tests.rewards.mall import Mall


@pytest.fixture
def city(busy_mall: Mall, books: Database, settings: Settings, tmp_path: Path) -> City:
    """The mall's cast, and 林晓's bike company in the same books."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    assert busy_mall.lin
    return City(seat(), tmp_path, books)


def test_a_ride_pays_for_tea_from_the_second_day_on(city: City, busy_mall: Mall) -> None:
    busy_mall.offer(price_points=1_001)
    busy_mall.stock(at=JULY)
    city.tell(BIKE, ride("r-1", started_at=JULY - timedelta(hours=2)))
    with pytest.raises(Exhausted) as refused:
        busy_mall.redeem(at=JULY)
    assert refused.value.code == "points_missing"
    assert refused.value.facts["missing"] == 1
    assert refused.value.facts["waiting"] > 0
    assert "过两天" in refused.value.zh
    assert busy_mall.redeem(at=JULY + timedelta(days=2)).state == "reserved"
