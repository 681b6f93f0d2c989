"""A day far above what the citizen's own days are like, and above what is a lot for anybody.

The citizen's usual day is the median of his days with deeds; how far days wander from it is their
median distance (MAD). 1.4826 MADs are a standard deviation where days are spread normally.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.behaviours.detectors.seen import Facts, History, Ints, Seen, Suspicion, Timeline
from tanhui.behaviours.detectors.settings import Modes, by_scene, positive, reasoned
from tanhui.methodology.tomlfile import Section

CODE = "own_history_burst"
REASONS = ("burst",)
_MAD_TO_DEVIATION = (14_826, 10_000)
_PERCENT = 100
_MG_PER_G = 1_000


@dataclass(frozen=True)
class Group:
    """Scenes whose reduction belongs together, and what of them is a lot on anybody's day.

    A day is a lot by its milligrams, by its deeds, or by so many `alike` ones that are about as
    far, as when one and the same trip is sent over and over.
    """

    scenes: Ints
    floor_mg: int
    floor_deeds: int
    floor_alike: int


@dataclass(frozen=True)
class OwnHistoryBurst:
    """The rule: a day above a floor, and `deviations` above the median of at least `days`
    days. A spread below `least_spread_percent` of the median is taken as that."""

    groups: tuple[Group, ...]
    days: int
    deviations: int
    least_spread_percent: int
    alike_percent: int

    def flag(self, seen: Seen) -> Suspicion:
        """Flags the new deeds of a group on a day that is a burst."""
        found = Suspicion.none(seen)
        for group in self.groups:
            self._flag_group(found, seen, group)
        return found

    def _flag_group(self, found: Suspicion, seen: Seen, group: Group) -> None:
        line = seen.timeline
        mine = by_scene(dict.fromkeys(group.scenes.tolist(), 1), missing=0)[line.deeds.scene]
        reduction = line.sums(mine * line.deeds.reduction_mg)
        counts = line.sums(mine)
        high = (reduction >= group.floor_mg) | (counts >= group.floor_deeds)
        many = np.flatnonzero(~high & (counts >= group.floor_alike))
        high[self._with_alike(line, many, mine, group.floor_alike)] = True
        days = np.flatnonzero(high)
        if len(days) == 0:
            return
        first = line.starts[days]
        usual = seen.history(line.deeds.citizen[first], line.deeds.day[first], group.scenes)
        beyond = self._beyond(reduction[days], usual)
        entries = line.entries(days[beyond])
        entries = entries[mine[entries] > 0]
        place_of = dict(zip(days[beyond].tolist(), beyond.tolist(), strict=True))

        def facts(place: int) -> Facts:
            day = int(line.group[entries[place]])
            usual_mg = max(int(usual.median_mg[place_of[day]]), 1)
            return {
                "reason": "burst",
                "times": int(reduction[day]) // usual_mg,
                "today_g": int(reduction[day]) // _MG_PER_G,
                "usual_g": usual_mg // _MG_PER_G,
            }

        found.add(line, entries, facts)

    def _with_alike(self, line: Timeline, days: Ints, mine: Ints, floor: int) -> Ints:
        """Those of the days that have so many deeds of about the same amount."""
        entries = line.entries(days)
        entries = entries[mine[entries] > 0]
        order = np.lexsort((line.deeds.amount[entries], line.group[entries]))
        amount, day = line.deeds.amount[entries][order], line.group[entries][order]
        first, last = slice(None, len(order) - floor + 1), slice(floor - 1, None)
        near = (amount[last] - amount[first]) * _PERCENT <= amount[first] * self.alike_percent
        alike: Ints = np.unique(day[first][near & (day[first] == day[last])])
        return alike

    def _beyond(self, today: Ints, usual: History) -> Ints:
        least = usual.median_mg * self.least_spread_percent // _PERCENT
        spread = np.maximum(np.maximum(usual.mad_mg, least), 1)
        up, down = _MAD_TO_DEVIATION
        far = (today - usual.median_mg) * down > self.deviations * spread * up
        # Whoever did as much on another of these days does so now and then.
        return np.flatnonzero(far & (usual.days >= self.days) & (today > usual.most_mg))


def read(section: Section, modes: Modes) -> OwnHistoryBurst:
    """Reads `[thresholds]`: days, deviations, least_spread_percent, alike_percent, and
    `[[thresholds.group]]` with modes, floor_g, floor_deeds, floor_alike and the reason."""
    reasoned(section)
    groups = []
    for each in section.tables("group"):
        with each:
            reasoned(each)
            groups.append(
                Group(
                    scenes=modes.listed(each, "modes"),
                    floor_mg=positive(each, "floor_g") * _MG_PER_G,
                    floor_deeds=positive(each, "floor_deeds"),
                    floor_alike=positive(each, "floor_alike"),
                )
            )
    return OwnHistoryBurst(
        groups=tuple(groups),
        days=positive(section, "days"),
        deviations=positive(section, "deviations"),
        least_spread_percent=positive(section, "least_spread_percent"),
        alike_percent=positive(section, "alike_percent"),
    )
