"""The deeds of one day, read once, in the order in which settlement filled the day's limits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db import connection

from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.kernel.periods import day_end, day_start
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_EPOCH = date(1970, 1, 1).toordinal()
# PostgreSQL counts microseconds from the year 2000.
_POSTGRES_EPOCH_US = 946_684_800_000_000


@dataclass(frozen=True)
class DayOfDeeds:
    """The standing deeds of one city day: by citizen, and of each in the order of payment.

    `state` is RECORDED, MERGED or HELD; `points` and `reduction_mg` are what the books hold.
    `paid_by` is the partner whose report is paid, of a merged deed another's.
    """

    deeds: Deeds
    state: Ints
    points: Ints
    reduction_mg: Ints
    partner: Ints
    paid_by: Ints

    def __len__(self) -> int:
        return len(self.deeds)


def read_day(day: date) -> DayOfDeeds:
    """All standing deeds of a day; one statement, nothing is locked."""
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load("tanhui.behaviours.replay", "deeds_of_day"),
            {"day_start": day_start(day), "day_end": day_end(day)},
        )
        columns = [binary.int8_array(cell) for cell in cursor.fetchall()[0]]
    citizen, started, ended, digest, chunk, reduction, amount_points, partners, small = columns
    # A chunk that came first has filled the day first; within it, the deed done first.
    order = np.lexsort((digest, started, chunk, citizen))
    small, amount_points, partners = small[order], amount_points[order], partners[order]
    count = len(order)
    # A negative partner is another scheme, of whose number only the low half was packed.
    paid_by = (partners & 0xFFFFFFFF).astype(np.uint32).astype(np.int32).astype(np.int64)
    return DayOfDeeds(
        deeds=Deeds(
            place=np.arange(count),
            reference=np.zeros(count, dtype="S1"),
            digest=digest[order],
            citizen=citizen[order],
            started=started[order] + _POSTGRES_EPOCH_US,
            ended=ended[order] + _POSTGRES_EPOCH_US,
            day=np.full(count, day.toordinal() - _EPOCH, dtype=np.int64),
            amount=amount_points >> 32,
            detail=small >> 32,
            scene=small >> 8 & 0xFF,
            grade=small >> 4 & 0xF,
            district=small >> 16 & 0xFFFF,
        ),
        state=small & 0xF,
        points=amount_points & 0xFFFFFFFF,
        reduction_mg=reduction[order],
        partner=partners >> 32,
        paid_by=paid_by,
    )
