"""Small deliveries that arrive at the same time are settled together, in one transaction.

A transaction costs nearly the same for one deed as for fifty. While one is being settled, whoever
else comes waits, and goes with all who wait in the next one. Where nobody else comes, the first
goes at once; after a large group the first of the next waits some milliseconds for as many as it
had, for they come back together. Each gets an answer of its own. A group is settled by the thread
of one of those who wait for it, on that thread's connection; nothing runs in the background, and
what one process gathers concerns no other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Event, Lock
from typing import Generic, TypeVar

from tanhui.kernel.refusals import Exhausted

WAIT_SECONDS = 20
LINGER_MILLISECONDS = 20
GROUP_MAX = 256
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


@dataclass
class _Waiting(Generic[Asked, Answer]):
    """One who waits: woken when answered, or to settle the next group."""

    asked: Asked
    woken: Event = field(default_factory=Event)
    taken: bool = False
    leads: bool = False
    answer: Answer | None = None
    failed: BaseException | None = None


@dataclass
class _Line(Generic[Asked, Answer]):
    """Those who wait at one place; `busy` while a group of them is being settled.

    `expected` is the size of the last group; `enough` wakes the one who waits for as many.
    """

    waiting: deque[_Waiting[Asked, Answer]] = field(default_factory=deque)
    busy: bool = False
    expected: int = 1
    enough: Event = field(default_factory=Event)


class Gathering(Generic[Asked, Answer]):
    """Settles what is asked for at one place, in groups; `settle` answers each of a group in order.

    An answer may be an exception, which is then raised for the one who asked. If `settle` itself
    fails for a group, each of the group is settled alone, so that only whoever fails alone fails.
    """

    def __init__(
        self,
        settle: Callable[[Sequence[Asked]], Sequence[Answer | Exception]],
        *,
        wait_seconds: int = WAIT_SECONDS,
        group_max: int = GROUP_MAX,
    ) -> None:
        self._settle = settle
        self._wait_seconds = wait_seconds
        self._group_max = group_max
        self._lock = Lock()
        self._lines: dict[Hashable, _Line[Asked, Answer]] = {}

    def ask(self, place: Hashable, asked: Asked) -> Answer:
        """The answer, as soon as the group this goes with is settled. Refuses: `too_busy`."""
        own: _Waiting[Asked, Answer] = _Waiting(asked)
        with self._lock:
            line = self._lines.setdefault(place, _Line())
            if line.busy:
                line.waiting.append(own)
                if len(line.waiting) + 1 >= line.expected:
                    line.enough.set()
            else:
                line.busy = own.leads = own.taken = True
        if not own.leads:
            self._wait(line, own)
        if own.leads:
            self._lead(line, own)
        if own.failed is not None:
            raise own.failed
        assert own.answer is not None
        return own.answer

    def waiting(self, place: Hashable) -> list[Asked]:
        """What is asked for at a place and not taken up yet."""
        with self._lock:
            line = self._lines.get(place)
            return [one.asked for one in line.waiting] if line else []

    def _wait(self, line: _Line[Asked, Answer], own: _Waiting[Asked, Answer]) -> None:
        """Until answered or asked to lead. Once a group has been taken, its end is waited for."""
        if own.woken.wait(self._wait_seconds):
            return
        with self._lock:
            if not own.taken:
                line.waiting.remove(own)
                raise too_busy()
        own.woken.wait()

    def _linger(self, line: _Line[Asked, Answer]) -> None:
        """Until as many are here as the last group had, or it has been long enough."""
        with self._lock:
            here = len(line.waiting) + 1
            if here >= line.expected:
                return
            line.enough.clear()
        line.enough.wait(LINGER_MILLISECONDS / 1_000)

    def _lead(self, line: _Line[Asked, Answer], own: _Waiting[Asked, Answer]) -> None:
        self._linger(line)
        with self._lock:
            group = [own]
            while line.waiting and len(group) < self._group_max:
                group.append(line.waiting.popleft())
            for one in group:
                one.taken = True
            line.expected = len(group)
        try:
            self._answer(group)
        finally:
            with self._lock:
                if line.waiting:
                    following = line.waiting.popleft()
                    following.taken = following.leads = True
                    following.woken.set()
                else:
                    line.busy = False
            for one in group:
                one.woken.set()

    def _answer(self, group: Sequence[_Waiting[Asked, Answer]]) -> None:
        try:
            answers = self._settle([one.asked for one in group])
        except Exception as error:
            if len(group) > 1:
                for one in group:
                    self._answer([one])
            else:
                group[0].failed = error
            return
        except BaseException as error:
            # Whoever ends this thread must not leave the others waiting for ever.
            for one in group:
                one.failed = error
            raise
        for one, answer in zip(group, answers, strict=True):
            if isinstance(answer, Exception):
                one.failed = answer
            else:
                one.answer = answer


def too_busy() -> Exhausted:
    """Nobody came to settle this in time; nothing was recorded."""
    return Exhausted(
        "too_busy",
        zh="平台正忙，这次没有处理；请稍后原样重发。",
        en="The platform is busy and did nothing; send the same again in a moment.",
        transient=True,
        retry_after_seconds=2,
    )
