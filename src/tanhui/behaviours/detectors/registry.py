"""Finds the detectors and the cities' settings for them.

A detector is one file of this folder with `CODE` (the file's own name), `REASONS` and
`read(section, modes) -> Rule`; a city switches it on with content/<city>/detectors/<code>.toml,
or <code>.N.toml for a later version. Whoever changes a threshold in force writes a new version with
a later `valid_from`: published digests are frozen in `published.lock`.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

from tanhui.behaviours import detectors as folder
from tanhui.behaviours.detectors.seen import Detector, Told
from tanhui.behaviours.detectors.settings import Modes
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.publishing import lock_problems
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.scenes.reading import read_scenes
from tanhui.scenes.scene import Scene

# Nothing is kept from a citizen for longer without anybody deciding.
DEADLINE_DAYS_MAX = 7
_VERSION = r"\d+\.\d+\.\d+"
_BASES = ("assumed", "published")


@dataclass(frozen=True)
class DetectorLibrary:
    """Every version of every detector that the cities have switched on."""

    detectors: tuple[Detector, ...]

    @classmethod
    def load(cls, content_root: Path, modes: Mapping[str, int]) -> DetectorLibrary:
        """Reads all settings; raises ContentRefused with every fault found.

        `modes` gives the scene's number of each mode. Thresholds of modes that no scene has are
        left out: a scene that is withdrawn must not stop the settlement of the others.
        """
        problems: list[Problem] = []
        found: list[Detector] = []
        for path in _paths(content_root):
            try:
                found.append(_read(path, Modes(dict(modes), every=False)))
            except ContentRefused as refusal:
                problems.extend(refusal.problems)
        if problems:
            raise ContentRefused(problems)
        return cls(tuple(sorted(found, key=lambda one: (one.number, one.valid_from))))

    def on(self, day: date) -> tuple[Detector, ...]:
        """The detectors in force on a city day, in the order in which they are heard."""
        latest = {one.code: one for one in self.detectors if one.valid_from <= day}
        return tuple(sorted(latest.values(), key=lambda one: one.number))

    def detector(self, code: str, version: str) -> Detector | None:
        """The version that held a deed; None where the city has withdrawn its file."""
        named = (one for one in self.detectors if (one.code, one.version) == (code, version))
        return next(named, None)


@cache
def modules() -> dict[str, ModuleType]:
    """The detectors of this folder by code."""
    found = (
        importlib.import_module(f"{folder.__name__}.{entry.name}")
        for entry in pkgutil.iter_modules(folder.__path__)
    )
    return {module.CODE: module for module in found if hasattr(module, "CODE")}


def _paths(content_root: Path) -> Iterator[Path]:
    yield from sorted(content_root.glob("*/detectors/*.toml"))


def _digest(path: Path) -> str:
    return f"sha256:{hashlib.sha256(path.read_text(encoding='utf-8').encode()).hexdigest()}"


def _told(section: Section, key: str) -> Told:
    return Told(section.text(f"{key}_zh"), section.text(f"{key}_en"))


def _read(path: Path, modes: Modes) -> Detector:
    file = TomlFile(path)
    with file.root() as root:
        with root.table("detector") as head:
            code = head.text("code", choices=sorted(modules()))
            if code and path.name.split(".")[0] != code:
                zh, en = f"文件名应为 {code}.toml", f"the file must be named {code}.toml"
                head.report("code", "wrong_file_name", zh, en)
            number, deadline = head.integer("number"), head.integer("deadline_days")
            if not 1 <= deadline <= DEADLINE_DAYS_MAX:
                zh = f"应为 1 至 {DEADLINE_DAYS_MAX} 天"
                en = f"must be 1 to {DEADLINE_DAYS_MAX} days"
                head.report("deadline_days", "out_of_bounds", zh, en)
            version = head.text("version", pattern=_VERSION)
            valid_from = head.day("valid_from") or date.min
            basis = head.text("basis", choices=_BASES)
            title = _told(head, "title")
        module = modules().get(code)
        with root.table("told") as told:
            until, can = _told(told, "until"), _told(told, "can")
            what = {}
            for reason in module.REASONS if module else ():
                with told.table(reason) as sentence:
                    what[reason] = _told(sentence, "what")
        rule = None
        with root.table("thresholds") as thresholds:
            if module:
                rule = module.read(thresholds, modes)
    file.finish()
    assert rule is not None, "a file without a known code has a fault"
    return Detector(
        code=code,
        number=number,
        version=version,
        valid_from=valid_from,
        basis=basis,
        deadline_days=deadline,
        title=title,
        what=what,
        until=until,
        can=can,
        rule=rule,
    )


def _scenes(content_root: Path) -> tuple[Scene, ...]:
    """The city's scenes; none where their own files have faults, which others report."""
    try:
        return read_scenes(content_root)
    except ContentRefused:
        return ()


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the cities' detectors: form, modes without a scene, numbers taken twice."""
    scenes = _scenes(content_root)
    modes = Modes({scene.mode: scene.number for scene in scenes}, every=bool(scenes))
    problems: list[Problem] = []
    numbers: dict[tuple[Path, int], str] = {}
    begins: set[tuple[str, date, Path]] = set()
    published: dict[str, str] = {}
    for path in _paths(content_root):
        try:
            detector = _read(path, modes)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        published[f"{detector.code}@{detector.version}"] = _digest(path)
        owner = numbers.setdefault((path.parent, detector.number), detector.code)
        if owner != detector.code:
            zh = f"编号 {detector.number} 已被 {owner} 使用"
            en = f"the number {detector.number} belongs to {owner}"
            problems.append(Problem(path, 0, "detector.number", "number_taken", zh, en))
        begin = (detector.code, detector.valid_from, path.parent)
        if begin in begins:
            zh, en = "两个版本同日生效", "two versions begin on one day"
            problems.append(Problem(path, 0, "detector.valid_from", "versions_overlap", zh, en))
        begins.add(begin)
    return problems + lock_problems(content_root, "detector", published)
