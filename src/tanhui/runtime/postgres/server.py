"""The embedded server: ensure it runs, say where, and stop it with its last user."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tanhui.runtime.postgres import postmaster, runner, signals, troubles, tuning
from tanhui.runtime.postgres.cluster import create_cluster, create_database, last_words
from tanhui.runtime.postgres.installation import environment
from tanhui.runtime.postgres.postmaster import Postmaster
from tanhui.runtime.postgres.usage import Usage

_START_SECONDS = 600.0
_JOIN_SECONDS = 60.0
_STALE_SECONDS = 20.0
_STOP_SECONDS = 300.0
_RETRY = ("is still in use", 'lock file "postmaster.pid" already exists')

_servers: dict[Path, Server] = {}


class Server:
    """This program's use of the embedded server of one `var` folder."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._usage = Usage(base)
        self._process_id = os.getpid()
        self._holders = 0
        self._runner: runner.Runner | None = None
        self._socket = base

    @classmethod
    def ensure(cls, var: Path) -> Server:
        """Start the server of `var`, or join the one that runs, until `stop` or the exit."""
        base = var.absolute() / "postgres"
        _forget_parents()
        signals.end_in_order()
        server = _servers.get(base)
        if server is None:
            server = cls(base)
            server._make_folder()
            with server._usage.alone():
                server._begin()
            _servers[base] = server
        elif server.pid is None:
            # It was killed under us; whoever asks for it again gets it back.
            with server._usage.alone():
                server._begin()
        server._holders += 1
        return server

    @property
    def url(self) -> str:
        """The libpq address of the database, as its owner."""
        return f"postgresql://tanhui@/tanhui?host={quote(str(self._socket), safe='/')}"

    @property
    def server_version(self) -> str:
        """The version of the server, for example `18.4`."""
        return self._chosen.installation.version

    @property
    def data(self) -> Path:
        """PostgreSQL's own data folder."""
        return self._chosen.data

    @property
    def pid(self) -> int | None:
        """The process id of the running server, or None when it does not run."""
        named = Postmaster.read(self.data)
        return named.pid if named is not None and named.runs_on(self.data) else None

    def stop(self) -> None:
        """Stop using the server; whoever is the last user stops it and waits for that."""
        if self._process_id != os.getpid() or self._holders == 0:
            return
        self._holders -= 1
        if self._holders == 0:
            with signals.held_back():
                self._leave()

    def _leave(self) -> None:
        _servers.pop(self._base, None)
        if not self._base.is_dir():
            # The folder was deleted under us; the server notices by itself and ends.
            self._usage.forget()
            return
        with self._usage.alone():
            if self._usage.leave():
                self._halt()

    @property
    def _chosen(self) -> runner.Runner:
        if self._runner is None:
            raise RuntimeError("the server has not been started")
        return self._runner

    def _make_folder(self) -> None:
        try:
            self._base.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise troubles.from_os_error(self._base, error) from None

    def _begin(self) -> None:
        self._runner = runner.choose(self._base)
        self._usage.enter()
        try:
            self._start_or_join()
        except BaseException:
            if self._usage.leave():
                self._halt()
            raise

    def _start_or_join(self) -> None:
        create_cluster(self._chosen, self._base)
        deadline = time.monotonic() + _JOIN_SECONDS
        while True:
            named = Postmaster.read(self.data)
            if named is None or not named.runs_on(self.data):
                break
            if self._join(named):
                return
            if time.monotonic() > deadline:
                raise troubles.failed(self._log, "it runs, but does not answer")
            time.sleep(0.05)
        if named is not None and named.runs_elsewhere(self.data):
            raise troubles.copied_while_running(self._base, named.data)
        self._start()
        create_database(self._chosen, self._socket)

    def _join(self, named: Postmaster) -> bool:
        """Join a server that runs; false when it was on its way out."""
        if named.status == "stopping":
            postmaster.wait_until_gone(named.pid, self.data, _STOP_SECONDS)
            return False
        try:
            self._socket = self._wait_until_ready(named.pid, None)
        except _EndedError:
            return False
        return postmaster.answers(self._socket)

    def _start(self) -> None:
        deadline = time.monotonic() + _STALE_SECONDS
        while True:
            postmaster.disown_stale(self.data)
            folder = self._chosen.socket_folder()
            if not postmaster.socket_is_free(folder):
                raise troubles.socket_in_use(folder)
            process, seen = self._launch(folder)
            try:
                self._socket = self._wait_until_ready(process.pid, process)
            except _EndedError:
                said = last_words(self._log, seen)
                if any(words in said for words in _RETRY) and time.monotonic() < deadline:
                    # A dying server is still letting go of its memory; it needs no help.
                    time.sleep(0.1)
                    continue
                raise troubles.from_log(self._base, self._log, said) from None
            return

    @property
    def _log(self) -> Path:
        return self._base / "log"

    def _launch(self, folder: Path) -> tuple[subprocess.Popen[bytes], int]:
        options = [
            word
            for name, value in tuning.parameters(self.data, folder).items()
            for word in ("-c", f"{name}={value}")
        ]
        command = self._chosen.command("postgres", "-D", str(self.data), *options)
        try:
            with self._log.open("ab") as log:
                seen = log.tell()
                self._chosen.own(self._log)
                # A session of its own keeps the terminal's Ctrl-C for the program that uses it.
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    env=environment(),
                    cwd=self.data,
                    start_new_session=True,
                )
        except OSError as error:
            raise troubles.from_os_error(self._base, error) from None
        # A server that dies while we live must not stay a zombie, which would look alive.
        threading.Thread(target=process.wait, daemon=True, name="postgres-reaper").start()
        return process, seen

    def _wait_until_ready(self, pid: int, process: subprocess.Popen[bytes] | None) -> Path:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            named = Postmaster.read(self.data)
            if named is not None and named.pid == pid and named.status == "ready":
                return self._socket_of(named)
            gone = process.poll() is not None if process else not postmaster.lives(pid)
            if gone:
                raise _EndedError
            time.sleep(0.01)
        raise troubles.busy(self._base)

    def _socket_of(self, named: Postmaster) -> Path:
        for folder in (Path(named.socket), self._chosen.socket_folder()):
            if postmaster.socket_file(folder).exists():
                return folder
        raise troubles.socket_lost(self._base)

    def _halt(self) -> None:
        named = Postmaster.read(self.data)
        if named is None or not named.runs_on(self.data):
            return
        named.signal(signal.SIGINT)
        if not postmaster.wait_until_gone(named.pid, self.data, _STOP_SECONDS):
            named.signal(signal.SIGQUIT)
            postmaster.wait_until_gone(named.pid, self.data, _STALE_SECONDS)
        if self._socket.parent != self._chosen.base:
            shutil.rmtree(self._socket, ignore_errors=True)


class _EndedError(Exception):
    """The server's process ended before it was ready."""


@contextmanager
def using(var: Path) -> Iterator[Server]:
    """Use the server of `var` within the block, also when the block ends by a signal."""
    server = Server.ensure(var)
    try:
        yield server
    finally:
        server.stop()


def _forget_parents() -> None:
    """A forked child starts its own use; the parent's stays the parent's."""
    for base, server in list(_servers.items()):
        if server._process_id != os.getpid():
            server._usage.forget()
            del _servers[base]


@atexit.register
def _leave_all() -> None:
    for server in list(_servers.values()):
        if server._process_id == os.getpid():
            server._holders = 1
            server.stop()
