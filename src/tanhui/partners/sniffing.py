"""A first look at a file that nobody has described: its shape, its letters, its columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.documents import DOCUMENT_BYTES_MAX
from tanhui.partners.files import PartnerFile, Shape, look_through
from tanhui.partners.form import DELIMITERS, Layout
from tanhui.partners.raw import cells_of

SAMPLE_ROWS = 5_000
_VALUE = re.compile(r"[-+.,:/TZ ]*\d[-+\d.,:/TZ ]*")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_FOREIGN = re.compile(rb"[\x80-\xff]+")
# How deep in a document a list of records is looked for.
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Sniffed:
    """What a file looks like. `rows` are the first rows as texts, in the order of `header`.

    Where a file has no header, `header` numbers its columns from 1. `records` is the way to a
    document's records.
    """

    file: PartnerFile
    encoding: str
    delimiter: str
    has_header: bool
    header: list[str]
    rows: list[list[str]]
    records: str = ""

    def column(self, name: str) -> list[str]:
        """The first cells of one column, without empty ones."""
        place = self.header.index(name)
        return [row[place] for row in self.rows if place < len(row) and row[place].strip()]


def plain_layout(encoding: str = "utf-8") -> Layout:
    """A layout that says nothing of a file but its encoding."""
    return Layout("", "", "", None, (), {}, frozenset(), {}, None, encoding=encoding)


def _refuse_no_table(path: Path) -> Refusal:
    return Invalid(
        "no_table",
        zh="文件“{name}”不像数据表：看不出列。",
        en="The file “{name}” does not look like a table: no columns can be made out.",
        name=path.name,
    )


def _look(path: Path) -> tuple[PartnerFile, str]:
    """The file and its encoding; refuses what `look_through` refuses of every encoding."""
    try:
        return look_through(path), "utf-8"
    except Refusal as refusal:
        if refusal.code != "wrong_encoding":
            raise
        for encoding in ("gb18030", "windows-1252"):
            try:
                file = look_through(path, plain_layout(encoding))
            except Refusal:
                continue
            head = b"".join(islice(_lines(file), 200))
            # Chinese letters are pairs of bytes; a lone one is a Latin letter with a mark.
            runs = [len(run) for run in _FOREIGN.findall(head)]
            chinese = sum(length > 1 for length in runs) * 2 > len(runs)
            if chinese == (encoding == "gb18030") and not _CONTROL.search(
                head.decode(encoding, "replace")
            ):
                return file, encoding
        raise


def _lines(file: PartnerFile) -> Iterator[bytes]:
    """The lines of the first member."""
    for _, stream in islice(file.texts(), 1):
        yield from stream


def _delimiter(lines: list[bytes], encoding: str) -> str:
    """The mark that parts the most columns in the same number on nearly every line."""
    best, columns = ",", 1
    for delimiter in DELIMITERS:
        widths = [len(cells_of(line, delimiter, encoding) or ()) for line in lines]
        usual = max(set(widths), key=widths.count, default=0)
        if usual > columns and widths.count(usual) >= 0.8 * len(widths):
            best, columns = delimiter, usual
    return best


def _is_header(first: list[str]) -> bool:
    """Whether the first row names columns: no cell in it is nothing but a number or a time."""
    return not any(_VALUE.fullmatch(cell) for cell in first)


def _csv(file: PartnerFile, encoding: str) -> Sniffed:
    lines = [
        line.removeprefix(b"\xef\xbb\xbf")
        for line in islice(_lines(file), SAMPLE_ROWS)
        if not line.isspace()
    ]
    delimiter = _delimiter(lines[:50], encoding)
    rows = [cells_of(line, delimiter, encoding) or [] for line in lines]
    rows = [[cell.strip() for cell in row] for row in rows]
    if not rows or len(rows[0]) < 2:
        raise _refuse_no_table(file.path)
    if _is_header(rows[0]):
        return Sniffed(file, encoding, delimiter, True, rows[0], rows[1:])
    header = [str(place) for place in range(1, len(rows[0]) + 1)]
    # Without a header there is one row more than the first look counted.
    return Sniffed(replace(file, rows=file.rows + 1), encoding, delimiter, False, header, rows)


def _flat(record: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        elif not isinstance(value, list):
            yield f"{before}{key}", "" if value is None else str(value)


def _of_records(file: PartnerFile, records: list[Any], way: str = "") -> Sniffed:
    flat = [dict(_flat(record)) for record in records if isinstance(record, dict)]
    header = list(dict.fromkeys(key for record in flat for key in record))
    if not header:
        raise _refuse_no_table(file.path)
    rows = [[record.get(key, "") for key in header] for record in flat]
    return Sniffed(file, "utf-8", ",", True, header, rows, way)


def _ndjson(file: PartnerFile) -> Sniffed:
    records = []
    for line in islice(_lines(file), SAMPLE_ROWS):
        try:
            records.append(json.loads(line))
        except (ValueError, RecursionError):
            continue
    if not records or (len(records) == 1 and any(_lists(records[0], "", 0))):
        return _document(file)
    return _of_records(file, records)


def _lists(value: Any, way: str, depth: int) -> Iterator[tuple[str, list[Any]]]:
    """The lists of objects in a document, each with the way to it."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        objects = [element for element in value if isinstance(element, dict)]
        if objects:
            yield f"{way}[]", objects
            inner: dict[str, list[Any]] = {}
            for element in objects[:SAMPLE_ROWS]:
                for key, found in _lists(element, "", depth + 1):
                    inner.setdefault(key, []).extend(found)
            yield from ((f"{way}[].{key}", found) for key, found in inner.items())
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _lists(part, f"{way}.{key}".lstrip("."), depth + 1)


def _document(file: PartnerFile) -> Sniffed:
    text = b"".join(islice((s.read(DOCUMENT_BYTES_MAX) for _, s in file.texts()), 1))
    try:
        document = json.loads(text.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _refuse_no_table(file.path) from None
    found = list(_lists(document, "", 0))
    if not found:
        raise _refuse_no_table(file.path)
    # Of lists within lists the one with the most records is what the document is about.
    way, records = max(found, key=lambda one: len(one[1]))
    file = replace(file, shape=Shape.JSON, rows=len(records))
    return _of_records(file, records[:SAMPLE_ROWS], way)


def _parquet(file: PartnerFile) -> Sniffed:
    frame = pl.scan_parquet(file.path).head(SAMPLE_ROWS).collect()
    texts = [[("" if cell is None else str(cell)) for cell in row] for row in frame.iter_rows()]
    return Sniffed(file, "utf-8", ",", True, frame.columns, texts)


def sniff(path: Path) -> Sniffed:
    """Looks at a file; refuses `no_table`, and as `files.look_through` does."""
    file, encoding = _look(path)
    if file.shape is Shape.PARQUET:
        return _parquet(file)
    if file.shape is Shape.NDJSON:
        return _ndjson(file)
    if file.shape is Shape.JSON:
        return _document(file)
    return _csv(file, encoding)
