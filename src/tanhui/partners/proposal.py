"""A layout proposed for a file that none fits: what is certain filled in, the rest asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Invalid
from tanhui.partners.files import Shape
from tanhui.partners.form import (
    CLOCK_SUFFIX,
    DISTANCE_UNITS,
    DURATION_UNITS,
    ENERGY_UNITS,
    ISO,
    OPTIONAL_FIELDS,
    PLACE_FIELDS,
    Layout,
    loose,
)
from tanhui.partners.guessing import Times, columns_of, times_of
from tanhui.partners.modes import MEASURES
from tanhui.partners.sniffing import Sniffed

ASK = "?"
_ASSUMED_MODE = "shared_bike"
_MODES = (
    "shared_bike", "shared_ebike", "bus", "metro", "carpool", "nev_km", "nev_kwh", "walking",
)  # fmt: skip
# Words that say a mode by themselves.
_WORDS = {
    "classicbike": "shared_bike",
    "dockedbike": "shared_bike",
    "electricbike": "shared_ebike",
    **{loose(mode): mode for mode in _MODES},
}
_UNIT_MARKS: dict[str, dict[str, str]] = {
    "distance_m": {"kilometers": "km", "kilometres": "km", "km": "km", "公里": "km",
                   "千米": "km", "miles": "mile", "mile": "mile", "mi": "mile", "feet": "foot",
                   "foot": "foot", "meters": "m", "metres": "m", "米": "m", "distancem": "m",
                   "lengthm": "m"},
    "energy_wh": {"kwh": "kWh", "千瓦时": "kWh", "度": "kWh", "mj": "MJ", "wh": "Wh"},
    "duration": {"ms": "ms", "minutes": "min", "分钟": "min", "min": "min", "seconds": "s",
                 "sec": "s", "秒": "s", "durations": "s"},
}  # fmt: skip
_UNIT_KEYS = {"distance_m": "distance", "energy_wh": "energy", "duration": "duration"}
_UNITS = {"distance_m": DISTANCE_UNITS, "energy_wh": ENERGY_UNITS, "duration": DURATION_UNITS}
_USUAL = {"distance_m": "m", "energy_wh": "Wh", "duration": "s"}
# Within these degrees maps of China shift their points.
_CHINA = (3.0, 54.0, 73.0, 136.0)
_MOST_WORDS = 20
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass
class Proposal:
    """A layout's text, the keys a person must fill in, and the layout the trial assumed."""

    text: str
    layout: Layout
    fill_in: list[str] = field(default_factory=list)


@dataclass
class _Draft:
    """What is being put together: lines of the head, other tables, and what is asked."""

    sniffed: Sniffed
    columns: dict[str, str]
    split: dict[str, tuple[str, str]]
    fill_in: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def say(self, key: str, value: object) -> None:
        """One line that is certain."""
        self.lines.append(f"{key} = {_toml(value)}")

    def ask(self, key: str, why: str, choices: Sequence[str] = ()) -> None:
        """One line that a person must fill in, with what it could be."""
        self.fill_in.append(key)
        self.lines.append(f"# 请填写 / FILL IN: {why}")
        self.lines += [f"# {key} = {choice}" for choice in choices]
        self.lines.append(f'{key} = "{ASK}"')


