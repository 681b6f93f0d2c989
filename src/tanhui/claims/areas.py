"""Areas in which journeys belong to a project: a builder's credits and citizens' rides on the same
way are never both paid.

An area is claimed for days to come alone, and from its first day on rows that lie in it are refused
before they are settled. Called by commands of higher rooms, inside their transaction; nothing here
authorises or audits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, connection

from tanhui.geo.areas import RideArea, RideAreas
from tanhui.geo.ground import ground, overlap_percent
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Invalid, NotFound
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.leaves import instant
from tanhui.runtime.sql import load

_ROOM = "tanhui.claims"
# Tomorrow's rows may be on their way when an area is claimed late at night.
_EARLIEST_DAYS = 2


@dataclass(frozen=True, slots=True)
class Area:
    """One claimed area; `last` is the day it ends on, sooner than claimed where it was ended."""

    id: int
    project: str
    modes: tuple[str, ...]
    geometry: dict[str, Any]
    first: date
    last: date
    outbox_id: int
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class AreaWaiver:
    """That a builder does not claim journeys up to `until`, or at all where that is None."""

    project: str
    until: date | None
    words: str
    person_id: int
    outbox_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class AreasRecount:
    """`early` counts areas that were claimed for days that citizens may have been paid for,
    `shared` pairs of areas that claim the same journeys."""

    areas: int
    early: int
    shared: int

    @property
    def matches(self) -> bool:
        """Whether nothing is claimed twice."""
        return not (self.early or self.shared)


def earliest_day(at: datetime) -> date:
    """The first day that an area can be claimed for now."""
    return city_day(at) + timedelta(days=_EARLIEST_DAYS)


def areas(project: str | None = None) -> list[Area]:
    """The claimed areas, of all projects or of one (its code), in order."""
    return [
        Area(number, code, tuple(modes), json.loads(drawn), first, last, outbox_id, taken_at)
        for number, code, modes, first, outbox_id, taken_at, drawn, last in _rows(
            "areas", {"project": project}
        )
    ]


def claimed_areas() -> RideAreas:
    """The areas by which rows are judged."""
    found = []
    for area in areas():
        shape = ground([area.geometry])
        if shape is not None and area.first <= area.last:
            found.append(RideArea(area.id, frozenset(area.modes), area.first, area.last, shape))
    return RideAreas(found)


def waiver_of(project: str) -> AreaWaiver | None:
    """What the builder of a project (its code) has waived; None where nothing."""
    found = _rows("area_waiver", {"project": project})
    return AreaWaiver(*found[0]) if found else None


def check_area(
    *,
    project: str,
    modes: Collection[str],
    geometry: Mapping[str, Any],
    first: date,
    last: date,
    at: datetime,
) -> RideArea | None:
    """What `take_area` would claim now; None where the builder has waived all of it.

    Refuses as `take_area` does.
    """
    waiver = waiver_of(project)
    if waiver is not None:
        if waiver.until is None or waiver.until >= last:
            return None
        first = max(first, waiver.until + timedelta(days=1))
    shape = ground([dict(geometry)])
    if shape is None:
        raise Invalid(
            "area_unknown",
            zh="没有画出项目范围，无法划清与市民行程的界限。",
            en="No area is drawn, so nobody can tell which journeys lie in it.",
        )
    if first < earliest_day(at):
        raise Conflict(
            "citizens_are_paid_here",
            zh="{first} 起的这类行程，市民已经或仍可领取减排量。请建设方书面放弃，或放弃到"
            " {until} 为止。",
            en="From {first} on citizens are or may be paid for these journeys. The builder waives"
            " them in writing, at all or until {until}.",
            first=first,
            until=earliest_day(at) - timedelta(days=1),
        )
    wanted = RideArea(0, frozenset(modes), first, last, shape)
    for area in areas():
        if _shares(wanted, area):
            raise Conflict(
                "area_claimed",
                zh="{project} 已申报这一范围的同类行程。",
                en="{project} has claimed such journeys in this area.",
                project=area.project,
            )
    return wanted


def take_area(
    *,
    project: str,
    modes: Collection[str],
    geometry: Mapping[str, Any],
    first: date,
    last: date,
    at: datetime,
) -> int:
    """Claims the journeys of these modes in an area (GeoJSON, WGS84) on these days; its number.

    A leaf tells of it. Days that the builder has waived are left to citizens; where all are waived
    nothing is claimed and the answer is 0. Refuses `area_unknown` (no place is drawn),
    `citizens_are_paid_here` (a day is not far enough ahead) and `area_claimed` (a project has these
    journeys).
    """
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "lock_areas"))
    wanted = check_area(
        project=project, modes=modes, geometry=geometry, first=first, last=last, at=at
    )
    if wanted is None:
        return 0
    leaf = {
        "v": 1,
        "t": "ride-area",
        "project": project,
        "modes": sorted(modes),
        "first": wanted.first.isoformat(),
        "last": last.isoformat(),
        "at": instant(at),
    }
    facts = {
        "project": project,
        "modes": sorted(modes),
        "geometry": json.dumps(dict(geometry)),
        "first": wanted.first,
        "last": last,
        "outbox_id": append_leaf(leaf=leaf, at=at),
        "at": at,
    }
    return int(_rows("add_area", facts)[0][0])


def _shares(wanted: RideArea, area: Area) -> bool:
    """Whether both claim some of the same journeys; borders may touch."""
    other = ground([area.geometry])
    return (
        bool(wanted.modes & set(area.modes))
        and wanted.first <= area.last
        and area.first <= wanted.last
        and other is not None
        and overlap_percent(wanted.shape, other) > 0
    )


def end_area(*, project: str, at: datetime) -> int:
    """Ends a project's areas today; journeys of later days are citizens' again. How many."""
    ended = 0
    today = city_day(at)
    for area in areas(project):
        if area.last > today:
            leaf = {
                "v": 1,
                "t": "ride-area-end",
                "project": project,
                "last": today.isoformat(),
                "at": instant(at),
            }
            outbox_id = append_leaf(leaf=leaf, at=at)
            facts = {"id": area.id, "last": today, "outbox_id": outbox_id, "at": at}
            _rows("end_area", facts)
            ended += 1
    return ended


def waive_area(
    *, project: str, until: date | None, words: str, person_id: int, at: datetime
) -> None:
    """Keeps that a builder does not claim journeys, up to a day or at all; a leaf tells of it.

    Refuses `area_waived_already`.
    """
    leaf = {
        "v": 1,
        "t": "ride-waiver",
        "project": project,
        "until": until.isoformat() if until else "always",
        "why": sha256(words.encode()).hexdigest(),
        "at": instant(at),
    }
    facts = {
        "project": project,
        "until": until,
        "words": words,
        "person_id": person_id,
        "outbox_id": append_leaf(leaf=leaf, at=at),
        "at": at,
    }
    try:
        _rows("add_area_waiver", facts)
    except IntegrityError as error:
        raise Conflict(
            "area_waived_already",
            zh="这个项目已经放弃过。",
            en="This project has waived already.",
        ) from error


def require_area(*, project: str, modes: Collection[str], first: date, last: date) -> None:
    """Refuses `rides_not_claimed` unless one area of the project holds all of these days."""
    for area in areas(project):
        if set(modes) <= set(area.modes) and area.first <= first and last <= area.last:
            return
    raise NotFound(
        "rides_not_claimed",
        zh="{first} 至 {last} 的骑行没有由项目申报，仍归市民；这一项只能选“不申报”。",
        en="The rides of {first} to {last} are not claimed by the project and stay the citizens';"
        " choose “not claimed”.",
        first=first,
        last=last,
    )


def recount_areas() -> AreasRecount:
    """Compares every claimed area with every other one and with the day it was claimed on."""
    found = areas()
    early = sum(area.first < earliest_day(area.taken_at) for area in found)
    shared = 0
    for place, area in enumerate(found):
        shape = ground([area.geometry])
        if shape is not None and area.first <= area.last:
            wanted = RideArea(area.id, frozenset(area.modes), area.first, area.last, shape)
            shared += sum(_shares(wanted, other) for other in found[:place])
    return AreasRecount(len(found), early, shared)


def _rows(name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall()) if cursor.description else []
