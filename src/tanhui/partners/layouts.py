"""Layouts: how one operator's trip file is to be read, declared in one TOML file each.

Nothing is guessed: time zone, time formats, columns, units and modes are what the layout says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile, type_words
from tanhui.partners.form import (
    CLOCK_SUFFIX,
    COORDINATES,
    DELIMITERS,
    DETAIL_FIELDS,
    DISTANCE_UNITS,
    DURATION_UNITS,
    ENCODINGS,
    ENERGY_UNITS,
    EPOCHS,
    FIELDS,
    GRADES,
    HEADERS,
    ISO,
    OPTIONAL_FIELDS,
    PERIODS,
    PLACE_FIELDS,
    TIME_FIELDS,
    ZONE_STATED,
    Layout,
    StationForm,
    Units,
)

__all__ = [
    "DETAIL_FIELDS",
    "ISO",
    "PLACE_FIELDS",
    "Layout",
    "check_content",
    "load_layout",
    "names",
    "read_layout",
]

_NAME = r"[a-z][a-z0-9-]*"
_RECORDS = r"(\[\]\.)?[A-Za-z0-9_]+(\[\])?(\.[A-Za-z0-9_]+(\[\])?)*|\[\]"
# The parts of a time format; `%z` states the offset.
_DIRECTIVE = re.compile(r"%(\.[369]?f|#z|:z|.)")
_DIRECTIVES = {*"YymdeHIMSpbBj", ".f", ".3f", ".6f", ".9f", "#z", ":z", "z", "%"}
_OFFSETS = {"z", "#z", ":z"}


def directives(form: str) -> set[str]:
    """The parts of a time format, without their `%`."""
    return set(_DIRECTIVE.findall(form))


def _zone(head: Section) -> ZoneInfo | None:
    name = head.text("time_zone")
    try:
        return None if name == ZONE_STATED else ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        head.report("time_zone", "unknown_zone", f"未知的时区 {name}", f"unknown time zone {name}")
    return None


def _states_offset(form: str) -> bool:
    return form == ISO or form in EPOCHS or bool(directives(form) & _OFFSETS)


def _time_formats(head: Section, zone: ZoneInfo | None) -> tuple[str, ...]:
    formats = head.texts("time_formats")
    orders = set()
    for form in formats:
        parts = directives(form)
        if form not in (ISO, *EPOCHS) and (
            not parts <= _DIRECTIVES or not parts & {"Y", "y"} or not parts & {"d", "e", "j"}
        ):
            head.report(
                "time_formats",
                "malformed_value",
                f"无法识别的时间格式 {form}，应如 %Y-%m-%d %H:%M:%S",
                f"{form} is no time format; write it like %Y-%m-%d %H:%M:%S",
            )
        elif zone is None and not _states_offset(form) and head.data.get("time_zone") == "stated":
            head.report(
                "time_formats",
                "zone_not_stated",
                f"时区写明为随时间给出，但格式 {form} 不含时差",
                f"times are to state their offset, but the format {form} has none",
            )
        order = re.search(r"%[de]\W+%m|%m\W+%[de]", form)
        if order and not form.startswith("%Y"):
            orders.add(order[0].index("m") > 1)
    if len(orders) > 1:
        head.report(
            "time_formats",
            "ambiguous_formats",
            "同一格式不能既有日在前又有月在前：03/04 无法判断",
            "one layout cannot have both day first and month first: 03/04 would be a guess",
        )
    return formats


def _aliases(columns: Section, key: str, value: Any, *, by_place: bool) -> tuple[str, ...]:
    """The operator's columns for one field, as text; reports what is neither name nor place."""
    told = value if isinstance(value, list) and value else [value]
    if by_place and all(type(one) is int and one > 0 for one in told):
        return tuple(str(one) for one in told)
    if not by_place and all(isinstance(one, str) and one.strip() for one in told):
        return tuple(told)
    zh, en = type_words(value)
    wanted_zh, wanted_en = (
        ("从 1 起的列序号", "a column's number from 1")
        if by_place
        else (
            "列名或列名的列表",
            "a column's name or a list of names",
        )
    )
    columns.report(
        key, "wrong_type", f"应为{wanted_zh}，实为{zh}", f"expected {wanted_en}, found {en}"
    )
    return ()


