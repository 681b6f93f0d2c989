"""What deeds claim of their citizen's time and days, and how it is given back."""

from __future__ import annotations

import numpy as np

from tanhui.behaviours.known import MERGED, Known
from tanhui.claims import commands as claims
from tanhui.claims.matching import Trips
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import DAY_GROUPS, Scene

# A source of a day's count is a scene, and the partner where its deeds do not add up.
_SCENE_BITS = 20


def owner_of_day(scene: Scene, partner_id: int) -> int:
    """Who a day's count belongs to: its scene, and the partner where deeds do not add up."""
    return scene.number << _SCENE_BITS | (0 if scene.claim.several else partner_id)


def give_back(deeds: Known, kept: Known, library: SceneLibrary) -> None:
    """Gives back the time and days that deeds had claimed, but what those that are kept stand for.

    `kept` is what else is paid or held of these citizens around these days; what is merged, on
    either side, claims nothing.
    """
    deeds, kept = deeds.keep(deeds.state != MERGED), kept.keep(kept.state != MERGED)
    rules = {scene.number: scene.claim for scene in library.scenes}
    is_trip = np.array([rules[scene].rule == "trip" for scene in deeds.scene.tolist()], dtype=bool)
    stays = kept.keep(
        np.array([rules[scene].rule == "trip" for scene in kept.scene.tolist()], dtype=bool)
    )
    if is_trip.any():
        chosen = deeds.keep(is_trip)
        claims.give_back_time(
            citizen=chosen.citizen,
            started=chosen.started,
            ended=chosen.ended,
            kept=_as_trips(stays),
        )
    for place in np.flatnonzero(~is_trip):
        group = rules[int(deeds.scene[place])].group
        beside = (kept.citizen == deeds.citizen[place]) & (kept.day == deeds.day[place])
        if not any(rules[scene].group == group for scene in kept.scene[beside].tolist()):
            scene = library.numbered(int(deeds.scene[place]))
            claims.give_back_days(
                citizen=deeds.citizen[place : place + 1],
                day=deeds.day[place : place + 1],
                kind=np.array([DAY_GROUPS.index(group)]),
                owner=owner_of_day(scene, int(deeds.partner[place])),
            )


def _as_trips(deeds: Known) -> Trips:
    return Trips(
        citizen=deeds.citizen,
        started=deeds.started,
        ended=deeds.ended,
        amount=deeds.amount,
        group=np.zeros(len(deeds), dtype=np.int64),
        partner=deeds.partner,
        declared=np.zeros(len(deeds), dtype=np.bool_),
    )
