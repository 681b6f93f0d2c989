"""Programs share one server; the last one stops it, however programs end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from tanhui.runtime.postgres import Server, using
from tests.runtime.holding import HOLDER, Holder, lives, wait_gone

EXPECTED = {
    "listen_addresses": "",
    "data_checksums": "on",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "jit": "off",
    "server_encoding": "UTF8",
    "unix_socket_permissions": "0700",
}


def test_two_programs_share_one_server_and_the_last_stops_it(
    holder: Callable[[], Holder],
) -> None:
    first, second = holder(), holder()
    assert (first.pid, first.url) == (second.pid, second.url)
    assert first.end() == 0
    assert lives(second.pid)
    with psycopg.connect(second.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert second.end() == 0
    assert not lives(second.pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_the_only_program_stops_the_server(
    holder: Callable[[], Holder], number: signal.Signals
) -> None:
    only = holder()
    assert only.end(number) != 0
    assert not lives(only.pid)


def test_a_signal_to_the_whole_group_does_not_reach_the_server(var: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(HOLDER), str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    pid = int(process.stdout.readline().split()[0])
    assert os.getpgid(pid) != os.getpgid(process.pid)
    # Two in a row, as a terminal and a parent send them.
    os.killpg(process.pid, signal.SIGTERM)
    os.killpg(process.pid, signal.SIGTERM)
    assert process.wait(30) == 128 + signal.SIGTERM
    assert not lives(pid)
    process.stdout.close()
    process.stdin.close()


@pytest.mark.crash
def test_a_server_left_by_a_killed_program_is_adopted_and_then_stopped(
    holder: Callable[[], Holder],
) -> None:
    killed = holder()
    killed.end(signal.SIGKILL)
    assert lives(killed.pid)
    next_one = holder()
    assert next_one.pid == killed.pid
    next_one.end()
    assert not lives(killed.pid)


def test_one_program_may_use_it_twice(var: Path) -> None:
    with using(var) as outer:
        with using(var) as inner:
            assert inner is outer
        assert outer.pid is not None
        assert lives(outer.pid)
        pid = outer.pid
    assert not lives(pid)


def test_a_forked_child_neither_stops_nor_keeps_the_server(var: Path) -> None:
    with using(var) as server:
        pid = server.pid
        assert pid is not None
        child = os.fork()
        if child == 0:
            server.stop()
            os._exit(0)
        os.waitpid(child, 0)
        assert lives(pid)
    assert not lives(pid)


def test_the_second_start_keeps_the_data(var: Path) -> None:
    with using(var) as server, psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE kept (id int)")
    with using(var) as server, psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_what_the_server_is(var: Path) -> None:
    with using(var) as server, psycopg.connect(server.url) as connection:
        shown = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", [list(EXPECTED)]
            ).fetchall()
        )
        assert shown == EXPECTED
        order = "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'tanhui'"
        assert connection.execute(order).fetchone() == ("b", "C.UTF-8")
        assert connection.info.server_version // 10000 == 18
        assert server.server_version.startswith("18.")
        assert server.data.stat().st_mode & 0o777 == 0o700


def test_stopping_twice_is_harmless(var: Path) -> None:
    server = Server.ensure(var)
    pid = server.pid
    server.stop()
    server.stop()
    assert pid is not None
    wait_gone(pid)
