"""The mall in a real browser: every look, three taps to a voucher, the race for the last one."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tanhui.config.database import Database
from tanhui.identity.queries import persona_id
from tanhui.rewards import moving_code, queries
from tanhui.rewards.till import accept_voucher
from tests.citizen.mall_town import FEW, GIFT, TEA, link, open_town
from tests.rewards.mall import Mall, give_points
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
def town(books: Database) -> Mall:
    """The town with its mall, committed; 周师傅 has points as well."""
    del books
    made = open_town()
    give_points([_zhou()], 800, timezone.now())
    return made


def _zhou() -> int:
    return persona_id("zhou-shifu")


def _enter(page: Page, server: LiveServer, persona: str) -> None:
    page.goto(f"{server.url}/login/{link(persona)}")


def _take(page: Page, server: LiveServer, code: str) -> str:
    """Says yes to an offer; answers the address of the order."""
    page.goto(f"{server.url}/m/mall/{code}")
    page.locator("main form button").click()
    page.wait_for_url("**/orders/**")
    return page.url.removeprefix(server.url)


@pytest.mark.parametrize("look", ["en", "dark", "elder"])
def test_every_page_of_the_mall_fits_and_can_be_used_by_everyone(
    browser: Browser, live_server: LiveServer, town: Mall, look: str
) -> None:
    with _context(browser, live_server, look, 360) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        _enter(page, live_server, LOOKS[look][1])
        order, gift = (_take(page, live_server, code) for code in (TEA, GIFT))
        for path in (
            "/m/",
            "/m/mall/",
            *(f"/m/mall/{code}" for code in town.offers if code != FEW),
            f"/m/mall/{TEA}?units=3",
            "/m/mall/orders",
            order,
            f"{order}/return",
            f"{order}/dispute",
            gift,
            "/m/me",
        ):
            page.goto(live_server.url + path)
            _assert_fits(page)
            _assert_reachable(page, 60 if look.startswith("elder") else 44)
            _assert_accessible(page)
        assert complaints == []


def test_three_taps_lead_to_a_voucher_whose_picture_moves_until_the_till_takes_it(
    browser: Browser, live_server: LiveServer, town: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A step of a second instead of thirty, so that nobody waits.
    monkeypatch.setattr(moving_code, "STEP_SECONDS", 1)
    with _context(browser, live_server, "zh", 390) as context:
        page = context.new_page()
        _enter(page, live_server, "lin-xiao")
        page.get_by_role("link", name="商城", exact=True).click()
        page.get_by_role("link", name="盖碗茶一位").click()
        page.get_by_role("button", name="用 260 积分换").click()
        first = page.locator("#moving path").last.get_attribute("d")
        letters = page.locator(".typed").inner_text()
        page.wait_for_function(
            "was => document.querySelector('#moving path:last-of-type').getAttribute('d') !== was",
            arg=first,
        )
        assert page.locator(".typed").inner_text() == letters
        # Where the network goes the picture fades and the letters stay.
        context.set_offline(True)
        expect(page.locator("#offline")).to_be_visible()
        assert page.locator(".typed").inner_text() == letters
        context.set_offline(False)
        expect(page.locator("#offline")).to_be_hidden()
        accept_voucher(actor=town.actor("merchant"), text=letters, at=timezone.now())
        expect(page.get_by_text("用好了")).to_be_visible()
        assert page.locator("#moving").count() == 0


def test_two_browsers_race_for_the_last_one_and_one_is_told_kindly(
    browser: Browser, live_server: LiveServer, town: Mall
) -> None:
    with (
        _context(browser, live_server, "zh", 390) as hers,
        _context(browser, live_server, "dark", 390) as his,
    ):
        pages = [hers.new_page(), his.new_page()]
        for page, persona in zip(pages, ("lin-xiao", "zhou-shifu"), strict=True):
            _enter(page, live_server, persona)
            page.goto(f"{live_server.url}/m/mall/{FEW}")
        for page in pages:
            # Sent without waiting for the answer, so that both are under way at once.
            page.evaluate("() => { document.querySelector('main form').requestSubmit(); }")
        for page in pages:
            page.wait_for_selector(".ticket, [role=alert]")
        told = [page.locator("main").inner_text() for page in pages]
        assert sorted("刚刚换完了，你的积分没有动。" in text for text in told) == [False, True]
        assert sorted("换好了" in text for text in told) == [False, True]
        assert queries.shelved(FEW, timezone.now()).left == 0
        at = timezone.now()
        left = sorted(queries.spendable(one, at).reserved for one in (town.lin, _zhou()))
        assert left == [0, 240]


def test_without_a_script_a_voucher_is_had_shown_and_given_back(
    browser: Browser, live_server: LiveServer, town: Mall
) -> None:
    with browser.new_context(
        java_script_enabled=False, viewport={"width": 360, "height": 780}, locale="zh-CN"
    ) as context:
        page = context.new_page()
        _enter(page, live_server, "lin-xiao")
        page.get_by_role("link", name="商城", exact=True).click()
        page.get_by_role("link", name="盖碗茶一位").click()
        page.get_by_role("link", name="多一份").click()
        assert "−520" in page.locator("main").inner_text()
        page.get_by_role("link", name="少一份").click()
        page.get_by_role("button", name="用 260 积分换").click()
        assert page.locator("#moving svg").is_visible()
        page.get_by_role("link", name="换一张新的二维码").click()
        page.get_by_role("link", name="退回积分").click()
        page.get_by_role("button", name="退回").click()
        assert "260 积分已退回" in page.locator("main").inner_text()
        assert town.points(at=timezone.now()) == (1_338, 0)
