"""A day that holds more than a day can: too long under way, too far, too often, or two at once.

Nobody can say which of a day's deeds are the true ones, so all new deeds that it is about are
flagged, however few of them went over the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.behaviours.detectors.seen import Facts, Ints, Seen, Suspicion, Timeline
from tanhui.behaviours.detectors.settings import (
    Modes,
    by_scene,
    one_decimal,
    positive,
    reasoned,
)
from tanhui.methodology.tomlfile import Section

CODE = "impossible_day"
REASONS = ("under_way", "at_once", "far", "steps", "often")
# What a day is measured by, and the unit in which a threshold is written.
_MEASURES = {
    "under_way": ("hours", 3_600_000_000),
    "far": ("km", 1_000),
    "steps": ("steps", 1),
    "often": ("deeds", 1),
}
_MINUTE_US = 60_000_000
# The parts of a limit by which days are sieved before the few candidates are looked at exactly.
_WHOLE = 2**20


# Whoever takes longer than on foot has stood still, or forgotten to lock the bike: 4 km/h.
_US_PER_METRE = 900_000


def under_way(line: Timeline, entries: Ints) -> Ints:
    """How long each trip can have been moving: until its end, but no longer than on foot."""
    took = line.deeds.ended[entries] - line.deeds.started[entries]
    moving: Ints = np.minimum(took, line.deeds.amount[entries] * _US_PER_METRE)
    return moving


@dataclass(frozen=True)
class Limit:
    """What the deeds of these scenes on one day come to at most; `reason` says what is counted."""

    reason: str
    scenes: Ints
    most: int

    def counted(self, line: Timeline, entries: Ints) -> Ints:
        """What each entry counts for."""
        if self.reason == "often":
            return np.ones(len(entries), dtype=np.int64)
        if self.reason == "under_way":
            return under_way(line, entries)
        amount: Ints = line.deeds.amount[entries]
        return amount


@dataclass(frozen=True)
class Sieve:
    """Upper bounds, by scene, of the part of any limit that a deed, its time and amount take."""

    deed: Ints
    amount: Ints
    second: Ints

    @classmethod
    def of(cls, limits: tuple[Limit, ...]) -> Sieve:
        """A day whose parts stay below the whole is within every limit."""
        parts: dict[str, dict[int, int]] = {"deed": {}, "amount": {}, "second": {}}
        kinds = {"often": "deed", "under_way": "second"}
        for limit in limits:
            kind = kinds.get(limit.reason, "amount")
            most = limit.most // 1_000_000 if kind == "second" else limit.most
            for scene in limit.scenes.tolist():
                parts[kind][scene] = max(parts[kind].get(scene, 0), -(-_WHOLE // max(most, 1)))
        return cls(**{kind: by_scene(part, missing=0) for kind, part in parts.items()})

    def candidates(self, line: Timeline) -> Ints:
        """The groups that may be beyond a limit; a superset of those that are."""
        deeds = line.deeds
        seconds = (deeds.ended - deeds.started) // 1_000_000 + 1
        part = self.deed[deeds.scene]
        part += deeds.amount * self.amount[deeds.scene]
        part += seconds * self.second[deeds.scene]
        return np.flatnonzero(line.sums(part) > _WHOLE)


@dataclass(frozen=True)
class ImpossibleDay:
    """The rule with its limits, and for how long the trips of `moving` may lie on one another."""

    limits: tuple[Limit, ...]
    sieve: Sieve
    moving: Ints
    at_once_us: int

    def flag(self, seen: Seen) -> Suspicion:
        """Flags the deeds of days beyond a limit, and the trips of days with too much at once."""
        line, found = seen.timeline, Suspicion.none(seen)
        candidates = line.entries(self.sieve.candidates(line))
        for limit in self.limits:
            mine = candidates[np.isin(line.deeds.scene[candidates], limit.scenes)]
            sums = line.day_sums(mine, limit.counted(line, mine))
            over = sums > limit.most
            self._add(found, line, limit, mine[over], sums[over])
        self._at_once(found, line)
        return found

    @staticmethod
    def _add(found: Suspicion, line: Timeline, limit: Limit, entries: Ints, sums: Ints) -> None:
        name, unit = _MEASURES[limit.reason]

        def facts(place: int) -> Facts:
            shown = one_decimal(int(sums[place]), unit) if unit > 1 else int(sums[place])
            return {"reason": limit.reason, name: shown, "limit": limit.most // unit}

        found.add(line, entries, facts)

    def _at_once(self, found: Suspicion, line: Timeline) -> None:
        moving = np.flatnonzero(
            by_scene(dict.fromkeys(self.moving.tolist(), 1), 0)[line.deeds.scene]
        )
        if len(moving) == 0:
            return
        started, ended = line.deeds.started[moving], line.deeds.ended[moving]
        citizen = line.deeds.citizen[moving]
        # Neighbours tell cheaply who has trips that touch at all; that is hardly anybody.
        touches = (citizen[1:] == citizen[:-1]) & (started[1:] < ended[:-1])
        if not touches.any():
            return
        people = np.unique(citizen[1:][touches])
        chosen = np.flatnonzero(np.isin(citizen, people, kind="sort"))
        mine, started = moving[chosen], started[chosen]
        took = under_way(line, mine)
        ended = started + took
        # Each person's time is moved behind that of the one before, so that the latest end so far
        # is a running maximum.
        rank = np.searchsorted(people, citizen[chosen])
        least = int(started.min())
        span = int(ended.max()) - least + 1
        reach = np.maximum.accumulate(rank * span + ended - least)
        begun = rank * span + started - least
        covered = np.zeros(len(mine), dtype=np.int64)
        covered[1:] = np.clip(np.minimum(reach[:-1], begun[1:] + took[1:]) - begun[1:], 0, None)
        sums = line.day_sums(mine, covered)
        over = np.flatnonzero(sums > self.at_once_us)

        def facts(place: int) -> Facts:
            return {
                "reason": "at_once",
                "minutes": int(sums[over[place]]) // _MINUTE_US,
                "limit": self.at_once_us // _MINUTE_US,
            }

        found.add(line, mine[over], facts)


def read(section: Section, modes: Modes) -> ImpossibleDay:
    """Reads `[[thresholds.limit]]` (modes, one of hours, km, steps, deeds, the reason) and
    `[thresholds.at_once]` (modes, minutes, the reason)."""
    names = {name: (reason, unit) for reason, (name, unit) in _MEASURES.items()}
    limits = []
    for each in section.tables("limit"):
        with each:
            reasoned(each)
            scenes = modes.listed(each, "modes")
            given = [name for name in names if each.has(name)]
            if len(given) != 1:
                zh, en = "应写其一：", "must name one of: "
                listed = ", ".join(names)
                each.report("", "wrong_limit", zh + listed, en + listed)
                continue
            reason, unit = names[given[0]]
            limits.append(Limit(reason, scenes, positive(each, given[0]) * unit))
    with section.table("at_once") as at_once:
        reasoned(at_once)
        moving = modes.listed(at_once, "modes")
        minutes = positive(at_once, "minutes")
    found = tuple(limits)
    return ImpossibleDay(found, Sieve.of(found), moving, minutes * _MINUTE_US)
