"""Replays beside the rounds of `tanhui work`: somebody looks at a page and waits for them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from django.db import DatabaseError, connection

from tanhui.behaviours.replay.working import run_next

EVERY_SECONDS = 1.0
_log = logging.getLogger("tanhui.work")


@contextmanager
def replaying() -> Iterator[None]:
    """While it lasts, a thread does what replays wait, the oldest first.

    A replay that is broken off by the end of the program is taken up again by the next one.
    """
    over = threading.Event()
    thread = threading.Thread(target=_until, args=(over,), name="replays", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()


def _until(over: threading.Event) -> None:
    while not over.wait(EVERY_SECONDS):
        try:
            while not over.is_set() and run_next(at=datetime.now(UTC)):
                pass
        except DatabaseError:
            # The database may be away for a moment; the rounds beside us say so as well.
            _log.exception("replays could not be looked for")
            connection.close()
    connection.close()
