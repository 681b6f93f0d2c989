"""Reports of deeds as plain columns: what honest citizens and frauds alike are made of."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MODES = (
    "shared_bike",
    "shared_ebike",
    "bus",
    "metro",
    "carpool",
    "nev_km",
    "nev_kwh",
    "walking",
)
BIKE, EBIKE, BUS, METRO, CARPOOL, NEV_KM, NEV_KWH, WALKING = range(len(MODES))
MEASURES = ("distance_m",) * 6 + ("energy_wh", "steps")
# Three operators of bikes, one each of the others, and one that tells of others' bikes again.
HELLO, MOBIKE, QINGJU, BUSES, TRAINS, POOL, CARS, STEPS, AGAIN = range(1, 10)
OPERATORS = (HELLO, MOBIKE, QINGJU)
DAY_S = 86_400
HONEST = -1
# An honest ride told twice by two operators, which claims ought to merge.
TOLD_TWICE = -2


@dataclass
class Reports:
    """Parallel int64 columns. `start` and `seconds` in seconds (start since the city's midnight of
    day 0), `amount` in the mode's measure, `arrives` the day on which the partner sends it, `case`
    the fraud it belongs to, HONEST or TOLD_TWICE."""

    citizen: Ints
    partner: Ints
    mode: Ints
    start: Ints
    seconds: Ints
    amount: Ints
    arrives: Ints
    case: Ints

    def __len__(self) -> int:
        return len(self.citizen)

    @property
    def day(self) -> Ints:
        """The city day of each start."""
        return self.start // DAY_S

    def keep(self, chosen: npt.NDArray[np.bool_] | Ints) -> Reports:
        """The chosen reports."""
        return Reports(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))

    def shifted(self, seconds: Ints) -> Reports:
        """The same reports at other times, and sent when they are over."""
        start = self.start + seconds
        arrives = np.maximum(self.arrives, start // DAY_S)
        return Reports(
            self.citizen,
            self.partner,
            self.mode,
            start,
            self.seconds,
            self.amount,
            arrives,
            self.case,
        )


@dataclass
class Gathered:
    """Reports put together from many parts."""

    parts: list[Reports] = field(default_factory=list)

    def add(
        self,
        citizen: npt.ArrayLike,
        mode: int,
        partner: npt.ArrayLike,
        start: npt.ArrayLike,
        seconds: npt.ArrayLike,
        amount: npt.ArrayLike,
        case: npt.ArrayLike = HONEST,
    ) -> Reports:
        """Adds reports, whole seconds and amounts, sent on the day they begin."""
        who = np.asarray(citizen, dtype=np.int64)

        def column(values: npt.ArrayLike) -> Ints:
            return np.broadcast_to(np.asarray(values), who.shape).astype(np.int64)

        begun = column(start)
        part = Reports(
            who,
            column(partner),
            column(mode),
            begun,
            np.maximum(column(seconds), 1),
            column(amount),
            begun // DAY_S,
            column(case),
        )
        self.parts.append(part)
        return part

    def all(self) -> Reports:
        """Everything that was added, in that order."""
        names = Reports.__dataclass_fields__
        return Reports(
            *(np.concatenate([getattr(part, name) for part in self.parts]) for name in names)
        )
