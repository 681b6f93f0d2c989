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
from collections.abc import Iterator
from typing import IO, Any

import polars as pl
import pyarrow.parquet

from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.files import PartnerFile, Shape
from tanhui.partners.layouts import Layout

# Columns that every raw frame has besides the layout's fields.
LINE, TORN = "line", "torn"
LINE_BYTES_MAX = 65_536


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


def _whole_lines(
    lines: Iterator[tuple[int, bytes]], numbers: list[int], torn: list[int]
) -> Iterator[str]:
    """The lines that stand alone; a quote left open would otherwise swallow those behind it.

    A line longer than any row of trips is torn too: the reader below would refuse the whole file.
    """
    for number, line in lines:
        if line.count(b'"') % 2 or len(line) > LINE_BYTES_MAX:
            torn.append(number)
            continue
        numbers.append(number)
        yield line.decode("utf-8", errors="replace")


def _csv_frames(
    file: PartnerFile,
    layout: Layout,
    lines: Iterator[tuple[int, bytes]],
    ordinals: _Ordinals,
    chunk_rows: int,
) -> Iterator[pl.DataFrame]:
    numbers: list[int] = []
    torn: list[int] = []
    reader = csv.reader(_whole_lines(lines, numbers, torn))
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
    frame = _text_frame(columns, numbers, [not fits for fits in sound])
    numbers.clear()
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
    layout: Layout, lines: Iterator[tuple[int, bytes]], ordinals: _Ordinals, chunk_rows: int
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

    for number, line in lines:
        records.append((number, _record(line)))
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
    numbered = _Lines()
    for _, stream in file.texts():
        lines = numbered.of(stream)
        if file.shape is Shape.CSV:
            yield from _csv_frames(file, layout, lines, ordinals, chunk_rows)
        else:
            yield from _ndjson_frames(layout, lines, ordinals, chunk_rows)
