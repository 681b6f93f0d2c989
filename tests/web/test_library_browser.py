"""The public library in a real browser: widths, everyone's use, the live calculator, paper."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tanhui.scenes.library import city_library
from tests.web.test_browser import SCREENSHOTS, _assert_accessible, _assert_fits, browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser

BIKE = "/methodologies/shared-bike.chengdu/"
PAGES = (
    "/methodologies/",
    BIKE,
    "/methodologies/own-bicycle.chengdu/",
    "/methodologies/msw-incineration.chengdu/",
    "/methodologies/event.footprint/",
    "/methodologies/factors/",
    "/methodologies/factors/grid-2022/",
    "/methodologies/nowhere/",
)


@pytest.fixture
def desk(browser: Browser) -> Iterator[Page]:
    """A page on a desk, in Chinese, that complains about nothing."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN") as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        assert [text for text in complaints if "404" not in text] == []


def _assert_reachable(page: Page, least: int) -> None:
    """A radio button is reached by its whole label, which is as tall as any target."""
    small = page.evaluate(
        "least => [...document.querySelectorAll('a, button, summary, label:has(input), select,"
        " input:not([type=hidden], [type=radio])')]"
        ".filter(e => !e.closest('.skip') && e.getClientRects().length)"
        ".filter(e => getComputedStyle(e).display !== 'inline')"
        ".filter(e => e.getBoundingClientRect().height < least - 0.5)"
        ".map(e => `${e.getBoundingClientRect().height} ${e.outerHTML.slice(0, 120)}`)",
        least,
    )
    assert small == [], page.url


@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [
        # Each width, language and theme once; every pair of them is not worth its minute.
        (360, "zh-CN", "light"),
        (1280, "en-US", "dark"),
    ],
)
def test_every_page_fits_and_can_be_used_by_everyone(
    browser: Browser, live_server: LiveServer, width: int, language: str, theme: str
) -> None:
    with browser.new_context(viewport={"width": width, "height": 844}, locale=language) as context:
        context.add_cookies([{"name": "tanhui_theme", "value": theme, "url": live_server.url}])
        page = context.new_page()
        for address in PAGES:
            page.goto(live_server.url + address)
            _assert_fits(page)
            _assert_reachable(page, 44)
            _assert_accessible(page)


def test_no_methodology_is_wider_than_a_phone_in_large_type(
    browser: Browser, live_server: LiveServer
) -> None:
    library = city_library(settings.TANHUI.content_root).methodologies
    with browser.new_context(viewport={"width": 360, "height": 780}, locale="zh-CN") as context:
        context.add_cookies([{"name": "tanhui_view", "value": "elder", "url": live_server.url}])
        page = context.new_page()
        for document in library.methodologies():
            page.goto(f"{live_server.url}/methodologies/{document.reference}/")
            _assert_fits(page)


def test_the_calculator_recomputes_on_the_server_as_one_types(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(live_server.url + BIKE)
    figure = desk.locator(".out .big")
    assert figure.inner_text() == "118.389"
    field = desk.get_by_label("骑行距离")
    field.fill("5000")
    expect(figure).to_have_text("243.500")
    assert desk.url.endswith("?d=5000")
    field.fill("2.43")
    message = desk.locator("#m-d")
    expect(message).to_contain_text("若是 2.43 km，请填 2430。")
    assert figure.count() == 0
    # What is typed stays, and so does the place in it.
    assert desk.evaluate("() => document.activeElement.id") == "f-d"
    field.fill("2430")
    expect(figure).to_have_text("118.341")
    expect(message).to_be_empty()


def test_an_item_of_a_list_is_told_at_its_own_field(desk: Page, live_server: LiveServer) -> None:
    desk.goto(f"{live_server.url}/methodologies/waste-plastic.chengdu/")
    desk.locator("[id='f-Q.pet']").fill("abc")
    expect(desk.locator("[id='m-Q.pet']")).to_contain_text("不是数")
    desk.locator("[id='f-Q.pet']").fill("0")
    expect(desk.locator("[id='m-Q.pet']")).to_be_empty()
    expect(desk.locator(".out .big")).to_be_visible()


def test_without_a_script_the_answer_has_an_address(
    browser: Browser, live_server: LiveServer
) -> None:
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 780}, locale="zh-CN"
    ) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/methodologies/")
        page.get_by_label("搜索").fill("共享单车")
        page.get_by_role("button", name="查找").click()
        page.get_by_role("link", name="共享单车骑行减排量").click()
        page.get_by_label("骑行距离").fill("1")
        page.get_by_role("button", name="计算").click()
        assert page.locator(".out .big").inner_text() == "0.048"
        assert "d=1" in page.url


def test_on_paper_there_is_no_navigation_and_the_address_is_printed(
    desk: Page, live_server: LiveServer
) -> None:
    desk.goto(live_server.url + BIKE)
    desk.emulate_media(media="print")
    for gone in (".top nav", ".calc form", ".links"):
        assert not desk.locator(gone).first.is_visible()
    assert desk.locator(".printed").inner_text() == live_server.url + BIKE
    colour = desk.evaluate("() => getComputedStyle(document.body).color")
    assert colour == "rgb(0, 0, 0)"
    # Folded examples are open on paper.
    assert desk.get_by_text("人公里不是公里").is_visible()
    assert desk.locator(".example .note").last.is_visible()


@pytest.mark.skipif(
    os.environ.get("TANHUI_WRITE_SCREENSHOTS") != "1",
    reason="set TANHUI_WRITE_SCREENSHOTS=1 to write docs/screenshots",
)
@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("library", "/methodologies/"),
        ("methodology", BIKE),
        ("factors", "/methodologies/factors/grid-2022/"),
    ],
)
def test_writes_the_screenshots_of_the_library(
    desk: Page, live_server: LiveServer, name: str, address: str
) -> None:
    desk.goto(live_server.url + address)
    desk.screenshot(path=SCREENSHOTS / f"{name}.png")
    assert (SCREENSHOTS / f"{name}.png").stat().st_size > 10_000
