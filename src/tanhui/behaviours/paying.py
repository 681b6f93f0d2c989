"""What new deeds are paid: within the limits of their day, by one posting a citizen and asset."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from tanhui.behaviours.judging import Judged
from tanhui.behaviours.known import MERGED, RECORDED, Known
from tanhui.behaviours.measuring import Measured
from tanhui.behaviours.postings import posting_ids
from tanhui.behaviours.settlement import DayGroups, Ints, capped_points, totals_by_citizen
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    POINTS_ISSUED,
    REDUCTION_MEASURED,
    Reason,
)


def points_within_limits(measured: Measured, judged: Judged, known: Known) -> Ints:
    """The points of each deed: first what its scene's day has room for, then the day in all.

    A deed that the second limit cuts leaves nothing for later ones of that day, so taking the
    limits one after the other gives what taking the deeds one by one would. What is held keeps
    its room.
    """
    deeds = measured.deeds
    points = np.where(judged.state == MERGED, 0, measured.uncapped)
    for by_scene, most in ((True, measured.day_max), (False, measured.day_max_in_all)):
        groups = DayGroups.of(deeds, by_scene=by_scene)
        first = groups.first
        scenes = deeds.scene[first] if by_scene else None
        used = known.points_of(deeds.citizen[first], deeds.day[first], scenes)
        points = capped_points(groups, points, np.maximum(0, most[first] - used))
    return points


def post(measured: Measured, judged: Judged, points: Ints, *, chunk_id: int, at: datetime) -> None:
    """Posts what is recorded; what is held waits for its end, and what is merged earns nothing."""
    paid = judged.state == RECORDED
    for pool, credit, amounts in (
        (POINTS_ISSUED, CITIZEN_POINTS, points),
        (REDUCTION_MEASURED, CITIZEN_REDUCTION, measured.reduction_mg),
    ):
        citizens, sums = totals_by_citizen(measured.deeds.citizen, np.where(paid, amounts, 0))
        ledger.issue(
            ids=posting_ids(chunk_id, citizens, credit),
            holder_ids=citizens,
            amounts=sums,
            pool=pool,
            credit=credit,
            reason=Reason.BEHAVIOUR_RECORDED,
            at=at,
        )
