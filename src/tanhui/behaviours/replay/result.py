"""Day after day added up: whom a change meets, by how much, in which scenes and districts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tanhui.behaviours.known import MERGED
from tanhui.behaviours.replay.counting import Amounts
from tanhui.behaviours.replay.reading import DayOfDeeds
from tanhui.behaviours.settlement import Ints

BINS_EACH_SIDE = 8
TOP = 5
_MEASURES = ("points", "reduction_mg")
_ROUND = (1, 2, 5)


class Tally:
    """What both rules bring, added up while days are read; memory grows with people, not deeds."""

    def __init__(self) -> None:
        self._people: list[tuple[Ints, Ints]] = []
        self._groups: dict[str, dict[int, Ints]] = {"scene": {}, "district": {}}
        self.deeds = self.merged = self.changed = 0
        self.refused = [0, 0]
        self.as_recorded = self.recorded_points = self.recorded_mg = 0

    def add(self, day: DayOfDeeds, old: Amounts, new: Amounts) -> None:
        """Takes one day over."""
        if len(day) == 0:
            return
        columns = np.stack((old.points, new.points, old.reduction_mg, new.reduction_mg))
        changed = (columns[0] != columns[1]) | (columns[2] != columns[3])
        self.deeds += len(day)
        self.merged += int((day.state == MERGED).sum())
        self.changed += int(changed.sum())
        self.refused = [self.refused[0] + old.refused, self.refused[1] + new.refused]
        counted = day.state != MERGED
        self.as_recorded += int(((old.points == day.points) & counted).sum())
        self.recorded_points += int(day.points[counted].sum())
        self.recorded_mg += int(day.reduction_mg[counted].sum())
        citizen = day.deeds.citizen
        starts = np.flatnonzero(np.append(True, citizen[1:] != citizen[:-1]))
        self._people.append((citizen[starts], np.add.reduceat(columns, starts, axis=1)))
        rows = np.concatenate((columns, changed[None].astype(np.int64)))
        for name, group in (("scene", day.deeds.scene), ("district", day.deeds.district)):
            held = self._groups[name]
            for number in np.unique(group).tolist():
                chosen = group == number
                sums = np.append(rows[:, chosen].sum(axis=1), chosen.sum())
                held[number] = held.get(number, 0) + sums

    def told(self, pseudonym: Callable[[int], str]) -> dict[str, Any]:
        """The whole result, ready for JSON: integers, and pseudonyms of a few people."""
        citizens, sums = self._by_person()
        before_points, after_points, before_mg, after_mg = (int(row.sum()) for row in sums)
        points, reduction = sums[1] - sums[0], sums[3] - sums[2]
        measure = "points" if points.any() or not reduction.any() else "reduction_mg"
        change = points if measure == "points" else reduction
        return {
            "deeds": self.deeds,
            "merged": self.merged,
            "changed_deeds": self.changed,
            "people": len(citizens),
            "affected": int(((points != 0) | (reduction != 0)).sum()),
            "before": {
                "points": before_points,
                "reduction_mg": before_mg,
                "refused": self.refused[0],
            },
            "after": {
                "points": after_points,
                "reduction_mg": after_mg,
                "refused": self.refused[1],
            },
            "recorded": {
                "points": self.recorded_points,
                "reduction_mg": self.recorded_mg,
                "alike": self.as_recorded,
            },
            "measure": measure,
            "gainers": int((change > 0).sum()),
            "losers": int((change < 0).sum()),
            "gained": int(change[change > 0].sum()),
            "lost": int(-change[change < 0].sum()),
            "histogram": histogram(change[change != 0]),
            "scenes": self._told_groups("scene"),
            "districts": self._told_groups("district"),
            "top": _top(citizens, sums, change, measure, pseudonym),
        }

    def _by_person(self) -> tuple[Ints, Ints]:
        if not self._people:
            return np.empty(0, dtype=np.int64), np.zeros((4, 0), dtype=np.int64)
        citizens = np.concatenate([each for each, _ in self._people])
        sums = np.concatenate([each for _, each in self._people], axis=1)
        order = np.argsort(citizens, kind="stable")
        citizens, sums = citizens[order], sums[:, order]
        starts = np.flatnonzero(np.append(True, citizens[1:] != citizens[:-1]))
        return citizens[starts], np.add.reduceat(sums, starts, axis=1)

    def _told_groups(self, name: str) -> list[dict[str, int]]:
        return [
            {
                "number": number,
                "deeds": int(row[5]),
                "changed_deeds": int(row[4]),
                "before_points": int(row[0]),
                "after_points": int(row[1]),
                "before_mg": int(row[2]),
                "after_mg": int(row[3]),
            }
            for number, row in sorted(self._groups[name].items())
        ]


def _top(
    citizens: Ints, sums: Ints, change: Ints, measure: str, pseudonym: Callable[[int], str]
) -> list[dict[str, Any]]:
    """Those who gain most and lose most, as pseudonyms."""
    order = np.argsort(change, kind="stable")
    places = [*order[::-1][:TOP].tolist(), *order[:TOP].tolist()]
    first = 0 if measure == "points" else 2
    return [
        {
            "person": pseudonym(int(citizens[place])),
            "before": int(sums[first, place]),
            "after": int(sums[first + 1, place]),
        }
        for place in dict.fromkeys(places)
        if change[place] != 0
    ]


def histogram(change: Ints) -> list[dict[str, int]]:
    """How many people change by how much, in equal round steps on both sides of nothing.

    `low` and `high` are both included; people whose sum stays the same are not in it.
    """
    if len(change) == 0:
        return []
    step = _round_step(int(np.abs(change).max()))
    place = np.where(change > 0, (change - 1) // step + 1, -((-change - 1) // step + 1))
    bins = []
    for number in range(int(place.min()), int(place.max()) + 1):
        if number == 0:
            continue
        near, far = (abs(number) - 1) * step + 1, abs(number) * step
        low, high = (near, far) if number > 0 else (-far, -near)
        bins.append({"low": low, "high": high, "people": int((place == number).sum())})
    return bins


def _round_step(most: int) -> int:
    """The least of 1, 2, 5, 10, 20 … by which `most` is reached in a few steps."""
    size = 1
    while True:
        for digit in _ROUND:
            if digit * size * BINS_EACH_SIDE >= most:
                return digit * size
        size *= 10


def pseudonyms(mac: Callable[[bytes], bytes], proposal_id: int) -> Callable[[int], str]:
    """A name for each citizen that only this replay knows: two replays cannot be laid together."""

    def name(citizen: int) -> str:
        text = f"replay:{proposal_id}:{citizen}".encode()
        return mac(text).hex()[:6].upper()

    return name
