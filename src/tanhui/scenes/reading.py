"""The files of scenes, tariffs and limits: reading, checking and listing them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tanhui.kernel.quantities import MG_PER_G
from tanhui.methodology.library import Entry
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.publishing import lock_problems
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.scenes.limit import Limit
from tanhui.scenes.scene import Scene, read_scene
from tanhui.scenes.tariff import GRADES, Tariff, points_of

_VERSION = r"\d+\.\d+\.\d+"
_PER = re.compile(r"([1-9]\d*) (g|mg)")
_AMOUNT = re.compile(r"(\d+)(?:\.(\d{1,3}))? g")
_LONGEST_WAIT = 31


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
                grade_percents=_percents(root),
            )
        for example in root.tables("example"):
            with example:
                _check_example(tariff, example)
    file.finish()
    return tariff


def _percents(root: Section) -> tuple[int, ...]:
    """What each grade of evidence pays; a tariff that says nothing pays all of them alike."""
    if not root.has("grades"):
        return (100,) * len(GRADES)
    with root.table("grades") as grades:
        percents = tuple(grades.integer(grade) for grade in GRADES)
        if list(percents) != sorted(percents, reverse=True) or not 0 <= percents[-1] <= 100:
            grades.report(
                "A", "wrong_percents", "应为 100 至 0 递减的百分比", "must fall from 100 to 0"
            )
        return percents


def _check_example(tariff: Tariff, example: Section) -> None:
    expected = example.integer("points")
    grade = example.text("grade", choices=GRADES, required=False) or GRADES[0]
    reduction_mg = _milligrams(example, "reduction")
    if grade not in GRADES:
        return
    found = points_of(tariff, reduction_mg, used_before=0, grade=grade).points
    if found != expected:
        example.report(
            "points",
            "example_fails",
            f"示例写 {expected}，算得 {found}",
            f"the example says {expected}, the tariff gives {found}",
        )


def _limit(path: Path) -> Limit:
    file = TomlFile(path)
    with file.root() as root:
        with root.table("limit") as head, root.table("points") as points:
            limit = Limit(
                id=head.text("id", pattern=r"[a-z][a-z0-9.-]*"),
                version=head.text("version", pattern=_VERSION),
                digest=_digest(file.source),
                title_zh=head.text("title_zh"),
                title_en=head.text("title_en"),
                basis=head.text("basis", choices=("official", "placeholder")),
                per_day_max_in_all=points.integer("per_day_max_in_all"),
                spendable_after_days=points.integer("spendable_after_days"),
                valid_from=_valid_from(head),
                source_zh=head.text("source_zh"),
                source_en=head.text("source_en"),
            )
        if limit.per_day_max_in_all < 1 or not 0 <= limit.spendable_after_days <= _LONGEST_WAIT:
            root.report(
                "points",
                "out_of_bounds",
                "上限至少 1 分，等待 0 至 31 天",
                "at least one point a day, and a wait of 0 to 31 days",
            )
    file.finish()
    return limit


def _paths(content_root: Path, folder: str) -> Iterator[Path]:
    yield from sorted(content_root.glob(f"*/{folder}/*.toml"))


def read_tariffs(content_root: Path) -> tuple[Tariff, ...]:
    """Every version of every tariff, by id and beginning."""
    tariffs = [_tariff(path) for path in _paths(content_root, "tariffs")]
    return tuple(sorted(tariffs, key=lambda tariff: (tariff.id, tariff.valid_from)))


def read_scenes(content_root: Path) -> tuple[Scene, ...]:
    """The scenes, by their numbers."""
    scenes = [read_scene(path) for path in _paths(content_root, "scenes")]
    return tuple(sorted(scenes, key=lambda scene: scene.number))


def read_limits(content_root: Path) -> tuple[Limit, ...]:
    """Every version of the limit over all scenes, the earliest first."""
    limits = [_limit(path) for path in _paths(content_root, "limits")]
    return tuple(sorted(limits, key=lambda limit: limit.valid_from))


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
    limits: dict[str, str] = {}
    for path in _paths(content_root, "limits"):
        try:
            limit = _limit(path)
            limits[limit.reference] = limit.digest
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    for path in _paths(content_root, "scenes"):
        try:
            scenes.append((path, read_scene(path)))
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    problems += _dangling(scenes, {tariff.id for tariff in tariffs.values()})
    published = {reference: tariff.digest for reference, tariff in tariffs.items()}
    problems += lock_problems(content_root, "tariff", published)
    return problems + lock_problems(content_root, "limit", limits)


def _dangling(scenes: list[tuple[Path, Scene]], known: set[str]) -> list[Problem]:
    """Scenes that name a tariff there is not, or share what each has alone."""
    problems: list[Problem] = []
    taken: dict[tuple[str, object], Path] = {}
    for path, scene in scenes:
        if scene.tariff_id not in known:
            zh, en = f"没有积分规则 {scene.tariff_id}", f"there is no tariff {scene.tariff_id}"
            problems.append(Problem(path, 0, "scene.tariff", "no_such_tariff", zh, en))
        for key, value in (("number", scene.number), ("code", scene.code), ("mode", scene.mode)):
            first = taken.setdefault((key, value), path)
            if first != path:
                zh = f"{value} 已被 {first.name} 使用"
                en = f"{value} belongs to {first.name}"
                problems.append(Problem(path, 0, f"scene.{key}", f"{key}_taken", zh, en))
    return problems


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
    for path in _paths(content_root, "limits"):
        limit = _limit(path)
        entries.append(
            Entry(
                id=limit.id,
                version=limit.version,
                kind="limit",
                digest=limit.digest,
                status="published",
                title_zh=limit.title_zh,
                title_en=limit.title_en,
                path=path.relative_to(content_root),
            )
        )
    for path in _paths(content_root, "scenes"):
        scene = read_scene(path)
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
