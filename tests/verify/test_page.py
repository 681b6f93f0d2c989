"""The page that checks the log in the reader's own browser, against logs made for these tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.verify.builder import DAY, Log, leaf_bytes, small_log
from tests.web.test_browser import _assert_accessible, _assert_fits, browser

__all__ = ["browser"]

Show = Callable[[Log], Page]
PREFIX = "/api/v1/log/"


def test_the_program_is_offered_as_the_file_it_is() -> None:
    answer = Client().get("/verify/tanhui_verify.py")
    assert answer.status_code == 200
    path = settings.TANHUI.root / "verify" / "tanhui_verify.py"
    assert answer.content == path.read_bytes()
    assert "attachment" in answer["Content-Disposition"]


def test_the_program_that_signs_is_offered_too() -> None:
    answer = Client().get("/verify/tanhui_sign.py")
    path = settings.TANHUI.root / "verify" / "tanhui_sign.py"
    assert answer.content == path.read_bytes()
    assert answer["Content-Disposition"] == 'attachment; filename="tanhui_sign.py"'


def test_an_installation_without_the_source_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tanhui.board.verify._FOLDER", str(tmp_path))
    answer = Client().get("/verify/tanhui_verify.py")
    assert answer.status_code == 404
    assert "verifier_missing" in answer.content.decode()


def test_without_a_script_the_page_says_how_else() -> None:
    html = Client(headers={"accept-language": "zh"}).get("/verify").content.decode()
    assert "<noscript>" in html
    assert "离线核对" in html
    assert "script-src" not in html
    assert html.count("<script") == 1


def serve(page: Page, log: Log, folder: Path) -> None:
    """Answers the page's requests for the log with the files of `log`, proofs and leaves."""
    log.write(folder)

    def answer(route: Route) -> None:
        name = urlsplit(route.request.url).path.removeprefix(PREFIX)
        kind, _, number = name.partition("/")
        if kind == "proof":
            route.fulfill(body=log.proof(int(number)))
        elif kind == "leaf":
            route.fulfill(body=log.leaves[int(number)])
        elif (folder / name).is_file():
            route.fulfill(body=(folder / name).read_bytes())
        else:
            route.fulfill(status=404, body="")

    page.route(f"**{PREFIX}**", answer)
    # The city's own keys are the log's policy and more; here they are this log's.
    page.route(
        "**/verify/policy", lambda route: route.fulfill(body=(folder / "policy").read_bytes())
    )


