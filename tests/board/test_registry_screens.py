"""The registers in a real browser: nothing sideways on a phone, nothing hidden from a reader."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tanhui.config.database import Database
from tests.board.test_screens import faults
from tests.cast import NOW
from tests.registry.register import Register, open_register
from tests.web.test_browser import CHROMIUM, FLAGS

pytestmark = pytest.mark.browser


@pytest.fixture
def register(books: Database) -> Register:
    return open_register(books.owner_url)


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
def told(register: Register) -> Register:
    """A furnace's credits, sold and retired."""
    register.issue(3_586_420, buffer_kg=358_642)
    register.transfer(500_000, "sale-1")
    register.retire(1_200, "launch", persona="buyer", at=NOW + timedelta(minutes=1))
    return register


def _overlapping(page: Page) -> list[str]:
    """Words of a river that lie on other words of it."""
    found: list[str] = page.evaluate(
        "() => [...document.querySelectorAll('.riv')].filter(r => r.getBoundingClientRect().width)"
        ".flatMap(r => { const all = [...r.querySelectorAll('text')];"
        " return all.flatMap((a, i) => all.slice(i + 1).filter(b => {"
        " const p = a.getBoundingClientRect(), q = b.getBoundingClientRect();"
        " return p.left < q.right && q.left < p.right"
        " && p.top + 5 < q.bottom && q.top + 5 < p.bottom;"
        " }).map(b => a.textContent + ' / ' + b.textContent)); })"
    )
    return found


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["zh-CN", "en-US"])
def test_the_registers_fit_and_can_be_read(
    browser: Browser, live_server: LiveServer, told: Register, language: str, width: int
) -> None:
    shots = os.environ.get("TANHUI_SHOTS")
    with browser.new_context(viewport={"width": width, "height": 900}, locale=language) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        for place, address in enumerate(
            (
                "/registry/credits/117/",
                "/registry/",
                f"/registry/projects/{told.furnace}/",
                "/registry/projects/",
                "/registry/retirements/",
                "/registry/downloads/",
            )
        ):
            page.goto(live_server.url + address)
            if shots:
                page.screenshot(
                    path=Path(shots) / f"{place}-{language[:2]}-{width}.png", full_page=True
                )
            assert page.evaluate("() => document.documentElement.scrollWidth") <= width, address
            assert _overlapping(page) == [], address
            assert faults(page) == [], address
        assert complaints == []
