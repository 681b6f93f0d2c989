"""The registry's equation, issued = retired + held + reserved + cancelled, as a bar and in words.

Every figure is read from the books when the page is asked for; nothing is kept beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from tanhui.registry import queries as registry
from tanhui.registry.records import Equation, ProjectEquation

WHOLE = 1_000
# A part that exists can always be seen.
_LEAST = 6
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
    """The equation of everything and of each project and vintage, counted at one instant."""

    at: datetime
    whole: ToldEquation
    each: tuple[ToldEquation, ...]


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


def told_equation(project_code: str | None = None, vintage: int | None = None) -> ToldEquation:
    """The equation of everything, of a project or of one of its vintages."""
    found = registry.equation(project_code, vintage)
    return told(found, project_code or "", vintage)


def told_equations(project_code: str) -> tuple[ToldEquation, ...]:
    """The equations of a project's vintages, the latest first."""
    return tuple(
        told(each.equation, each.project_code, each.vintage)
        for each in reversed(registry.equations(project_code))
    )


def counted(at: datetime) -> Counted:
    """The equation as it stands; counted anew with every event, and at least once a minute."""
    newest = registry.events(limit=1)
    return _counted(newest[0].id if newest else None, at.replace(second=0, microsecond=0), at)


@lru_cache(maxsize=2)
def _remembered(newest: UUID | None, minute: datetime) -> list[ProjectEquation]:
    # Nothing moves without an event, so that between two of them the blocks are counted once.
    del newest, minute
    return registry.equations()


def _counted(newest: UUID | None, minute: datetime, at: datetime) -> Counted:
    each = _remembered(newest, minute) if newest else []
    sums = (
        sum(getattr(one.equation, name) for one in each)
        for name in ("issued_kg", "held_kg", "reserved_kg", "retired_kg", "cancelled_kg")
    )
    return Counted(
        at,
        told(Equation(*sums)),
        tuple(told(one.equation, one.project_code, one.vintage) for one in each),
    )
