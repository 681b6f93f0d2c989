"""The city's scenes and tariffs, read from its content folder, and the rule in force on a day."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tanhui.kernel.quantities import MG_PER_G
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Methodology
from tanhui.methodology.library import Entry, Library
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.publishing import lock_problems
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.scenes.tariff import PointsExplanation, Tariff, points_of

CODE = r"[a-z][a-z0-9-]*"
_VERSION = r"\d+\.\d+\.\d+"
_GRADES = ("A", "B", "C", "D")
_PER = re.compile(r"([1-9]\d*) (g|mg)")
_AMOUNT = re.compile(r"(\d+)(?:\.(\d{1,3}))? g")


@dataclass(frozen=True, slots=True)
class Scene:
    """One kind of deed that the city rewards. `number` is its name in the tables, for ever."""

    number: int
    code: str
    mode: str
    title_zh: str
    title_en: str
    short_zh: str
    short_en: str
    icon: str
    methodology_id: str
    tariff_id: str
    speed_max_kmh: int
    grade: str
    valid_from: date


GENERAL_TARIFF = "points.general"


@dataclass(frozen=True, slots=True)
class Rule:
    """What is in force for a scene on a day: how it is measured and what it earns."""

    scene: Scene
    methodology: Methodology
    tariff: Tariff


class Prices:
    """What a city's tariffs pay for a reduction. Immutable once loaded."""

    def __init__(self, scenes: tuple[Scene, ...], tariffs: tuple[Tariff, ...]) -> None:
        self.scenes = scenes
        self.tariffs = tariffs

    @classmethod
    def read(cls, content_root: Path) -> Prices:
        """Reads scenes and tariffs alone; raises ContentRefused with every fault found."""
        return cls(_scenes(content_root), _tariffs(content_root))

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
        self, methodologies: Library, scenes: tuple[Scene, ...], tariffs: tuple[Tariff, ...]
    ) -> None:
        super().__init__(scenes, tariffs)
        self.methodologies = methodologies
        self._by_code = {scene.code: scene for scene in scenes}
        self._by_mode = {scene.mode: scene for scene in scenes}
        self._by_number = {scene.number: scene for scene in scenes}

    @classmethod
    def load(cls, content_root: Path) -> SceneLibrary:
        """Reads the whole content folder; raises ContentRefused with every fault found."""
        return cls(Library.load(content_root), _scenes(content_root), _tariffs(content_root))

    def scene(self, code: str) -> Scene:
        """The scene `code`; refuses `no_such_scene`."""
        if code not in self._by_code:
            raise NotFound(
                "no_such_scene", zh="没有场景 {code}", en="there is no scene {code}", code=code
            )
        return self._by_code[code]

    def numbered(self, number: int) -> Scene:
        """The scene of a table row."""
        return self._by_number[number]

    def of_mode(self, mode: str) -> Scene:
        """The scene that a way of moving belongs to."""
        return self._by_mode[mode]

    def speed_limits(self) -> dict[str, int]:
        """The highest plausible mean speed of each known mode, in km/h."""
        return {scene.mode: scene.speed_max_kmh for scene in self.scenes}

    def rule_on(self, scene: Scene, day: date) -> Rule:
        """The rule in force for deeds of `day`; refuses `no_rule_in_force`."""
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
        return Rule(scene, methodology, tariff)


def _valid_from(section: Section) -> date:
    return section.day("valid_from") or date.min


def _digest(source: str) -> str:
    return f"sha256:{hashlib.sha256(source.encode()).hexdigest()}"


def _milligrams(section: Section, key: str) -> int:
    """An amount such as `118.389 g` in milligrams."""
    found = _AMOUNT.fullmatch(section.text(key, pattern=_AMOUNT.pattern))
    if found is None:
        return 0
    return int(found[1]) * MG_PER_G + int((found[2] or "").ljust(3, "0"))


def _tariff(path: Path) -> Tariff:
    file = TomlFile(path)
    with file.root() as root:
        with root.table("tariff") as head, root.table("points") as points:
            per = _PER.fullmatch(points.text("per", pattern=_PER.pattern))
            tariff = Tariff(
                id=head.text("id", pattern=r"[a-z][a-z0-9.-]*"),
                version=head.text("version", pattern=_VERSION),
                digest=_digest(file.source),
                title_zh=head.text("title_zh"),
                title_en=head.text("title_en"),
                basis=head.text("basis", choices=("official", "placeholder")),
                mg_per_point=int(per[1]) * (MG_PER_G if per[2] == "g" else 1) if per else 1,
                points_per_day_max=points.integer("points_per_day_max"),
                valid_from=_valid_from(head),
                valid_until=head.day("valid_until", required=False),
                source_zh=head.text("source_zh"),
                source_en=head.text("source_en"),
            )
        for example in root.tables("example"):
            with example:
                _check_example(tariff, example)
    file.finish()
    return tariff


