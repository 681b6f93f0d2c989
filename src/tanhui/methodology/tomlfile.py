"""Reading TOML by a closed schema: an unknown key is a fault named with file, line and key.

`Section` knows every key it was asked for; whatever else the file holds is reported together with
the nearest key that would have been accepted. Faults are collected, so one reading names them all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlwords import meaning

KeyPath = tuple[str, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(#.*)?$")
_ASSIGNMENT = re.compile(r"^\s*((?:[A-Za-z0-9_.-]|\"[^\"]*\"|'[^']*'|\s(?=[.=]))+?)\s*=")
_KEY_PART = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")
_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*$')
_ERROR_LINE = re.compile(r"\(at line (\d+), column \d+\)")
# What no text of a document holds: control characters, and marks that turn the reading direction
# and so let a file look other than it is.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
# An invisible character may be written as an escape, a large number in any base or as `inf`.
_SUSPECT = re.compile(_UNSEEN.pattern + r"|\\|[0-9][0-9_]{17}|0[xob]|\b(?:nan|inf)\b")
LARGEST_FILE = 1_000_000
# Longer lines are no headers or keys that anybody would look for.
LONGEST_LINE = 1_000
# How much of a wrong value a sentence repeats.
LONGEST_SHOWN = 80
MOST_BITS = 160

# What people call the types of TOML.
_TYPES = {
    "str": ("文本", "text"),
    "int": ("整数", "a whole number"),
    "Decimal": ("小数", "a decimal number"),
    "bool": ("true 或 false", "true or false"),
    "date": ("日期", "a date"),
    "datetime": ("日期与时刻", "a date with a time"),
    "time": ("时刻", "a time of day"),
    "list": ("列表", "a list"),
    "dict": ("表", "a table"),
}


def type_words(value: object) -> tuple[str, str]:
    """What people call the type of a TOML value, in Chinese and in English."""
    name = type(value).__name__
    return _TYPES.get(name, (name, name))


def _key_parts(text: str) -> KeyPath:
    return tuple(a or b or c for a, b, c in _KEY_PART.findall(text))


def _positions(source: str) -> dict[KeyPath, int]:
    """The line of every header and key. The standard reader gives none, so one pass finds them."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    prefix: KeyPath = ()
    depth, fence = 0, ""
    for number, line in enumerate(source.split("\n"), 1):
        if fence:
            if line.count(fence) % 2:
                fence = ""
            continue
        findable = depth == 0 and len(line) <= LONGEST_LINE
        if findable and (header := _HEADER.match(line)):
            prefix = _key_parts(header[2])
            if header[1] == "[[":
                index = counts.get(prefix, 0)
                counts[prefix] = index + 1
                lines.setdefault(prefix, number)
                prefix = (*prefix, str(index))
            lines.setdefault(prefix, number)
            continue
        if findable and (assignment := _ASSIGNMENT.match(line)):
            lines.setdefault(prefix + _key_parts(assignment[1]), number)
        fence = next((mark for mark in ('"""', "'''") if line.count(mark) % 2), "")
        bare = _STRING_OR_COMMENT.sub("", line)
        depth = max(0, depth + sum(map(bare.count, "[{")) - sum(map(bare.count, "]}")))
    return lines


