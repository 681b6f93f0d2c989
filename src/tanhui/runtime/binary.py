"""PostgreSQL's binary formats for whole columns: array parameters and COPY, straight from numpy.

A column of a million integers crosses to the server without one Python object per value. Only
fixed-width, non-null values are supported; that is what hot tables are made of.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from psycopg import adapt, pq

Column = npt.NDArray[Any]
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
    """An encoded array parameter; its subclasses carry the array's oid."""

    __slots__ = ("encoded",)

    def __init__(self, values: Column, wire: WireType) -> None:
        cells = np.empty(len(values), dtype=[("size", ">i4"), ("value", wire.layout)])
        cells["size"] = np.dtype(wire.layout).itemsize
        cells["value"] = values
        self.encoded = struct.pack(">iiiii", 1, 0, wire.oid, len(values), 1) + cells.tobytes()


class Int8Array(_Array):
    """A `bigint[]` parameter from an integer column."""

    def __init__(self, values: Column) -> None:
        super().__init__(values, INT8)


class Int4Array(_Array):
    """An `integer[]` parameter from an integer column."""

    def __init__(self, values: Column) -> None:
        super().__init__(values, INT4)


class UuidArray(_Array):
    """A `uuid[]` parameter from a column of 16-byte values (dtype `V16`)."""

    def __init__(self, values: Column) -> None:
        super().__init__(values, UUID)


class _ArrayDumper(adapt.Dumper):
    format: ClassVar[pq.Format] = pq.Format.BINARY

    def dump(self, obj: _Array) -> bytes:
        return obj.encoded


class _Int8Dumper(_ArrayDumper):
    oid = INT8.array_oid


class _Int4Dumper(_ArrayDumper):
    oid = INT4.array_oid


class _UuidDumper(_ArrayDumper):
    oid = UUID.array_oid


def register(cursor: Any) -> None:
    """Teaches one psycopg cursor to send the array classes of this module."""
    cursor.adapters.register_dumper(Int8Array, _Int8Dumper)
    cursor.adapters.register_dumper(Int4Array, _Int4Dumper)
    cursor.adapters.register_dumper(UuidArray, _UuidDumper)


def timestamps(instants: Column) -> Column:
    """`datetime64[us]` in UTC as PostgreSQL counts them: microseconds since 2000-01-01."""
    return (instants.astype("datetime64[us]") - _EPOCH).astype(np.int64)


def uuids(high: int | Column, low: Column) -> Column:
    """16-byte identifiers from a high and a low unsigned half; shape of `low`, dtype `V16`."""
    halves = np.empty(len(low), dtype=[("high", ">u8"), ("low", ">u8")])
    halves["high"] = high
    halves["low"] = low
    return halves.view("V16")


def copy_pieces(
    fields: Sequence[tuple[str, str, Column | int]], rows: int
) -> Iterator[bytes | memoryview]:
    """The body of `COPY … (FORMAT binary)` for `rows` rows, in pieces of about a mebibyte.

    `fields` holds (name, numpy layout, values) in the order of the COPY's column list; a single
    integer stands for a column of equal values.
    """
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for name, field_layout, _ in fields:
        layout += [(f"size_{name}", ">i4"), (name, field_layout)]
    cells = np.empty(rows, dtype=layout)
    cells["fields"] = len(fields)
    for name, field_layout, values in fields:
        cells[f"size_{name}"] = np.dtype(field_layout).itemsize
        cells[name] = values
    yield _COPY_HEAD
    whole = cells.view(np.uint8).data
    for start in range(0, len(whole), _COPY_PIECE_BYTES):
        yield whole[start : start + _COPY_PIECE_BYTES]
    yield _COPY_TAIL
