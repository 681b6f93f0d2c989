"""The layouts of other registers: one TOML file each under `content/common/registers`."""

from __future__ import annotations

import re
from pathlib import Path

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.projects.foreign.form import (
    CREDITS,
    DAY_FIRST,
    EVENTS,
    FIELDS,
    KINDS,
    MONTH_FIRST,
    TOLD,
    Register,
    SerialForm,
    Table,
)
from tanhui.projects.foreign.words import plain

_NAME = r"[a-z][a-z0-9-]*"
_CODE = r"[A-Z][A-Z0-9]{1,7}"
_NEVER = re.compile(r"(?!)")


def _pattern(section: Section, key: str, *names: str) -> re.Pattern[str]:
    """A regular expression that names these groups; reports what is none or names others."""
    text = section.text(key)
    try:
        pattern = re.compile(text)
    except re.error as error:
        section.report(
            key,
            "malformed_value",
            f"不是正则表达式：{error}",
            f"this is no regular expression: {error}",
        )
        return _NEVER
    missing = [name for name in names if name not in pattern.groupindex]
    if text and missing:
        section.report(
            key,
            "missing_key",
            f"缺少命名组 {missing[0]}",
            f"the pattern must name the group {missing[0]}",
        )
        return _NEVER
    return pattern


def _serial_form(section: Section) -> SerialForm:
    with section:
        pattern = _pattern(section, "pattern", "first", "last")
        series = section.text("series", required=False)
        if bool(series) == ("series" in pattern.groupindex):
            section.report(
                "series",
                "missing_key",
                "series 应写明，或在正则式中命名，二者取一",
                "name the series here or in the pattern, not in both",
            )
    return SerialForm(pattern, series)


def _columns(section: Section) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    with section.table("columns") as columns:
        for field in columns.data:
            headings = columns.texts(field)
            if field not in FIELDS:
                columns.report(
                    field,
                    "unknown_key",
                    f"未知的字段 {field}",
                    f"unknown field {field}; known are {', '.join(FIELDS)}",
                )
            found[field] = tuple(plain(heading) for heading in headings)
    return found


def _states(section: Section) -> dict[str, str]:
    states = section.texts_by_name("states", required=False)
    for word, event in states.items():
        if event not in EVENTS:
            section.report(
                f"states.{word}",
                "unknown_value",
                f"{event} 应为其一：{', '.join(EVENTS)}",
                f"{event} is not one of: {', '.join(EVENTS)}",
            )
    return {word.casefold(): event for word, event in states.items()}


def _table(section: Section) -> Table:
    with section:
        kind = section.text("kind", choices=KINDS)
        credits = kind == CREDITS
        event = section.text("event", choices=(*EVENTS, TOLD), required=credits)
        otherwise = section.text("otherwise", choices=EVENTS, required=event == TOLD)
        table = Table(
            name=section.text("name", pattern=_NAME),
            kind=kind,
            event=event,
            otherwise=otherwise,
            required=section.texts("required"),
            columns=_columns(section),
            states=_states(section),
            adds=section.texts("adds", required=False),
            hints=section.texts("hints", required=False),
        )
        for field in (*table.required, *table.adds):
            if field not in table.columns:
                section.report(
                    "required" if field in table.required else "adds",
                    "unknown_value",
                    f"{field} 不在 [columns] 中",
                    f"{field} is not among the columns",
                )
        if credits and "quantity" not in table.columns:
            section.report("columns", "missing_key", "缺少 quantity", "missing key quantity")
    return table


def read_register(path: Path) -> Register:
    """The register in one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root, root.table("register") as head:
        name = head.text("name", pattern=_NAME)
        if name and name != path.stem:
            head.report("name", "name_differs", "应与文件名相同", "must equal the file's name")
        register = Register(
            name=name,
            title_zh=head.text("title_zh"),
            title_en=head.text("title_en"),
            source=head.text("source"),
            id=_pattern(head, "id", "number"),
            code=head.text("code", pattern=_CODE),
            days=head.text("days", choices=(DAY_FIRST, MONTH_FIRST)),
            hints=head.texts("hints", required=False),
            empty=frozenset(word.casefold() for word in head.texts("empty", required=False)),
            serials=tuple(map(_serial_form, root.tables("serials", required=False))),
            tables=tuple(map(_table, root.tables("tables"))),
        )
    file.finish()
    return register


def _folder(content_root: Path) -> Path:
    return content_root / "common" / "registers"


def read_registers(content_root: Path) -> tuple[Register, ...]:
    """Every declared register, by name; raises ContentRefused."""
    return tuple(map(read_register, sorted(_folder(content_root).glob("*.toml"))))


def load_register(content_root: Path, name: str) -> Register:
    """The register `name`, or one that is also called so, such as `vcs` or `art-trees`.

    Refuses `no_such_register`, or with every fault of its file.
    """
    path = _folder(content_root) / f"{name}.toml"
    if not re.fullmatch(_NAME, name) or not path.is_file():
        called = plain(name)
        for register in read_registers(content_root):
            if called in register.hints:
                return register
        known = ", ".join(file.stem for file in sorted(_folder(content_root).glob("*.toml")))
        raise NotFound(
            "no_such_register",
            zh="没有名为“{name}”的登记簿格式；已有：{known}，或用 auto 自动识别。",
            en="There is no register “{name}”; there are {known}, and auto tells them apart.",
            name=name,
            known=known,
        )
    return read_register(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of every register's layout."""
    problems: list[Problem] = []
    for path in sorted(_folder(content_root).glob("*.toml")):
        try:
            read_register(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
