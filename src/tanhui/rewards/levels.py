"""Levels: how far a citizen has come. They follow recorded reductions alone, never points spent."""

from __future__ import annotations

from django.conf import settings

from tanhui.ledger import queries as books
from tanhui.ledger.chart import CITIZEN_REDUCTION
from tanhui.rewards.terms import Level, city_terms


def level_of(citizen_id: int) -> Level:
    """The highest level whose reduction the citizen has reached; everybody has the first."""
    return level_at(reduced_mg(citizen_id))


def next_level(citizen_id: int) -> tuple[Level, int] | None:
    """The level above, and how many milligrams are missing; None for whoever has the highest."""
    have = reduced_mg(citizen_id)
    above = [level for level in _levels() if level.from_mg > have]
    return (above[0], above[0].from_mg - have) if above else None


def level_at(reduction_mg: int) -> Level:
    """The level that so much reduction reaches, in milligrams."""
    return next(level for level in reversed(_levels()) if level.from_mg <= max(0, reduction_mg))


def reduced_mg(citizen_id: int) -> int:
    """The citizen's recorded reduction in milligrams, what was taken back not counted."""
    held = books.balances(holder_id=citizen_id, kinds=(CITIZEN_REDUCTION,))[CITIZEN_REDUCTION]
    return held.available + held.reserved


def _levels() -> tuple[Level, ...]:
    return city_terms(settings.TANHUI.content_root).levels
