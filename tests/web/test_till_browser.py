"""The merchant's desk in a real browser: a till on a phone, its camera, every look."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tanhui.config.database import Database
from tanhui.rewards import moving_code, queries
from tanhui.rewards.disputes import open_dispute
from tests.citizen.mall_town import TEA, link, open_town
from tests.rewards.mall import Mall
from tests.web.test_browser import (
    _assert_accessible,
    _assert_fits,
    _assert_reachable,
    _context,
    browser,
)

__all__ = ["browser"]
pytestmark = pytest.mark.browser

TILL = "/portal/merchant/till"
# A browser that reads codes itself, and a camera before which somebody holds a phone.
_CAMERA = """
window.BarcodeDetector = class {
  static async getSupportedFormats() { return ["qr_code"]; }
  async detect() { return window.shownToCamera ? [{ rawValue: window.shownToCamera }] : []; }
};
navigator.mediaDevices.getUserMedia = async () => {
  if (window.cameraRefused) throw new DOMException("no", "NotAllowedError");
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d");
  setInterval(() => brush.fillRect(0, 0, 9, 9), 50);
  return canvas.captureStream(10);
};
"""


@pytest.fixture
def town(books: Database) -> Mall:
    """The town with its mall, committed."""
    del books
    return open_town()


def _voucher(town: Mall) -> str:
    made = town.redeem(TEA, at=timezone.now())
    voucher = queries.voucher_of(town.lin, made.id)
    assert voucher is not None
    return voucher.code


def _enter(page: Page, server: LiveServer, persona: str, path: str = TILL) -> None:
    page.goto(f"{server.url}/login/{link(persona)}")
    page.goto(server.url + path)


def test_a_till_without_a_camera_types_eight_letters_and_presses_twice(
    browser: Browser, live_server: LiveServer, town: Mall
) -> None:
    with _context(browser, live_server, "zh", 390) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        code = _voucher(town)
        _enter(page, live_server, "merchant")
        # A scanner types where the cursor is and ends with Enter; so does this.
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.type(f"{code[:4].lower()} {code[4:].lower()}")
        page.keyboard.press("Enter")
        expect(page.locator("[data-verdict=look]")).to_contain_text("盖碗茶一位")
        _assert_fits(page)
        expect(page.get_by_role("button", name="确认核销")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("[data-verdict=taken]")).to_contain_text("已核销")
        _assert_fits(page)
        _assert_accessible(page)
        # The field waits for the next one; the same one is told when it was used.
        expect(page.locator("#text")).to_be_focused()
        page.keyboard.type(code)
        page.keyboard.press("Enter")
        expect(page.locator("[data-verdict=voucher_used]")).to_contain_text("用过了")
        _assert_accessible(page)
        # The browser writes down each answer that is no page; nothing else went wrong.
        assert [line for line in complaints if "409" not in line] == []
        # No code is read by this browser itself, so that no camera is offered.
        expect(page.get_by_role("button", name="用摄像头扫")).to_be_hidden()


def test_a_camera_reads_the_moving_picture_and_one_that_is_refused_says_so(
    browser: Browser, live_server: LiveServer, town: Mall
) -> None:
    with _context(browser, live_server, "zh", 390) as context:
        context.add_init_script(_CAMERA)
        page = context.new_page()
        _enter(page, live_server, "merchant")
        page.evaluate("window.cameraRefused = true")
        page.get_by_role("button", name="用摄像头扫").click()
        expect(page.get_by_text("打不开摄像头")).to_be_visible()
        page.evaluate("window.cameraRefused = false")
        page.get_by_role("button", name="用摄像头扫").click()
        expect(page.get_by_text("打不开摄像头")).to_be_hidden()
        expect(page.locator("video")).to_be_visible()
        page.get_by_role("button", name="关掉摄像头").click()
        expect(page.locator("video")).to_be_hidden()
        page.get_by_role("button", name="用摄像头扫").click()
        shown = moving_code.moving_text(_voucher(town), timezone.now())
        page.evaluate("text => { window.shownToCamera = text; }", shown)
        expect(page.locator("[data-verdict=look]")).to_contain_text("盖碗茶一位")
        page.get_by_role("button", name="确认核销").click()
        expect(page.locator("[data-verdict=taken]")).to_contain_text("已核销")


def test_every_page_of_the_merchants_desk_fits_and_can_be_used_by_everyone(
    browser: Browser, live_server: LiveServer, town: Mall
) -> None:
    # In English and dark at once; Chinese and light are looked at above.
    look = "elder-en"
    made = town.redeem(TEA, at=timezone.now())
    dispute = open_dispute(
        actor=town.citizen(), redemption_id=made.id, words="没有给。", at=timezone.now()
    )
    town.offer("R-9101", delivery="code", title_zh="票", title_en="Ticket", state="draft")
    with _context(browser, live_server, look, 390) as context:
        page = context.new_page()
        home = "/portal/merchant/"
        _enter(page, live_server, "merchant", home)
        pages = [
            *("", "till", "offers/", "offers/new", f"offers/{TEA}", "offers/R-9101"),
            *("offers/R-9101/codes", "redemptions/", f"redemptions/{made.id}"),
            *("disputes/", f"disputes/{dispute.code}"),
        ]
        for path in (home + each for each in pages):
            page.goto(live_server.url + path)
            _assert_fits(page)
            _assert_reachable(page, 44)
            _assert_accessible(page)
    with _context(browser, live_server, look, 390) as context:
        page = context.new_page()
        _enter(page, live_server, "operator", "/console/disputes/?queue=live")
        for path in ("?queue=live", dispute.code):
            page.goto(f"{live_server.url}/console/disputes/{path}")
            _assert_fits(page)
            _assert_reachable(page, 44)
            _assert_accessible(page)
