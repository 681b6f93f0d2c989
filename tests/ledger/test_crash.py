"""kill -9 of the server and of its writers, again and again, in the midst of posting."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tanhui.config.settings import checkout_root
from tanhui.runtime.postgres import using
from tanhui.runtime.sql import load
from tests.ledger.crash_writer import BATCH_ITEMS, HOLDERS, item_id, known
from tests.runtime.holding import wait_gone

pytestmark = pytest.mark.crash

KILLS = 12
WRITERS = 2
# Between two kills; a good third of the whole may come after the last one.
BATCHES_BETWEEN = 30
ACKNOWLEDGED_ITEMS = 10_000
PATIENCE_SECONDS = 60.0


@pytest.fixture
def var() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="tanhui-crash-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Writers:
    """The running writer programs and their logs."""

    def __init__(self, var: Path, url: str) -> None:
        self.var = var
        self.url = url
        self.running: dict[int, subprocess.Popen[bytes]] = {}

    def log(self, writer: int) -> Path:
        return self.var / f"writer-{writer}.log"

    def run(self, verb: str, writer: int = 0) -> subprocess.Popen[bytes]:
        root = checkout_root()
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.ledger.crash_writer"),
                *(verb, self.url, str(writer), str(self.log(writer))),
            ],
            cwd=root,
            env=os.environ
            | {
                "PYTHONPATH": os.pathsep.join([str(root), str(root / "src")]),
                "DJANGO_SETTINGS_MODULE": "tanhui.config.settings",
                "TANHUI_MODE": "test",
                "TANHUI_VAR": str(self.var),
            },
        )

    def start(self, writer: int) -> None:
        self.running[writer] = self.run("write", writer)

    def kill(self, writer: int) -> None:
        self.running[writer].kill()
        self.running[writer].wait()

    def finished(self, verb: str, writer: int = 0) -> None:
        """Runs one to its end, which must be a good one."""
        assert self.run(verb, writer).wait(PATIENCE_SECONDS) == 0

    def acknowledged(self) -> int:
        """How many batches are acknowledged now, by all writers together."""
        return sum(
            self.log(writer).read_text().count("ack")
            for writer in range(WRITERS)
            if self.log(writer).exists()
        )

    def wait_for(self, batches: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.acknowledged() < batches:
            assert time.monotonic() < deadline, "the writers came to a stop"
            assert all(process.poll() is None for process in self.running.values())
            time.sleep(0.005)


def test_nothing_acknowledged_is_lost_and_nothing_is_there_twice(var: Path) -> None:
    with using(var) as server:
        writers = Writers(var, server.url)
        writers.finished("prepare")
        for writer in range(WRITERS):
            writers.start(writer)
        try:
            for kill in range(KILLS):
                writers.wait_for(writers.acknowledged() + BATCHES_BETWEEN)
                if kill % 3:
                    pid = server.pid
                    assert pid is not None
                    os.kill(pid, signal.SIGKILL)
                    wait_gone(pid)
                    with using(var):
                        pass
                else:
                    writers.kill(kill % WRITERS)
                    writers.start(kill % WRITERS)
            writers.wait_for(ACKNOWLEDGED_ITEMS // BATCH_ITEMS + 1)
        finally:
            for writer in range(WRITERS):
                writers.kill(writer)
        _check_what_is_kept(server.url, writers)
        # Whatever was in doubt may be sent again, and then there is no doubt left.
        for writer in range(WRITERS):
            writers.finished("finish", writer)
            assert known(writers.log(writer))[1] is False
        _check_what_is_kept(server.url, writers)


def _check_what_is_kept(url: str, writers: Writers) -> None:
    with psycopg.connect(url) as connection:
        kept = [row[0] for row in connection.execute("SELECT id FROM ledger_transfer")]
        recounted = connection.execute(load("tanhui.ledger", "recount").encode()).fetchall()
    assert len(kept) == len(set(kept))
    acknowledged: set[object] = set()
    in_doubt: set[object] = set()
    for writer in range(WRITERS):
        last, doubtful = known(writers.log(writer))
        _into(acknowledged.add, writer, range(last if doubtful else last + 1))
        _into(in_doubt.add, writer, [last] if doubtful else [])
    gifts = HOLDERS
    assert len(acknowledged) >= ACKNOWLEDGED_ITEMS
    assert acknowledged <= set(kept)
    assert len(set(kept) - acknowledged - in_doubt) == gifts
    # Asset, transfers, accounts, differing, total.
    assert [row[3:] for row in recounted] == [(0, 0)] * len(recounted)


def _into(add: Callable[[object], None], writer: int, batches: range | list[int]) -> None:
    for batch in batches:
        for place in range(BATCH_ITEMS):
            add(item_id(writer, batch, place))