def _nearest(word: str, known: Sequence[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.5)
    return close[0] if close else ""


class TomlFile:
    """One parsed TOML file: its data, the line of each key, and the faults found so far.

    Raises ContentRefused when the file cannot be read, is not UTF-8 or is not TOML.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        try:
            # Some editors begin a file with a mark of its encoding; that is no fault.
            self.source = path.read_bytes().decode("utf-8-sig")
        except OSError:
            self.stop(0, "unreadable_file", "文件无法读取", "the file cannot be read")
        except UnicodeDecodeError:
            self.stop(0, "not_utf8", "文件不是 UTF-8 编码", "the file is not UTF-8")
        if len(self.source) > LARGEST_FILE:
            zh, en = "文件过大，超过一百万个字符", "the file is longer than a million characters"
            self.stop(0, "file_too_large", zh, en)
        try:
            self.data: dict[str, Any] = tomllib.loads(self.source, parse_float=Decimal)
        except tomllib.TOMLDecodeError as error:
            found = _ERROR_LINE.search(str(error))
            line = int(found[1]) if found else self.source.count("\n") + 1
            detail = _ERROR_LINE.sub("", str(error)).strip()
            zh, en = meaning(detail)
            self.stop(line, "not_toml", f"TOML 语法有误：{zh}", f"not TOML: {en}")
        except RecursionError:
            self.stop(0, "not_toml", "TOML 嵌套过深", "not TOML: nested too deeply")
        except (ValueError, ArithmeticError):
            zh, en = "有一个数过长或过大", "a number is too long or too large"
            self.stop(0, "malformed_number", zh, en)
        self._lines: dict[KeyPath, int] | None = None
        # Looking at every value costs as much as reading it; the source tells whether to.
        if _SUSPECT.search(self.source):
            self._look_through((), self.data)

    def _look_through(self, path: KeyPath, value: object) -> None:
        """Refuse at once what no part of a document may hold, so that nobody else need ask."""
        if isinstance(value, dict):
            for key, part in value.items():
                self._look_through((*path, key), key)
                self._look_through((*path, key), part)
        elif isinstance(value, list):
            for part in value:
                self._look_through(path, part)
        elif isinstance(value, str) and (found := _UNSEEN.search(value)):
            mark = f"U+{ord(found[0]):04X}"
            zh, en = f"文本含不可见字符 {mark}", f"the text holds the invisible character {mark}"
            self.stop(self.line(path), "invisible_character", zh, en)
        elif isinstance(value, Decimal) and not value.is_finite():
            zh, en = "inf 与 nan 不是数值", "inf and nan are no numbers"
            self.stop(self.line(path), "malformed_number", zh, en, path)
        elif isinstance(value, int) and value.bit_length() > MOST_BITS:
            zh, en = "整数过大", "the whole number is too large"
            self.stop(self.line(path), "malformed_number", zh, en)

    def stop(self, line: int, code: str, zh: str, en: str, path: KeyPath = ()) -> None:
        """Refuse the whole file at once."""
        raise ContentRefused([Problem(self.path, line, ".".join(path), code, zh, en)])

    def line(self, path: KeyPath) -> int:
        """The line of `path`, or of the nearest table around it (an inline table's own line)."""
        if self._lines is None:
            # Lines are asked for when something is wrong, which is rare.
            self._lines = _positions(self.source)
        for length in range(len(path), 0, -1):
            if path[:length] in self._lines:
                return self._lines[path[:length]]
        # A table may be there through its parts alone, as `[formula.ER]` makes `formula`.
        parts = [line for key, line in self._lines.items() if key[:1] == path[:1]]
        return min(parts, default=1)

    def report(self, path: KeyPath, code: str, zh: str, en: str) -> None:
        """Note one fault at `path`."""
        self.problems.append(Problem(self.path, self.line(path), ".".join(path), code, zh, en))

    def finish(self) -> None:
        """Raise ContentRefused when any fault was noted."""
        if self.problems:
            raise ContentRefused(self.problems)

    def root(self) -> Section:
        """The file's top table."""
        return Section(self, (), self.data)


class Section:
    """One table of the file. Ask for its keys, then leave the `with` block: the rest is unknown.

    A missing or wrong value is noted and a harmless placeholder returned, so that one reading can
    name all faults; call `TomlFile.finish` before using what was read.
    """

    def __init__(self, file: TomlFile, path: KeyPath, data: dict[str, Any]) -> None:
        self.file, self.path, self.data = file, path, data
        self._known: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()

    def close(self) -> None:
        """Report every key that nobody asked for."""
        for key in self.data:
            if key in self._known:
                continue
            near = _nearest(key, self._known)
            self.report(
                key,
                "unknown_key",
                f"未知的键 {key}" + (f"，是否应为 {near}？" if near else ""),
                f"unknown key {key}" + (f"; did you mean {near}?" if near else ""),
            )

    def report(self, key: str, code: str, zh: str, en: str) -> None:
        """Note a fault at `key` of this table (dotted: a part of it; empty: the table itself)."""
        self.file.report((*self.path, *key.split(".")) if key else self.path, code, zh, en)

    def _take(self, key: str, kinds: tuple[type, ...], zh: str, en: str, required: bool) -> Any:
        self._known.append(key)
        if key not in self.data:
            if required:
                self.report(key, "missing_key", f"缺少必填的键 {key}", f"missing key {key}")
            return None
        value = self.data[key]
        if isinstance(value, bool) and bool not in kinds:
            value_fits = False
        else:
            value_fits = isinstance(value, kinds) and not (
                isinstance(value, datetime) and datetime not in kinds
            )
        if not value_fits:
            found_zh, found_en = type_words(value)
            self.report(
                key, "wrong_type", f"应为{zh}，实为{found_zh}", f"expected {en}, found {found_en}"
            )
            return None
        return value

    def text(
        self,
        key: str,
        *,
        choices: Sequence[str] | None = None,
        pattern: str = "",
        like: str = "",
        required: bool = True,
    ) -> str:
        """A non-empty string, one of `choices` or fully matching `pattern` where these are given.

        `like` is an example of the pattern for the sentence that refuses another form. Returns an
        empty string when it is absent and not required.
        """
        value = self._take(key, (str,), "文本", "text", required)
        if value is None:
            return ""
        if not value.strip():
            self.report(key, "empty_text", f"{key} 不能为空", f"{key} must not be empty")
        elif choices is not None and value not in choices:
            options = ", ".join(choices) or "-"
            self.report(
                key,
                "unknown_value",
                f"{value[:LONGEST_SHOWN]} 不可用，应为其一：{options}",
                f"{value[:LONGEST_SHOWN]} is not one of: {options}",
            )
        elif pattern and not re.fullmatch(pattern, value):
            self.report(
                key,
                "malformed_value",
                f"{value[:LONGEST_SHOWN]!r} 的格式不对，应如 {like or pattern}",
                f"{value[:LONGEST_SHOWN]!r} is malformed; write it like {like or pattern}",
            )
        return str(value)

    def integer(self, key: str, *, required: bool = True, default: int = 0) -> int:
        """A whole number."""
        value = self._take(key, (int,), "整数", "a whole number", required)
        return default if value is None else int(value)

    def day(self, key: str, *, required: bool = True) -> date | None:
        """A calendar day."""
        value = self._take(key, (date,), "日期", "a date", required)
        return value if isinstance(value, date) else None

    def integers(self, key: str, count: int) -> tuple[int, ...]:
        """A list of exactly `count` whole numbers."""
        value = self._take(key, (list,), "整数列表", "a list of whole numbers", True)
        if value is None:
            return (0,) * count
        if len(value) != count or any(type(item) is not int for item in value):
            self.report(
                key,
                "wrong_type",
                f"应为 {count} 个整数",
                f"expected a list of {count} whole numbers",
            )
            return (0,) * count
        return tuple(value)

    def flag(self, key: str) -> bool:
        """Whether an optional true or false stands at the key as true."""
        return bool(self._take(key, (bool,), "true 或 false", "true or false", False))

    def raw(self, key: str) -> Any:
        """Whatever stands at the key, None when it is absent; the key counts as known."""
        self._known.append(key)
        return self.data.get(key)

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of non-empty strings; empty when it is absent and not required."""
        value = self._take(key, (list,), "文本列表", "a list of texts", required)
        if value is None:
            return ()
        if not value or any(not isinstance(item, str) or not item.strip() for item in value):
            self.report(key, "wrong_type", "应为非空文本的列表", "expected a list of texts")
            return ()
        return tuple(value)

    def texts_by_name(self, key: str, *, required: bool = True) -> dict[str, str]:
        """A table whose every value is text, by name."""
        value = self._take(key, (dict,), "表", "a table", required)
        texts: dict[str, str] = {}
        for name, text in (value or {}).items():
            if isinstance(text, str) and text.strip():
                texts[name] = text
            else:
                self.report(f"{key}.{name}", "wrong_type", "应为文本", "expected text")
        return texts

    def table(self, key: str, *, required: bool = True) -> Section:
        """A table; an empty one when it is absent (its own missing keys are then not reported)."""
        value = self._take(key, (dict,), "表", "a table", required)
        return Section(self.file, (*self.path, key), value or {})

    def has(self, key: str) -> bool:
        """Whether the key is in the file; the key counts as known from now on."""
        self._known.append(key)
        return key in self.data

    def named(self, key: str, *, required: bool = True) -> dict[str, Section]:
        """A table of tables, by name."""
        value = self._take(key, (dict,), "表", "a table", required)
        sections: dict[str, Section] = {}
        for name, data in (value or {}).items():
            if isinstance(data, dict):
                sections[name] = Section(self.file, (*self.path, key, name), data)
            else:
                path = (*self.path, key, name)
                self.file.report(path, "wrong_type", "应为表", "expected a table")
        return sections

    def tables(self, key: str, *, required: bool = True) -> list[Section]:
        """An array of tables."""
        value = self._take(key, (list,), "表的数组", "an array of tables", required)
        if value is None:
            return []
        if not value or any(not isinstance(item, dict) for item in value):
            self.report(
                key, "wrong_type", "应为非空的表的数组", "expected a non-empty array of tables"
            )
            return []
        return [
            Section(self.file, (*self.path, key, str(index)), item)
            for index, item in enumerate(value)
        ]
