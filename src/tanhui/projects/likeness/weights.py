"""What each sign weighs: `content/<city>/likeness.toml`, read by a closed schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

_NAME = "likeness.toml"
FULL = 100


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign adds to a score of at most 100, and from how many per cent on it counts."""

    shown: int
    refused: int
    geometry: int
    geometry_least: int
    geometry_full: int
    meter: int
    document: int
    documents_passed_over: tuple[str, ...]
    credit_code: int
    owner_name: int
    owner_name_least: int
    name: int
    name_least: int
    names_passed_over: tuple[str, ...]
    methodology: int


def read_weights(path: Path) -> Weights:
    """The weights of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("likeness") as head:
            head.day("valid_from")
            head.text("basis", choices=("assumed", "published", "official"))
            head.text("source_zh")
            head.text("source_en")
        with _reasoned(root, "scores") as scores:
            shown, refused = _within(scores, "shown"), _within(scores, "refused")
            if shown > refused:
                scores.report(
                    "shown",
                    "shown_above_refused",
                    "列出的分数不能高于拒绝的分数",
                    "what is listed cannot score more than what is refused",
                )
        with _reasoned(root, "geometry") as geometry:
            geometry_weight = _within(geometry, "weight")
            least, full = _within(geometry, "least_percent"), _within(geometry, "full_percent")
        meter = _weight(root, "meter")
        with _reasoned(root, "document") as document:
            document_weight = _within(document, "weight")
            kinds = document.texts("kinds_passed_over")
        credit_code = _weight(root, "credit_code")
        with _reasoned(root, "owner_name") as owner_name:
            owner_weight = _within(owner_name, "weight")
            owner_least = _within(owner_name, "least_percent")
        with _reasoned(root, "name") as name:
            name_weight, name_least = _within(name, "weight"), _within(name, "least_percent")
            words = name.texts("passed_over")
        methodology = _weight(root, "methodology")
    file.finish()
    return Weights(
        shown=shown,
        refused=refused,
        geometry=geometry_weight,
        geometry_least=least,
        geometry_full=full,
        meter=meter,
        document=document_weight,
        documents_passed_over=kinds,
        credit_code=credit_code,
        owner_name=owner_weight,
        owner_name_least=owner_least,
        name=name_weight,
        name_least=name_least,
        names_passed_over=words,
        methodology=methodology,
    )


def _reasoned(root: Section, key: str) -> Section:
    """A table of values with the reason for them."""
    section = root.table(key)
    section.text("why_zh")
    section.text("why_en")
    return section


def _weight(root: Section, key: str) -> int:
    with _reasoned(root, key) as section:
        return _within(section, "weight")


def _within(section: Section, key: str) -> int:
    value = section.integer(key)
    if not 0 <= value <= FULL:
        section.report(
            key,
            "out_of_range",
            f"{value} 不在 0 到 {FULL} 之间",
            f"{value} is not between 0 and {FULL}",
        )
    return value


def _files(content_root: Path) -> Iterator[Path]:
    return iter(sorted(content_root.glob(f"*/{_NAME}")))


@cache
def city_weights(content_root: Path) -> Weights:
    """The city's weights, read once for each program; raises ContentRefused."""
    found = list(_files(content_root))
    return read_weights(found[0] if found else content_root / "city" / _NAME)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the city's weights."""
    problems: list[Problem] = []
    for path in _files(content_root):
        try:
            read_weights(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
