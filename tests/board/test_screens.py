"""The board in a real browser: a wall needs no scrolling, a phone none sideways."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tanhui.behaviours.totals.rolling import roll
from tanhui.cli import demo
from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor
from tests.board.town import make_town
from tests.cast import OPERATOR
from tests.web.test_browser import CHROMIUM, FLAGS, SCREENSHOTS

pytestmark = pytest.mark.browser
SHOTS = (
    ("board", "/", "zh-CN", 1920, 1080),
    ("board-hall", "/?hall=dark", "zh-CN", 1920, 1080),
    ("board-en", "/", "en-US", 1440, 1100),
    ("board-phone", "/", "zh-CN", 390, 1700),
)
PAGES = ("/", "/board/definitions", "/embed/", "/about/")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for all tests of this file."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def town(books: Database, tmp_path: Path) -> datetime:
    """The town, committed, so that the server's own threads see it."""
    del books
    return make_town(tmp_path)


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """What a reader who does not see well, or at all, would stumble over."""
    return [
        (found["id"], [node["html"][:160] for node in found["nodes"]])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]


@pytest.mark.parametrize("size", [(1920, 1080), (2560, 1440), (1366, 768)])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_a_hall_needs_no_scrolling_and_cuts_nothing_off(
    browser: Browser, live_server: LiveServer, town: datetime, language: str, size: tuple[int, int]
) -> None:
    assert town
    width, height = size
    with browser.new_context(
        viewport={"width": width, "height": height}, locale=language
    ) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        for theme in ("dark", "light"):
            page.goto(f"{live_server.url}/?hall={theme}")
            assert page.evaluate("() => document.documentElement.scrollHeight") <= height
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width
            outside = page.evaluate(
                "() => [...document.querySelectorAll('.bd > *, .card, .kp > div, .eq > *')]"
                ".filter(e => e.getBoundingClientRect().right > innerWidth + 0.5"
                " || e.getBoundingClientRect().bottom > innerHeight + 0.5"
                " || e.scrollWidth > e.clientWidth + 2)"
                ".map(e => e.className + ' ' + e.textContent.trim().slice(0, 40))"
            )
            assert outside == []
            assert faults(page) == []
        assert complaints == []


def test_the_first_screen_of_the_page_holds_every_figure(
    browser: Browser, live_server: LiveServer, town: datetime
) -> None:
    assert town
    with browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN") as context:
        page = context.new_page()
        page.goto(live_server.url)
        bottom = page.locator(".book").evaluate("e => e.getBoundingClientRect().bottom")
        assert bottom <= 1080
        assert faults(page) == []


@pytest.mark.skipif(
    os.environ.get("TANHUI_WRITE_SCREENSHOTS") != "1",
    reason="set TANHUI_WRITE_SCREENSHOTS=1 to write docs/screenshots",
)
def test_writes_the_screenshots_of_the_board(
    browser: Browser, live_server: LiveServer, books: Database
) -> None:
    assert books.version
    demo.make_city(actor=OPERATOR, at=timezone.now())
    roll(actor=platform_actor(), at=timezone.now())
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for name, path, language, width, height in SHOTS:
        with browser.new_context(
            viewport={"width": width, "height": height}, locale=language
        ) as context:
            page = context.new_page()
            page.goto(live_server.url + path)
            page.screenshot(path=SCREENSHOTS / f"{name}.png")


@pytest.mark.parametrize("look", ["light", "dark", "elder"])
@pytest.mark.parametrize("width", [360, 390, 800, 1280])
def test_no_page_of_the_board_scrolls_sideways(
    browser: Browser, live_server: LiveServer, town: datetime, width: int, look: str
) -> None:
    assert town
    with browser.new_context(viewport={"width": width, "height": 844}, locale="en-US") as context:
        name, value = ("view", "elder") if look == "elder" else ("theme", look)
        context.add_cookies([{"name": f"tanhui_{name}", "value": value, "url": live_server.url}])
        page = context.new_page()
        for path in PAGES:
            page.goto(live_server.url + path)
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, path
            if width in {390, 1280}:
                assert faults(page) == [], path


def test_the_wall_grows_with_the_screen(
    browser: Browser, live_server: LiveServer, town: datetime
) -> None:
    assert town
    sizes = []
    for width, height in ((1920, 1080), (3840, 2160)):
        with browser.new_context(viewport={"width": width, "height": height}) as context:
            page = context.new_page()
            page.goto(f"{live_server.url}/?hall=dark")
            size = page.locator(".kp .num").first.evaluate("e => getComputedStyle(e).fontSize")
            sizes.append(float(size.removesuffix("px")))
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.01)