def _check_example(tariff: Tariff, example: Section) -> None:
    expected = example.integer("points")
    found = points_of(tariff, _milligrams(example, "reduction"), used_before=0).points
    if found != expected:
        example.report(
            "points",
            "example_fails",
            f"示例写 {expected}，算得 {found}",
            f"the example says {expected}, the tariff gives {found}",
        )


def _scene(path: Path) -> Scene:
    file = TomlFile(path)
    with file.root() as root, root.table("scene") as head:
        scene = Scene(
            number=head.integer("number"),
            code=head.text("code", pattern=CODE),
            mode=head.text("mode", pattern=r"[a-z][a-z0-9_]*"),
            title_zh=head.text("title_zh"),
            title_en=head.text("title_en"),
            short_zh=head.text("short_zh"),
            short_en=head.text("short_en"),
            icon=head.text("icon"),
            methodology_id=head.text("methodology"),
            tariff_id=head.text("tariff"),
            speed_max_kmh=head.integer("speed_max_kmh"),
            grade=head.text("grade", choices=_GRADES),
            valid_from=_valid_from(head),
        )
    file.finish()
    return scene


def _paths(content_root: Path, folder: str) -> Iterator[Path]:
    yield from sorted(content_root.glob(f"*/{folder}/*.toml"))


def _tariffs(content_root: Path) -> tuple[Tariff, ...]:
    tariffs = [_tariff(path) for path in _paths(content_root, "tariffs")]
    return tuple(sorted(tariffs, key=lambda tariff: (tariff.id, tariff.valid_from)))


def _scenes(content_root: Path) -> tuple[Scene, ...]:
    scenes = [_scene(path) for path in _paths(content_root, "scenes")]
    return tuple(sorted(scenes, key=lambda scene: scene.number))


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the tariffs and scenes: form, examples, frozen digests, dangling names."""
    problems: list[Problem] = []
    tariffs: dict[str, Tariff] = {}
    scenes: list[tuple[Path, Scene]] = []
    for path in _paths(content_root, "tariffs"):
        try:
            tariff = _tariff(path)
            tariffs[tariff.reference] = tariff
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    for path in _paths(content_root, "scenes"):
        try:
            scenes.append((path, _scene(path)))
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    known = {tariff.id for tariff in tariffs.values()}
    numbers: dict[int, Path] = {}
    for path, scene in scenes:
        if scene.tariff_id not in known:
            problems.append(
                Problem(
                    path,
                    0,
                    "scene.tariff",
                    "no_such_tariff",
                    f"没有积分规则 {scene.tariff_id}",
                    f"there is no tariff {scene.tariff_id}",
                )
            )
        if numbers.setdefault(scene.number, path) != path:
            problems.append(
                Problem(
                    path,
                    0,
                    "scene.number",
                    "number_taken",
                    f"编号 {scene.number} 已被 {numbers[scene.number].name} 使用",
                    f"the number {scene.number} belongs to {numbers[scene.number].name}",
                )
            )
    published = {reference: tariff.digest for reference, tariff in tariffs.items()}
    return problems + lock_problems(content_root, "tariff", published)


def list_content(content_root: Path) -> list[Entry]:
    """The tariffs and scenes as a listing shows them; a scene has no version of its own."""
    entries = []
    for path in _paths(content_root, "tariffs"):
        tariff = _tariff(path)
        entries.append(
            Entry(
                id=tariff.id,
                version=tariff.version,
                kind="tariff",
                digest=tariff.digest,
                status="published",
                title_zh=tariff.title_zh,
                title_en=tariff.title_en,
                path=path.relative_to(content_root),
            )
        )
    for path in _paths(content_root, "scenes"):
        scene = _scene(path)
        entries.append(
            Entry(
                id=scene.code,
                version="",
                kind="scene",
                digest=_digest(path.read_text(encoding="utf-8")),
                status="published",
                title_zh=scene.title_zh,
                title_en=scene.title_en,
                path=path.relative_to(content_root),
            )
        )
    return entries


@cache
def city_library(content_root: Path) -> SceneLibrary:
    """The city's library, read once for each program."""
    return SceneLibrary.load(content_root)
