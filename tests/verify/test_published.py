"""The verifier and the page on what the real publisher made of real deeds."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tanhui.behaviours.totals import queries as totals_queries
from tanhui.behaviours.totals import rolling
from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import day_start
from tanhui.publiclog import queries
from tanhui.publiclog.commands import append_leaf
from tests.citizen.city import City, make_city
from tests.publiclog import logs
from tests.verify.builder import DAY, sums, totals
from tests.verify.test_verify import SCRIPT, verify
from tests.web.test_browser import browser

__all__ = ["browser"]

pytestmark = pytest.mark.database


@pytest.fixture
def log(books: Database, tmp_path: Path) -> Iterator[logs.PublicLog]:
    """A log on the real database, with three witnesses."""
    del books
    yield from logs.made(tmp_path / "var")


def _run(*arguments: object) -> tuple[int, list[str]]:
    """The program as a stranger runs it: apart from everything that is installed here."""
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout.splitlines()


def _with_sums(log: logs.PublicLog) -> list[int]:
    """A log of some hundred leaves; answers their numbers in the outbox."""
    logs.append(300)
    with transaction.atomic():
        told = [
            sums(1, (DAY, "metro", 2, 20, 2), ("2026-11-20", "bus", 1, 7, 1)),
            totals(DAY, [["metro", 2, 20, 2]], (2, 20, 2), (3, 27, 3)),
        ]
        numbers = [append_leaf(leaf=leaf, at=logs.AT) for leaf in told]
    assert log.publish().published
    return numbers


def test_what_the_publisher_wrote_is_valid_and_its_proofs_are(
    log: logs.PublicLog, tmp_path: Path
) -> None:
    numbers = _with_sums(log)
    policy = log.root / "policy"
    code, said = _run("log", log.root, "--policy", policy, "--day", DAY)
    assert (code, said[-1]) == (0, "valid"), said
    assert json.loads(said[-2])["mg"] == 20
    proof = queries.proof(numbers[1])
    assert proof is not None
    (tmp_path / "proof").write_text(proof.text, encoding="utf-8")
    (tmp_path / "leaf").write_bytes(proof.leaf)
    code, said = _run("proof", tmp_path / "proof", tmp_path / "leaf", "--policy", policy)
    assert (code, said) == (0, ["valid"])
    assert len(proof.text) < 2_000


def test_no_flipped_bit_of_a_published_proof_is_accepted(
    log: logs.PublicLog,
) -> None:
    proof = queries.proof(_with_sums(log)[0])
    assert proof is not None
    chance, policy = random.Random(7), (log.root / "policy").read_text(encoding="utf-8")
    whole = proof.text.encode()
    accepted = 0
    for _ in range(5_000):
        data, bit = bytearray(whole), chance.randrange(len(whole) * 8)
        data[bit // 8] ^= 1 << bit % 8
        try:
            verify.check_proof(policy, bytes(data), proof.leaf)
            accepted += 1
        except (verify.Wrong, *verify.MALFORMED):
            continue
    assert accepted == 0


def test_a_published_log_that_is_cut_back_is_found(log: logs.PublicLog, tmp_path: Path) -> None:
    _with_sums(log)
    kept = tmp_path / "kept"
    kept.write_bytes((log.root / "checkpoint").read_bytes())
    logs.append(5)
    log.publish(logs.AT + timedelta(minutes=1))
    code, said = _run("log", log.root, "--policy", log.root / "policy", "--since", kept)
    assert (code, said[-1]) == (0, "valid")
    newest = (log.root / "checkpoint").read_bytes()
    (log.root / "checkpoint").write_bytes(kept.read_bytes())
    kept.write_bytes(newest)
    code, said = _run("log", log.root, "--policy", log.root / "policy", "--since", kept)
    assert code == 2
    assert "rolled back" in said[-1]


def _city_in_the_log(log: logs.PublicLog, folder: Path) -> City:
    """The small city of the citizens' pages, its deeds rolled, stated and published."""
    city, actor = make_city(folder), platform_actor()
    now = timezone.now()
    assert rolling.roll(actor=actor, at=now) > 0
    assert rolling.state_days(actor=actor, at=now + timedelta(days=1)) > 0
    assert log.publish(now).published
    return city


def test_a_stranger_finds_what_the_books_say_of_a_day(
    log: logs.PublicLog, tmp_path: Path, live_server: LiveServer
) -> None:
    city = _city_in_the_log(log, tmp_path)
    day = city.yesterday
    address, policy = f"{live_server.url}/api/v1/log", log.root / "policy"
    code, said = _run("log", address, "--policy", policy, "--day", day.isoformat())
    assert (code, said[-1]) == (0, "valid"), said
    told = json.loads(said[-2])
    booked = totals_queries.by_day(day, day)[day]
    assert told["deeds"] == booked.deeds > 0
    assert told["mg"] == booked.reduction_mg > 0
    assert told["points"] == booked.points


@pytest.mark.browser
def test_the_browser_finds_the_same_on_the_real_paths(
    log: logs.PublicLog, tmp_path: Path, live_server: LiveServer, browser: Browser
) -> None:
    city = _city_in_the_log(log, tmp_path)
    booked = totals_queries.by_day(city.yesterday, city.yesterday)[city.yesterday]
    assert day_start(city.yesterday) < timezone.now()
    with browser.new_context(locale="zh-CN") as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{live_server.url}/verify")
        page.get_by_role("button", name="核对这一天").click()
        expect(page.locator("[data-verdict]")).to_contain_text("核对通过")
        last = page.locator("[data-steps] li").last.inner_text()
        assert f"{booked.deeds} 次行为" in last
        assert f"{booked.points} 积分" in last
        page.goto(f"{live_server.url}/verify?index=0")
        expect(page.locator("[data-verdict]")).to_contain_text("核对通过")
        assert complaints == []
