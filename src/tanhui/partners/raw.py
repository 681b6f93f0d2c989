"""From a partner's file to frames of unread cells: one text column for each field, and the line.

Parquet keeps the types it has. A line that cannot even be taken apart is passed on as `torn`, so
that it is counted and reported like any other bad row.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import IO, Any

import polars as pl
import pyarrow.lib
import pyarrow.parquet

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.documents import (
    AROUND,
    DEEPER,
    DOCUMENT_BYTES_MAX,
    cell_of,
    own,
    records_of,
)
from tanhui.partners.files import PartnerFile, Shape, refuse_broken
from tanhui.partners.form import Layout

# Columns that every raw frame has besides the layout's fields.
LINE, TORN = "line", "torn"
LINE_BYTES_MAX = 65_536
# What a cell holds in which something was given that is no text.
UNREADABLE = "\ufffd"


def _refuse_missing(file: PartnerFile, missing: list[str], found: list[str]) -> Refusal:
    return Invalid(
        "missing_column",
        zh="文件“{name}”缺少列：{missing}；实有：{found}。",
        en="The file “{name}” lacks the column {missing}; it has: {found}.",
        name=file.path.name,
        missing=", ".join(missing),
        found=", ".join(found[:20]) or "—",
    )


def present(file: PartnerFile, layout: Layout, header: list[str]) -> dict[str, int]:
    """Where this file has the fields of the layout; refuses `missing_column`, `double_column`."""
    found = {field: layout.places_of(field, header) for field in layout.columns}
    missing = [
        " | ".join(layout.columns[field])
        for field, places in found.items()
        if not places and field not in layout.optional
    ]
    if missing:
        raise _refuse_missing(file, missing, header)
    for places in found.values():
        if len(places) > 1:
            raise Invalid(
                "double_column",
                zh="文件“{name}”有 {times} 列都叫“{column}”，不知该取哪一列。",
                en="The file “{name}” has {times} columns called “{column}”; which one is meant"
                " cannot be told.",
                name=file.path.name,
                times=len(places),
                column=header[places[0]],
            )
    return {field: places[0] for field, places in found.items() if places}


class _Ordinals:
    """References for files without trip ids: the row's digest and its ordinal among equals."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def reference(self, row: str) -> str:
        digest = hashlib.sha256(row.encode()).digest()[:16]
        self._seen[digest] += 1
        return f"{digest.hex()}-{self._seen[digest]}"


class _Lines:
    """The lines of all members of a file, numbered on through them, without empty ones."""

    def __init__(self) -> None:
        self.number = 0

    def of(self, stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
        """Each line that holds anything, with its number; a byte order mark is passed over."""
        for place, line in enumerate(stream):
            self.number += 1
            content = line.removeprefix(codecs.BOM_UTF8) if place == 0 else line
            if not content.isspace():
                yield self.number, content


def cells_of(line: bytes, delimiter: str = ",", encoding: str = "utf-8") -> list[str] | None:
    """The cells of one line, or None where it cannot be taken apart.

    Each line stands alone: a quote left open would otherwise swallow the lines behind it. A line
    longer than any row of trips is not taken apart either.
    """
    if len(line) > LINE_BYTES_MAX:
        return None
    text = line.decode(encoding, errors="replace").rstrip("\r\n")
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader((text,), strict=True, delimiter=delimiter))
    except csv.Error:
        return None


def header_of(lines: Iterator[tuple[int, bytes]], layout: Layout) -> list[str] | None:
    """The names in the first line that holds anything; None where no line does."""
    for _, line in lines:
        cells = cells_of(line, layout.delimiter, layout.encoding) or ()
        return [name.strip() for name in cells]
    return None


def _csv_frames(
    file: PartnerFile,
    layout: Layout,
    lines: Iterator[tuple[int, bytes]],
    ordinals: _Ordinals,
    chunk_rows: int,
) -> Iterator[pl.DataFrame]:
    ahead = list(islice(lines, 1))
    header = header_of(iter(ahead), layout)
    if not layout.has_header:
        # The first row tells how many cells a row has, and is one itself.
        lines = chain(ahead, lines)
    if header is None:
        return
    places = present(file, layout, header)
    while taken := list(islice(lines, chunk_rows)):
        rows = [cells_of(line, layout.delimiter, layout.encoding) for _, line in taken]
        columns: dict[str, list[str | None]] = {
            field: [row[place] if row and place < len(row) else None for row in rows]
            for field, place in places.items()
        }
        if "reference" not in places:
            columns["reference"] = [
                ordinals.reference("\x1f".join(row)) if row else None for row in rows
            ]
        yield _text_frame(
            columns,
            [number for number, _ in taken],
            [row is None or len(row) != len(header) for row in rows],
        )


def _text_frame(
    columns: dict[str, list[str | None]], lines: list[int], torn: list[bool]
) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(columns, schema=schema).with_columns(
        pl.Series(LINE, lines, dtype=pl.Int64), pl.Series(TORN, torn, dtype=pl.Boolean)
    )


def _cell(value: object) -> str | None:
    """A JSON value as text; anything that is not a single value becomes unreadable text."""
    if value is None:
        return None
    if isinstance(value, str):
        if value.isascii():
            return value
        # Half of a surrogate pair is no letter, and nothing behind this point could carry it.
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return UNREADABLE
    return repr(value)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _values(names: tuple[str, ...], records: list[dict[str, Any] | None]) -> list[str | None]:
    """What the first of some columns that a record has holds, of each record."""
    if len(names) == 1 and not (DEEPER in names[0] or names[0].startswith(AROUND)):
        (name,) = names
        return [_cell(record.get(name)) if record else None for record in records]
    return [
        _cell(next((v for n in names if (v := cell_of(record, n)) is not None), None))
        if record
        else None
        for record in records
    ]


