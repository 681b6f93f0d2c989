"""Nothing acknowledged is lost, and the next start succeeds by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tanhui.runtime.postgres import using
from tests.runtime.holding import lives, wait_gone

pytestmark = pytest.mark.crash
WRITER = Path(__file__).with_name("writer.py")


def write_for_a_while(var: Path, first: int, *, kill_server: bool) -> tuple[list[int], int]:
    """Run the writer, kill it (or its server first), and answer what it had acknowledged."""
    log = var / "acknowledged"
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, str(WRITER), str(var), str(first)],
            stdout=file,
            stderr=subprocess.DEVNULL,
        )
        while len(log.read_text().splitlines()) < 200:
            assert process.poll() is None
            time.sleep(0.02)
    lines = log.read_text().split("\n")
    server = int(lines[0])
    if kill_server:
        os.kill(server, signal.SIGKILL)
    process.kill()
    process.wait()
    # The last piece may be a number cut short, and it is nobody's acknowledgement.
    return [int(line) for line in log.read_text().split("\n")[1:-1]], server


def test_killing_programs_and_servers_loses_no_acknowledged_row(var: Path) -> None:
    with using(var) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE written (number bigint PRIMARY KEY)")
    acknowledged: list[int] = []
    for kill_server in (False, True, True):
        first = acknowledged[-1] + 2 if acknowledged else 0
        numbers, pid = write_for_a_while(var, first, kill_server=kill_server)
        acknowledged += numbers
        if not kill_server:
            # The program went first; its server is still there, and goes without a word.
            assert lives(pid)
            os.kill(pid, signal.SIGKILL)
    with using(var) as server, psycopg.connect(server.url) as connection:
        kept = {row[0] for row in connection.execute("SELECT number FROM written")}
    assert len(acknowledged) >= 600
    assert not set(acknowledged) - kept


def test_a_killed_server_is_started_again_by_its_own_program(var: Path) -> None:
    with using(var) as server:
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_gone(pid)
    with using(var) as server:
        assert server.pid not in (None, pid)
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_program_that_asks_again_gets_a_killed_server_back(var: Path) -> None:
    with using(var) as outer:
        pid = outer.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_gone(pid)
        with using(var) as inner, psycopg.connect(inner.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert outer.pid not in (None, pid)


def test_a_number_that_now_belongs_to_another_process_is_not_taken_for_the_server(
    var: Path,
) -> None:
    with using(var) as server:
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_gone(pid)
    # After a restart of a container the number in the file often is somebody else's.
    with subprocess.Popen(["sleep", "60"]) as stranger:
        for name in ("data/postmaster.pid", "run/.s.PGSQL.5432.lock"):
            path = var / "postgres" / name
            lines = path.read_text().splitlines(keepends=True)
            path.write_text("".join([f"{stranger.pid}\n", *lines[1:]]))
        with using(var) as server:
            assert server.pid not in (None, stranger.pid)
        assert stranger.poll() is None
        stranger.kill()


def test_an_interrupted_creation_is_begun_again(bare_var: Path) -> None:
    unfinished = bare_var / "postgres" / "data.new"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with using(bare_var) as server:
        assert server.pid is not None
    assert not unfinished.exists()
