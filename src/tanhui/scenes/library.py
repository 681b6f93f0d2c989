"""The city's scenes, tariffs and limits, read from its content folder, and the rule of a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Methodology
from tanhui.methodology.library import Library
from tanhui.partners.modes import ModeRule
from tanhui.scenes.limit import Limit
from tanhui.scenes.reading import read_limits, read_scenes, read_tariffs
from tanhui.scenes.scene import Scene, no_such_scene
from tanhui.scenes.tariff import PointsExplanation, Tariff, points_of

GENERAL_TARIFF = "points.general"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is in force for a scene on a day: how it is measured, what it earns, and the limit
    over all scenes (None before the city had one)."""

    scene: Scene
    methodology: Methodology
    tariff: Tariff
    limit: Limit | None


class Prices:
    """What a city's tariffs pay for a reduction. Immutable once loaded."""

    def __init__(
        self,
        scenes: tuple[Scene, ...],
        tariffs: tuple[Tariff, ...],
        limits: tuple[Limit, ...] = (),
    ) -> None:
        self.scenes = scenes
        self.tariffs = tariffs
        self.limits = limits

    @classmethod
    def read(cls, content_root: Path) -> Prices:
        """Reads scenes and tariffs alone; raises ContentRefused with every fault found."""
        return cls(read_scenes(content_root), read_tariffs(content_root))

    def tariff(self, tariff_id: str, on: date) -> Tariff:
        """The tariff in force on a day; refuses `no_tariff_in_force`."""
        for tariff in reversed(self.tariffs):
            if tariff.id == tariff_id and tariff.holds(on):
                return tariff
        raise NotFound(
            "no_tariff_in_force",
            zh="积分规则 {id} 在 {day} 没有有效版本",
            en="no version of the tariff {id} is in force on {day}",
            id=tariff_id,
            day=on.isoformat(),
        )

    def limit(self, on: date) -> Limit | None:
        """The limit over all scenes in force on a day, or None before the first one."""
        holding = [limit for limit in self.limits if limit.valid_from <= on]
        return holding[-1] if holding else None

    def price(self, methodology_id: str, reduction_mg: int, day: date) -> PointsExplanation:
        """What one deed of `day` would earn, alone, by the tariff of its scene.

        A methodology that no scene uses yet takes the general tariff. Refuses:
        `no_tariff_in_force`.
        """
        scenes = [scene for scene in self.scenes if scene.methodology_id == methodology_id]
        tariff = self.tariff(scenes[0].tariff_id if scenes else GENERAL_TARIFF, day)
        return points_of(tariff, reduction_mg, used_before=0)


class SceneLibrary(Prices):
    """Scenes, tariffs and methodologies of one city. Immutable once loaded."""

    def __init__(
        self,
        methodologies: Library,
        scenes: tuple[Scene, ...],
        tariffs: tuple[Tariff, ...],
        limits: tuple[Limit, ...] = (),
    ) -> None:
        super().__init__(scenes, tariffs, limits)
        self.methodologies = methodologies
        self._by_code = {scene.code: scene for scene in scenes}
        self._by_mode = {scene.mode: scene for scene in scenes}
        self._by_number = {scene.number: scene for scene in scenes}

    @classmethod
    def load(cls, content_root: Path) -> SceneLibrary:
        """Reads the whole content folder; raises ContentRefused with every fault found."""
        return cls(
            Library.load(content_root),
            read_scenes(content_root),
            read_tariffs(content_root),
            read_limits(content_root),
        )

    @property
    def root(self) -> Path:
        """The content folder that it was read from; what else is read beside it lies there."""
        return self.methodologies.root

    def scene(self, code: str) -> Scene:
        """The scene `code`; refuses `no_such_scene`."""
        if code not in self._by_code:
            raise no_such_scene(code)
        return self._by_code[code]

    def numbered(self, number: int) -> Scene:
        """The scene of a table row."""
        return self._by_number[number]

    def of_mode(self, mode: str) -> Scene:
        """The scene that a way of moving belongs to."""
        return self._by_mode[mode]

    def modes(self) -> dict[str, ModeRule]:
        """How deeds of each known mode are measured, and what is plausible for them."""
        return {scene.mode: scene.measured for scene in self.scenes}

    def journey_modes(self) -> list[str]:
        """The modes whose rows tell where and when somebody went, which people may refuse."""
        return [scene.mode for scene in self.scenes if scene.claim.rule == "trip"]

    def rule_on(self, scene: Scene, day: date, *, retrospective: bool = False) -> Rule:
        """The rule in force for deeds of `day`; refuses `no_rule_in_force`.

        `retrospective` takes the scene's first rule for days before it: for the public records of
        earlier years that are played for simulated citizens.
        """
        if retrospective:
            day = max(day, scene.valid_from)
        try:
            methodology = self.methodologies.methodology(scene.methodology_id, on=day)
            tariff = self.tariff(scene.tariff_id, day)
        except NotFound as refusal:
            raise NotFound(
                "no_rule_in_force",
                zh="{day} 没有适用于“{scene}”的规则",
                en="no rule for {code} is in force on {day}",
                day=day.isoformat(),
                scene=scene.title_zh,
                code=scene.code,
            ) from refusal
        return Rule(scene, methodology, tariff, self.limit(day))


@cache
def city_library(content_root: Path) -> SceneLibrary:
    """The city's library, read once for each program."""
    return SceneLibrary.load(content_root)
