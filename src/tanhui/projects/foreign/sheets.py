"""Opening a register's public file whatever its wrapping: rows of text cells with their lines.

Tolerant, because nobody asks a registry to send another file: gzip, zip, any common delimiter,
spreadsheets, JSON and data written as JavaScript; UTF-8, UTF-16, or what old spreadsheets write.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tanhui.kernel.refusals import Invalid, NotFound, Refusal
from tanhui.partners.files import refuse_broken, refuse_empty
from tanhui.projects.foreign.script import read_script

BYTES_MAX = 512 * 1024 * 1024
_MEMBERS_MAX = 1_000
_DELIMITERS = ",;\t|"
_LOOKED_AT = 60
_CELL_MAX = 1_000_000
_TEXTS = (".csv", ".tsv", ".txt", ".gz", ".xlsx", ".js", ".json", ".mjs")
_OLD_ENCODING = "cp1252"


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file and the line it begins at."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a file: `name` is its member or sheet, `encoding` how its text was written."""

    name: str
    lines: tuple[Line, ...]
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """What is in a file: its sheets, and members that hold no table, each with the reason."""

    path: Path
    sha256: bytes
    sheets: tuple[Sheet, ...]
    passed_over: tuple[tuple[str, str], ...]


def open_file(path: Path) -> ForeignFile:
    """The sheets of a file; refuses `no_such_file`, `broken_file`, `empty_file`, `file_too_large`,
    `not_a_table`."""
    if not path.is_file():
        raise NotFound(
            "no_such_file", zh="没有文件“{path}”。", en="There is no file “{path}”.", path=path
        )
    if path.stat().st_size > BYTES_MAX:
        raise _refuse_size(path)
    data = path.read_bytes()
    if not data.strip():
        raise refuse_empty(path)
    sheets: list[Sheet] = []
    passed: list[tuple[str, str]] = []
    try:
        for name, content in _members(path, data):
            try:
                sheets += _sheets(path, name, content)
            except Refusal as refusal:
                # In an archive one member that is no table does not hide the others.
                if name == path.name:
                    raise
                passed.append((name, refusal.code))
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        zlib.error,
    ) as error:
        raise refuse_broken(path, error) from None
    if not sheets and not passed:
        raise refuse_empty(path)
    return ForeignFile(path, hashlib.sha256(data).digest(), tuple(sheets), tuple(passed))


def _refuse_size(path: Path) -> Refusal:
    return Invalid(
        "file_too_large",
        zh="文件“{name}”解开后超过 {limit} MB。",
        en="The file “{name}” holds more than {limit} MB.",
        name=path.name,
        limit=BYTES_MAX // 1024 // 1024,
    )


def _members(path: Path, data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.startswith(b"\x1f\x8b"):
        with gzip.open(io.BytesIO(data)) as stream:
            yield path.name, _bounded(path, stream.read(BYTES_MAX + 1))
    elif data.startswith(b"PK") and not _is_workbook(data):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if _is_data(one)]
            if len(members) > _MEMBERS_MAX:
                raise _refuse_size(path)
            left = BYTES_MAX
            for member in members:
                with archive.open(member) as stream:
                    content = _bounded(path, stream.read(left + 1), left)
                left -= len(content)
                if content.startswith(b"\x1f\x8b"):
                    with gzip.open(io.BytesIO(content)) as stream:
                        content = _bounded(path, stream.read(left + 1), left)
                yield member.filename, content
    else:
        yield path.name, data


def _bounded(path: Path, content: bytes, limit: int = BYTES_MAX) -> bytes:
    if len(content) > limit:
        raise _refuse_size(path)
    return content


def _is_workbook(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "xl/workbook.xml" in archive.namelist()


def _is_data(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    return (
        not member.is_dir()
        and name.lower().endswith(_TEXTS)
        and not name.startswith("__MACOSX/")
        and not Path(name).name.startswith(".")
    )


def _sheets(path: Path, name: str, content: bytes) -> list[Sheet]:
    if content.startswith(b"PK"):
        return _workbook(path, content)
    if not content.strip():
        return []
    text, encoding = _decoded(content)
    if name.lower().endswith((".js", ".mjs")):
        return _of_data(name, read_script(text))
    if text.lstrip()[:1] in ("{", "["):
        try:
            data = json.loads(text, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError) as error:
            raise refuse_broken(Path(name), error) from None
        return _of_data(name, data)
    lines = _separated(Path(name), text)
    return [Sheet(name, lines, encoding)] if lines else []


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and how it was encoded: what is not Unicode is read as old spreadsheets write."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace"), "utf-16"
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        return content.decode(_OLD_ENCODING, errors="replace"), _OLD_ENCODING


def _separated(path: Path, text: str) -> tuple[Line, ...]:
    # A lone carriage return ends lines only where no line feed does.
    if "\n" not in text:
        text = text.replace("\r", "\n")
    beginning = "\n".join(text.split("\n", _LOOKED_AT)[:_LOOKED_AT])
    delimiter = max(_DELIMITERS, key=lambda mark: _fits(beginning, mark))
    try:
        return tuple(_records(text, delimiter))
    except csv.Error as error:
        raise refuse_broken(path, error) from None


def _fits(beginning: str, delimiter: str) -> tuple[int, int]:
    """How well a delimiter parts the beginning: rows of one width, times that width."""
    try:
        widths = Counter(len(line.cells) for line in _records(beginning, delimiter))
    except csv.Error:
        return 0, 0
    width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1], item[0]))
    return (times * (width - 1), width)


def _records(text: str, delimiter: str) -> Iterator[Line]:
    csv.field_size_limit(_CELL_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = 1
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield Line(begins, tuple(cells))
        begins = reader.line_num + 1


def _workbook(path: Path, content: bytes) -> list[Sheet]:
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (KeyError, ValueError) as error:
        raise refuse_broken(path, error) from None
    sheets = []
    for sheet in book.worksheets:
        lines = tuple(
            Line(number, tuple(map(_cell_text, row)))
            for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
            if any(cell not in (None, "") for cell in row)
        )
        if lines:
            sheets.append(Sheet(f"{path.name}:{sheet.title}", lines))
    return sheets


def _cell_text(cell: object) -> str:
    return "" if cell is None else str(cell)


def _of_data(name: str, data: Any) -> list[Sheet]:
    """A list of records as a table: one column for each key that any record has."""
    records = [data] if isinstance(data, dict) else data
    if isinstance(data, dict):
        lists = [value for value in data.values() if _are_records(value)]
        # An answer of an interface holds its records under one key.
        if len(lists) == 1 and len(data) <= _ENVELOPE_KEYS_MAX:
            records = lists[0]
    if isinstance(records, list) and not records:
        return []
    if not _are_records(records):
        raise Invalid(
            "not_a_table",
            zh="“{name}”里没有一行行的记录。",
            en="“{name}” holds no list of records.",
            name=name,
        )
    records = [_flat(record) for record in records]
    heads = list(dict.fromkeys(key for record in records for key in record))
    lines = [Line(0, tuple(heads))]
    lines += [
        Line(number, tuple(_told(record.get(key)) for key in heads))
        for number, record in enumerate(records, 1)
    ]
    return [Sheet(name, tuple(lines))]


_ENVELOPE_KEYS_MAX = 6


def _are_records(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record with the fields of what it holds beside its own: `issuance.projectId`."""
    flat: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update({f"{key}.{inner}": cell for inner, cell in value.items()})
        else:
            flat[key] = value
    return flat


def _told(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_told(one) for one in value)
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
