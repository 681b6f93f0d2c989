"""The demo's projects: played once, by commands alone, and something to do at every desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.cast import NOW
from tests.path_two import seat_path_two

from tanhui.cli.demo_projects import _times, play_projects
from tanhui.config.database import Database
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.projects import queries as projects
from tanhui.projects.calls import open_call
from tanhui.projects.likeness.queries import findings
from tanhui.projects.monitoring import queries as monitoring
from tanhui.registry import queries as registry


@pytest.mark.parametrize("month", range(1, 13))
def test_the_whole_way_fits_before_any_day(month: int) -> None:
    for year in (2026, 2027):
        at = datetime(year, month, 3, 14, 0, tzinfo=CITY_ZONE)
        times = _times(at)
        assert open_call(city_day(times.begin)) is not None
        assert times.begin < times.over < times.after(18) < at
        first, last = times.running
        assert date(times.vintage, 12, 31) < first < last < city_day(times.after(13))


def test_three_projects_go_the_whole_way_and_one_waits_in_each_state(
    books: Database, settings: Settings, tmp_path: Path
) -> None:
    assert books.version
    at = NOW
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    cast = seat_path_two(at=at)
    play_projects(organisations=cast.organisations, at=at)
    assert projects.counts() == {
        "draft": 1,
        "filed": 1,
        "returned": 1,
        "noticed": 1,
        "heard": 1,
        "assigned": 1,
        "verified": 1,
        "proposed": 1,
        "registered": 3,
    }
    for found in projects.projects_page(state=("registered",)):
        assert found.name_zh.endswith("（模拟）")
        assert found.simulated
        assert findings(found.id) == [] or not findings(found.id)[0].barred
    equation = registry.equation()
    assert equation.closed
    assert equation.retired_kg == 1_200
    assert equation.reserved_kg >= 50_000
    # The glassworks' is the first that is begun; its code depends on what was begun before.
    first = min(projects.projects_page(state=("registered",)), key=lambda found: found.id)
    furnace = registry.equation(first.code)
    assert 3_550_000 < furnace.issued_kg < 3_650_000
    assert [each.state for each in monitoring.periods_in(("proposed", "verifying"))] == [
        "proposed",
        "verifying",
    ]
    before = projects.counts()
    play_projects(organisations=cast.organisations, at=at)
    assert projects.counts() == before
