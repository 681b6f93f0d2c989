"""The pages in a real browser: width, scripts off, contrast and names, both languages and views."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tanhui.cli import demo
from tanhui.config.database import Database
from tanhui.identity.commands import open_login_link, platform_actor
from tests.citizen.city import OPERATOR, City, make_city

pytestmark = pytest.mark.browser

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
LOOKS = {
    "zh": ("zh-CN", "lin-xiao", "light"),
    "en": ("en-US", "lin-xiao", "light"),
    "dark": ("zh-CN", "lin-xiao", "dark"),
    "elder": ("zh-CN", "zhou-shifu", "light"),
    "elder-en": ("en-US", "zhou-shifu", "dark"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, for all tests of this file."""
    # Playwright keeps an event loop running, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    assert CHROMIUM, "Chromium is needed: apt-get install chromium fonts-noto-cjk"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def town(books: Database, tmp_path: Path) -> City:
    """The small city, committed, so that the server's own threads see it."""
    del books
    return make_city(tmp_path)


def _context(browser: Browser, server: LiveServer, look: str, width: int) -> BrowserContext:
    language, _, theme = LOOKS[look]
    context = browser.new_context(
        viewport={"width": width, "height": 844}, locale=language, device_scale_factor=2
    )
    context.add_cookies([{"name": "tanhui_theme", "value": theme, "url": server.url}])
    return context


def _pages(city: City, look: str) -> tuple[str, ...]:
    citizen = city.lin_xiao if LOOKS[look][1] == "lin-xiao" else city.zhou
    key = city.latest_key(citizen)
    return ("/m/", "/m/statement", f"/m/behaviours/{key}", "/m/me", "/m/help", "/")


def _assert_fits(page: Page) -> None:
    wider = page.evaluate(
        "() => [...document.querySelectorAll('body *')]"
        ".filter(e => !e.closest('svg, .scroll, .sr, .skip') && e.getClientRects().length"
        " && e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)"
        ".map(e => e.outerHTML.slice(0, 120))"
    )
    assert wider == [], page.url
    assert page.evaluate(
        "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    ), page.url


def _assert_reachable(page: Page, least: int) -> None:
    small = page.evaluate(
        "least => [...document.querySelectorAll('a, button, summary, input:not([type=hidden])')]"
        ".filter(e => !e.closest('.skip') && e.getClientRects().length)"
        ".filter(e => getComputedStyle(e).display !== 'inline')"
        ".filter(e => e.getBoundingClientRect().height < least - 0.5)"
        ".map(e => `${e.getBoundingClientRect().height} ${e.outerHTML.slice(0, 120)}`)",
        least,
    )
    assert small == [], page.url


def _assert_accessible(page: Page) -> None:
    violations = Axe().run(page).response["violations"]
    grave = [
        (found["id"], [node["html"][:160] for node in found["nodes"]])
        for found in violations
        if found["impact"] in {"serious", "critical"}
    ]
    assert grave == [], page.url


@pytest.mark.parametrize("width", [360])
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_fits_and_can_be_used_by_everyone(
    browser: Browser, live_server: LiveServer, town: City, look: str, width: int
) -> None:
    with _context(browser, live_server, look, width) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/login/{town.link(LOOKS[look][1])}")
        for path in _pages(town, look):
            page.goto(live_server.url + path)
            _assert_fits(page)
            _assert_reachable(page, 60 if look.startswith("elder") else 44)
            _assert_accessible(page)
        assert complaints == []


@pytest.mark.parametrize("width", [768, 1280, 1440])
def test_the_front_page_fits_on_a_desk(
    browser: Browser, live_server: LiveServer, town: City, width: int
) -> None:
    assert town.at
    for look in ("zh", "en"):
        with _context(browser, live_server, look, width) as context:
            page = context.new_page()
            page.goto(live_server.url)
            _assert_fits(page)
            _assert_accessible(page)


def test_log_in_and_reading_work_without_a_script(
    browser: Browser, live_server: LiveServer, town: City
) -> None:
    assert town.at
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 780}, locale="zh-CN"
    ) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/m/")
        page.get_by_label("手机号").fill("138 0000 0001")
        page.get_by_role("button", name="获取验证码").click()
        page.get_by_label("验证码", exact=True).fill(page.locator(".sent").inner_text())
        page.get_by_role("button", name="登录").click()
        assert page.locator(".bal .num").first.inner_text() == "52"
        page.get_by_role("link", name="骑行 2.4 km").click()
        assert "118.389" in page.locator(".result").inner_text()
        page.get_by_role("link", name="回账本").click()
        page.get_by_role("link", name="我的").click()
        page.get_by_role("button", name="长辈版（大字）").click()
        page.get_by_role("link", name="首页").click()
        assert page.locator("html").get_attribute("data-view") == "elder"
        assert not page.get_by_text("读给我听").is_visible()
        page.get_by_role("button", name="换回标准版").click()
        page.get_by_role("link", name="我的").click()
        page.get_by_role("button", name="退出登录").click()
        assert page.url.endswith("/m/login")


def test_the_keyboard_reaches_the_content_and_shows_where_it_is(
    browser: Browser, live_server: LiveServer, town: City
) -> None:
    with _context(browser, live_server, "zh", 390) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/login/{town.link('lin-xiao')}")
        page.keyboard.press("Tab")
        assert page.evaluate("() => document.activeElement.className").endswith("skip")
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"


def test_reading_aloud_appears_where_there_is_a_voice(
    browser: Browser, live_server: LiveServer, town: City
) -> None:
    with _context(browser, live_server, "elder", 390) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/login/{town.link('zhou-shifu')}")
        button = page.get_by_role("button", name="读给我听")
        assert button.is_visible()


@pytest.mark.skipif(
    os.environ.get("TANHUI_WRITE_SCREENSHOTS") != "1",
    reason="set TANHUI_WRITE_SCREENSHOTS=1 to write docs/screenshots",
)
def test_writes_the_readme_screenshot(
    browser: Browser, live_server: LiveServer, books: Database
) -> None:
    assert books.version
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    demo.make_city(actor=OPERATOR, at=timezone.now())
    token = open_login_link(actor=platform_actor(), persona="lin-xiao", at=timezone.now())
    with _context(browser, live_server, "zh", 390) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/login/{token}")
        page.screenshot(path=SCREENSHOTS / "home.png")
    assert (SCREENSHOTS / "home.png").stat().st_size > 10_000
