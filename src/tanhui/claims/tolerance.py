"""The city's tolerance: `content/<city>/claims.toml`, read by a closed schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tanhui.claims.matching import Tolerance
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

_NAME = "claims.toml"
_SECOND_US = 1_000_000


def read_tolerance(path: Path) -> Tolerance:
    """The tolerance of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("claims") as head:
            head.day("valid_from")
            head.text("basis", choices=("assumed", "published", "official"))
            head.text("source_zh")
            head.text("source_en")
        with _reasoned(root, "same_time") as same_time:
            overlap_percent = _within(same_time, "percent_of_shorter", 1, 100)
        with _reasoned(root, "other_mode") as other_mode:
            other_minutes = _within(other_mode, "minutes", 0, 120)
        with _reasoned(root, "one_clock") as one_clock:
            overlap_seconds = _within(one_clock, "seconds", 0, 600)
        with _reasoned(root, "clocks_apart") as clocks_apart:
            clock_minutes = _within(clocks_apart, "minutes", 0, 120)
        with _reasoned(root, "duration") as duration:
            duration_seconds = _within(duration, "seconds", 0, 3_600)
            duration_percent = _within(duration, "percent", 0, 100)
        with _reasoned(root, "distance") as distance:
            metres = _within(distance, "metres", 0, 10_000)
            metres_percent = _within(distance, "percent", 0, 100)
    file.finish()
    return Tolerance(
        clock_us=clock_minutes * 60 * _SECOND_US,
        duration_us=duration_seconds * _SECOND_US,
        duration_percent=duration_percent,
        amount_m=metres,
        amount_percent=metres_percent,
        overlap_us=overlap_seconds * _SECOND_US,
        overlap_percent=overlap_percent,
        other_group_us=other_minutes * 60 * _SECOND_US,
    )


def _reasoned(root: Section, key: str) -> Section:
    """A table of values with the reason for them."""
    section = root.table(key)
    section.text("why_zh")
    section.text("why_en")
    return section


def _within(section: Section, key: str, least: int, most: int) -> int:
    value = section.integer(key)
    if not least <= value <= most:
        section.report(
            key,
            "out_of_range",
            f"{value} 不在 {least} 到 {most} 之间",
            f"{value} is not between {least} and {most}",
        )
    return value


def _files(content_root: Path) -> Iterator[Path]:
    return iter(sorted(content_root.glob(f"*/{_NAME}")))


@cache
def city_tolerance(content_root: Path) -> Tolerance:
    """The city's tolerance, read once for each program; raises ContentRefused."""
    found = list(_files(content_root))
    # Without a file there is no rule by which anything could be merged, or paid twice.
    return read_tolerance(found[0] if found else content_root / "city" / _NAME)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the city's tolerance."""
    problems: list[Problem] = []
    for path in _files(content_root):
        try:
            read_tolerance(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
