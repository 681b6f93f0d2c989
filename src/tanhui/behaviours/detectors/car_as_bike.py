"""A ride that is told as a bicycle's and goes as fast as a car: on its way, or all day long.

The limit of rows refuses what no bicycle does at all. Here a speed that a bicycle reaches, but does
not keep through a city's lights, is suspicious once the way is long enough for it to count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.behaviours.detectors.seen import Facts, Ints, Seen, Suspicion
from tanhui.behaviours.detectors.settings import Modes, by_scene, one_decimal, positive, reasoned
from tanhui.methodology.tomlfile import Section

CODE = "car_as_bike"
REASONS = ("ride", "day")
_HOUR_US = 3_600_000_000
_NEVER = 2**62


@dataclass(frozen=True)
class Limit:
    """Rides of a scene from `metres` on, or all rides of a day together, stay below `per_hour`."""

    scene: int
    metres: int
    per_hour: int
    whole_day: bool


@dataclass(frozen=True)
class CarAsBike:
    """The rule with its limits; `slowest` is each scene's lowest limit, in metres an hour."""

    limits: tuple[Limit, ...]
    slowest: Ints

    def flag(self, seen: Seen) -> Suspicion:
        """Flags fast rides, and all rides of a day that were fast together."""
        line, found = seen.timeline, Suspicion.none(seen)
        deeds = line.deeds
        took = np.maximum(deeds.ended - deeds.started, 1)
        per_hour = deeds.amount * _HOUR_US // took
        # A day whose every ride is slower than a limit is slower than it in all.
        fast = np.flatnonzero(per_hour >= self.slowest[deeds.scene])
        for limit in self.limits:
            mine = fast[(deeds.scene[fast] == limit.scene) & (per_hour[fast] >= limit.per_hour)]
            metres, time = deeds.amount[mine], took[mine]
            if limit.whole_day:
                mine = line.entries(np.unique(line.group[mine]))
                mine = mine[deeds.scene[mine] == limit.scene]
                metres = line.day_sums(mine, deeds.amount[mine])
                time = line.day_sums(mine, took[mine])
            over = (metres >= limit.metres) & (metres * _HOUR_US // time >= limit.per_hour)
            self._add(found, seen, limit, mine[over], (metres[over], time[over]))
        return found

    @staticmethod
    def _add(
        found: Suspicion, seen: Seen, limit: Limit, entries: Ints, sums: tuple[Ints, Ints]
    ) -> None:
        def facts(place: int) -> Facts:
            metres, time = int(sums[0][place]), int(sums[1][place])
            return {
                "reason": "day" if limit.whole_day else "ride",
                "km": one_decimal(metres, 1000),
                "kmh": one_decimal(metres * _HOUR_US // time, 1000),
                "limit_kmh": limit.per_hour // 1000,
            }

        found.add(seen.timeline, entries, facts)


def read(section: Section, modes: Modes) -> CarAsBike:
    """Reads `[[thresholds.limit]]`: mode, over (ride or day), from_m, kmh and the reason."""
    limits = []
    for each in section.tables("limit"):
        with each:
            over = each.text("over", choices=REASONS)
            metres, kmh = positive(each, "from_m"), positive(each, "kmh")
            reasoned(each)
            scene = modes.number(each, "mode", each.text("mode"))
            if scene is not None:
                limits.append(Limit(scene, metres, kmh * 1000, over == "day"))
    slowest: dict[int, int] = {}
    for limit in limits:
        slowest[limit.scene] = min(limit.per_hour, slowest.get(limit.scene, _NEVER))
    return CarAsBike(tuple(limits), by_scene(slowest, missing=_NEVER))