def _toml(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _times(draft: _Draft) -> tuple[Times, Times | None]:
    """How starts and ends are written, read together so that one decides for the other."""
    sniffed = draft.sniffed

    def texts(name: str) -> list[str]:
        if name in draft.split:
            day, clock = (sniffed.header.index(column) for column in draft.split[name])
            return [
                f"{row[day]} {row[clock]}"
                for row in sniffed.rows
                if max(day, clock) < len(row) and row[day] and row[clock]
            ]
        return sniffed.column(draft.columns[name]) if name in draft.columns else []

    started, ended = texts("started_at"), texts("ended_at")
    both = times_of(started + ended) or times_of(started)
    if both is None:
        raise Invalid(
            "no_times",
            zh="文件“{name}”里没有可识别为时间的列；实有：{found}。",
            en="The file “{name}” has no column that can be read as times; it has: {found}.",
            name=sniffed.file.path.name,
            found=", ".join(sniffed.header[:20]),
        )
    return both, times_of(ended) if ended else None


def _say_times(draft: _Draft, times: Times) -> tuple[tuple[str, ...], ZoneInfo | None]:
    """Lines for zone and forms; answers what the trial assumes for them."""
    if times.states_offset:
        draft.say("time_zone", "stated")
        draft.say("time_formats", list(times.forms))
        return times.forms, None
    draft.ask("time_zone", "时间没有写明时区 / the times do not say their zone",
              ['"Asia/Shanghai"'])  # fmt: skip
    if times.either:
        draft.ask(
            "time_formats",
            "日在前还是月在前，数据本身无法判断 / day or month first: nothing in the file decides",
            [_toml([form, *times.forms[1:]]) for form in times.either],
        )
    else:
        draft.say("time_formats", list(times.forms))
    return times.forms, CITY_ZONE


def _say_coordinates(draft: _Draft) -> None:
    lat, lng = draft.columns.get("start_lat"), draft.columns.get("start_lng")
    inside = False
    if lat and lng:
        pairs = zip(draft.sniffed.column(lat), draft.sniffed.column(lng), strict=False)
        south, north, west, east = _CHINA
        inside = any(
            south <= float(y) <= north and west <= float(x) <= east
            for y, x in list(pairs)[:100]
            if _is_float(y) and _is_float(x)
        )
    if inside:
        draft.ask(
            "coordinates",
            "坐标系从数据看不出 / the data does not tell the coordinate system",
            ['"WGS84"', '"GCJ-02"', '"BD-09"'],
        )
    else:
        draft.say("coordinates", "WGS84")


def _is_float(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _mode_words(draft: _Draft) -> dict[str, str]:
    """The operator's words for modes, with ours where they say it by themselves."""
    column = draft.columns.get("mode")
    if column is None:
        return {}
    words = list(dict.fromkeys(draft.sniffed.column(column)))
    if len(words) > _MOST_WORDS:
        # So many words are names of something else.
        del draft.columns["mode"]
        return {}
    return {word: _WORDS.get(loose(word), ASK) for word in words}


def _say_mode(draft: _Draft, words: dict[str, str], period: str) -> str | None:
    """The line for the mode of a file that has no column for it; answers the assumed mode."""
    if period == "moment" or words:
        return None
    if "steps" in draft.columns:
        draft.say("mode", "walking")
        return "walking"
    if "energy_wh" in draft.columns:
        draft.say("mode", "nev_kwh")
        return "nev_kwh"
    draft.ask("mode", "全部行程的方式 / what all trips are", [_toml(mode) for mode in _MODES])
    return _ASSUMED_MODE


def _units(draft: _Draft) -> tuple[list[str], dict[str, float]]:
    lines: list[str] = []
    units: dict[str, float] = {}
    for name, marks in _UNIT_MARKS.items():
        column = draft.columns.get(name)
        if column is None:
            continue
        bare = loose(column)
        unit = next((unit for mark, unit in marks.items() if bare.endswith(mark)), None)
        units[name] = _UNITS[name][unit or _USUAL[name]]
        key = _UNIT_KEYS[name]
        if unit is None:
            draft.fill_in.append(f"units.{key}")
            lines.append(f"# 请填写 / FILL IN: 列“{column}”的单位 / the unit of “{column}”")
            lines.append(f"# {key} = {' | '.join(_toml(one) for one in _UNITS[name])}")
            lines.append(f'{key} = "{ASK}"')
        else:
            lines.append(f"{key} = {_toml(unit)}")
    return (["", "[units]", *lines] if lines else []), units


def _numbers(draft: _Draft) -> tuple[list[str], str, str, frozenset[str]]:
    """The lines for the number format, where numbers of the file hold commas."""
    told = {
        name: draft.sniffed.column(column)[:500]
        for name, column in draft.columns.items()
        if name in (*MEASURES, "duration", *PLACE_FIELDS)
    }
    commas = {name: [text for text in texts if "," in text] for name, texts in told.items()}
    marked = [name for name, texts in commas.items() if texts]
    if not marked:
        return [], ".", "", frozenset()
    texts = [text for name in marked for text in commas[name]]
    grouped = all(_THOUSANDS.fullmatch(text) for text in texts)
    decimal, thousands = (".", ",") if grouped else (",", "")
    if not grouped and any("." in text for text in texts):
        thousands = "."
    if grouped and set(marked) != {"steps"} and not any(len(text) > 7 for text in texts):
        # 1,234 may be a thousand and more, or one and a bit.
        draft.fill_in.append("numbers.decimal")
        lines = ["", "[numbers]", "# 请填写 / FILL IN: 1,234 = 1234 | 1.234"]
        lines += ['# decimal = "."', '# thousands = ","', '# decimal = ","']
        return (
            [*lines, f'decimal = "{ASK}"', f"fields = {_toml(marked)}"],
            ".",
            ",",
            (frozenset(marked)),
        )
    lines = ["", "[numbers]", f"decimal = {_toml(decimal)}"]
    lines += [f"thousands = {_toml(thousands)}"] if thousands else []
    lines.append(f"fields = {_toml(marked)}")
    return lines, decimal, thousands, frozenset(marked)


def _column_lines(draft: _Draft) -> list[str]:
    told: dict[str, str] = {}
    by_place = not draft.sniffed.has_header
    for name, (day, clock) in draft.split.items():
        told[name] = f"{{ date = {_toml(day)}, time = {_toml(clock)} }}"
    for name, column in draft.columns.items():
        told[name] = column if by_place else _toml(column)
    lines = ["", "[columns]", *(f"{name} = {value}" for name, value in told.items())]
    others = [
        column
        for column in draft.sniffed.header
        if column not in draft.columns.values()
        and not any(column in pair for pair in draft.split.values())
    ]
    if others:
        lines.append(f"# 未用到的列 / not used: {', '.join(others[:30])}")
    return lines


def _empties(draft: _Draft) -> tuple[str, ...]:
    known = ("NULL", "null", "\\N", "NA", "N/A", "NaN", "nan", "None", "-", "--", "无")
    seen = {cell for row in draft.sniffed.rows[:2_000] for cell in row}
    return tuple(word for word in known if word in seen)


def _period(draft: _Draft, times: Times, ends: Times | None) -> str:
    """What a row is; leaves only the columns that such a row has."""
    columns = draft.columns
    if ends is None and "ended_at" not in draft.split:
        columns.pop("ended_at", None)
    if {"ended_at"} & {*columns, *draft.split}:
        columns.pop("duration", None)
    if times.whole_days and {"steps", "energy_wh", "distance_m"} & set(columns):
        for name in ("ended_at", "duration"):
            columns.pop(name, None)
        return "day"
    if {"ended_at", "duration"} & {*columns, *draft.split}:
        return "trip"
    columns.pop("mode", None)
    return "moment"


def _say_file(draft: _Draft, period: str) -> tuple[str, tuple[str, ...]]:
    """The lines that tell what kind of file it is; answers its header and its words for nothing."""
    sniffed = draft.sniffed
    header = "exact"
    if period != "trip":
        draft.say("period", period)
    if sniffed.file.shape is Shape.CSV:
        header = "loose" if sniffed.has_header else "none"
        draft.say("header", header)
    if sniffed.delimiter != ",":
        draft.say("delimiter", sniffed.delimiter)
    if sniffed.encoding != "utf-8":
        draft.say("encoding", sniffed.encoding)
    if empty := _empties(draft):
        draft.say("empty", list(empty))
    if sniffed.records:
        draft.say("records", sniffed.records)
    draft.say("grade", "A" if set(MEASURES) & set(draft.columns) else "B")
    return header, empty


def _mode_lines(draft: _Draft, words: dict[str, str]) -> list[str]:
    lines = ["", "[modes]"] if words else []
    for word, known in words.items():
        if known == ASK:
            draft.fill_in.append(f"modes.{word}")
            lines.append(f"# 请填写 / FILL IN: {' | '.join(_MODES)}")
        lines.append(f"{_toml(word)} = {_toml(known)}")
    return lines


def _layout_columns(draft: _Draft) -> dict[str, tuple[str, ...]]:
    return {
        **{name: (column,) for name, column in draft.columns.items()},
        **{name: (pair[0],) for name, pair in draft.split.items()},
        **{name + CLOCK_SUFFIX: (pair[1],) for name, pair in draft.split.items()},
    }


def propose(sniffed: Sniffed, name: str = "my-format") -> Proposal:
    """A layout for this file; refuses `no_times` where nothing in it is a time."""
    draft = _Draft(sniffed, *columns_of(sniffed))
    times, ends = _times(draft)
    period = _period(draft, times, ends)
    words = _mode_words(draft)
    draft.ask("title_zh", "中文名称 / the format's Chinese name")
    draft.ask("title_en", "英文名称 / the format's English name")
    draft.ask("source", "格式说明的出处 / where the format is described")
    forms, zone = _say_times(draft, times)
    _say_coordinates(draft)
    mode = _say_mode(draft, words, period)
    header, empty = _say_file(draft, period)
    unit_lines, units = _units(draft)
    number_lines, decimal, thousands, marked = _numbers(draft)
    lines = [
        *("[layout]", f"name = {_toml(name)}", *draft.lines, *_column_lines(draft)),
        *(*unit_lines, *number_lines, *_mode_lines(draft, words)),
    ]
    layout = Layout(
        name=name,
        title_zh="",
        title_en="",
        zone=zone,
        time_formats=forms or (ISO,),
        columns=_layout_columns(draft),
        optional=frozenset(set(draft.columns) & set(OPTIONAL_FIELDS) - {"mode"}),
        modes={word: _ASSUMED_MODE if known == ASK else known for word, known in words.items()},
        mode=mode,
        period=period,
        header=header,
        delimiter=sniffed.delimiter,
        encoding=sniffed.encoding,
        empty=empty,
        records=tuple(sniffed.records.removeprefix("[].").split(".")) if sniffed.records else (),
        units=units,
        decimal=decimal,
        thousands=thousands,
        marked=marked,
        grade=0 if set(MEASURES) & set(draft.columns) else 1,
    )
    return Proposal("\n".join(lines) + "\n", layout, draft.fill_in)
