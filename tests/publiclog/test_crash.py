"""Killed at any point, the publisher leaves a log that is whole, and goes on with it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tanhui.config.database import Database
from tanhui.publiclog import queries
from tanhui.publiclog.recount import recount
from tanhui.tlog.tree import consistency_proof, verify_consistency
from tests.publiclog import logs
from tests.publiclog.logs import PublicLog, append

pytestmark = [pytest.mark.database, pytest.mark.crash]

STEPS = ("numbered", "tiles", "placed", "signed", "cosigned", "published", "pruned")
KILLS = 6


@pytest.fixture
def log(books: Database, tmp_path: Path) -> Iterator[PublicLog]:
    """A log with some leaves, published once."""
    del books
    for made in logs.made(tmp_path / "var"):
        append(300)
        made.publish()
        yield made


def _start(books: Database, log: PublicLog, step: str) -> subprocess.Popen[str]:
    var = log.root.parent
    words = [sys.executable, "-m", "tests.publiclog.killed", str(var), step, "1"]
    # It has to sign with the keys of this run.
    keys = {"TANHUI_VAR": str(settings.TANHUI.keys.path.parent)}
    environment = {**os.environ, "DATABASE_URL": books.login_url, **keys, "TANHUI_MODE": "test"}
    return subprocess.Popen(words, env=environment, stdout=subprocess.PIPE, text=True)


def _kill(program: subprocess.Popen[str]) -> None:
    program.kill()
    # It also closes what we read from.
    program.communicate(timeout=10)


class Onlooker:
    """Somebody who keeps every checkpoint that was shown, and lets none contradict the last."""

    def __init__(self) -> None:
        self.size, self.root = 0, b""

    def look(self) -> None:
        """The published tree continues the one seen before."""
        found = queries.published()
        assert found is not None
        head = found[1].checkpoint
        assert head.size >= self.size
        if self.size:
            proof = consistency_proof(self.size, head.size, queries.hashes(head.size))
            verify_consistency(
                old=self.size,
                new=head.size,
                old_root=self.root,
                new_root=head.root,
                proof=proof,
            )
        self.size, self.root = head.size, head.root


def test_killed_after_every_step_it_goes_on(books: Database, log: PublicLog) -> None:
    onlooker = Onlooker()
    onlooker.look()
    for turn, step in enumerate(STEPS):
        append(130)
        program = _start(books, log, step)
        program.communicate(timeout=60)
        assert program.returncode == -signal.SIGKILL, step
        onlooker.look()
        assert recount().matches, (step, recount().faults)
        # A publisher that is started now ends what the killed one began.
        assert log.again().publish().published
        onlooker.look()
        assert onlooker.size == 300 + 130 * (turn + 1)
        assert recount().matches, (step, recount().faults)


def test_killed_at_any_moment_it_goes_on(books: Database, log: PublicLog) -> None:
    chance = random.Random(11)
    onlooker = Onlooker()
    onlooker.look()
    program = _start(books, log, "never")
    assert program.stdout is not None
    assert program.stdout.readline() == "round\n"
    for _ in range(KILLS):
        append(chance.randrange(1, 700))
        time.sleep(chance.random() * 0.1)
        _kill(program)
        onlooker.look()
        assert recount().matches, recount().faults
        program = _start(books, log, "never")
        assert program.stdout is not None
        assert program.stdout.readline() == "round\n"
        onlooker.look()
    _kill(program)
    assert log.again().publish().published
    onlooker.look()
    assert onlooker.size == queries.counts()[0]
    assert recount().matches
