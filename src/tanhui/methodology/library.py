"""The library: every methodology, factor row, unit and conversion under one content folder."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.binding import Shelf
from tanhui.methodology.conventions import (
    convention_problems,
    folder_problems,
    lineage_problems,
)
from tanhui.methodology.document import Methodology
from tanhui.methodology.factorrows import Validity
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.publishing import lock_problems
from tanhui.methodology.shelves import Shelves
from tanhui.methodology.worked import example_problems


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
        shelves = Shelves(content_root)
        methodologies, problems = shelves.read_all()
        if problems:
            raise ContentRefused(problems)
        return cls(content_root, shelves.shelf, methodologies)

    @classmethod
    def around(cls, content_root: Path, reference: str) -> Library:
        """A library of one document (`id` or `id@version`) in all its versions.

        What others are writing beside it does not matter. Raises ContentRefused with its faults
        and those of the modules it uses.
        """
        shelves = Shelves(content_root)
        return cls(content_root, shelves.shelf, shelves.versions(reference.partition("@")[0]))

    def with_only(self, methodology: Methodology) -> Library:
        """The same library, but with this version alone under its id, in force on every day.

        For computing what a version would give on days on which another one was in force.
        """
        other = copy(self)
        held = replace(methodology, valid=Validity(date.min, None), status="published")
        other._by_id = {**self._by_id, methodology.id: [held]}
        return other

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
        """Every version of every methodology, then every factor table, as a listing shows it."""
        documents = [
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
        tables = [
            Entry(
                f"factors.{table.id}",
                table.version,
                "factors",
                table.digest,
                "published",
                table.zh,
                table.en,
                table.path.relative_to(self.root),
            )
            for table in self.factors.tables()
        ]
        return documents + tables


def check_content(root: Path) -> list[Problem]:
    """Every fault of the units, factors and methodologies under `root`: their form, their worked
    examples, and whether what was published is still the same.
    """
    try:
        shelves = Shelves(root)
    except ContentRefused as refusal:
        return list(refusal.problems)
    methodologies, problems = shelves.read_all()
    for methodology in methodologies:
        problems.extend(example_problems(methodology))
        problems.extend(convention_problems(methodology))
    problems.extend(folder_problems(root, methodologies))
    problems.extend(lineage_problems(methodologies))
    published = {
        item.reference: item.digest for item in methodologies if item.status == "published"
    }
    return problems + lock_problems(root, "methodology", published)
