"""What is recorded already of the citizens and days that new deeds meet."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from tanhui.behaviours.settlement import Ints

# What a deed is; the books hold the first three, GONE is one that was taken back or reversed.
RECORDED, MERGED, HELD, GONE = range(4)


@dataclass(frozen=True)
class Known:
    """Recorded and held deeds as parallel int64 columns, in no order.

    Times are microseconds since the epoch, `day` counts days since 1970-01-01 in the city's zone.
    """

    citizen: Ints
    started: Ints
    ended: Ints
    partner: Ints
    digest: Ints
    amount: Ints
    scene: Ints
    grade: Ints
    state: Ints
    points: Ints
    reduction_mg: Ints
    day: Ints

    @classmethod
    def nothing(cls) -> Known:
        """No deed at all."""
        return cls(*(np.empty(0, dtype=np.int64) for _ in fields(cls)))

    def __len__(self) -> int:
        return len(self.citizen)

    def keep(self, chosen: npt.NDArray[np.bool_] | Ints) -> Known:
        """The chosen deeds, by mask or in the order of positions."""
        return Known(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @property
    def live(self) -> Known:
        """The deeds that still stand, merged ones among them."""
        return self.keep(self.state != GONE) if (self.state == GONE).any() else self

    def points_of(self, citizens: Ints, days: Ints, scenes: Ints | None = None) -> Ints:
        """What each citizen's day has been paid, by that scene or by all; one entry for each."""
        used = np.zeros(len(citizens), dtype=np.int64)
        if len(self) == 0 or len(citizens) == 0:
            return used
        own = day_keys(self.citizen, self.day, None if scenes is None else self.scene)
        order = np.argsort(own)
        ends = np.append(np.flatnonzero(np.diff(own[order])), len(own) - 1)
        sums = np.diff(np.cumsum(self.points[order])[ends], prepend=0)
        held = own[order][ends]
        asked = day_keys(citizens, days, scenes)
        place = np.searchsorted(held, asked).clip(max=len(held) - 1)
        found = held[place] == asked
        used[found] = sums[place[found]]
        return used


def day_keys(citizens: Ints, days: Ints, scenes: Ints | None = None) -> Ints:
    """One number for each citizen's day, or for a scene's part of it.

    A day takes 18 bits (until the year 2687), a scene 8; citizens have 37 to themselves.
    """
    return citizens << 26 | days << 8 | (0 if scenes is None else scenes)
