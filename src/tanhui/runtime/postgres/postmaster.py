"""What `postmaster.pid` says about a data folder, and what the system says about it.

The file is PostgreSQL's own guard and is never deleted here. It may name a process that is gone,
that waits as a zombie for its parent, or (after a restart of a machine or container) one that has
nothing to do with PostgreSQL; each is told apart by the working folder of that process, which for
a postmaster is its data folder.
"""

from __future__ import annotations

import os
import signal
import socket
import struct
import time
from dataclasses import dataclass
from pathlib import Path

_NAME = "postmaster.pid"
_SOCKET = ".s.PGSQL.5432"
_ZOMBIE_PATIENCE_SECONDS = 3.0
_ANSWER_SECONDS = 5.0
# The protocol's question whether the server encrypts: the smallest one every server answers.
_QUESTION = struct.pack(">ii", 8, 80877103)


@dataclass(frozen=True)
class Postmaster:
    """The lines of `postmaster.pid` that matter here."""

    pid: int
    data: str
    socket: str
    status: str

    @classmethod
    def read(cls, data: Path) -> Postmaster | None:
        """The file of the folder `data`, or None when there is none or it is not whole yet."""
        try:
            lines = (data / _NAME).read_text(encoding="utf-8", errors="replace").splitlines()
            pid = abs(int(lines[0]))
        except (OSError, ValueError, IndexError):
            return None
        lines += [""] * 8
        return cls(pid, lines[1], lines[4], lines[7].strip())

    def runs_on(self, data: Path) -> bool:
        """Whether the named process lives and is the postmaster of the folder `data`."""
        where = working_folder(self.pid)
        return where is not None and _same(where, data)

    def runs_elsewhere(self, data: Path) -> bool:
        """Whether the named process is the postmaster of the folder this one was copied from."""
        where = working_folder(self.pid)
        if where is None or _same(where, data):
            return False
        return _same(where, Path(self.data)) and (where / "PG_VERSION").is_file()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; a process that is already gone is fine."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            return


def working_folder(pid: int) -> Path | None:
    """Where the process works; None when it is gone or a zombie."""
    try:
        return Path(os.readlink(f"/proc/{pid}/cwd"))
    except PermissionError:
        # Root in a container may not ask that of other users' processes, but may read how they
        # were started, and we always name the data folder.
        return _named_folder(pid)
    except OSError:
        return None


def _named_folder(pid: int) -> Path | None:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return Path(os.fsdecode(words[words.index(b"-D") + 1]))
    except (OSError, ValueError, IndexError):
        return None


def lives(pid: int) -> bool:
    """Whether the process is there and not a zombie."""
    return exists(pid) and not _is_zombie(pid)


def exists(pid: int) -> bool:
    """Whether the system still knows the process, be it as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until_gone(pid: int, data: Path, patience: float) -> bool:
    """Wait until no postmaster with this id works in `data`."""
    deadline = time.monotonic() + patience
    while True:
        where = working_folder(pid)
        if where is None or not _same(where, data):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)


def disown_stale(data: Path) -> None:
    """Let PostgreSQL accept a `postmaster.pid` whose process is certainly not its postmaster.

    Call it only after `runs_on` said no. A zombie is given a moment to go. If the number is still
    taken then, it is replaced by our own: PostgreSQL ignores the number of its parent, and goes on
    to check by the shared memory block, named further down in the file, that no orphan of the old
    server is still at work. Deleting the file would skip that check.
    """
    named = Postmaster.read(data)
    deadline = time.monotonic() + _ZOMBIE_PATIENCE_SECONDS
    while named is not None and exists(named.pid) and time.monotonic() < deadline:
        if not _is_zombie(named.pid):
            break
        time.sleep(0.02)
    if named is None or not exists(named.pid) or named.pid == os.getpid():
        return
    path = data / _NAME
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[0] = f"{os.getpid()}\n"
    with path.open("r+", encoding="utf-8") as file:
        file.write("".join(lines))
        file.truncate()


def socket_file(folder: Path) -> Path:
    """The socket a server makes in `folder`."""
    return folder / _SOCKET


def answers(folder: Path) -> bool:
    """Whether a server really serves the socket in `folder`.

    A server that has just been killed still looks alive for a moment, to everybody but a client.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(_ANSWER_SECONDS)
            client.connect(str(socket_file(folder)))
            client.sendall(_QUESTION)
            return client.recv(1) in (b"N", b"S")
    except OSError:
        return False


def socket_is_free(folder: Path) -> bool:
    """Clear away a socket whose server is gone; false when a living PostgreSQL holds it."""
    lock = folder / f"{_SOCKET}.lock"
    try:
        pid = abs(int(lock.read_text().splitlines()[0]))
    except FileNotFoundError:
        return True
    except (ValueError, IndexError):
        pid = 0
    where = working_folder(pid) if pid else None
    if where is not None and (where / "PG_VERSION").is_file():
        return False
    lock.unlink(missing_ok=True)
    socket_file(folder).unlink(missing_ok=True)
    return True


def _is_zombie(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[:1] == ["Z"]


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
