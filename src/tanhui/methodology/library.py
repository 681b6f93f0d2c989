"""The library: every methodology, factor row, unit and conversion under one content folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import Example, Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.factors import FactorLibrary, Warming
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.reader import read_methodology
from tanhui.methodology.units import Quantity, UnitTable

LOCK = "published.lock"


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as a listing shows it. `path` is relative to the content folder."""

    id: str
    version: str
    kind: str
    digest: str
    status: str
    title_zh: str
    title_en: str
    path: Path

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"


def _version_order(methodology: Methodology) -> tuple[int, ...]:
    return tuple(int(part) for part in methodology.version.split("."))


def _read_all(root: Path, shelf: Shelf) -> tuple[list[Methodology], list[Problem]]:
    found: dict[str, Methodology] = {}
    problems: list[Problem] = []
    for path in sorted(root.glob("*/methodologies/**/*.toml")):
        try:
            methodology = read_methodology(path, shelf)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        if methodology.reference in found:
            problems.append(
                Problem(
                    path,
                    0,
                    "methodology.version",
                    "duplicate_document",
                    f"{methodology.reference} 已在 {found[methodology.reference].path.name} 中",
                    f"{methodology.reference} is already in "
                    f"{found[methodology.reference].path.name}",
                )
            )
            continue
        found[methodology.reference] = methodology
    return list(found.values()), problems


def open_shelf(root: Path) -> Shelf:
    """Units, factors and potentials under `root`. Raises ContentRefused when one is faulty."""
    units = UnitTable(root / "common" / "units.toml")
    warming = Warming(root / "common" / "gwp.toml", units)
    return Shelf(units, FactorLibrary(root / "common" / "factors", units), warming)


class Library:
    """Methodologies by id and version. Immutable once loaded; safe to share between threads."""

    def __init__(self, root: Path, shelf: Shelf, methodologies: list[Methodology]) -> None:
        self.root = root
        self.units = shelf.units
        self.factors = shelf.factors
        self.warming = shelf.warming
        self._by_id: dict[str, list[Methodology]] = {}
        for methodology in sorted(methodologies, key=_version_order):
            self._by_id.setdefault(methodology.id, []).append(methodology)

    @classmethod
    def load(cls, content_root: Path) -> Library:
        """Read everything under `content_root`.

        Raises ContentRefused with every fault of every file; worked examples and the published
        digests are the work of `check_content`.
        """
        shelf = open_shelf(content_root)
        methodologies, problems = _read_all(content_root, shelf)
        if problems:
            raise ContentRefused(problems)
        return cls(content_root, shelf, methodologies)

    def methodology(
        self, id: str, version: str | None = None, *, on: date | None = None
    ) -> Methodology:
        """The methodology `id`: the given `version`, or else the latest published one.

        With `on`, only versions in force on that day count. A draft is given only by its version.
        Refuses: `no_such_methodology`, `no_such_version`, `not_published`,
        `no_methodology_in_force`.
        """
        if id not in self._by_id:
            raise NotFound(
                "no_such_methodology",
                zh="没有方法学 {id}",
                en="there is no methodology {id}",
                id=id,
            )
        versions = self._by_id[id]
        if version is not None:
            versions = [item for item in versions if item.version == version]
            if not versions:
                raise NotFound(
                    "no_such_version",
                    zh="方法学 {id} 没有版本 {version}",
                    en="the methodology {id} has no version {version}",
                    id=id,
                    version=version,
                )
        else:
            versions = [item for item in versions if item.status == "published"]
            if not versions:
                raise NotFound(
                    "not_published",
                    zh="方法学 {id} 尚无已发布的版本；草案须写明版本",
                    en="the methodology {id} has no published version; name a draft's version",
                    id=id,
                )
        in_force = [item for item in versions if on is None or item.valid.holds(on)]
        if not in_force:
            raise NotFound(
                "no_methodology_in_force",
                zh="方法学 {id} 在 {day} 没有有效的已发布版本",
                en="no published version of {id} is in force on {day}",
                id=id,
                day=on,
            )
        return in_force[-1]

    def referenced(self, reference: str, *, on: date | None = None) -> Methodology:
        """The methodology of `id` or `id@version`. Refuses as `methodology` does."""
        id, _, version = reference.partition("@")
        return self.methodology(id, version or None, on=on)

    def methodologies(self) -> list[Methodology]:
        """Every version of every methodology, by id and then version."""
        return [item for id in sorted(self._by_id) for item in self._by_id[id]]

    def listing(self) -> list[Entry]:
        """Every version of every methodology as a listing shows it."""
        return [
            Entry(
                item.id,
                item.version,
                "methodology",
                item.digest,
                item.status,
                item.title_zh,
                item.title_en,
                item.path.relative_to(self.root),
            )
            for item in self.methodologies()
        ]


