"""PostgreSQL's binary formats for whole columns: array parameters and COPY, straight from numpy.

A column of a million integers crosses to the server without one Python object per value. Only
fixed-width values are supported, which is what hot tables are made of; arrays may hold nulls.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol
from weakref import WeakSet

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import abc, adapt, pq

Column = npt.NDArray[Any]
Present = npt.NDArray[np.bool_]
_COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
_COPY_TAIL = b"\xff\xff"
_COPY_PIECE_BYTES = 1 << 20
_EPOCH = np.datetime64("2000-01-01T00:00:00", "us")


@dataclass(frozen=True, slots=True)
class WireType:
    """How one PostgreSQL type looks on the wire: element oid, array oid and numpy layout."""

    oid: int
    array_oid: int
    layout: str


INT2 = WireType(21, 1005, ">i2")
INT4 = WireType(23, 1007, ">i4")
INT8 = WireType(20, 1016, ">i8")
UUID = WireType(2950, 2951, "V16")
TIMESTAMPTZ = WireType(1184, 1185, ">i8")


class _Array:
    """An encoded array parameter; its subclasses say of what type.

    `present` tells which cells hold a value; without it all of them do.
    """

    __slots__ = ("encoded",)
    wire: ClassVar[WireType]

    def __init__(self, values: Column, present: Present | None = None) -> None:
        cells = np.empty(len(values), dtype=[("size", ">i4"), ("value", self.wire.layout)])
        cells["size"] = cells["value"].itemsize
        cells["value"] = values
        has_null = present is not None and not present.all()
        body = cells.tobytes()
        if present is not None and has_null:
            body = _without_null_values(cells, present)
        # An array without elements has no dimensions either.
        lengths = struct.pack(">ii", len(values), 1) if len(values) else b""
        head = struct.pack(">iii", 1 if lengths else 0, int(has_null), self.wire.oid)
        self.encoded = head + lengths + body


def _without_null_values(cells: Column, present: Present) -> bytes:
    """The cells as bytes, where a null is its size of -1 and nothing else."""
    cells["size"][~present] = -1
    octets = cells.view(np.uint8).reshape(len(cells), -1)
    kept = np.ones(octets.shape, dtype=np.bool_)
    kept[~present, 4:] = False
    return bytes(octets[kept].tobytes())


class Int2Array(_Array):
    """A `smallint[]` parameter from an integer column."""

    wire = INT2


class Int4Array(_Array):
    """An `integer[]` parameter from an integer column."""

    wire = INT4


class Int8Array(_Array):
    """A `bigint[]` parameter from an integer column."""

    wire = INT8


class UuidArray(_Array):
    """A `uuid[]` parameter from a column of 16-byte values (dtype `V16`)."""

    wire = UUID


class TimestamptzArray(_Array):
    """A `timestamptz[]` parameter from microseconds as `timestamps` counts them."""

    wire = TIMESTAMPTZ


class _ArrayDumper(adapt.Dumper):
    format = pq.Format.BINARY

    def dump(self, obj: _Array) -> bytes:
        return obj.encoded


_ARRAYS = (Int2Array, Int4Array, Int8Array, UuidArray, TimestamptzArray)
_DUMPERS = {
    array: type(f"_{array.__name__}Dumper", (_ArrayDumper,), {"oid": array.wire.array_oid})
    for array in _ARRAYS
}


def register(cursor: psycopg.Cursor[Any]) -> None:
    """Teaches one psycopg cursor to send the array classes of this module."""
    if isinstance(cursor, psycopg.ClientCursor):
        raise TypeError("a client-side cursor pastes parameters into text; use binary.cursor")
    _teach(cursor)


def _teach(context: abc.AdaptContext) -> None:
    for array, dumper in _DUMPERS.items():
        context.adapters.register_dumper(array, dumper)


_TAUGHT: WeakSet[psycopg.Connection[Any]] = WeakSet()


class Database(Protocol):
    """What `cursor` needs of a Django connection."""

    @property
    def connection(self) -> Any: ...

    @property
    def wrap_database_errors(self) -> Any: ...

    def ensure_connection(self) -> None: ...

    def validate_no_broken_transaction(self) -> None: ...


@contextmanager
def cursor(database: Database) -> Iterator[psycopg.Cursor[Any]]:
    """A cursor of Django's connection, in its transaction, that sends this module's arrays.

    Django's own cursor pastes parameters into the statement's text, which binary values cannot
    bear. Errors arrive as Django's, with psycopg's as their cause, like those of its own cursor.
    """
    database.validate_no_broken_transaction()
    database.ensure_connection()
    if database.connection not in _TAUGHT:
        # Its cursors take over what the connection knows; teaching each of them takes longer.
        _teach(database.connection)
        _TAUGHT.add(database.connection)
    with database.wrap_database_errors, psycopg.Cursor(database.connection) as opened:
        yield opened


def timestamps(instants: Column) -> Column:
    """`datetime64[us]` in UTC as PostgreSQL counts them: microseconds since 2000-01-01."""
    return (instants.astype("datetime64[us]") - _EPOCH).astype(np.int64)


def int8_array(sent: bytes | None) -> npt.NDArray[np.int64]:
    """The values of a non-null `bigint[]` that a statement gave out through `array_send`.

    A whole column comes back as one cell; no row means no array, which is an empty one.
    """
    if sent is None:
        return np.empty(0, dtype=np.int64)
    # The head is dimensions, null flag and type, then length and lower bound of the dimension.
    cells = np.frombuffer(sent, dtype=[("size", ">i4"), ("value", ">i8")], offset=20)
    return cells["value"].astype(np.int64)


def uuids(high: int | Column, low: Column) -> Column:
    """16-byte identifiers from a high and a low unsigned half; shape of `low`, dtype `V16`."""
    halves = np.empty(len(low), dtype=[("high", ">u8"), ("low", ">u8")])
    halves["high"] = high
    halves["low"] = low
    return halves.view("V16")


def copy_pieces(fields: Sequence[tuple[str, str, Column | int]], rows: int) -> Iterator[bytes]:
    """The body of `COPY … (FORMAT binary)` for `rows` rows, in pieces of about a mebibyte.

    `fields` holds (name, numpy layout, values) in the order of the COPY's column list; a single
    integer stands for a column of equal values.
    """
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, field_layout, _ in fields:
        layout += [(f"size_{name}", ">i4"), (name, field_layout)]
    piece_rows = max(1, _COPY_PIECE_BYTES // np.dtype(layout).itemsize)
    cells = np.empty(min(rows, piece_rows), dtype=layout)
    cells["fields"] = len(fields)
    for name, field_layout, _ in fields:
        cells[f"size_{name}"] = np.dtype(field_layout).itemsize
    yield _COPY_HEAD
    for start in range(0, rows, piece_rows):
        # One small piece is filled again and again: it stays in the processor's cache.
        piece = cells[: min(piece_rows, rows - start)]
        for name, _, values in fields:
            piece[name] = values if isinstance(values, int) else values[start : start + len(piece)]
        yield piece.tobytes()
    yield _COPY_TAIL