def _columns(root: Section, *, by_place: bool) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with root.table("columns") as section:
        for key in section.data:
            value = section.raw(key)
            if key not in FIELDS:
                section.report(
                    key,
                    "unknown_key",
                    f"未知的字段 {key}",
                    f"unknown field {key}; known are {', '.join(FIELDS)}",
                )
            elif isinstance(value, dict) and key in TIME_FIELDS:
                with section.table(key) as halves:
                    for half, name in (("date", key), ("time", key + CLOCK_SUFFIX)):
                        if halves.has(half):
                            part = halves.raw(half)
                            found[name] = _aliases(halves, half, part, by_place=by_place)
                        else:
                            halves.report(
                                half, "missing_key", f"缺少 {half}", f"missing key {half}"
                            )
            else:
                found[key] = _aliases(section, key, value, by_place=by_place)
    return found


def _optional(root: Section, columns: Mapping[str, Any], mode: str | None) -> frozenset[str]:
    with root.table("optional", required=False) as table:
        optional = table.texts("columns", required=False)
    for field in optional:
        if field not in columns:
            root.report(
                "optional",
                "unknown_value",
                f"未知的字段 {field}",
                f"{field} is not among the columns",
            )
        elif field not in OPTIONAL_FIELDS or (field == "mode" and mode is None):
            root.report(
                "optional",
                "unknown_value",
                f"{field} 不可缺少",
                f"{field} must be there; only {', '.join(OPTIONAL_FIELDS)} may be absent, and"
                " the mode where the layout names one",
            )
    return frozenset(optional)


def _units(root: Section) -> Units:
    with root.table("units", required=False) as table:
        words = {
            "distance_m": (table.text("distance", choices=[*DISTANCE_UNITS], required=False), "m"),
            "energy_wh": (table.text("energy", choices=[*ENERGY_UNITS], required=False), "Wh"),
            "duration": (table.text("duration", choices=[*DURATION_UNITS], required=False), "s"),
        }
    known = {**DISTANCE_UNITS, **ENERGY_UNITS, **DURATION_UNITS}
    return {field: known.get(word or usual, 1) for field, (word, usual) in words.items()}


def _numbers(root: Section, columns: Mapping[str, Any]) -> tuple[str, str, frozenset[str]]:
    with root.table("numbers", required=False) as table:
        decimal = table.text("decimal", choices=(".", ","), required=False) or "."
        thousands = ""
        if table.has("thousands"):
            thousands = str(table.raw("thousands"))
            if thousands not in (",", ".", " ", "'", "\u00a0") or thousands == decimal:
                table.report(
                    "thousands",
                    "unknown_value",
                    "千位分隔符应为逗号、句点、空格或撇号之一，且不同于小数点",
                    "thousands are parted by a comma, a dot, a blank or an apostrophe,"
                    " and not by the decimal mark",
                )
        marked = table.texts("fields", required=False)
        for field in marked:
            if field not in columns:
                table.report(
                    "fields",
                    "unknown_value",
                    f"{field} 不在 [columns] 中",
                    f"{field} is not among the columns",
                )
    return decimal, thousands, frozenset(marked)


def _stations(root: Section, columns: Mapping[str, Any]) -> StationForm | None:
    asked = [field for field in columns if "_station_" in field]
    if not root.has("stations"):
        if asked:
            root.report(
                f"columns.{asked[0]}",
                "missing_key",
                "引用了站点却没有 [stations]",
                "stations are referred to, but there is no [stations]",
            )
        return None
    with root.table("stations") as table:
        texts = {
            key: table.texts(key, required=key in ("files", "lat", "lng"))
            for key in ("files", "lat", "lng", "id", "name")
        }
        for key in ("id", "name"):
            wanted = [field for field in asked if field.endswith(f"_{key}")]
            if bool(wanted) != bool(texts[key]):
                table.report(
                    key,
                    "missing_key",
                    f"站点的 {key} 应同时写在 [columns] 与 [stations]",
                    f"the stations' {key} must be in both [columns] and [stations]",
                )
    return StationForm(**texts)


def _words(root: Section) -> dict[str, dict[str, str]]:
    with root.table("words", required=False) as table:
        return {key: table.texts_by_name(key) for key in DETAIL_FIELDS if table.has(key)}


