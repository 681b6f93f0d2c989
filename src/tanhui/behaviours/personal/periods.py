"""How long raw values are kept: `content/<city>/retention.toml`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile

# No city may keep raw tracks for longer than this.
RAW_DAYS_MAX = 30


@dataclass(frozen=True, slots=True)
class Retention:
    """Days for which each kind of raw value is kept."""

    raw_files: int
    reports: int
    login_codes: int
    ended_sessions: int


def _read(path: Path) -> Retention:
    file = TomlFile(path)
    with file.root() as root:
        with root.table("retention") as head:
            head.text("version", pattern=r"\d+\.\d+\.\d+")
            head.text("source_zh")
            head.text("source_en")
        with root.table("days") as days:
            found = Retention(
                raw_files=days.integer("raw_files"),
                reports=days.integer("reports"),
                login_codes=days.integer("login_codes"),
                ended_sessions=days.integer("ended_sessions"),
            )
            for name in ("raw_files", "reports", "login_codes", "ended_sessions"):
                if not 1 <= getattr(found, name) <= RAW_DAYS_MAX:
                    days.report(
                        name,
                        "kept_too_long",
                        f"应在 1 到 {RAW_DAYS_MAX} 天之间",
                        f"must be 1 to {RAW_DAYS_MAX} days",
                    )
    file.finish()
    return found


def _paths(content_root: Path) -> list[Path]:
    return sorted(content_root.glob("*/retention.toml"))


@cache
def city_retention(content_root: Path) -> Retention:
    """The city's periods, read once for each program; raises ContentRefused."""
    (path,) = _paths(content_root)
    return _read(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the periods."""
    problems: list[Problem] = []
    for path in _paths(content_root):
        try:
            _read(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
