"""Certificates as strangers see and check them: made by the registry, proved by the real log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils.html import strip_tags
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from typer.testing import CliRunner

from tanhui.cli.main import build
from tanhui.config.database import Database
from tanhui.registry import queries as registry
from tanhui.registry.cancelling import confirm_cancellation, propose_cancellation
from tanhui.registry.certificate import keeping
from tanhui.registry.certificate import queries as certificates
from tanhui.registry.retiring import Wish
from tests.cast import NOW
from tests.publiclog import logs
from tests.registry.register import Register, open_register
from tests.verify.test_verify import verify
from tests.web.test_browser import _assert_accessible, _assert_fits, browser

__all__ = ["browser"]

CHINESE = {"accept-language": "zh"}
PERSON = Wish("person", "张三丰", "Zhang Sanfeng", "婚礼", "a wedding", "", "")


@pytest.fixture
def log(books: Database, tmp_path: Path) -> Iterator[logs.PublicLog]:
    """A log on the real database, with three witnesses, in a folder of its own."""
    del books
    yield from logs.made(tmp_path / "var")


@pytest.fixture
def told(books: Database, log: logs.PublicLog) -> Register:
    """Credits retired for an event and for a person, one that may still be undone; published."""
    register = open_register(books.owner_url)
    register.issue(3_586_420, buffer_kg=358_642)
    register.transfer(500_000, "sale-1")
    register.retire(1_200, "launch", persona="buyer", at=NOW + timedelta(minutes=1))
    register.retire(5, "wedding", wish=PERSON, at=NOW + timedelta(minutes=2))
    register.retire(40, "later", waive=False, at=NOW + timedelta(minutes=3))
    assert log.publish().published
    return register


def numbers() -> tuple[str, str, str]:
    """The event's retirement, the person's, and the one that waits."""
    waiting, person, event = registry.retirements()
    return event.number, person.number, waiting.number


def _get(path: str, status: int = 200) -> bytes:
    answer = Client(headers=CHINESE).get(path)
    assert answer.status_code == status, (path, answer.content[:300])
    return bytes(answer.content)


def _words(path: str, status: int = 200) -> str:
    return re.sub(r"\s+", " ", strip_tags(unescape(_get(path, status).decode())))


def test_a_stranger_checks_the_certificate_with_two_files_and_no_network(
    told: Register, tmp_path: Path
) -> None:
    event, _, _ = numbers()
    page = _words(f"/certificates/{event}")
    assert "有效" in page
    assert "1,200" in page
    assert "启动仪式" in page
    keys, file = tmp_path / "keys", tmp_path / f"{event}.json"
    keys.write_bytes(_get("/verify/policy"))
    file.write_bytes(_get(f"/certificates/{event}.json"))
    assert verify.main([str(file), "--keys", str(keys)]) == 0
    done = CliRunner().invoke(build("verify"), ["verify", str(file), "--keys", str(keys)])
    assert (done.exit_code, done.output) == (0, "valid\n")
    file.write_bytes(file.read_bytes().replace(b'"kg":1200', b'"kg":1201'))
    done = CliRunner().invoke(build("verify"), ["verify", str(file), "--keys", str(keys)])
    assert (done.exit_code, done.output.split(":")[0]) == (2, "invalid")
    assert verify.main([str(file), "--keys", str(keys)]) == 2
    told.cast.organisation("EXPO")


def test_the_proof_and_the_leaf_are_files_of_their_own_and_name_nobody(
    told: Register, tmp_path: Path
) -> None:
    _, person, _ = numbers()
    proof, leaf = (_get(f"/certificates/{person}.{kind}") for kind in ("proof", "leaf"))
    verify.check_proof(_get("/verify/policy").decode(), proof, leaf)
    assert json.loads(leaf)["number"] == person
    for name in PERSON.beneficiary_zh, PERSON.beneficiary_en:
        assert name.encode() not in leaf
    del told, tmp_path


def test_the_paper_is_a_pdf_of_the_certificate(told: Register) -> None:
    event, _, _ = numbers()
    assert _get(f"/certificates/{event}.pdf").startswith(b"%PDF-")
    del told


def test_a_persons_name_is_for_who_holds_the_paper_or_retired_it(told: Register) -> None:
    _, person, _ = numbers()
    assert "张三丰" not in _words(f"/certificates/{person}")
    for kind in ("json", "pdf"):
        assert "certificate_personal" in _get(f"/certificates/{person}.{kind}", 403).decode()
        _get(f"/certificates/{person}.{kind}?key=" + "0" * 24, 403)
    kept = keeping.kept(registry.retirement(person).id)
    assert kept is not None
    from_paper = _key(person)
    assert "张三丰" in _words(f"/certificates/{person}?key={from_paper}")
    assert "张三丰" in _get(f"/certificates/{person}.json?key={from_paper}").decode()
    assert _get(f"/certificates/{person}.pdf?key={from_paper}").startswith(b"%PDF-")
    del told


def _key(number: str) -> str:
    return certificates.certificate(number).key


def test_a_retirement_that_may_still_be_undone_has_no_certificate(told: Register) -> None:
    _, _, waiting = numbers()
    assert "还没有生效" in _words(f"/certificates/{waiting}")
    assert "certificate_not_yet" in _get(f"/certificates/{waiting}.json", 409).decode()
    _get("/certificates/TH-2026-009999", 404)
    _get("/certificates/nothing", 404)
    del told


def test_a_certificate_says_what_became_of_its_credits(told: Register) -> None:
    event, _, _ = numbers()
    first = _first(event)
    at = NOW + timedelta(minutes=9)
    proposed = propose_cancellation(
        actor=told.actor("regulator"), first=first, last=first + 99, reason="误测", at=at
    )
    confirm_cancellation(actor=told.actor("regulator-2"), cancellation_id=proposed, at=at)
    page = _words(f"/certificates/{event}")
    assert "100 千克后来被认定无效" in page
    assert "100 千克已由缓冲账户替换" in page
    assert "有作废，已补足" in page
    # What was signed stays what it was; only the paper and the page say more.
    assert verify.strict(_get(f"/certificates/{event}.json"), json.loads, verify.canonical)


def _first(number: str) -> int:
    kept = keeping.kept(registry.retirement(number).id)
    assert kept is not None
    assert kept.credential is not None
    subject = kept.credential["credentialSubject"]
    assert isinstance(subject, dict)
    return int(subject["retired"][0]["first"])


def test_who_was_erased_leaves_the_retirement_and_nothing_else(told: Register) -> None:
    _, person, _ = numbers()
    key = _key(person)
    keeping.empty_certificate(retirement_id=registry.retirement(person).id)
    erased = _get(f"/certificates/{person}.json?key={key}", 404).decode()
    assert "certificate_erased" in erased
    assert "5" in _words(f"/certificates/{person}")
    del told


def test_before_the_log_has_it_the_page_says_so(told: Register) -> None:
    told.retire(7, "fresh", at=NOW + timedelta(minutes=20))
    fresh = registry.retirements(limit=1)[0].number
    assert "正在写入公开日志" in _words(f"/certificates/{fresh}")
    assert "certificate_not_logged" in _get(f"/certificates/{fresh}.json", 404).decode()
    assert _get(f"/certificates/{fresh}.pdf").startswith(b"%PDF-")


@pytest.mark.browser
def test_the_pages_fit_and_can_be_used_by_everyone(
    told: Register, browser: Browser, live_server: LiveServer
) -> None:
    event, person, waiting = numbers()
    for theme, width in (("light", 390), ("dark", 1280)):
        with browser.new_context(viewport={"width": width, "height": 900}) as context:
            context.add_cookies([{"name": "tanhui_theme", "value": theme, "url": live_server.url}])
            page = context.new_page()
            for number in (event, person, waiting):
                page.goto(f"{live_server.url}/certificates/{number}")
                _assert_fits(page)
                _assert_accessible(page)
    del told
