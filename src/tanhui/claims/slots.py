"""A person's time in slots of five minutes; 48 of them, four hours, are one row of bits. Pure.

A trip takes the slots whose middle lies within it, and at least the one it begins in, so that two
rides back to back do not meet. A row's number counts four hours since 1970: a day of the city
begins with one. Of the day after the one it begins in, a trip takes no more than the first row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

SLOT_US = 300_000_000
SLOTS = 48
BLOCKS_A_DAY = 6
# 1970-01-01 of the city began eight hours before that of Greenwich.
_BLOCKS_AHEAD = 2
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Rows:
    """Rows of `claims_time` as arrays, each citizen and block once, in that order within a day."""

    citizen: Ints
    block: Ints
    bits: Ints

    def __len__(self) -> int:
        return len(self.citizen)

    def keep(self, chosen: Bools | Ints) -> Rows:
        """The chosen rows, by mask or in the order of positions."""
        return Rows(self.citizen[chosen], self.block[chosen], self.bits[chosen])


def date_of(day: int) -> date:
    """The date of a day counted since 1970-01-01."""
    return date.fromordinal(_EPOCH + day)


def first_block(day: Ints | int) -> Ints | int:
    """The first block of a day of the city, counted since 1970-01-01."""
    return day * BLOCKS_A_DAY - _BLOCKS_AHEAD


def day_of(block: Ints) -> Ints:
    """The day of the city that a block belongs to."""
    days: Ints = (block + _BLOCKS_AHEAD) // BLOCKS_A_DAY
    return days


def slots_of(started: Ints, ended: Ints) -> tuple[Ints, Ints]:
    """First and last slot of each trip, counted since 1970; instants in microseconds."""
    half = SLOT_US // 2
    first = -((half - started) // SLOT_US)
    last = -((half - ended) // SLOT_US) - 1
    short = last < first
    home = started // SLOT_US
    return np.where(short, home, first), np.where(short, home, last)


def rows_of(citizen: Ints, started: Ints, ended: Ints) -> tuple[Rows, Ints]:
    """What these trips take together, and for each row one trip (a position) that takes of it."""
    first, last = slots_of(started, ended)
    begins = first // SLOTS
    until = np.minimum(last // SLOTS, first_block(day_of(begins) + 1))
    counts = until - begins + 1
    trip = np.arange(len(citizen))
    block = begins
    if (counts > 1).any():
        trip = np.repeat(trip, counts)
        block = np.arange(len(trip)) - np.repeat(np.cumsum(counts) - counts, counts) + begins[trip]
        first, last = first[trip], last[trip]
    low = np.maximum(first - block * SLOTS, 0)
    high = np.minimum(last - block * SLOTS, SLOTS - 1)
    one = np.int64(1)
    bits = np.left_shift(one, high + 1) - np.left_shift(one, low)
    return _merged(citizen[trip], block, bits, trip)


def _merged(citizen: Ints, block: Ints, bits: Ints, trip: Ints) -> tuple[Rows, Ints]:
    """The parts by day, citizen and block, with those of one row made one."""
    if len(citizen) == 0:
        return Rows(citizen, block, bits), trip
    days = day_of(block)
    order = np.lexsort((block, citizen, days)) if not _sorted(days, citizen, block) else None
    if order is not None:
        citizen, block, bits, trip = citizen[order], block[order], bits[order], trip[order]
    opens = np.ones(len(citizen), dtype=np.bool_)
    opens[1:] = (citizen[1:] != citizen[:-1]) | (block[1:] != block[:-1])
    starts = np.flatnonzero(opens)
    if len(starts) == len(citizen):
        return Rows(citizen, block, bits), trip
    return (
        Rows(citizen[starts], block[starts], np.bitwise_or.reduceat(bits, starts)),
        trip[starts],
    )


def _sorted(days: Ints, citizen: Ints, block: Ints) -> bool:
    """Whether the parts come as they are to be stored, as those of one day mostly do."""
    later_day = days[1:] > days[:-1]
    same_day = days[1:] == days[:-1]
    later = citizen[1:] > citizen[:-1]
    same = citizen[1:] == citizen[:-1]
    in_order = later_day | same_day & (later | same & (block[1:] >= block[:-1]))
    return bool(in_order.all())