def _records_frame(
    layout: Layout, numbers: list[int], records: list[dict[str, Any] | None], ordinals: _Ordinals
) -> pl.DataFrame:
    columns = {field: _values(names, records) for field, names in layout.columns.items()}
    if "reference" not in columns or "reference" in layout.optional:
        told = columns.get("reference") or [None] * len(records)
        columns["reference"] = [
            reference or ordinals.reference(json.dumps(own(record), sort_keys=True))
            if record
            else None
            for reference, record in zip(told, records, strict=True)
        ]
    return _text_frame(columns, numbers, [record is None for record in records])


def _ndjson_frames(
    layout: Layout, lines: Iterator[tuple[int, bytes]], ordinals: _Ordinals, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    while taken := list(islice(lines, chunk_rows)):
        records = [_record(line) for _, line in taken]
        yield _records_frame(layout, [number for number, _ in taken], records, ordinals)


def _document_frames(
    file: PartnerFile, layout: Layout, ordinals: _Ordinals, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    number = 1
    for _, stream in file.texts():
        found = records_of(file.path.name, stream.read(DOCUMENT_BYTES_MAX + 1), layout.records)
        for start in range(0, len(found), chunk_rows):
            piece = [
                record if isinstance(record, dict) else None
                for record in found[start : start + chunk_rows]
            ]
            yield _records_frame(layout, list(range(number, number + len(piece))), piece, ordinals)
            number += len(piece)


def _readable(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts for bytes, and unreadable texts for what is neither text nor number."""
    changed: list[pl.Expr | pl.Series] = []
    for name, dtype in frame.schema.items():
        if dtype == pl.Binary:
            # Some writers do not say that their bytes are text.
            texts = [
                None if cell is None else cell.decode("utf-8", "replace") for cell in frame[name]
            ]
            changed.append(pl.Series(name, texts, dtype=pl.String))
        elif dtype.is_nested() or dtype in (pl.Duration, pl.Time, pl.Object):
            given = pl.when(pl.col(name).is_not_null()).then(pl.lit(UNREADABLE))
            changed.append(given.alias(name))
    return frame.with_columns(changed) if changed else frame


def _batches(
    file: PartnerFile, parquet: pyarrow.parquet.ParquetFile, columns: list[str], chunk_rows: int
) -> Iterator[pl.DataFrame]:
    try:
        for batch in parquet.iter_batches(chunk_rows, columns=columns):
            yield pl.DataFrame(pl.from_arrow(batch))
    except (pyarrow.lib.ArrowException, OSError) as error:
        raise refuse_broken(file.path, error) from None


def _parquet_frames(
    file: PartnerFile, layout: Layout, ordinals: _Ordinals, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    with pyarrow.parquet.ParquetFile(file.path) as parquet:
        header = list(parquet.schema_arrow.names)
        columns = {field: header[place] for field, place in present(file, layout, header).items()}
        line = 1
        for batch in _batches(file, parquet, list(dict.fromkeys(columns.values())), chunk_rows):
            frame = _readable(
                batch.select(pl.col(column).alias(field) for field, column in columns.items())
            )
            if "reference" not in columns:
                texts = frame.select(
                    pl.concat_str(pl.all().cast(pl.String), separator="\x1f", ignore_nulls=True)
                ).to_series()
                frame = frame.with_columns(
                    pl.Series("reference", [ordinals.reference(text) for text in texts])
                )
            yield frame.with_columns(
                pl.int_range(line, line + frame.height, dtype=pl.Int64).alias(LINE),
                pl.lit(False).alias(TORN),
            )
            line += frame.height


def lines_frame(layout: Layout, lines: Iterable[tuple[int, bytes]]) -> pl.DataFrame:
    """One raw frame of JSON objects that came otherwise than in a file, each with its number."""
    taken = list(lines)
    return next(_ndjson_frames(layout, iter(taken), _Ordinals(), len(taken)))


def check_columns(file: PartnerFile, layout: Layout) -> None:
    """Refuses `missing_column` for any member, before a row of another one is used."""
    if file.shape is Shape.PARQUET:
        with pyarrow.parquet.ParquetFile(file.path) as parquet:
            present(file, layout, list(parquet.schema_arrow.names))
    elif file.shape is Shape.CSV:
        for _, stream in file.texts():
            header = header_of(_Lines().of(stream), layout)
            if header is not None:
                present(file, layout, header)


def raw_frames(file: PartnerFile, layout: Layout, *, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """Frames of at most about `chunk_rows` rows. Lines count from 1, on through all members.

    A CSV's header is a line; a Parquet's rows and a document's records count from 1. Refuses
    `missing_column` before any frame, and `broken_file` where a page of a Parquet file cannot
    be read.
    """
    check_columns(file, layout)
    ordinals = _Ordinals()
    if file.shape is Shape.PARQUET:
        yield from _parquet_frames(file, layout, ordinals, chunk_rows)
        return
    if file.shape is Shape.JSON:
        yield from _document_frames(file, layout, ordinals, chunk_rows)
        return
    numbered = _Lines()
    for _, stream in file.texts():
        lines = numbered.of(stream)
        if file.shape is Shape.CSV:
            yield from _csv_frames(file, layout, lines, ordinals, chunk_rows)
        else:
            yield from _ndjson_frames(layout, lines, ordinals, chunk_rows)
