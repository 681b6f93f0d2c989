"""The desks in a real browser: width, contrast and names, both languages, light and dark."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tanhui.behaviours.desk import open_holds
from tanhui.config.database import Database
from tests.cast import BIKE, OPERATOR
from tests.desks import Desks, act, open_desks, record_fast_ride
from tests.web.test_browser import (
    _assert_accessible,
    _assert_fits,
    _context,
    browser,
)

pytestmark = pytest.mark.browser
__all__ = ["browser"]

PORTAL = ("", "keys", "sandbox", "deliveries/", "days", "corrections", "quota")
CONSOLE = (
    "",
    "holds/",
    "partners/",
    f"partners/{BIKE}/",
    f"records?partner={BIKE}&reference=T0001",
)


@pytest.fixture
def town(books: Database, tmp_path: Path) -> Desks:
    """The desks, committed, with a held ride, a key and a declared day that differs."""
    del books
    desks = open_desks(tmp_path)
    record_fast_ride(desks, tmp_path)
    client = desks.client("bike")
    act(client, "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    act(client, "/portal/days", "declare", day=desks.city.yesterday.isoformat(), rows="9")
    return desks


def _assert_reachable(page: Page) -> None:
    """What is pressed is tall enough; of a mark to tick it is its whole label."""
    small = page.evaluate(
        "() => [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]"
        ".filter(e => !e.closest('.skip') && e.getClientRects().length)"
        ".map(e => ['radio', 'checkbox'].includes(e.type) ? e.closest('label') : e)"
        ".filter(e => getComputedStyle(e).display !== 'inline')"
        ".filter(e => e.getBoundingClientRect().height < 43.5)"
        ".map(e => `${e.getBoundingClientRect().height} ${e.outerHTML.slice(0, 120)}`)"
    )
    assert small == [], page.url


def _hold(desks: Desks) -> str:
    return f"holds/{open_holds(actor=OPERATOR, at=desks.city.at)[0].id}"


@pytest.mark.parametrize(("look", "width"), [("zh", 390), ("en", 1280), ("dark", 390)])
def test_every_page_of_the_desks_fits_and_can_be_used_by_everyone(
    browser: Browser, live_server: LiveServer, town: Desks, look: str, width: int
) -> None:
    places = {
        "bike": ("portal", PORTAL),
        "operator": ("console", (*CONSOLE, _hold(town))),
    }
    for persona, (desk, pages) in places.items():
        with _context(browser, live_server, look, width) as context:
            _look_at(context, live_server, town, persona, [f"/{desk}/{page}" for page in pages])


def _look_at(
    context: BrowserContext, server: LiveServer, town: Desks, persona: str, pages: list[str]
) -> None:
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(f"{server.url}/login/{town.city.link(persona)}?next={pages[0]}")
    for path in pages:
        page.goto(server.url + path)
        _assert_fits(page)
        _assert_reachable(page)
        _assert_accessible(page)
    assert complaints == []


def test_a_hold_is_decided_without_a_script(
    browser: Browser, live_server: LiveServer, town: Desks
) -> None:
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="zh-CN"
    ) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/login/{town.city.link('regulator')}?next=/console/")
        page.get_by_role("link", name="暂缓与申诉").first.click()
        page.get_by_role("link", name="骑行 5,400 m").click()
        page.locator("input[name=outcome][value=intend]").check()
        page.get_by_role("textbox").fill("轨迹显示在高架上。")
        page.locator("form button[type=submit]").last.click()
        assert "已告知市民拟驳回" in page.get_by_role("status").inner_text()
