"""Who uses a data folder: two advisory locks that the system itself releases with their process.

`lock` is held exclusively, and briefly, by whoever starts or stops the server. `users` is held
shared by every program for as long as it uses the server, so the last one is whoever can turn it
into an exclusive lock. A program that is killed leaves both behind clean.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tanhui.runtime.postgres import troubles

_PATIENCE_SECONDS = 660.0


class Usage:
    """This program's part in the locks of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._users: int | None = None

    @contextmanager
    def alone(self, patience: float = _PATIENCE_SECONDS) -> Iterator[None]:
        """Hold the folder exclusively: nobody else starts or stops the server meanwhile."""
        handle = self._open("lock")
        try:
            self._wait_for(handle, patience)
            yield
        finally:
            os.close(handle)

    def enter(self) -> None:
        """Count this program as a user; call it only while `alone`."""
        if self._users is None:
            self._users = self._open("users")
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop counting this program; true when nobody else is left. Only while `alone`."""
        if self._users is None:
            return False
        handle, self._users = self._users, None
        try:
            # Unlocking by name also covers copies of the descriptor in forked children.
            fcntl.flock(handle, fcntl.LOCK_UN)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        finally:
            os.close(handle)
        return True

    def forget(self) -> None:
        """Let go of the count of a parent process in a forked child, without unlocking it."""
        if self._users is not None:
            with suppress(OSError):
                os.close(self._users)
            self._users = None

    def _open(self, name: str) -> int:
        try:
            return os.open(self._folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise troubles.from_os_error(self._folder, error) from None

    def _wait_for(self, handle: int, patience: float) -> None:
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise troubles.busy(self._folder) from None
                time.sleep(0.02)
            else:
                return
