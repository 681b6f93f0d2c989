"""The registry's equation, issued = retired + held + reserved + cancelled, as a bar and in words.

Every figure is counted from the books; a count holds until something happens, and the page says of
when it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tanhui.registry import counting
from tanhui.registry.counting import Counted, added
from tanhui.registry.records import Equation, ProjectEquation

WHOLE = 1_000
# A part that exists can always be seen.
_LEAST = 6
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
class Count:
    """The equation of everything and of each project and vintage, as counted last, laid out."""

    counted: Counted

    @property
    def at(self) -> datetime:
        """When it was counted."""
        return self.counted.at

    @property
    def rows(self) -> int:
        """How many vintages of projects there are."""
        return len(self.counted.each)

    @property
    def whole(self) -> ToldEquation:
        """Everything."""
        return told(self.counted.whole)

    @property
    def newest(self) -> tuple[ToldEquation, ...]:
        """The vintages of the projects that came last."""
        return tuple(_laid_out(one) for one in self.counted.each[: -_SHOWN - 1 : -1])

    def of(self, project_code: str) -> tuple[ToldEquation, ...]:
        """A project's vintages, the latest first."""
        return tuple(_laid_out(one) for one in self.counted.of(project_code))

    def of_project(self, project_code: str) -> ToldEquation:
        """All vintages of a project together."""
        return told(added(self.counted.of(project_code)), project_code)

    def of_vintage(self, project_code: str, vintage: int) -> ToldEquation:
        """One vintage of a project."""
        found = [one for one in self.counted.of(project_code) if one.vintage == vintage]
        return told(added(found), project_code, vintage)


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


def counted(at: datetime) -> Count:
    """The equation as it stands."""
    return Count(counting.counted(at))
