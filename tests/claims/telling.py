"""Reports of trips told in minutes and metres, and what was judged of them in positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tanhui.claims.matching import GROUPS, Tolerance, Trips, Verdict, judge

SECOND = 1_000_000
MINUTE = 60 * SECOND
# 20 March 2026, 00:00 in the city.
MIDNIGHT = 1_773_936_000 * SECOND

TOLERANCE = Tolerance(
    clock_us=20 * MINUTE,
    duration_us=2 * MINUTE,
    duration_percent=15,
    amount_m=200,
    amount_percent=15,
    overlap_us=60 * SECOND,
    overlap_percent=50,
    other_group_us=10 * MINUTE,
)


@dataclass(frozen=True)
class Told:
    """One report; `start` and `minutes` may be fractions."""

    start: float
    minutes: float
    metres: int = 2_000
    partner: int = 1
    group: str = "cycling"
    citizen: int = 7
    declared: bool = False
    merged: bool = False


def trips(*told: Told) -> Trips:
    """The reports as columns, in this order."""
    started = [MIDNIGHT + round(one.start * MINUTE) for one in told]
    took = [round(one.minutes * MINUTE) for one in told]
    return Trips(
        citizen=np.array([one.citizen for one in told], dtype=np.int64),
        started=np.array(started, dtype=np.int64),
        ended=np.array(started, dtype=np.int64) + np.array(took, dtype=np.int64),
        amount=np.array([one.metres for one in told], dtype=np.int64),
        group=np.array([GROUPS.index(one.group) for one in told], dtype=np.int64),
        partner=np.array([one.partner for one in told], dtype=np.int64),
        declared=np.array([one.declared for one in told], dtype=np.bool_),
        merged=np.array([one.merged for one in told], dtype=np.bool_),
    )


def judged(*told: Told, known: tuple[Told, ...] = ()) -> Verdict:
    """The verdict on new reports."""
    return judge(trips(*told), trips(*known), TOLERANCE)


def paid(*batches: list[Told]) -> list[Told]:
    """Delivers batches one after another; the reports that are paid in the end."""
    known = Trips.none()
    reports: list[Told] = []
    stands: list[bool] = []
    for batch in batches:
        verdict = judge(trips(*batch), known, TOLERANCE)
        for place in verdict.displaced:
            stands[place] = False
        told = verdict.same_as >= 0
        whole = known.followed_by(trips(*batch))
        reports += batch
        stands += [not merged for merged in told]
        for merged, place in zip(told, verdict.same_as, strict=True):
            assert not merged or stands[place], "merged with one that is not paid"
        known = Trips(
            **{
                **vars(whole),
                "merged": ~np.array(stands, dtype=np.bool_),
            }
        )
    return [report for report, one in zip(reports, stands, strict=True) if one]
