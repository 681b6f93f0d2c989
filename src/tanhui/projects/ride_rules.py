"""Which methodologies can claim journeys that citizens make: `content/<city>/rides.toml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile

_NAME = "rides.toml"


@dataclass(frozen=True, slots=True)
class RideClaim:
    """A methodology (without its version) claims journeys of `modes` where `scenario` is
    `option`."""

    methodology: str
    scenario: str
    option: str
    modes: tuple[str, ...]


def read_claims(path: Path) -> tuple[RideClaim, ...]:
    """The claims of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    found = []
    with file.root() as root:
        with root.table("rides") as head:
            head.day("valid_from")
            head.text("basis", choices=("assumed", "published", "official"))
            head.text("source_zh")
            head.text("source_en")
        for section in root.tables("claim"):
            with section:
                claim = RideClaim(
                    section.text("methodology"),
                    section.text("scenario"),
                    section.text("option"),
                    section.texts("modes"),
                )
                section.text("why_zh")
                section.text("why_en")
                found.append(claim)
    file.finish()
    return tuple(found)


def _files(content_root: Path) -> Iterator[Path]:
    return iter(sorted(content_root.glob(f"*/{_NAME}")))


@cache
def city_claims(content_root: Path) -> tuple[RideClaim, ...]:
    """The city's claims, read once for each program; none where it has no such file."""
    return tuple(claim for path in _files(content_root) for claim in read_claims(path))


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the city's claims."""
    problems: list[Problem] = []
    for path in _files(content_root):
        try:
            read_claims(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
