"""One day of deeds under the old rule and the new: milligrams and points, by settlement's code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.behaviours import paying
from tanhui.behaviours.detectors.seen import Columns, Detector, Seen, run
from tanhui.behaviours.judging import Judged
from tanhui.behaviours.known import MERGED, Known
from tanhui.behaviours.measuring import measure
from tanhui.behaviours.replay.reading import DayOfDeeds
from tanhui.behaviours.settlement import Ints
from tanhui.behaviours.store import usual_days
from tanhui.claims.matching import Trips
from tanhui.scenes.library import SceneLibrary

_NOTHING = np.empty(0, dtype=np.int64)


@dataclass(frozen=True)
class Amounts:
    """What each deed of a day brings under one set of rules; `refused` it could not measure."""

    reduction_mg: Ints
    points: Ints
    refused: int


def amounts_of(day: DayOfDeeds, library: SceneLibrary) -> Amounts:
    """Milligrams and points of each deed, within its scene's day and the day in all.

    What is merged earns nothing; what is held keeps its room and counts as if it were released.
    Nothing is written: rules get no number.
    """
    measured, fault = measure(day.deeds, library, retrospective=True, numbered=lambda _rule: 0)
    sound = np.flatnonzero(fault == 0)
    kept = measured.keep(sound)
    judged = Judged(day.state[sound], _NOTHING, _NOTHING, _NOTHING, Trips.none())
    points = np.zeros(len(day), dtype=np.int64)
    points[sound] = paying.points_within_limits(kept, judged, Known.nothing())
    merged = (day.state == MERGED) | (fault != 0)
    reduction = np.where(merged, 0, measured.reduction_mg)
    return Amounts(reduction, points, int((fault != 0).sum()))


def flagged(day: DayOfDeeds, detector: Detector) -> Ints:
    """Positions of the deeds that a detector asks about, all of the day being seen at once."""
    deeds = day.deeds
    seen = Seen(
        new=Columns(
            citizen=deeds.citizen,
            started=deeds.started,
            ended=deeds.ended,
            day=deeds.day,
            amount=deeds.amount,
            scene=deeds.scene,
            partner=day.partner,
            reduction_mg=day.reduction_mg,
        ),
        known=Columns(*([_NOTHING] * 8)),
        merged=day.state == MERGED,
        merged_with=day.paid_by,
        history=usual_days,
    )
    return np.flatnonzero(run(seen, (detector,)).code == detector.code)
