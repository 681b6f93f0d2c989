"""The equation counted from the blocks, remembered until something happens.

A million blocks take a while to count, and nothing moves without an event: whoever shows the
equation to everybody asks here, and says of when it is.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tanhui.registry import queries
from tanhui.registry.records import Equation, ProjectEquation

# A count is made anew after so long, also where no event came, and never takes more than one part
# in so many of the time.
_ANEW = timedelta(minutes=10)
_LONG = timedelta(milliseconds=200)
_REST = 20


@dataclass(frozen=True, slots=True)
class Counted:
    """The equation of everything and of each project and vintage, counted at one instant.

    `event` is the last one before the count (None before any), `took` how long counting lasted.
    """

    at: datetime
    event: UUID | None
    took: timedelta
    whole: Equation
    each: tuple[ProjectEquation, ...]

    def holds(self, event: UUID | None, at: datetime) -> bool:
        """Whether it need not be counted again: nothing happened, or counting takes too long."""
        age = at - self.at
        if timedelta(0) <= age and self.event == event:
            return age < _ANEW
        return self.took > _LONG and timedelta(0) <= age < _REST * self.took

    def of(self, project_code: str) -> tuple[ProjectEquation, ...]:
        """A project's vintages, the latest first."""
        return tuple(one for one in reversed(self.each) if one.project_code == project_code)


class _Count:
    def __init__(self) -> None:
        self._known: Counted | None = None

    def current(self, at: datetime) -> Counted:
        """The count as of now; one that takes long is not begun again at once."""
        newest = queries.events(limit=1)
        event = newest[0].id if newest else None
        known = self._known
        if known is None or not known.holds(event, at):
            begun = time.monotonic()
            found = tuple(queries.equations()) if event else ()
            took = timedelta(seconds=time.monotonic() - begun)
            self._known = known = Counted(at, event, took, added(found), found)
        return known


_COUNT = _Count()


def counted(at: datetime) -> Counted:
    """The equation as it stands: of everything, and of each project and vintage."""
    return _COUNT.current(at)


def added(found: Sequence[ProjectEquation]) -> Equation:
    """Several equations as one."""
    names = ("issued_kg", "held_kg", "reserved_kg", "retired_kg", "cancelled_kg")
    return Equation(*(sum(getattr(one.equation, name) for one in found) for name in names))
