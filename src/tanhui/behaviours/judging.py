"""What settlement asks before it pays: is this the same journey twice, and is it plausible?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from tanhui.behaviours import store
from tanhui.behaviours.detectors.registry import DetectorLibrary
from tanhui.behaviours.detectors.seen import Columns, Detector, Seen, run
from tanhui.behaviours.known import HELD, MERGED, RECORDED, Known, day_keys
from tanhui.behaviours.measuring import Measured
from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.claims import queries as claims
from tanhui.claims.matching import GROUPS, Bools, Trips, judge
from tanhui.claims.tolerance import city_tolerance
from tanhui.kernel.periods import city_day
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import DAY_GROUPS

# Clocks may be wrong by this much, so a deed near midnight is compared with the next day's too.
_SKEW_US = 45 * 60_000_000
_DAY_US = 86_400_000_000
# The two reasons of `matching`, and ours for a day's count that two sources bring.
OVERLAP, CLOCK, SAME_DAY = 1, 2, 3
DECLARED = 3
_NONE = -1


@dataclass(frozen=True)
class Judged:
    """What became of new deeds in statement order, one entry each.

    `state` is RECORDED, MERGED or HELD. `same_as` is -1 or, for a merged deed, a position in what
    was known followed by foreign claims and the new deeds; `reason` says why. `displaced` are the
    positions of known deeds whose place a proved one takes; `holds` the detector and what it saw,
    by position.
    """

    state: Ints
    same_as: Ints
    reason: Ints
    displaced: Ints
    foreign: Trips
    holds: dict[int, tuple[Detector, dict[str, Any]]] = field(default_factory=dict)


@cache
def city_detectors(content_root: Path, modes: tuple[tuple[str, int], ...]) -> DetectorLibrary:
    """The city's detectors, read once for each program."""
    return DetectorLibrary.load(content_root, dict(modes))


def known_of(deeds: Deeds) -> Known:
    """What is recorded on the days of these deeds, and on those that a wrong clock may mean."""
    trips = np.flatnonzero(deeds.ended - deeds.started < _DAY_US)
    before = store.city_days(deeds.started[trips] - _SKEW_US)
    after = store.city_days(deeds.ended[trips] + _SKEW_US)
    early = np.flatnonzero(before != deeds.day[trips])
    late = np.flatnonzero(after != deeds.day[trips])
    return store.known_on_days(
        np.concatenate((deeds.citizen, deeds.citizen[trips][early], deeds.citizen[trips][late])),
        np.concatenate((deeds.day, before[early], after[late])),
    )


def _groups(library: SceneLibrary, rule: str, groups: tuple[str, ...]) -> Ints:
    """By scene number: the place of its group among these, -1 where it claims otherwise."""
    numbers = np.full(max(scene.number for scene in library.scenes) + 1, _NONE, dtype=np.int64)
    for scene in library.scenes:
        if scene.claim.rule == rule:
            numbers[scene.number] = groups.index(scene.claim.group)
    return numbers


def _trips(deeds: Known | Deeds, partner: Ints, group: Ints, chosen: Ints) -> Trips:
    return Trips(
        citizen=deeds.citizen[chosen],
        started=deeds.started[chosen],
        ended=deeds.ended[chosen],
        amount=deeds.amount[chosen],
        group=group[deeds.scene[chosen]],
        partner=partner[chosen],
        declared=deeds.grade[chosen] == DECLARED,
        merged=deeds.state[chosen] == MERGED if isinstance(deeds, Known) else None,
    )


def judge_deeds(
    measured: Measured, known: Known, partner_id: int, library: SceneLibrary, *, at: datetime
) -> Judged:
    """Judges new deeds in statement order against what is known of their citizens."""
    deeds = measured.deeds
    same_as = np.full(len(deeds), _NONE, dtype=np.int64)
    reason = np.zeros(len(deeds), dtype=np.int64)
    displaced, foreign = _same_journeys(deeds, known, partner_id, library, same_as, reason)
    _same_counts(deeds, known, len(foreign), library, same_as, reason)
    merged = same_as != _NONE
    state = np.where(merged, MERGED, RECORDED)
    # What is only declared makes nothing suspicious that somebody proves.
    counts = (known.state != MERGED) & (known.grade != DECLARED)
    holds = _suspicions(measured, known, counts, partner_id, library, same_as, foreign, at)
    state[list(holds)] = HELD
    return Judged(state, same_as, reason, displaced, foreign, holds)


