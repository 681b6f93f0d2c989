"""One ride told by two partners, further apart than claims may merge for certain.

There and back within the hour on the bikes of two operators looks much the same, so a like ride
alone says nothing. What says something: an exact copy, rides that lie on one another, or the same
shift between the same two partners twice on a day, rides among them that claims has merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from tanhui.behaviours.detectors.seen import Bools, Facts, Ints, Seen, Suspicion, Timeline
from tanhui.behaviours.detectors.settings import SCENES, Modes, positive, reasoned
from tanhui.kernel.periods import CITY_ZONE
from tanhui.methodology.tomlfile import Section

CODE = "two_partners_one_trip"
REASONS = ("overlapping", "copy", "repeated")
_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
_NO_GROUP = -1
# Nobody's rides within the reach are compared with more than so many neighbours.
_NEIGHBOURS = 12


@dataclass(frozen=True)
class Alike:
    """How far two tellings of one ride differ: by the larger of a fixed part and a percentage."""

    time_us: int
    time_percent: int
    metres: int
    metres_percent: int

    def holds(self, line: Timeline, left: Ints, right: Ints) -> Bools:
        """For each pair whether both tell of a like ride."""
        deeds = line.deeds
        took, took_too = (deeds.ended[each] - deeds.started[each] for each in (left, right))
        way, way_too = deeds.amount[left], deeds.amount[right]
        return _near(took, took_too, self.time_us, self.time_percent) & _near(
            way, way_too, self.metres, self.metres_percent
        )


def _near(one: Ints, other: Ints, fixed: int, percent: int) -> Bools:
    apart = np.abs(one - other)
    near: Bools = (apart <= fixed) | (apart * 100 <= np.maximum(one, other) * percent)
    return near


@dataclass(frozen=True)
class TwoPartnersOneTrip:
    """The rule. `group` tells of each scene with which others it may be one ride (-1: none)."""

    group: Ints
    reach_us: int
    clock_us: int
    alike: Alike
    copy: Alike
    same_shift_us: int
    same_part_percent: int

    def flag(self, seen: Seen) -> Suspicion:
        """Flags the later telling of each suspicious pair, or the new one of a known pair."""
        line, found = seen.timeline, Suspicion.none(seen)
        partner = line.deeds.partner
        if len(line) < 2 or (partner == partner[0]).all():
            return found
        left, _ = self._pairs(line)
        if len(left) == 0:
            return found
        # What claims has merged is told twice for certain; of the same people it says how far
        # apart the partners' clocks are.
        line = Timeline.of(seen, merged=True, people=np.unique(line.deeds.citizen[left]))
        left, right = self._pairs(line)
        for reason, chosen in (
            ("overlapping", self._overlapping(line, left, right)),
            ("copy", self.copy.holds(line, left, right)),
            ("repeated", self._repeated(line, left, right)),
        ):
            self._add(found, line, reason, left[chosen], right[chosen])
        found.flagged &= ~seen.merged
        return found

    def _pairs(self, line: Timeline) -> tuple[Ints, Ints]:
        """Like rides of one citizen and group within the reach, told by two partners."""
        deeds = line.deeds
        near = deeds.citizen[1:] == deeds.citizen[:-1]
        near &= deeds.started[1:] - deeds.started[:-1] <= self.reach_us
        here, step = np.flatnonzero(near), 1
        lefts, rights = [], []
        while len(here) and step < _NEIGHBOURS:
            lefts.append(here)
            rights.append(here + step)
            step += 1
            here = here[here + step < len(line)]
            same = deeds.citizen[here + step] == deeds.citizen[here]
            here = here[same & (deeds.started[here + step] - deeds.started[here] <= self.reach_us)]
        if not lefts:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        left, right = np.concatenate(lefts), np.concatenate(rights)
        group = self.group[deeds.scene[left]]
        fits = (group != _NO_GROUP) & (group == self.group[deeds.scene[right]])
        fits &= deeds.partner[left] != deeds.partner[right]
        fits &= (line.new[left] >= 0) | (line.new[right] >= 0)
        left, right = left[fits], right[fits]
        like = self.alike.holds(line, left, right)
        return left[like], right[like]

    def _overlapping(self, line: Timeline, left: Ints, right: Ints) -> Bools:
        """Pairs that overlap although they are further apart than clocks are."""
        deeds = line.deeds
        apart = deeds.started[right] - deeds.started[left]
        over: Bools = (deeds.ended[left] > deeds.started[right]) & (apart > self.clock_us)
        return over

    def _repeated(self, line: Timeline, left: Ints, right: Ints) -> Bools:
        """Pairs whose partners are as far apart in another pair of the day, of other rides."""
        deeds = line.deeds
        forward = deeds.partner[left] < deeds.partner[right]
        low = np.where(forward, deeds.partner[left], deeds.partner[right])
        high = np.where(forward, deeds.partner[right], deeds.partner[left])
        apart = deeds.started[right] - deeds.started[left]
        shift = np.where(forward, apart, -apart)
        order = np.lexsort((shift, high, low, line.group[left]))
        same = shift[order][1:] - shift[order][:-1] <= self.same_shift_us
        # A partner that tells the crow's way does so of both rides: its part of the other's
        # distance is alike, which ways to a station and from it are not.
        way, way_too = deeds.amount[left][order], deeds.amount[right][order]
        turned = ~forward[order]
        way, way_too = np.where(turned, way_too, way), np.where(turned, way, way_too)
        same &= _near(way[1:] * way_too[:-1], way_too[1:] * way[:-1], 0, self.same_part_percent)
        for column in (line.group[left], low, high, left, right):
            values = column[order]
            differs = column is left or column is right
            same &= (values[1:] != values[:-1]) if differs else (values[1:] == values[:-1])
        again = np.zeros(len(left), dtype=np.bool_)
        again[order[1:][same]] = True
        again[order[:-1][same]] = True
        return again

    @staticmethod
    def _add(found: Suspicion, line: Timeline, reason: str, left: Ints, right: Ints) -> None:
        later = line.new[right] >= 0
        told, other = np.where(later, right, left), np.where(later, left, right)

        def facts(place: int) -> Facts:
            entry, beside = told[place], other[place]
            apart = abs(int(line.deeds.started[entry]) - int(line.deeds.started[beside]))
            return {
                "reason": reason,
                "other_time": _clock(int(line.deeds.started[beside])),
                "minutes": apart // _MINUTE_US,
            }

        found.add(line, told, facts)


def _clock(instant_us: int) -> str:
    """The city's time of day, as `18:06`."""
    instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_us)
    return instant.astimezone(CITY_ZONE).strftime("%H:%M")


def _alike(section: Section, key: str) -> Alike:
    with section.table(key) as limits:
        reasoned(limits)
        return Alike(
            time_us=positive(limits, "seconds") * _SECOND_US,
            time_percent=limits.integer("seconds_percent"),
            metres=positive(limits, "metres"),
            metres_percent=limits.integer("metres_percent"),
        )


def read(section: Section, modes: Modes) -> TwoPartnersOneTrip:
    """Reads `[thresholds]`: reach_minutes, clock_minutes, same_shift_seconds, same_part_percent,
    groups of modes that may be one ride, and how much a like ride (`alike`) and a `copy` differ.
    """
    reasoned(section)
    group = np.full(SCENES, _NO_GROUP, dtype=np.int64)
    for number, each in enumerate(section.tables("group")):
        with each:
            group[modes.listed(each, "modes")] = number
    return TwoPartnersOneTrip(
        group=group,
        reach_us=positive(section, "reach_minutes") * _MINUTE_US,
        clock_us=positive(section, "clock_minutes") * _MINUTE_US,
        alike=_alike(section, "alike"),
        copy=_alike(section, "copy"),
        same_shift_us=positive(section, "same_shift_seconds") * _SECOND_US,
        same_part_percent=positive(section, "same_part_percent"),
    )
