"""How the city's map is drawn: `content/<city>/map.toml`, by a closed schema."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

NAME = "map.toml"
_EAST_E5, _NORTH_E5 = 18_000_000, 9_000_000


@dataclass(frozen=True, slots=True)
class Zone:
    """A functional zone without borders of its own; its place in 1/100,000 degree, as the map's."""

    title_zh: str
    title_en: str
    longitude_e5: int
    latitude_e5: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the map says of itself, which districts its round inset repeats, and the zones."""

    note_zh: str
    note_en: str
    inset: frozenset[int]
    zones: tuple[Zone, ...]


def read_sketch(path: Path) -> Sketch:
    """The map of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("map") as head:
            note_zh, note_en = head.text("note_zh"), head.text("note_en")
            inset = _codes(head)
        zones = tuple(_zone(section) for section in root.tables("zone", required=False))
    file.finish()
    return Sketch(note_zh, note_en, inset, zones)


def _codes(head: Section) -> frozenset[int]:
    codes = head.raw("inset")
    if not isinstance(codes, list) or any(type(code) is not int for code in codes):
        head.report(
            "inset", "wrong_type", "应为区划代码的列表", "expected a list of district codes"
        )
        return frozenset()
    return frozenset(codes)


def _zone(section: Section) -> Zone:
    with section:
        longitude_e5, latitude_e5 = section.integers("place_e5", 2)
        if abs(longitude_e5) > _EAST_E5 or abs(latitude_e5) > _NORTH_E5:
            section.report(
                "place_e5", "out_of_bounds", "应为经度、纬度，十万分之一度", "longitude, latitude"
            )
        section.text("basis", choices=("assumed", "published"))
        return Zone(section.text("title_zh"), section.text("title_en"), longitude_e5, latitude_e5)


@cache
def city_sketch(content_root: Path) -> Sketch:
    """The city's map, read once for each program; raises ContentRefused."""
    (path,) = content_root.glob(f"*/{NAME}")
    return read_sketch(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the map."""
    problems: list[Problem] = []
    for path in sorted(content_root.glob(f"*/{NAME}")):
        try:
            read_sketch(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
