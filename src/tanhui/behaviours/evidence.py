"""What settlement writes beside new deeds: their claims, what is held of them, what is merged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import numpy as np

from tanhui.behaviours import store
from tanhui.behaviours.claimed import owner_of_day
from tanhui.behaviours.holds import NewHold, place_holds
from tanhui.behaviours.judging import Judged
from tanhui.behaviours.known import MERGED, Known, day_keys
from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.claims import commands as claims
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import DAY_GROUPS, Scene


class Origin(Protocol):
    """Where deeds come from, as `recording.Source` says."""

    @property
    def partner_id(self) -> int: ...
    @property
    def library(self) -> SceneLibrary: ...


def claim(deeds: Deeds, judged: Judged, met: Known, source: Origin) -> None:
    """Claims the time and the days of what is paid or held. The database keeps them exclusive.

    `met` is all that was found on the citizens' days, also what is gone: hours that none of it
    reaches need no look at what is claimed of them.
    """
    paid = judged.state != MERGED
    scenes = source.library.scenes
    travelling = [scene.number for scene in scenes if scene.claim.rule == "trip"]
    trips = np.flatnonzero(paid & np.isin(deeds.scene, travelling))
    if len(trips):
        claims.take_time(
            citizen=deeds.citizen[trips],
            started=deeds.started[trips],
            ended=deeds.ended[trips],
            met=met.keep(np.isin(met.scene, travelling)),
        )
    for scene in scenes:
        chosen = np.flatnonzero(paid & (deeds.scene == scene.number))
        if scene.claim.rule == "day" and len(chosen):
            _claim_days(deeds.keep(chosen), scene, met, source)


def _claim_days(deeds: Deeds, scene: Scene, met: Known, source: Origin) -> None:
    """Claims the days of a scene's deeds, but those that it has already, where deeds add up."""
    keys, first = np.unique(day_keys(deeds.citizen, deeds.day), return_index=True)
    live = met.live
    # What was merged stands for nothing: its day was another's, and may have been given back.
    own = live.keep((live.scene == scene.number) & (live.state != MERGED))
    new = first[~np.isin(keys, day_keys(own.citizen, own.day))]
    claims.take_days(
        citizen=deeds.citizen[new],
        day=deeds.day[new],
        kind=np.full(len(new), DAY_GROUPS.index(scene.claim.group), dtype=np.int64),
        owner=owner_of_day(scene, source.partner_id),
    )


def hold(
    deeds: Deeds,
    judged: Judged,
    reduction_mg: Ints,
    points: Ints,
    source: Origin,
    *,
    at: datetime,
) -> None:
    """Places the holds that detectors asked for, with what they saw and until when."""
    if not judged.holds:
        return
    place_holds(
        [
            NewHold(
                citizen_id=int(deeds.citizen[place]),
                started_at=store.to_instant(deeds.started[place]),
                partner_id=source.partner_id,
                reference_digest=int(deeds.digest[place]),
                detector=detector.code,
                facts=facts,
                deadline=at + timedelta(days=detector.deadline_days),
                points=int(points[place]),
                reduction_mg=int(reduction_mg[place]),
            )
            for place, (detector, facts) in judged.holds.items()
        ],
        at=at,
    )


def merge(deeds: Deeds, judged: Judged, known: Known, source: Origin) -> None:
    """Writes for each merged deed which one is paid."""
    merged = np.flatnonzero(judged.state == MERGED)
    if len(merged) == 0:
        return
    same = judged.same_as[merged]
    foreign, rows = judged.foreign, len(deeds)
    nothing = np.zeros(len(foreign), dtype=np.int64)
    own = np.full(rows, source.partner_id, dtype=np.int64)
    paid = {
        "started": np.concatenate((known.started, foreign.started, deeds.started))[same],
        "partner": np.concatenate((known.partner, foreign.partner, own))[same],
        "digest": np.concatenate((known.digest, nothing, deeds.digest))[same],
    }
    store.add_merges(
        deeds.keep(merged),
        partner_id=source.partner_id,
        paid=paid,
        reason=judged.reason[merged],
    )
