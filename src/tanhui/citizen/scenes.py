"""What the scene pages show: today's room, how it counts, what it gave, who brings it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tanhui.behaviours import gains
from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.declarations import declarable
from tanhui.behaviours.gains import Room, SceneGain, Today
from tanhui.behaviours.sources import OwnSource, sources_of
from tanhui.citizen.shown import Deed, Source, shown_source
from tanhui.kernel.periods import city_day
from tanhui.kernel.quantities import MG_PER_G, decimal_text
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Label
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.scenes.tariff import GRADES

LATEST_MAX = 5
_BAR = 100


@dataclass(frozen=True, slots=True)
class SceneLine:
    """One scene in the list: its room today and who brings it. `bar` is a whole percentage."""

    room: Room
    sources: tuple[OwnSource, ...]
    bar: int

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.room.scene

    @property
    def connected(self) -> tuple[OwnSource, ...]:
        """The sources that know who this citizen is."""
        return tuple(source for source in self.sources if source.bound)

    @property
    def broken(self) -> OwnSource | None:
        """A connected source that does not bring what it should."""
        return next((source for source in self.connected if source.broken), None)


@dataclass(frozen=True, slots=True)
class ScenesPage:
    """All that the list of scenes shows."""

    today: Today
    lines: tuple[SceneLine, ...]
    declared_percent: int
    now: datetime


@dataclass(frozen=True, slots=True)
class GradeLine:
    """What one grade of evidence means here, and how much of a reduction it pays, in percent."""

    name: str
    meaning: Label
    percent: int


@dataclass(frozen=True, slots=True)
class ScenePage:
    """All that the page of one scene shows. `per_point` is in grams."""

    line: SceneLine
    today: Today
    gain: SceneGain
    grades: tuple[GradeLine, ...]
    per_point: str
    deeds: tuple[Deed, ...]
    sources: tuple[Source, ...]
    declarable: bool
    today_day: date
    now: datetime


def scenes_page(*, citizen_id: int, at: datetime) -> ScenesPage:
    """What can be done today, scene by scene."""
    today = gains.today(citizen_id=citizen_id, at=at)
    sources = sources_of(citizen_id=citizen_id, at=at)
    told = declarable(library_in_force())
    return ScenesPage(
        today=today,
        lines=tuple(_line(room, sources) for room in today.rooms),
        declared_percent=max(
            (room.rule.tariff.percent(GRADES[-1]) for room in today.rooms if room.scene in told),
            default=0,
        ),
        now=at,
    )


def scene_page(*, citizen_id: int, code: str, at: datetime) -> ScenePage:
    """One scene for one citizen; refuses `no_such_scene`, also before its first day."""
    today = gains.today(citizen_id=citizen_id, at=at)
    scene = library_in_force().scene(code)
    if scene.code not in {room.scene.code for room in today.rooms}:
        raise NotFound("no_such_scene", zh="没有这个场景。", en="There is no such scene.")
    line = _line(today.of(code), sources_of(citizen_id=citizen_id, at=at))
    rule = line.room.rule
    statement = behaviours.statement(citizen_id=citizen_id, month=None, at=at)
    own = [row for row in statement.rows if row.scene == code]
    exact = rule.tariff.mg_per_point % MG_PER_G == 0
    return ScenePage(
        line=line,
        today=today,
        gain=gains.of_scene(citizen_id=citizen_id, scene=scene, at=at),
        grades=tuple(
            GradeLine(grade.name, grade.meaning, rule.tariff.percent(grade.name))
            for grade in rule.methodology.evidence
        ),
        per_point=decimal_text(rule.tariff.mg_per_point, MG_PER_G, 0 if exact else 1),
        deeds=tuple(Deed(row, scene) for row in own[:LATEST_MAX]),
        sources=tuple(shown_source(source) for source in line.sources),
        declarable=scene in declarable(library_in_force()),
        today_day=city_day(at),
        now=at,
    )


def _line(room: Room, sources: tuple[OwnSource, ...]) -> SceneLine:
    bringing = tuple(source for source in sources if room.scene in source.partner.scenes)
    bar = _BAR if room.full else room.used * _BAR // room.limit
    return SceneLine(room, bringing, bar)
