"""What the city chose for its registry: `content/<city>/registry.toml`, read by a closed schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile

_NAME = "registry.toml"
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Terms:
    """The registry's own name, and for how long a retirement may be undone."""

    name_zh: str
    name_en: str
    undo: timedelta


def read_terms(path: Path) -> Terms:
    """The terms of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("registry") as head:
            head.day("valid_from")
            head.text("basis", choices=("assumed", "published", "official"))
            head.text("source_zh")
            head.text("source_en")
        with root.table("name") as name:
            name_zh, name_en = name.text("zh"), name.text("en")
            name.text("why_zh")
            name.text("why_en")
        with root.table("retirement") as retirement:
            minutes = retirement.integer("undo_minutes")
            if not 0 <= minutes <= _DAY_MINUTES:
                retirement.report(
                    "undo_minutes",
                    "out_of_range",
                    f"{minutes} 不在 0 到 {_DAY_MINUTES} 之间",
                    f"{minutes} is not between 0 and {_DAY_MINUTES}",
                )
            retirement.text("why_zh")
            retirement.text("why_en")
    file.finish()
    return Terms(name_zh, name_en, timedelta(minutes=minutes))


def _files(content_root: Path) -> Iterator[Path]:
    return iter(sorted(content_root.glob(f"*/{_NAME}")))


@cache
def city_terms(content_root: Path) -> Terms:
    """The city's terms, read once for each program; raises ContentRefused."""
    found = list(_files(content_root))
    return read_terms(found[0] if found else content_root / "city" / _NAME)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the city's terms."""
    problems: list[Problem] = []
    for path in _files(content_root):
        try:
            read_terms(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
