"""From a partner's file to frames of unread cells: one text column for each field, and the line.

Parquet keeps the types it has. A line that cannot even be taken apart is passed on as `torn`, so
that it is counted and reported like any other bad row.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
from collections import Counter
from collections.abc import Iterator
from typing import IO, Any

import polars as pl
import pyarrow.parquet

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.files import PartnerFile, Shape
from tanhui.partners.layouts import Layout

# Columns that every raw frame has besides the layout's fields.
LINE, TORN = "line", "torn"


def _refuse_missing(file: PartnerFile, missing: list[str], found: list[str]) -> Refusal:
    return Invalid(
        "missing_column",
        zh="文件“{name}”缺少列：{missing}；实有：{found}。",
        en="The file “{name}” lacks the column {missing}; it has: {found}.",
        name=file.path.name,
        missing=", ".join(missing),
        found=", ".join(found[:20]) or "—",
    )


def _present(file: PartnerFile, layout: Layout, header: list[str]) -> dict[str, str]:
    """The fields that this file has, by the operator's column; refuses `missing_column`."""
    missing = [
        column
        for field, column in layout.columns.items()
        if column not in header and field not in layout.optional
    ]
    if missing:
        raise _refuse_missing(file, missing, header)
    return {field: column for field, column in layout.columns.items() if column in header}


class _Ordinals:
    """References for files without trip ids: the row's digest and its ordinal among equals."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def reference(self, row: str) -> str:
        digest = hashlib.sha256(row.encode()).digest()[:16]
        self._seen[digest] += 1
        return f"{digest.hex()}-{self._seen[digest]}"


def _whole_lines(
    stream: io.BufferedIOBase, numbers: list[int], torn: list[int], offset: int
) -> Iterator[str]:
    """The lines that stand alone; a quote left open would otherwise swallow those behind it."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")
    for number, line in enumerate(text, start=offset + 1):
        if line.isspace():
            continue
        if line.count('"') % 2:
            torn.append(number)
            continue
        numbers.append(number)
        yield line
    text.detach()


def _csv_frames(
    file: PartnerFile,
    layout: Layout,
    stream: io.BufferedIOBase,
    offset: int,
    ordinals: _Ordinals,
    chunk_rows: int,
) -> Iterator[pl.DataFrame]:
    numbers: list[int] = []
    torn: list[int] = []
    reader = csv.reader(_whole_lines(stream, numbers, torn, offset))
    header = [name.strip() for name in next(reader, [])]
    present = _present(file, layout, header)
    places = {field: header.index(column) for field, column in present.items()}
    width = len(header)
    numbers.clear()
    rows: list[list[str]] = []
    for row in reader:
        rows.append(row)
        if len(rows) + len(torn) >= chunk_rows:
            yield _csv_frame(layout, places, width, rows, numbers, torn, ordinals)
            rows = []
    if rows or torn:
        yield _csv_frame(layout, places, width, rows, numbers, torn, ordinals)


def _csv_frame(
    layout: Layout,
    places: dict[str, int],
    width: int,
    rows: list[list[str]],
    numbers: list[int],
    torn: list[int],
    ordinals: _Ordinals,
) -> pl.DataFrame:
    sound = [len(row) == width for row in rows]
    columns: dict[str, Any] = {
        field: [row[place] if place < len(row) else None for row in rows]
        for field, place in places.items()
    }
    if "reference" not in layout.columns:
        columns["reference"] = [ordinals.reference("\x1f".join(row)) for row in rows]
    frame = _text_frame(columns, numbers[: len(rows)], [not fits for fits in sound])
    # The reader may already have taken a line beyond this chunk; its number stays for the next.
    del numbers[: len(rows)]
    if torn:
        lost = _text_frame({name: [None] * len(torn) for name in columns}, torn, [True] * len(torn))
        frame = pl.concat([frame, lost])
        torn.clear()
    return frame


def _text_frame(
    columns: dict[str, list[str | None]], lines: list[int], torn: list[bool]
) -> pl.DataFrame:
    schema: dict[str, Any] = dict.fromkeys(columns, pl.String)
    return pl.DataFrame(columns, schema=schema).with_columns(
        pl.Series(LINE, lines, dtype=pl.Int64), pl.Series(TORN, torn, dtype=pl.Boolean)
    )


def _cell(value: object) -> str | None:
    """A JSON value as text; anything that is not a single value becomes unreadable text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "�"
    return repr(value)


def _record(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _ndjson_frames(
    layout: Layout, stream: io.BufferedIOBase, offset: int, ordinals: _Ordinals, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    records: list[tuple[int, dict[str, Any] | None]] = []

    def frame() -> pl.DataFrame:
        columns: dict[str, list[str | None]] = {
            field: [_cell(record.get(column)) if record else None for _, record in records]
            for field, column in layout.columns.items()
        }
        if "reference" not in columns:
            columns["reference"] = [
                ordinals.reference(json.dumps(record, sort_keys=True)) if record else None
                for _, record in records
            ]
        return _text_frame(
            columns, [line for line, _ in records], [record is None for _, record in records]
        )

    for number, line in enumerate(stream, start=offset + 1):
        content = line.removeprefix(codecs.BOM_UTF8) if number == offset + 1 else line
        if content.isspace():
            continue
        records.append((number, _record(content)))
        if len(records) >= chunk_rows:
            yield frame()
            records = []
    if records:
        yield frame()


def _parquet_frames(
    file: PartnerFile, layout: Layout, ordinals: _Ordinals, chunk_rows: int
) -> Iterator[pl.DataFrame]:
    with pyarrow.parquet.ParquetFile(file.path) as parquet:
        present = _present(file, layout, list(parquet.schema_arrow.names))
        line = 1
        for batch in parquet.iter_batches(chunk_rows, columns=list(present.values())):
            frame = pl.DataFrame(pl.from_arrow(batch)).select(
                pl.col(column).alias(field) for field, column in present.items()
            )
            if "reference" not in layout.columns:
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


def raw_frames(file: PartnerFile, layout: Layout, *, chunk_rows: int) -> Iterator[pl.DataFrame]:
    """Frames of at most about `chunk_rows` rows. Lines count from 1, on through all members.

    A CSV's header is a line; a Parquet's rows count from 1. Refuses `missing_column`.
    """
    ordinals = _Ordinals()
    if file.shape is Shape.PARQUET:
        yield from _parquet_frames(file, layout, ordinals, chunk_rows)
        return
    offset = 0
    for _, stream in file.texts():
        counted = _Counted(stream)
        if file.shape is Shape.CSV:
            yield from _csv_frames(file, layout, counted, offset, ordinals, chunk_rows)
        else:
            yield from _ndjson_frames(layout, counted, offset, ordinals, chunk_rows)
        offset += counted.lines


class _Counted(io.BufferedIOBase):
    """A byte stream that counts the lines it has given out, for the numbering of the next one."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.lines = 0

    def readable(self) -> bool:
        return True

    def read1(self, size: int | None = -1, /) -> bytes:
        piece = self._stream.read(65_536 if size is None or size < 0 else size)
        self.lines += piece.count(b"\n")
        return piece

    def read(self, size: int | None = -1, /) -> bytes:
        piece = self._stream.read(size if size is not None else -1)
        self.lines += piece.count(b"\n")
        return piece

    def readline(self, size: int | None = -1, /) -> bytes:
        line = self._stream.readline(size if size is not None else -1)
        self.lines += line.count(b"\n")
        return line
