"""A program that uses the server ends in order when it is told to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def end_in_order() -> None:
    """Turn signals that would end the program at once into an orderly exit.

    A program that already handles them, or ignores them, is left as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _exit)


@contextmanager
def held_back() -> Iterator[None]:
    """Let no second signal interrupt what must be finished."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (*_ENDING, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            # A handler that was not installed by Python is reported as None and cannot be set.
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


def _exit(number: int, _frame: FrameType | None) -> NoReturn:
    # The same signal often comes twice: once to the whole group and once from a parent.
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)