@pytest.fixture
def show(browser: Browser, live_server: LiveServer, tmp_path: Path) -> Iterator[Show]:
    """Opens the page, in Chinese on a desk, over a log; nothing it does may be complained about."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN") as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))

        def opened(log: Log) -> Page:
            serve(page, log, tmp_path / "log")
            page.goto(f"{live_server.url}/verify")
            expect(page.locator("#policy")).not_to_have_value("")
            return page

        yield opened
        # What cannot be fetched is told by the browser as well as by the page.
        told = ("404", "ERR_INTERNET_DISCONNECTED")
        assert [text for text in complaints if not any(one in text for one in told)] == []


def _day(page: Page, day: str = DAY) -> str:
    page.locator("#day").evaluate("(field, day) => { field.max = ''; field.value = day }", day)
    page.get_by_role("button", name="核对这一天").click()
    return _verdict(page)


def _verdict(page: Page) -> str:
    expect(page.locator("[data-verdict] .ok, [data-verdict] .no")).to_be_visible()
    return page.locator("[data-verdict]").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("size", [6, 600])
def test_the_browser_recomputes_a_day_and_shows_each_step(show: Show, size: int) -> None:
    page = show(small_log(size=size))
    assert "核对通过" in _day(page)
    steps = page.locator("[data-steps] li").all_inner_texts()
    assert any("3 个见证方" in step for step in steps)
    assert any("由全部条目重算树根" in step for step in steps)
    assert any("3 轮入账逐条相加，2 天的合计" in step for step in steps)
    assert f"{DAY} 的合计在第 {size - 1} 条：4 次行为，0.000 kg，31 积分。" in steps[-1]
    assert page.locator("[data-tree] svg .top-node").count() == 1
    assert page.locator("[data-path] li").count() >= 1


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("checkpoint", "签名不成立"),
        ("tile/entries/001", "条目算不出签过名的树根"),
        ("policy", "自相矛盾"),
    ],
)
def test_a_changed_file_is_found_in_the_browser(
    show: Show, tmp_path: Path, path: str, reason: str
) -> None:
    page = show(small_log())
    file = tmp_path / "log" / path
    data = bytearray(file.read_bytes())
    at = data.index(b"\nwitness") - 9 if path == "policy" else len(data) - 40
    data[at] = ord("A") if data[at] != ord("A") else ord("B")
    file.write_bytes(data)
    if path == "policy":
        page.reload()
        expect(page.locator("#policy")).not_to_have_value("")
    said = _day(page)
    assert "没有通过" in said
    assert reason in said
    assert not page.locator("[data-tree]").is_visible()


@pytest.mark.browser
def test_what_fails_is_said_plainly(show: Show, tmp_path: Path) -> None:
    log = small_log()
    page = show(log)
    assert "没有 2020-01-01 的合计。最近公布的是 2026-11-21" in _day(page, "2020-01-01")
    checkpoint = tmp_path / "log" / "checkpoint"
    checkpoint.write_text(log.checkpoint([log.signer, log.witnesses[0]]), encoding="utf-8")
    assert "见证方不够：3 个里只有 1 个签过" in _day(page)
    checkpoint.write_text(log.checkpoint(log.witnesses), encoding="utf-8")
    assert "日志没有签过这个检查点" in _day(page)
    checkpoint.unlink()
    assert "取不到 checkpoint（404）" in _day(page)


@pytest.mark.browser
@pytest.mark.parametrize("lie", [{"mg": 311}, {"scenes": []}, {"all": {"deeds": 1}}])
def test_totals_that_lie_are_found_in_the_browser(show: Show, lie: dict[str, Any]) -> None:
    said = _day(show(small_log(**lie)))
    assert f"第 599 条公布的 {DAY} 的合计，不等于之前入账的和" in said


@pytest.mark.browser
def test_a_proof_is_checked_by_number_by_file_by_paste_and_offline(
    show: Show, tmp_path: Path
) -> None:
    log = small_log()
    page = show(log)
    page.get_by_label("没有文件？按编号取一条").fill("333")
    page.get_by_role("button", name="取来核对").click()
    assert "核对通过" in _verdict(page)
    page.context.set_offline(True)
    page.unroute_all()
    (tmp_path / "my.tlog-proof").write_text(log.proof(12), encoding="utf-8")
    (tmp_path / "my.leaf").write_bytes(log.leaves[12])
    page.get_by_label("选证明文件").set_input_files(tmp_path / "my.tlog-proof")
    page.get_by_label("选原文文件").set_input_files(tmp_path / "my.leaf")
    expect(page.locator("#leaf")).to_have_value(log.leaves[12].decode())
    page.get_by_role("button", name="核对这份证明").click()
    expect(page.locator("[data-steps]")).to_contain_text("读证明：第 12 条")
    assert "核对通过" in _verdict(page)
    page.locator("#leaf").fill(log.leaves[13].decode())
    page.get_by_role("button", name="核对这份证明").click()
    expect(page.locator("[data-verdict]")).to_contain_text("原文不在证明说的位置")
    page.locator("#proof").fill(log.proof(13).strip())
    page.get_by_role("button", name="核对这份证明").click()
    expect(page.locator("[data-verdict]")).to_contain_text("核对通过")
    page.locator("#proof").fill("rubbish")
    page.get_by_role("button", name="核对这份证明").click()
    expect(page.locator("[data-verdict]")).to_contain_text("这不是 c2sp.org/tlog-proof@v1 的证明")
    page.get_by_role("button", name="核对这一天").click()
    expect(page.locator("[data-verdict]")).to_contain_text("取不到 checkpoint（断网）")


@pytest.mark.browser
def test_one_may_bring_ones_own_keys(show: Show) -> None:
    page = show(small_log())
    page.locator("summary", has_text="用谁的公钥核对").click()
    page.locator("#policy").fill(small_log().policy)
    assert "日志没有签过这个检查点" in _day(page)


@pytest.mark.browser
def test_an_address_may_ask_for_one_leaf(
    browser: Browser, live_server: LiveServer, tmp_path: Path
) -> None:
    with browser.new_context(locale="en-US") as context:
        page = context.new_page()
        serve(page, Log([leaf_bytes({"t": "rule"})]), tmp_path)
        page.goto(f"{live_server.url}/verify?index=0")
        expect(page.locator("[data-verdict]")).to_contain_text("Checked")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "language", "theme"),
    [(360, "zh-CN", "light"), (390, "en-US", "dark"), (1280, "zh-CN", "dark")],
)
def test_the_page_fits_and_can_be_used_by_everyone(
    browser: Browser,
    live_server: LiveServer,
    tmp_path: Path,
    width: int,
    language: str,
    theme: str,
) -> None:
    with browser.new_context(viewport={"width": width, "height": 844}, locale=language) as context:
        context.add_cookies([{"name": "tanhui_theme", "value": theme, "url": live_server.url}])
        page = context.new_page()
        serve(page, small_log(), tmp_path)
        page.goto(f"{live_server.url}/verify")
        page.locator("#index").fill("333")
        page.locator("[data-check=index] button").click()
        expect(page.locator("[data-tree]")).to_be_visible()
        _assert_fits(page)
        _assert_accessible(page)
