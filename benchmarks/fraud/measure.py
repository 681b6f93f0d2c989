"""Counting what was stopped: recall by type, honest days hurt, and each detector switched off."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from math import sqrt

import numpy as np
import numpy.typing as npt

from benchmarks.fraud.honest import City, honest_city
from benchmarks.fraud.injectors import KINDS, Scene
from benchmarks.fraud.pipeline import HELD, HISTORY_DAYS, MERGED, REFUSED, Outcome, Platform
from benchmarks.fraud.reports import BIKE, EBIKE, HONEST, TOLD_TWICE, Gathered, Ints, Reports

STYLES = ("naive", "evasive")
JUDGED_DAYS = 7
DAYS = HISTORY_DAYS + JUDGED_DAYS
# Frauds that need rides of that day to work on.
_ON_OWN_RIDES = {"two_partners_one_trip", "own_history_burst"}
_Z = 1.96


@dataclass
class Tally:
    """One type of fraud in one style. A case is caught when half of its points were stopped."""

    cases: int = 0
    caught: int = 0
    caught_without: int = 0
    points: int = 0
    refused: int = 0
    merged: int = 0
    held: int = 0

    def add(self, other: Tally) -> None:
        """Adds what another seed found."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass
class Found:
    """All tallies by (type, style), and what happened to honest person-days."""

    tallies: dict[tuple[str, str], Tally] = field(default_factory=dict)
    person_days: int = 0
    hurt: int = 0
    hurt_by: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    merged_wrongly: int = 0
    refused: int = 0

    def add(self, other: Found) -> None:
        """Adds another seed."""
        for key, tally in other.tallies.items():
            self.tallies.setdefault(key, Tally()).add(tally)
        for name in ("person_days", "hurt", "merged_wrongly", "refused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.hurt_by.update(other.hurt_by)
        self.reasons.update(other.reasons)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if of == 0:
        return 0.0, 1.0
    share, extra = hits / of, _Z * _Z / of
    middle = share + extra / 2
    half = _Z * sqrt(share * (1 - share) / of + extra / of / 4)
    return max(0.0, (middle - half) / (1 + extra)), min(1.0, (middle + half) / (1 + extra))


def measure(seed: int, *, people: int, cases: int, platform: Platform | None = None) -> Found:
    """One seed: a city, `cases` of each type and style in it, all settled, all counted."""
    city = honest_city(seed, people=people, days=DAYS)
    injected, names = _inject(city, seed, cases)
    reports = Gathered([city.reports, injected]).all()
    outcome = (platform or Platform()).settle(reports, people, DAYS)
    found = Found()
    _count_frauds(found, reports, outcome, names)
    _count_honest(found, reports, outcome)
    return found


def _inject(city: City, seed: int, cases: int) -> tuple[Reports, list[tuple[str, str]]]:
    """Every fraud on citizens of its own; the (type, style) of each case number."""
    draw = np.random.default_rng([seed, 2])
    honest = city.reports
    riding = np.isin(honest.mode, (BIKE, EBIKE)) & (honest.case == HONEST)
    pairs = np.unique(honest.citizen[riding] * 1_000 + honest.day[riding])
    # Who rides on a day of four has a level of his own.
    before = pairs[pairs % 1_000 < HISTORY_DAYS] // 1_000
    habit = np.flatnonzero(np.bincount(before, minlength=city.people) >= HISTORY_DAYS // 4)
    pairs = pairs[(pairs % 1_000 >= HISTORY_DAYS) & np.isin(pairs // 1_000, habit)]
    pairs = draw.permutation(pairs)
    # One day of each citizen, so that nobody cheats twice.
    _, first = np.unique(pairs // 1_000, return_index=True)
    riders = draw.permutation(pairs[first])
    others = draw.permutation(np.setdiff1d(np.arange(city.people), riders // 1_000))
    made, names = Gathered(), []
    for kind, styles in KINDS.items():
        for style, injector in zip(STYLES, styles, strict=True):
            if kind in _ON_OWN_RIDES or len(others) < cases:
                chosen, riders = riders[:cases], riders[cases:]
                citizens, days = chosen // 1_000, chosen % 1_000
            else:
                citizens, others = others[:cases], others[cases:]
                days = draw.integers(HISTORY_DAYS, DAYS, len(citizens))
            numbers = len(names) + np.arange(len(citizens))
            names += [(kind, style)] * len(citizens)
            scene = Scene(draw, honest, city.operator, citizens, days)
            made.parts.append(injector(scene, numbers))
    return made.all(), names


def _count_frauds(
    found: Found, reports: Reports, outcome: Outcome, names: list[tuple[str, str]]
) -> None:
    fraud = np.flatnonzero(reports.case >= 0)
    case = reports.case[fraud]
    points = np.maximum(outcome.points[fraud], 1)
    state = outcome.state[fraud]

    def by_case(mask: npt.NDArray[np.bool_]) -> Ints:
        return np.bincount(case[mask], weights=points[mask], minlength=len(names)).astype(np.int64)

    every = by_case(np.ones(len(fraud), dtype=np.bool_))
    refused, merged = by_case(state == REFUSED), by_case(state == MERGED)
    held = by_case(state == HELD)
    paid_once = _paid_once(reports, outcome, names)
    merged = np.minimum(merged + paid_once[MERGED], every)
    held = np.minimum(held + paid_once[HELD], every - merged)
    for kind, style in dict.fromkeys(names):
        mine = np.array([name == (kind, style) for name in names]) & (every > 0)
        others = np.zeros(len(fraud), dtype=np.bool_)
        for code, mask in outcome.held_by.items():
            if code != kind:
                others |= mask[fraud]
        without = refused + merged + by_case(others & (state != REFUSED) & (state != MERGED))
        stopped = refused + merged + held
        found.tallies[kind, style] = Tally(
            cases=int(mine.sum()),
            caught=int((mine & (2 * stopped >= every)).sum()),
            caught_without=int((mine & (2 * without >= every)).sum()),
            points=int(every[mine].sum()),
            refused=int(refused[mine].sum()),
            merged=int(merged[mine].sum()),
            held=int(held[mine].sum()),
        )


def _paid_once(reports: Reports, outcome: Outcome, names: list[tuple[str, str]]) -> dict[int, Ints]:
    """Points of true rides that were merged with, or held for, a second telling of them.

    Of two tellings the one that came first is paid; where that is the false one, the true one is
    what was stopped.
    """
    key = reports.citizen * 1_000 + reports.day
    false = np.flatnonzero(reports.case >= 0)
    double = np.array([kind == "two_partners_one_trip" for kind, _ in names], dtype=np.bool_)
    false = false[double[reports.case[false]]]
    days, first = np.unique(key[false], return_index=True)
    cases = reports.case[false][first]
    answer = {}
    true = (reports.case == HONEST) & np.isin(reports.mode, (BIKE, EBIKE)) & np.isin(key, days)
    for state in (MERGED, HELD):
        mine = np.flatnonzero(true & (outcome.state == state))
        case = cases[np.searchsorted(days, key[mine])]
        sums = np.bincount(case, weights=outcome.points[mine], minlength=len(names))
        answer[state] = sums.astype(np.int64)
    return answer


def _count_honest(found: Found, reports: Reports, outcome: Outcome) -> None:
    key = reports.citizen * 1_000 + reports.day
    cheated = np.unique(key[reports.case >= 0])
    honest = (reports.case < 0) & (reports.day >= HISTORY_DAYS) & ~np.isin(key, cheated)

    def person_days(mask: npt.NDArray[np.bool_]) -> int:
        return len(np.unique(key[honest & mask]))

    found.person_days = person_days(np.ones(len(key), dtype=np.bool_))
    # Where two partners did tell of one ride, to hold the second telling is right.
    twice = np.isin(key, np.unique(key[reports.case == TOLD_TWICE]))
    hurt = np.zeros(len(key), dtype=np.bool_)
    for code, mask in outcome.held_by.items():
        wrong = mask & (outcome.state == HELD)
        if code == "two_partners_one_trip":
            wrong &= ~twice
        found.hurt_by[code] = person_days(wrong)
        hurt |= wrong
    found.hurt = person_days(hurt)
    found.merged_wrongly = person_days((outcome.state == MERGED) & ~twice)
    found.refused = person_days(outcome.state == REFUSED)
    for place in np.flatnonzero(hurt & honest).tolist():
        found.reasons[outcome.reasons[place]] += 1
