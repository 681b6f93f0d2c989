"""A day far above what the citizen's own days are like, and above what is a lot for anybody.

The citizen's usual day is the median of his days with deeds; how far days wander from it is their
median distance (MAD). 1.4826 MADs are a standard deviation where days are spread normally.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.behaviours.detectors.seen import Facts, History, Ints, Seen, Suspicion
from tanhui.behaviours.detectors.settings import Modes, by_scene, positive, reasoned
from tanhui.methodology.tomlfile import Section

CODE = "own_history_burst"
REASONS = ("burst",)
_MAD_TO_DEVIATION = (14_826, 10_000)
_PERCENT = 100


@dataclass(frozen=True)
class OwnHistoryBurst:
    """The rule: days of at least `days` in the history, `deviations` above the median, and above
    either floor. A spread below `least_spread_percent` of the median is taken as that."""

    scenes: Ints
    days: int
    deviations: int
    least_spread_percent: int
    floor_mg: int
    floor_deeds: int

    def flag(self, seen: Seen) -> Suspicion:
        """Flags the new deeds of a day that is a burst."""
        line, found = seen.timeline, Suspicion.none(seen)
        counts = by_scene(dict.fromkeys(self.scenes.tolist(), 1), missing=0)[line.deeds.scene]
        reduction = line.sums(counts * line.deeds.reduction_mg)
        high = (reduction >= self.floor_mg) | (line.sums(counts) >= self.floor_deeds)
        groups = np.flatnonzero(high)
        groups = groups[line.sums(((line.new >= 0) & (counts > 0)).astype(np.int64))[groups] > 0]
        if len(groups) == 0:
            return found
        first = line.starts[groups]
        usual = seen.history(line.deeds.citizen[first], line.deeds.day[first], self.scenes)
        burst = groups[self._beyond(reduction[groups], usual)]
        median = np.zeros(len(line.starts), dtype=np.int64)
        median[groups] = usual.median_mg
        entries = line.entries(burst)
        entries = entries[counts[entries] > 0]

        def facts(place: int) -> Facts:
            group = line.group[entries[place]]
            usual_mg = max(int(median[group]), 1)
            return {
                "reason": "burst",
                "times": int(reduction[group]) // usual_mg,
                "today_g": int(reduction[group]) // 1000,
                "usual_g": usual_mg // 1000,
            }

        found.add(line, entries, facts)
        return found

    def _beyond(self, today: Ints, usual: History) -> Ints:
        least = usual.median_mg * self.least_spread_percent // _PERCENT
        spread = np.maximum(np.maximum(usual.mad_mg, least), 1)
        up, down = _MAD_TO_DEVIATION
        far = (today - usual.median_mg) * down > self.deviations * spread * up
        # Whoever did as much on another of these days does so now and then.
        return np.flatnonzero(far & (usual.days >= self.days) & (today > usual.most_mg))


def read(section: Section, modes: Modes) -> OwnHistoryBurst:
    """Reads `[thresholds]`: modes, days, deviations, least_spread_percent, floor_g, floor_deeds."""
    reasoned(section)
    return OwnHistoryBurst(
        scenes=modes.listed(section, "modes"),
        days=positive(section, "days"),
        deviations=positive(section, "deviations"),
        least_spread_percent=positive(section, "least_spread_percent"),
        floor_mg=positive(section, "floor_g") * 1000,
        floor_deeds=positive(section, "floor_deeds"),
    )
