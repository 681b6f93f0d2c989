"""The registry's equation, issued = retired + held + reserved + cancelled, as a bar and in words.

Every figure is counted from the books; a count holds until something happens, and the page says of
when it is.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from tanhui.registry import queries as registry
from tanhui.registry.records import Equation, ProjectEquation

WHOLE = 1_000
# A part that exists can always be seen.
_LEAST = 6
# A count is made anew after so long, also where no event came, and never takes more than one part
# in so many of the time.
_ANEW = timedelta(minutes=10)
_LONG = timedelta(milliseconds=200)
_REST = 20
_SHOWN = 20
PARTS = ("retired", "held", "reserved", "cancelled")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the bar: whole kilograms, where it begins, how long it is in thousandths."""

    name: str
    kg: int
    x: int
    length: int


@dataclass(frozen=True, slots=True)
class ToldEquation:
    """The equation of all credits, of a project, or of a project's vintage."""

    project_code: str
    vintage: int | None
    equation: Equation
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The equation of everything and of each project and vintage, counted at one instant.

    `event` is the last one before the count (None before any), `took` how long counting lasted.
    """

    at: datetime
    event: UUID | None
    took: timedelta
    whole: ToldEquation
    each: tuple[ProjectEquation, ...]

    def holds(self, event: UUID | None, at: datetime) -> bool:
        """Whether it need not be counted again: nothing happened, or counting takes too long."""
        age = at - self.at
        if timedelta(0) <= age and self.event == event:
            return age < _ANEW
        return self.took > _LONG and timedelta(0) <= age < _REST * self.took

    @property
    def newest(self) -> tuple[ToldEquation, ...]:
        """The vintages of the projects that came last."""
        return tuple(_laid_out(one) for one in self.each[: -_SHOWN - 1 : -1])

    def of(self, project_code: str) -> tuple[ToldEquation, ...]:
        """A project's vintages, the latest first."""
        found = [one for one in self.each if one.project_code == project_code]
        return tuple(_laid_out(one) for one in reversed(found))

    def of_project(self, project_code: str) -> ToldEquation:
        """All vintages of a project together."""
        found = [one for one in self.each if one.project_code == project_code]
        return told(_added(found), project_code)

    def of_vintage(self, project_code: str, vintage: int) -> ToldEquation:
        """One vintage of a project."""
        found = [
            one for one in self.each if (one.project_code, one.vintage) == (project_code, vintage)
        ]
        return told(_added(found), project_code, vintage)


def parts_of(amounts: Sequence[tuple[str, int]]) -> tuple[Part, ...]:
    """Amounts side by side, a thousand thousandths together; nothing where there is nothing."""
    whole = sum(kg for _, kg in amounts)
    lengths = [max(_LEAST, kg * WHOLE // whole) if kg else 0 for _, kg in amounts]
    if whole:
        # What the small parts were given to be seen, and what division left, is the largest's.
        lengths[lengths.index(max(lengths))] += WHOLE - sum(lengths)
    parts, x = [], 0
    for (name, kg), length in zip(amounts, lengths, strict=True):
        parts.append(Part(name, kg, x, length))
        x += length
    return tuple(parts)


def _laid_out(one: ProjectEquation) -> ToldEquation:
    return told(one.equation, one.project_code, one.vintage)


def told(equation: Equation, project_code: str = "", vintage: int | None = None) -> ToldEquation:
    """An equation laid out."""
    amounts = (
        equation.retired_kg,
        equation.held_kg,
        equation.reserved_kg,
        equation.cancelled_kg,
    )
    return ToldEquation(
        project_code, vintage, equation, parts_of(tuple(zip(PARTS, amounts, strict=True)))
    )


class _Count:
    """The last count of the blocks. Nothing moves without an event, so between two it holds."""

    def __init__(self) -> None:
        self._known: Counted | None = None

    def current(self, at: datetime) -> Counted:
        """The count as of now; one that takes long is not begun again at once."""
        newest = registry.events(limit=1)
        event = newest[0].id if newest else None
        known = self._known
        if known is None or not known.holds(event, at):
            begun = time.monotonic()
            found = tuple(registry.equations()) if event else ()
            took = timedelta(seconds=time.monotonic() - begun)
            self._known = known = Counted(at, event, took, told(_added(found)), found)
        return known


_COUNT = _Count()


def _added(found: Sequence[ProjectEquation]) -> Equation:
    names = ("issued_kg", "held_kg", "reserved_kg", "retired_kg", "cancelled_kg")
    return Equation(*(sum(getattr(one.equation, name) for one in found) for name in names))


def counted(at: datetime) -> Counted:
    """The equation as it stands: of everything, and of each project and vintage."""
    return _COUNT.current(at)
