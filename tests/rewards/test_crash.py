"""kill -9 of the server and of the program, again and again, in the midst of redeeming."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from tanhui.config.settings import checkout_root
from tanhui.runtime.postgres import using
from tanhui.runtime.sql import load
from tests.ledger.crash_writer import known
from tests.ledger.test_crash import var  # noqa: F401
from tests.rewards.crash_writer import UNITS
from tests.runtime.holding import wait_gone

pytestmark = pytest.mark.crash

KILLS = 4
BETWEEN = 8
PATIENCE_SECONDS = 60.0


def _start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    root = checkout_root()
    return subprocess.Popen(
        [sys.executable, "-m", "tests.rewards.crash_writer", *arguments],
        cwd=root,
        text=True,
        stdout=subprocess.PIPE if arguments[0] == "prepare" else None,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join([str(root), str(root / "src")]),
            "DJANGO_SETTINGS_MODULE": "tanhui.config.settings",
            "TANHUI_MODE": "test",
            "TANHUI_VAR": str(folder),
        },
    )


def _acknowledged(log: Path) -> int:
    return log.read_text().count("ack") if log.exists() else 0


def _wait_for(log: Path, count: int, writer: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while _acknowledged(log) < count:
        assert time.monotonic() < deadline, "the writer came to a stop"
        assert writer.poll() is None
        time.sleep(0.01)


def test_no_redemption_is_lost_or_doubled_whatever_is_killed(var: Path) -> None:  # noqa: F811
    log = var / "writer.log"
    with using(var) as server:
        first = _start(var, "prepare", server.url)
        told = first.communicate(timeout=PATIENCE_SECONDS)[0].split()
        assert first.returncode == 0
        writer = _start(var, "write", server.url, str(log), *told)
        try:
            for kill in range(KILLS):
                _wait_for(log, _acknowledged(log) + BETWEEN, writer)
                if kill % 2:
                    pid = server.pid
                    assert pid is not None
                    os.kill(pid, signal.SIGKILL)
                    wait_gone(pid)
                    with using(var):
                        pass
                else:
                    writer.kill()
                    writer.wait()
                    writer = _start(var, "write", server.url, str(log), *told)
            _wait_for(log, _acknowledged(log) + BETWEEN, writer)
        finally:
            writer.kill()
            writer.wait()
        assert _start(var, "finish", server.url, str(log), *told).wait(PATIENCE_SECONDS) == 0
        last, in_doubt = known(log)
        assert not in_doubt
        _check(server.url, last + 1)


def _check(url: str, redemptions: int) -> None:
    with psycopg.connect(url) as connection:
        kept = connection.execute("SELECT key, state FROM rewards_redemption").fetchall()
        broken = connection.execute(load("tanhui.rewards", "recount").encode()).fetchall()
        books = connection.execute(load("tanhui.ledger", "recount").encode()).fetchall()
        left = connection.execute("SELECT sum(left_units) FROM rewards_stock").fetchall()
    states = {0: "delivered", 1: "refunded", 2: "confirmed"}
    assert Counter(kept) == Counter(
        (f"n{number}", states[number % 3]) for number in range(redemptions)
    )
    assert {count for _, count in broken} == {0}
    assert [row[3:] for row in books] == [(0, 0)] * len(books)
    assert left == [(UNITS - sum(state != "refunded" for _, state in kept),)]
