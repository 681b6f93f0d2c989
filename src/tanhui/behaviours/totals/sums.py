"""What settlement adds to the totals: the sums of a chunk, written beside its deeds."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt
from django.db import connection

from tanhui.behaviours.known import HELD, MERGED, RECORDED
from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.runtime import binary
from tanhui.runtime.sql import load

ROOM = "tanhui.behaviours.totals"
# A chunk of fewer possible cells than this is counted without sorting it.
_DENSE = 1 << 18


def add_sums(
    deeds: Deeds,
    *,
    partner_id: int,
    states: Ints,
    reduction_mg: Ints,
    points: Ints,
    at: datetime,
) -> None:
    """Adds new deeds to what waits for the next roll, in settlement's transaction.

    One row for each day, scene and district of the chunk, all in one statement. Held and merged
    deeds count apart and bring neither milligrams nor points.
    """
    if len(deeds) == 0:
        return
    cells, group = _cells(deeds)

    def counted(chosen: npt.NDArray[np.bool_], amounts: Ints | None = None) -> binary.Int8Array:
        sums = np.zeros(len(cells), dtype=np.int64)
        whole = bool(chosen.all())
        own = group if whole else group[chosen]
        # Floats would lose milligrams, so the sums are made of integers.
        if amounts is None:
            sums += np.bincount(own, minlength=len(cells))
        else:
            np.add.at(sums, own, amounts if whole else amounts[chosen])
        return binary.Int8Array(sums)

    paid = states == RECORDED
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load(ROOM, "add_sums"),
            {
                "partner_id": partner_id,
                "at": at,
                "day": binary.Int8Array(cells >> 24),
                "scene": binary.Int2Array(cells >> 8 & 0xFFFF),
                "district": binary.Int2Array(cells & 0xFF),
                "deeds": counted(paid),
                "merged": counted(states == MERGED),
                "held": counted(states == HELD),
                "amount": counted(np.ones(len(deeds), dtype=np.bool_), deeds.amount),
                "reduction_mg": counted(paid, reduction_mg),
                "points": counted(paid, points),
            },
        )


def _cells(deeds: Deeds) -> tuple[Ints, Ints]:
    """The distinct days, scenes and districts, each as one number, and which one each deed is of.

    A district takes 8 bits, a scene 16, the day the rest.
    """
    first = int(deeds.day.min())
    scenes, districts = int(deeds.scene.max()) + 1, int(deeds.district.max()) + 1
    size = (int(deeds.day.max()) - first + 1) * scenes * districts
    if size > _DENSE:
        return np.unique(deeds.day << 24 | deeds.scene << 8 | deeds.district, return_inverse=True)
    dense = ((deeds.day - first) * scenes + deeds.scene) * districts + deeds.district
    used = np.flatnonzero(np.bincount(dense, minlength=size))
    place = np.zeros(size, dtype=np.int64)
    place[used] = np.arange(len(used))
    day, rest = np.divmod(used, scenes * districts)
    cells = (day + first) << 24 | (rest // districts) << 8 | (rest % districts)
    return cells, place[dense]
