"""What each scene gives a citizen: today's room under the limits, this month, and in all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from tanhui.kernel.periods import city_day, day_end, day_start
from tanhui.kernel.refusals import NotFound
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import Rule, SceneLibrary
from tanhui.scenes.scene import Scene

_ROOM = "tanhui.behaviours"


@dataclass(frozen=True, slots=True)
class Room:
    """One scene's room today, in points.

    `used` is what deeds of today have taken of `limit`, `held` the part of it that waits for a
    decision; `left` is what may still come, also under the limit over all scenes.
    """

    rule: Rule
    deeds: int
    used: int
    held: int
    limit: int
    left: int

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.rule.scene

    @property
    def full(self) -> bool:
        """Whether today brings no more points here."""
        return self.left == 0


@dataclass(frozen=True, slots=True)
class Today:
    """All scenes' room today. `limit_in_all` is None before the city had such a limit."""

    rooms: tuple[Room, ...]
    used: int
    limit_in_all: int | None

    @property
    def full(self) -> bool:
        """Whether the limit over all scenes is reached."""
        return self.limit_in_all is not None and self.used >= self.limit_in_all

    def of(self, code: str) -> Room:
        """The room of a scene that is in force today."""
        return next(room for room in self.rooms if room.scene.code == code)


@dataclass(frozen=True, slots=True)
class Gain:
    """What deeds brought: how many, milligrams, points."""

    deeds: int
    reduction_mg: int
    points: int


@dataclass(frozen=True, slots=True)
class SceneGain:
    """What one scene brought in the present month of the city, and in all."""

    month: Gain
    ever: Gain


def _fetch(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())


def _library() -> SceneLibrary:
    return library_in_force()


def _rules_of(library: SceneLibrary, day: date) -> Iterator[Rule]:
    """The rules in force on a day, by the numbers of their scenes."""
    for scene in library.scenes:
        with suppress(NotFound):
            yield library.rule_on(scene, day)


def today(*, citizen_id: int, at: datetime) -> Today:
    """The room of every scene that has a rule today, by their numbers; one statement."""
    day = city_day(at)
    library = _library()
    found = {
        number: (deeds, used, held)
        for number, deeds, used, held in _fetch(
            "gains_of_day",
            {"citizen_id": citizen_id, "since": day_start(day), "until": day_end(day)},
        )
    }
    used_in_all = sum(used for _, used, _ in found.values())
    limit = library.limit(day)
    left_in_all = None if limit is None else max(0, limit.per_day_max_in_all - used_in_all)
    rooms = []
    for rule in _rules_of(library, day):
        deeds, used, held = found.get(rule.scene.number, (0, 0, 0))
        most = rule.tariff.points_per_day_max
        left = max(0, most - used)
        if left_in_all is not None:
            left = min(left, left_in_all)
        rooms.append(Room(rule, deeds, used, held, most, left))
    return Today(tuple(rooms), used_in_all, limit.per_day_max_in_all if limit else None)


def of_scene(*, citizen_id: int, scene: Scene, at: datetime) -> SceneGain:
    """What one scene brought this month and in all. What is held, merged or voided is nothing."""
    facts = {
        "citizen_id": citizen_id,
        "scene": scene.number,
        "since": day_start(city_day(at).replace(day=1)),
    }
    cells = _fetch("gains_of_scene", facts)[0]
    return SceneGain(Gain(*cells[:3]), Gain(*cells[3:]))
