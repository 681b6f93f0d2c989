"""The schema of others as data: tables, fields, allowed words; and whether a record fits it.

Pure. A record is a mapping of field to value; what a field says nothing of is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from uuid import UUID

from tanhui.methodology.tomlfile import Section, TomlFile

_FIELD = re.compile(r"([A-Za-z_]+)(\*?): ([a-z]+)(?: ([a-z_]+))?")
_URL = re.compile(r"https?://[^\s/]+(?:/\S*)?")
_KINDS = frozenset(
    ["text", "texts", "url", "day", "instant", "amount", "integer", "flag", "pick", "picks", "ref"],
)
Record = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind, and for words and references the list or the table they are of."""

    name: str
    required: bool
    kind: str
    of: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table and its fields, in order."""

    name: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables in the order in which they are taken, and the words that fields allow."""

    name: str
    title: str
    version: str
    tables: tuple[Table, ...]
    words: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a record: the field, a code, and the value."""

    table: str
    field: str
    code: str
    value: str


def read_schema(path: Path) -> Schema:
    """The schema of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("schema") as head:
            name, title = head.text("name"), head.text("title")
            version = head.text("version")
            head.day("date")
            head.text("source")
        with root.table("words") as words:
            allowed = {key: frozenset(words.texts(key)) for key in words.data}
        tables = tuple(_table(section, allowed) for section in root.tables("tables"))
    file.finish()
    return Schema(name, title, version, tables, allowed)


def _table(section: Section, allowed: Mapping[str, frozenset[str]]) -> Table:
    fields = []
    with section:
        name = section.text("name")
        for text in section.texts("fields"):
            found = _FIELD.fullmatch(text)
            if (
                found is None
                or found[3] not in _KINDS
                or (found[3] in ("pick", "picks") and found[4] not in allowed)
            ):
                section.report(
                    "fields",
                    "malformed_value",
                    f"{text!r} 不是字段",
                    f"{text!r} is no field; write it like name*: pick words",
                )
            else:
                fields.append(Field(found[1], bool(found[2]), found[3], found[4] or ""))
    return Table(name, tuple(fields))


def faults(
    schema: Schema, table: Table, record: Record, ids: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """What is wrong with a record; `ids` are those of the tables before it."""
    known = {field.name for field in table.fields}
    for name in record.keys() - known:
        yield Fault(table.name, name, "unknown_field", str(record[name]))
    for field in table.fields:
        value = record.get(field.name)
        if value in (None, "", []):
            if field.required:
                yield Fault(table.name, field.name, "missing", "")
        elif not _fits(schema, field, value, ids):
            yield Fault(table.name, field.name, _CODES.get(field.kind, "malformed"), str(value))


_CODES = {"pick": "not_in_list", "picks": "not_in_list", "ref": "no_such_record"}


def _fits(schema: Schema, field: Field, value: object, ids: Mapping[str, frozenset[str]]) -> bool:
    if field.kind == "pick":
        return value in schema.words[field.of]
    if field.kind == "picks":
        return isinstance(value, list) and set(value) <= schema.words[field.of]
    if field.kind == "ref":
        return value in ids.get(field.of, frozenset())
    if field.kind == "texts":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if field.kind == "integer":
        return type(value) is int
    if field.kind == "flag":
        return isinstance(value, bool)
    return isinstance(value, str) and _reads(field.kind, value)


def _reads(kind: str, text: str) -> bool:
    """Whether a text reads as what its field holds."""
    try:
        if kind == "day":
            return date.fromisoformat(text).isoformat() == text
        if kind == "instant":
            return datetime.fromisoformat(text).utcoffset() is not None
        if kind == "amount":
            return Decimal(text).is_finite() and Decimal(text) >= 0
    except (ValueError, InvalidOperation):
        return False
    return kind != "url" or _URL.fullmatch(text) is not None


def is_id(text: str) -> bool:
    """Whether a text is a GUID."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def tonnes(kg: int) -> str:
    """Kilograms as tonnes, exactly and without needless digits: 1200 is `1.2`."""
    return format(Decimal(kg).scaleb(-3).normalize() + 0, "f")
