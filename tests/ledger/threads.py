"""Several writers at once, each on a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

PATIENCE_SECONDS = 60.0
Answer = TypeVar("Answer")


def at_once(count: int, work: Callable[[int], Answer]) -> list[Answer]:
    """Runs `work(0)` … `work(count - 1)` from one starting signal; answers what each returned."""
    ready = threading.Barrier(count)

    def begin(number: int) -> Answer:
        try:
            ready.wait(PATIENCE_SECONDS)
            return work(number)
        finally:
            # A thread's connections are its own; left open they would keep the database.
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))
