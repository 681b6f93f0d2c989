"""Scenes, declaring, sources and what became of deeds, in a real browser and every look."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tanhui.config.database import Database
from tests.citizen.city import City, make_city
from tests.citizen.travels import Travels, travel
from tests.web.test_browser import (
    LOOKS,
    _assert_accessible,
    _assert_fits,
    _assert_reachable,
    _context,
    browser,
)

__all__ = ["browser"]
pytestmark = pytest.mark.browser


@pytest.fixture
def town(books: Database, tmp_path: Path) -> City:
    """The small city, committed."""
    del books
    return make_city(tmp_path)


def _travels(town: City, folder: Path, look: str) -> Travels:
    citizen = town.lin_xiao if LOOKS[look][1] == "lin-xiao" else town.zhou
    day = town.yesterday - timedelta(days=2)
    return travel(folder, citizen_id=citizen, day=day, at=town.at)


@pytest.mark.parametrize("look", ["zh", "dark", "elder-en"])
def test_scenes_sources_and_states_fit_and_can_be_used_by_everyone(
    browser: Browser, live_server: LiveServer, town: City, tmp_path: Path, look: str
) -> None:
    travels = _travels(town, tmp_path, look)
    keys = [row.key for row in travels.rows]
    assert len({row.state for row in travels.rows}) == 4
    with _context(browser, live_server, look, 360) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/login/{town.link(LOOKS[look][1])}")
        for path in (
            "/m/",
            "/m/scenes",
            "/m/scenes/shared-bike",
            "/m/scenes/shared-ebike",
            "/m/scenes/walking",
            "/m/declare",
            f"/m/statement?month={travels.day:%Y-%m}",
            *(f"/m/behaviours/{key}" for key in keys),
        ):
            page.goto(live_server.url + path)
            _assert_fits(page)
            _assert_reachable(page, 60 if look.startswith("elder") else 44)
            _assert_accessible(page)
        assert complaints == []


def test_a_journey_is_declared_by_hand_and_without_a_script(
    browser: Browser, live_server: LiveServer, town: City
) -> None:
    with _context(browser, live_server, "zh", 390) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/login/{town.link('lin-xiao')}")
        page.get_by_role("link", name="场景").click()
        page.get_by_role("link", name="自己申报一程").click()
        page.get_by_label("公交出行").check()
        page.get_by_label("哪一天").fill(town.yesterday.isoformat())
        page.get_by_label("出发").fill("07:00")
        page.get_by_label("到达").fill("07:30")
        page.get_by_label("里程").fill("90")
        page.get_by_role("button", name="申报").click()
        assert "平均速度超过该方式的上限" in page.inner_text(".msg")
        _assert_accessible(page)
        page.get_by_label("里程").fill("6.5")
        page.get_by_role("button", name="申报").click()
        assert "3 积分已入账。" in page.inner_text("main")
        _assert_fits(page)
        _assert_accessible(page)
