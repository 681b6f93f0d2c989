"""One person's reports where more than two meet: told apart one after another."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

# Why two reports are of one trip: they take the same time, or clocks go differently.
OVERLAP = 1
CLOCK = 2
# Reports related to one report, each with the reason.
Related = list[tuple[int, int]]
# How many rides may change places to make room for one; so many rides in twenty minutes is no day.
_DEEPEST = 40


class Reports(Protocol):
    """The columns of `matching.Trips` that are needed here."""

    @property
    def started(self) -> npt.NDArray[np.int64]: ...

    @property
    def ended(self) -> npt.NDArray[np.int64]: ...

    @property
    def partner(self) -> npt.NDArray[np.int64]: ...

    @property
    def declared(self) -> npt.NDArray[np.bool_]: ...

    def evidence(self) -> npt.NDArray[np.bool_]: ...


@dataclass
class Told:
    """What became of one person's reports, by position.

    `merged` names the report that is paid instead, and why; `displaced` known declared ones.
    """

    merged: dict[int, tuple[int, int]] = field(default_factory=dict)
    displaced: list[int] = field(default_factory=list)


def untangle(
    trips: Reports,
    places: list[int],
    known: int,
    related: Callable[[int, list[int]], Related],
    clock_us: int,
) -> Told:
    """Tells one person's reports at `places` apart; the first `known` of all are known already.

    `related(place, near)` answers the reports that are of one trip with the one at `place`; it
    may look among `near` alone, which holds all that can be.
    """
    person = _Person(trips, places, related, clock_us)
    before = [place for place in places if place < known]
    merged = trips.evidence()
    for place in before:
        if not merged[place]:
            person.stand(place)
    for place in sorted(before, key=person.by_start):
        # What a citizen declared, and what found no partner again, proves nothing about others.
        if merged[place] and not trips.declared[place]:
            person.merge(place)
    for place in sorted((place for place in places if place >= known), key=person.by_start):
        stands = not person.merge(place)
        if stands:
            person.stand(place)
        if not trips.declared[place]:
            person.displace(place, stands=stands)
    return person.told


class _Person:
    """The reports told apart so far: which are paid, and which stand beside a paid one.

    A paid report has a seat for each partner: one ride is told once by one partner.
    """

    def __init__(
        self,
        trips: Reports,
        places: list[int],
        related: Callable[[int, list[int]], Related],
        clock_us: int,
    ) -> None:
        self.told = Told()
        self._related = related
        self._clock_us = clock_us
        columns = (trips.started, trips.ended, trips.partner, trips.declared)
        begun, ended, partner, declared = (column[places].tolist() for column in columns)
        self._started = dict(zip(places, begun, strict=True))
        self._ended = dict(zip(places, ended, strict=True))
        self._partner = dict(zip(places, partner, strict=True))
        self._declared = dict(zip(places, declared, strict=True))
        self._longest = max(end - start for start, end in zip(begun, ended, strict=True))
        self._paid_of: dict[int, int] = {}
        self._seat: dict[tuple[int, int], int] = {}
        self._standing: list[tuple[int, int]] = []

    def by_start(self, place: int) -> tuple[bool, int, int]:
        """Proved before declared, then by time, then as named."""
        return self._declared[place], self._started[place], place

    def stand(self, place: int) -> None:
        """The report is paid."""
        self._paid_of[place] = place
        self._seat[place, self._partner[place]] = place
        insort(self._standing, (self._started[place], place))

    def _near(self, place: int) -> Related:
        """Related reports that are paid or stand beside one that is."""
        begun, ended = self._started[place], self._ended[place]
        first = bisect_left(self._standing, (begun - max(self._clock_us, self._longest), -1))
        behind = (max(ended, begun + self._clock_us) + 1, -1)
        last = bisect_right(self._standing, behind)
        near = [other for _, other in self._standing[first:last] if other != place]
        return [(y, how) for y, how in self._related(place, near) if y in self._paid_of]

    def merge(self, place: int) -> bool:
        """Merges the report with a paid one if it is of the same trip; says whether."""
        near = self._near(place)
        for other, how in near:
            # Told twice by one partner: no evidence, so it takes no seat from a ride of its own.
            if self._partner[other] == self._partner[place] and self._joins(place, other, how):
                return True
        if self._seated(place, self._choices(place, near), set()):
            insort(self._standing, (self._started[place], place))
            return True
        # Time that is paid is not paid again, even where this partner's seat is taken.
        return any(
            how == OVERLAP and self._paid_of[other] == other and self._joins(place, other, how)
            for other, how in near
        )

    def _joins(self, place: int, other: int, how: int) -> bool:
        """Merges with what is paid for the other report, without a seat."""
        paid = self._paid_of[other]
        if not self._may_join(place, paid):
            return False
        self.told.merged[place] = (paid, how)
        return True

    def _may_join(self, place: int, paid: int) -> bool:
        """A declared report never stands in the way of a proved one."""
        return self._declared[place] or not self._declared[paid]

    def _choices(self, place: int, near: Related) -> dict[int, int]:
        """Paid reports that this one may stand beside, the best first, and why."""
        ranked = sorted(
            (how, self._paid_of[y] != y, abs(self._started[y] - self._started[place]), y)
            for y, how in near
            if self._may_join(place, self._paid_of[y])
        )
        choices: dict[int, int] = {}
        for how, _, _, other in ranked:
            choices.setdefault(self._paid_of[other], how)
        return choices

    def _seated(self, place: int, choices: dict[int, int], asked: set[int]) -> bool:
        """Finds a seat beside a paid report; others of this partner may have to move up."""
        partner = self._partner[place]
        for paid, how in choices.items():
            if paid in asked or len(asked) > _DEEPEST:
                continue
            asked.add(paid)
            holder = self._seat.get((paid, partner))
            if holder is None or (
                holder != paid
                and self._seated(holder, self._choices(holder, self._near(holder)), asked)
            ):
                self._seat[paid, partner] = place
                self._paid_of[place] = paid
                self.told.merged[place] = (paid, how)
                return True
        return False

    def displace(self, place: int, *, stands: bool) -> None:
        """Takes the money of declared reports of this proved trip.

        All that overlap it, and of rides that are only alike the nearest, if none overlaps and
        the proved one is really paid.
        """
        declared = [
            (how, abs(self._started[y] - self._started[place]), y)
            for y, how in self._near(place)
            if self._declared[y] and self._paid_of[y] == y
        ]
        chosen = [y for how, _, y in declared if how == OVERLAP]
        if not chosen and stands and declared:
            chosen = [min(declared)[2]]
        for other in chosen:
            del self._paid_of[other]
            self.told.displaced.append(other)