def _grades(head: Section) -> tuple[int, int]:
    grade = head.text("grade", choices=[*GRADES], required=False) or "A"
    without = head.text("grade_without_odometer", choices=[*GRADES], required=False) or grade
    return GRADES.find(grade), GRADES.find(without)


def _check_period(root: Section, layout: Layout) -> None:
    """Faults of what must or must not be there for what a row of this layout is."""
    columns = layout.columns
    if "started_at" not in columns:
        root.report("columns", "missing_key", "缺少 started_at", "missing key started_at")
    ends = {"ended_at", "duration"} & set(columns)
    if layout.period == "trip" and not ends:
        root.report("columns", "missing_key", "缺少 ended_at", "missing key ended_at")
    if layout.period != "trip" and ends:
        root.report(
            "columns",
            "unknown_value",
            f"period 为 {layout.period} 时没有结束时间一列",
            f"a {layout.period} has no column for its end",
        )
    if layout.period == "moment" and ("mode" in columns or layout.mode):
        root.report("columns", "unknown_value", "时点没有出行方式", "a moment has no mode")
    elif layout.period != "moment" and "mode" not in columns and layout.mode is None:
        root.report("columns", "missing_key", "缺少 mode", "missing key mode")


def read_layout(path: Path) -> Layout:
    """The layout in one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("layout") as head:
            name = head.text("name", pattern=_NAME)
            if name and name != path.stem:
                head.report("name", "name_differs", "应与文件名相同", "must equal the file's name")
            title_zh, title_en = head.text("title_zh"), head.text("title_en")
            source = head.text("source")
            zone = _zone(head)
            formats = _time_formats(head, zone)
            coordinates = head.text("coordinates", choices=COORDINATES)
            mode = head.text("mode", required=False) or None
            period = head.text("period", choices=PERIODS, required=False) or "trip"
            header = head.text("header", choices=HEADERS, required=False) or "exact"
            delimiter = _delimiter(head)
            encoding = head.text("encoding", choices=ENCODINGS, required=False) or "utf-8"
            empty = head.texts("empty", required=False)
            records = head.text("records", pattern=_RECORDS, like="[].tests[]", required=False)
            grade, without = _grades(head)
        columns = _columns(root, by_place=header == "none")
        decimal, thousands, marked = _numbers(root, columns)
        layout = Layout(
            name=name,
            title_zh=title_zh,
            title_en=title_en,
            source=source,
            zone=zone,
            time_formats=formats,
            columns=columns,
            optional=_optional(root, columns, mode),
            modes=root.texts_by_name("modes", required="mode" in columns),
            mode=mode,
            words=_words(root),
            period=period,
            header=header,
            delimiter=delimiter,
            encoding=encoding,
            empty=empty,
            records=tuple(records.removeprefix("[].").split(".")) if records else (),
            coordinates=coordinates,
            units=_units(root),
            decimal=decimal,
            thousands=thousands,
            marked=marked,
            stations=_stations(root, columns),
            grade=grade,
            grade_without_odometer=without,
        )
        _check_period(root, layout)
    file.finish()
    return layout


def _delimiter(head: Section) -> str:
    if not head.has("delimiter"):
        return ","
    told = head.raw("delimiter")
    if told not in DELIMITERS:
        head.report(
            "delimiter",
            "unknown_value",
            "分隔符应为逗号、分号、制表符（\\t）或竖线之一",
            "the delimiter is a comma, a semicolon, a tab (\\t) or a bar",
        )
    return str(told)


def _folder(content_root: Path) -> Path:
    return content_root / "common" / "layouts"


def names(content_root: Path) -> list[str]:
    """The names of all layouts, in their order."""
    return sorted(file.stem for file in _folder(content_root).glob("*.toml"))


def load_layout(content_root: Path, name: str) -> Layout:
    """The layout `name`; refuses `no_such_layout`, or with every fault of its file."""
    path = _folder(content_root) / f"{name}.toml"
    if not re.fullmatch(_NAME, name) or not path.is_file():
        known = ", ".join(names(content_root))
        raise NotFound(
            "no_such_layout",
            zh="没有名为“{name}”的文件格式；已有：{known}。",
            en="There is no layout “{name}”; there are: {known}.",
            name=name,
            known=known,
        )
    return read_layout(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of every layout."""
    problems: list[Problem] = []
    for path in sorted(_folder(content_root).glob("*.toml")):
        try:
            read_layout(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
