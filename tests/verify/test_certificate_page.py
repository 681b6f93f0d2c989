"""The page that checks a certificate in the reader's own browser, also with the line cut."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tanhui.registry.certificate.proofs import Sm2
from tests.runtime.keys.device import OpenSsl
from tests.verify.paper import Paper, edited
from tests.verify.test_page import _verdict
from tests.web.test_browser import browser

__all__ = ["browser"]

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Callable[[str], Page]]:
    """The page with these keys; afterwards the line is cut, so that nothing can be asked."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN") as context:
        page = context.new_page()

        def opener(keys: str) -> Page:
            def answer(route: Route) -> None:
                assert urlsplit(route.request.url).path == "/verify/policy"
                route.fulfill(body=keys)

            page.route("**/verify/policy", answer)
            page.goto(f"{live_server.url}/verify")
            expect(page.locator("#policy")).not_to_have_value("")
            context.set_offline(True)
            return page

        yield opener


def _check(page: Page, written: bytes, folder: Path) -> str:
    file = folder / "TH-2026-000482.json"
    file.write_bytes(written)
    page.locator("[data-file=certificate]").set_input_files(file)
    expect(page.locator("#certificate")).to_have_value(written.decode())
    page.get_by_role("button", name="核对这张证书").click()
    return _verdict(page)


def test_a_certificate_is_checked_with_the_line_cut(
    opened: Callable[[str], Page], tmp_path: Path
) -> None:
    device = OpenSsl()
    handle = device.make_key(tmp_path)
    sm2 = Sm2(b"\1\2\3\4", device.public(17, handle), lambda text: device.sign(17, handle, text))
    paper = Paper(sm2=sm2)
    log = paper.log()
    written = paper.written(log)
    page = opened(paper.keys(log))
    said = _check(page, written, tmp_path)
    assert "核对通过" in said
    assert "TH-2026-000482" in said
    assert "1,200 kg" in said
    steps = page.locator("[data-steps] li").all_inner_texts()
    assert any("签了全文" in step for step in steps)
    assert any("2 个见证方" in step for step in steps)
    assert page.locator("[data-tree] svg .top-node").count() == 1
    for edit, reason in EDITS.items():
        page.locator("[data-verdict]").evaluate("(box) => box.replaceChildren()")
        assert reason in _check(page, edited(written, getattr(_Edits, edit)), tmp_path), edit
    spaced = json.dumps(json.loads(written), ensure_ascii=False, indent=1).encode()
    page.locator("[data-verdict]").evaluate("(box) => box.replaceChildren()")
    assert "只有一种写法" in _check(page, spaced, tmp_path)


class _Edits:
    @staticmethod
    def amount(said: dict[str, Any]) -> None:
        said["credentialSubject"]["kg"] = 12_000

    @staticmethod
    def issuer(said: dict[str, Any]) -> None:
        said["issuer"]["id"] = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"

    @staticmethod
    def leaf(said: dict[str, Any]) -> None:
        said["proof"][-1]["leaf"] = said["proof"][-1]["leaf"].replace("000482", "000483")

    @staticmethod
    def place(said: dict[str, Any]) -> None:
        proof = said["proof"][-1]["proof"]
        said["proof"][-1]["proof"] = proof.replace("index 20\n", "index 21\n")

    @staticmethod
    def unproven(said: dict[str, Any]) -> None:
        del said["proof"][-1]


EDITS = {
    "amount": "签名不成立",
    "issuer": "没有这张证书的签发方",
    "leaf": "另一张证书",
    "place": "没有通过",
    "unproven": "不是证书正本",
}