def _example_answer(methodology: Methodology, example: Example) -> dict[str, Quantity]:
    return evaluate(methodology, example.inputs).outputs


def example_problems(methodology: Methodology) -> list[Problem]:
    """The worked examples that do not come out as the document says."""
    problems = []
    for index, example in enumerate(methodology.examples):
        fault = _example_fault(methodology, example)
        if fault is not None:
            key = f"example.{index}"
            problems.append(Problem(methodology.path, example.line, key, "example_fails", *fault))
    return problems


def _example_fault(methodology: Methodology, example: Example) -> tuple[str, str] | None:
    try:
        found = _example_answer(methodology, example)
    except Refusal as refusal:
        if refusal.code == example.refused:
            return None
        return f"被拒：{refusal.zh}", f"refused: {refusal.en}"
    if example.refused:
        return (
            f"应以 {example.refused} 被拒，却得出结果",
            f"expected the refusal {example.refused}, found a result",
        )
    for name, expected in example.expected.items():
        given = found.get(name)
        if given is None:
            return f"没有输出 {name}", f"there is no output {name}"
        if given.unit.signature != expected.unit.signature or given.base != expected.base:
            return (
                f"{name} 为 {given.value} {given.unit.text}，示例却写 {expected.value}",
                f"{name} is {given.value} {given.unit.text}, the example says {expected.value}",
            )
    return None


def published_digests(root: Path, section: str) -> dict[str, str]:
    """The frozen digests of `published.lock` for one section, by `id@version`.

    Raises ContentRefused when the lock is not readable TOML of that shape.
    """
    path = root / LOCK
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        zh, en = f"发布锁无法读取：{error}", f"the lock cannot be read: {error}"
        raise ContentRefused([Problem(path, 0, "", "unreadable_lock", zh, en)]) from None
    frozen = data.get(section, {})
    if not isinstance(frozen, dict):
        zh, en = f"{section} 应为表", f"{section} must be a table"
        raise ContentRefused([Problem(path, 0, section, "unreadable_lock", zh, en)])
    return {str(reference): str(digest) for reference, digest in frozen.items()}


def lock_problems(root: Path, section: str, published: Mapping[str, str]) -> list[Problem]:
    """Published documents (`id@version` to digest) that differ from the lock, are not in it, or
    are in it but gone. Any room with published documents may ask this for its own section.
    """
    try:
        frozen = published_digests(root, section)
    except ContentRefused as refusal:
        return list(refusal.problems)
    problems = []
    for reference in sorted(frozen.keys() | published.keys()):
        now = published.get(reference)
        if reference not in frozen:
            code = "not_in_lock"
            zh = f"已发布但不在锁中，应写入 {now}"
            en = f'published but not in the lock; its line is "{reference}" = "{now}"'
        elif now is None:
            code, zh, en = "published_gone", "已发布的文件不见了", "the published document is gone"
        elif now != frozen[reference]:
            code = "published_changed"
            zh = f"已发布的文件被改动：现为 {now}；改动须用新版本"
            en = f"a published document was changed: it is now {now}; a change is a new version"
        else:
            continue
        problems.append(Problem(root / LOCK, 0, f"{section}.{reference}", code, zh, en))
    return problems


def check_content(root: Path) -> list[Problem]:
    """Every fault of the units, factors and methodologies under `root`: their form, their worked
    examples, and whether what was published is still the same.
    """
    try:
        shelf = open_shelf(root)
    except ContentRefused as refusal:
        return list(refusal.problems)
    methodologies, problems = _read_all(root, shelf)
    for methodology in methodologies:
        problems.extend(example_problems(methodology))
    published = {
        item.reference: item.digest for item in methodologies if item.status == "published"
    }
    return problems + lock_problems(root, "methodology", published)
