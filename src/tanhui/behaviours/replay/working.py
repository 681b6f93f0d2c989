"""Doing the replays that wait: called by the worker, one after the other."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings

from tanhui.behaviours.known import MERGED
from tanhui.behaviours.replay.counting import amounts_of, flagged
from tanhui.behaviours.replay.reading import read_day
from tanhui.behaviours.replay.result import Tally, pseudonyms
from tanhui.behaviours.replay.sides import Sides, sides_of
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.rulebook import queries, replays
from tanhui.rulebook.queries import Proposal

_log = logging.getLogger("tanhui.replay")
# Told how many days are done.
Progress = Callable[[int], None]


def compute(
    proposal: Proposal, first: date, last: date, progress: Progress = lambda _done: None
) -> dict[str, Any]:
    """What a proposal would have changed on these days, both included. Writes nothing.

    Each day is read once and forgotten; the answer is ready for JSON.
    """
    begun = time.monotonic()
    sides = sides_of(proposal)
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    name = pseudonyms(lambda text: settings.TANHUI.keys.mac("blind", text), proposal.id)
    count = _detected if sides.detectors else _paid
    found = count(sides, days, name, progress)
    return {
        **found,
        "kind": proposal.kind,
        "old": proposal.replaces,
        "new": proposal.reference,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "seconds": round(time.monotonic() - begun, 2),
    }


def _paid(
    sides: Sides, days: list[date], name: Callable[[int], str], progress: Progress
) -> dict[str, Any]:
    tally = Tally()
    for done, day in enumerate(days, start=1):
        deeds = read_day(day)
        tally.add(deeds, amounts_of(deeds, sides.old), amounts_of(deeds, sides.new))
        progress(done)
    return tally.told(name)


def _detected(
    sides: Sides, days: list[date], name: Callable[[int], str], progress: Progress
) -> dict[str, Any]:
    """For a detector: which deeds would be held instead; what they brought, and whose they are."""
    del name
    assert sides.detectors is not None
    old, new = sides.detectors
    deeds_read = 0
    people: set[int] = set()
    sums = {side: {"deeds": 0, "points": 0, "reduction_mg": 0} for side in ("before", "after")}
    added = dropped = 0
    scenes: dict[int, dict[str, int]] = {}
    for done, day in enumerate(days, start=1):
        deeds = read_day(day)
        deeds_read += int((deeds.state != MERGED).sum())
        places = {"before": flagged(deeds, old), "after": flagged(deeds, new)}
        for side, chosen in places.items():
            sums[side]["deeds"] += len(chosen)
            sums[side]["points"] += int(deeds.points[chosen].sum())
            sums[side]["reduction_mg"] += int(deeds.reduction_mg[chosen].sum())
            for number in deeds.deeds.scene[chosen].tolist():
                held = scenes.setdefault(number, {"number": number, "before": 0, "after": 0})
                held[side] += 1
        before, after = (set(each.tolist()) for each in places.values())
        added, dropped = added + len(after - before), dropped + len(before - after)
        people.update(deeds.deeds.citizen[sorted(before ^ after)].tolist())
        progress(done)
    return {
        "deeds": deeds_read,
        **sums,
        "added": added,
        "dropped": dropped,
        "changed_deeds": added + dropped,
        "affected": len(people),
        "measure": "holds",
        "scenes": [scenes[number] for number in sorted(scenes)],
    }


def run_next(replay_id: int | None = None, *, at: datetime) -> bool:
    """Does the oldest replay that waits, or the one named; answers whether there was one.

    It is said to have ended as long after `at` as it took.
    """
    replay = replays.take_replay(replay_id)
    if replay is None:
        return False
    begun = time.monotonic()
    platform = platform_actor()
    proposal = queries.proposal(replay.proposal_id)

    def ended() -> datetime:
        return at + timedelta(seconds=time.monotonic() - begun)

    try:
        result = compute(
            proposal,
            replay.first_day,
            replay.last_day,
            lambda done: replays.beat(replay, done),
        )
    except Refusal as refusal:
        _log.warning("replay %d was refused: %s", replay.id, refusal)
        replays.fail(actor=platform, replay=replay, why=refusal.code, at=ended())
        return True
    replays.finish(actor=platform, replay=replay, result=result, at=ended())
    _log.info("replay %d: %d deeds in %s s", replay.id, result["deeds"], result["seconds"])
    return True