def _same_journeys(
    deeds: Deeds,
    known: Known,
    partner_id: int,
    library: SceneLibrary,
    same_as: Ints,
    reason: Ints,
) -> tuple[Ints, Trips]:
    """Marks trips that are another report of one that is paid.

    Answers the known deeds they displace, and what another scheme has claimed.
    """
    group = _groups(library, "trip", GROUPS)
    new = np.flatnonzero(group[deeds.scene] != _NONE)
    if len(new) == 0:
        return np.empty(0, dtype=np.int64), Trips.none()
    old = np.flatnonzero(group[known.scene] != _NONE)
    ours = _trips(known, known.partner, group, old)
    foreign = claims.foreign_trips(
        np.unique(deeds.citizen[new]),
        int(deeds.started[new].min()) - _DAY_US,
        int(deeds.ended[new].max()) + _DAY_US,
    )
    partner = np.full(len(deeds), partner_id, dtype=np.int64)
    tolerance = city_tolerance(settings.TANHUI.content_root)
    verdict = judge(_trips(deeds, partner, group, new), ours.followed_by(foreign), tolerance)
    # The verdict counts known trips, foreign ones, then new ones; here all deeds are counted.
    foreign_places = np.arange(len(known), len(known) + len(foreign))
    places = np.concatenate((old, foreign_places, len(known) + len(foreign) + new))
    found = verdict.same_as != _NONE
    same_as[new[found]] = places[verdict.same_as[found]]
    reason[new[found]] = verdict.reason[found]
    return old[verdict.displaced], foreign


def _same_counts(
    deeds: Deeds,
    known: Known,
    foreign: int,
    library: SceneLibrary,
    same_as: Ints,
    reason: Ints,
) -> None:
    """Marks a day's counts that another source, or another way of counting, brought before."""
    group = _groups(library, "day", DAY_GROUPS)
    new = np.flatnonzero(group[deeds.scene] != _NONE)
    if len(new) == 0:
        return
    several = np.zeros(len(group), dtype=np.bool_)
    several[[scene.number for scene in library.scenes if scene.claim.several]] = True
    old = np.flatnonzero((group[known.scene] != _NONE) & (known.state != MERGED))
    scene = np.concatenate((known.scene[old], deeds.scene[new]))
    keys = day_keys(
        np.concatenate((known.citizen[old], deeds.citizen[new])),
        np.concatenate((known.day[old], deeds.day[new])),
        group[scene],
    )
    _, first_of, inverse = np.unique(keys, return_index=True, return_inverse=True)
    first = first_of[inverse]
    free = (first == np.arange(len(keys))) | ((scene[first] == scene) & several[scene])
    merged = np.flatnonzero(~free[len(old) :])
    places = np.concatenate((old, len(known) + foreign + new))
    same_as[new[merged]] = places[first[len(old) + merged]]
    reason[new[merged]] = SAME_DAY


def _suspicions(
    measured: Measured,
    known: Known,
    counts: Bools,
    partner_id: int,
    library: SceneLibrary,
    same_as: Ints,
    foreign: Trips,
    at: datetime,
) -> dict[int, tuple[Detector, dict[str, Any]]]:
    """What the detectors in force flag, with the detector and what it saw.

    `counts` says of the known deeds which are paid or held, and stay so.
    """
    modes = tuple((scene.mode, scene.number) for scene in library.scenes)
    detectors = city_detectors(library.root, modes).on(city_day(at))
    if not detectors:
        return {}
    deeds = measured.deeds
    partner = np.full(len(deeds), partner_id, dtype=np.int64)
    partners = np.concatenate((known.partner, foreign.partner, partner))
    seen = Seen(
        new=Columns(
            citizen=deeds.citizen,
            started=deeds.started,
            ended=deeds.ended,
            day=deeds.day,
            amount=deeds.amount,
            scene=deeds.scene,
            partner=partner,
            reduction_mg=measured.reduction_mg,
        ),
        known=known.keep(counts),
        merged=same_as != _NONE,
        merged_with=partners[same_as],
        history=store.usual_days,
    )
    flags = run(seen, detectors)
    by_code = {detector.code: detector for detector in detectors}
    return {place: (by_code[flags.code[place]], facts) for place, facts in flags.facts.items()}
