"""Layouts: how one operator's trip file is to be read, declared in one TOML file each.

Nothing is guessed: time zone, time formats, columns and modes are what the layout says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import TomlFile

# What a trip may be told by. Of these, a layout must name the two times.
FIELDS = (
    "reference",
    "rider",
    "mode",
    "started_at",
    "ended_at",
    "distance_m",
    "steps",
    "energy_wh",
    "persons",
    "car_class",
    "start_lat",
    "start_lng",
    "end_lat",
    "end_lng",
)
PLACE_FIELDS = ("start_lat", "start_lng", "end_lat", "end_lng")
DETAIL_FIELDS = ("persons", "car_class")
# A deed has one measure, or places; what else a layout names, its files must have.
OPTIONAL_FIELDS = ("distance_m", "steps", "energy_wh", *DETAIL_FIELDS, *PLACE_FIELDS)
ZONE_STATED = "stated"
ISO = "iso8601"
_NAME = r"[a-z][a-z0-9-]*"


@dataclass(frozen=True, slots=True)
class Layout:
    """One operator's file format.

    `columns` maps a field of ours to the operator's column; `optional` holds the fields whose
    column may be missing from a file; `modes` maps the operator's words to our modes.
    `zone` is None where each time states its own offset. `mode` is set where the file has no
    such column because all its trips are of one kind.
    """

    name: str
    title_zh: str
    title_en: str
    zone: ZoneInfo | None
    time_formats: tuple[str, ...]
    columns: dict[str, str]
    optional: frozenset[str]
    modes: dict[str, str]
    mode: str | None
    grade: int = 0
    grade_without_odometer: int = 0

    @property
    def has_rider(self) -> bool:
        """Whether each trip names its rider."""
        return "rider" in self.columns


def _read(path: Path) -> Layout:
    file = TomlFile(path)
    with file.root() as root:
        with root.table("layout") as head:
            name = head.text("name", pattern=_NAME)
            if name and name != path.stem:
                head.report("name", "name_differs", "应与文件名相同", "must equal the file's name")
            title_zh, title_en = head.text("title_zh"), head.text("title_en")
            head.text("source")
            zone_name = head.text("time_zone")
            formats = head.texts("time_formats")
            head.text("coordinates", choices=("WGS84",))
            mode = head.text("mode", required=False) or None
            zone = None
            try:
                zone = None if zone_name == ZONE_STATED else ZoneInfo(zone_name or "UTC")
            except (ZoneInfoNotFoundError, ValueError):
                head.report(
                    "time_zone",
                    "unknown_zone",
                    f"未知的时区 {zone_name}",
                    f"unknown time zone {zone_name}",
                )
        columns = root.texts_by_name("columns")
        for field in columns:
            if field not in FIELDS:
                root.report(
                    f"columns.{field}",
                    "unknown_key",
                    f"未知的字段 {field}",
                    f"unknown field {field}; known are {', '.join(FIELDS)}",
                )
        for field in ("started_at", "ended_at"):
            if field not in columns:
                root.report("columns", "missing_key", f"缺少 {field}", f"missing key {field}")
        with root.table("optional", required=False) as optional_table:
            optional = optional_table.texts("columns", required=False)
        for field in optional:
            if field not in columns:
                root.report(
                    "optional",
                    "unknown_value",
                    f"未知的字段 {field}",
                    f"{field} is not among the columns",
                )
            elif field not in OPTIONAL_FIELDS:
                root.report(
                    "optional",
                    "unknown_value",
                    f"{field} 不可缺少",
                    f"{field} must be there; only {', '.join(OPTIONAL_FIELDS)} may be absent",
                )
        modes = root.texts_by_name("modes", required=mode is None)
    file.finish()
    return Layout(
        name, title_zh, title_en, zone, formats, columns, frozenset(optional), modes, mode
    )


def _folder(content_root: Path) -> Path:
    return content_root / "common" / "layouts"


def load_layout(content_root: Path, name: str) -> Layout:
    """The layout `name`; refuses `no_such_layout`, or with every fault of its file."""
    path = _folder(content_root) / f"{name}.toml"
    if not re.fullmatch(_NAME, name) or not path.is_file():
        known = ", ".join(sorted(file.stem for file in _folder(content_root).glob("*.toml")))
        raise NotFound(
            "no_such_layout",
            zh="没有名为“{name}”的文件格式；已有：{known}。",
            en="There is no layout “{name}”; there are: {known}.",
            name=name,
            known=known,
        )
    return _read(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of every layout."""
    problems: list[Problem] = []
    for path in sorted(_folder(content_root).glob("*.toml")):
        try:
            _read(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
