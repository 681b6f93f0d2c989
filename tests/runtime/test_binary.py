"""Columns cross to the server and come back the same, whatever they hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from psycopg import errors

from tanhui.runtime import binary
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

INTEGERS = [0, 1, -1]
IDS = [UUID(int=0), UUID(int=1), UUID(int=2**128 - 1), UUID(int=2**127 + 5)]


@pytest.fixture
def raw(database_url: DatabaseUrl) -> Iterator[psycopg.Cursor[Any]]:
    with psycopg.connect(database_url.app) as opened, opened.cursor() as cursor:
        binary.register(cursor)
        yield cursor
        opened.rollback()


def returned(raw: psycopg.Cursor[Any], array: object, name: str) -> list[object]:
    """What the server makes of an array, which it must take to be of the type `name`."""
    row = raw.execute("SELECT %(array)s, pg_typeof(%(array)s)::text", {"array": array}).fetchone()
    assert row is not None
    assert row[1] == name
    return list(row[0])


@pytest.mark.parametrize(
    ("made", "dtype", "bits", "name"),
    [
        (binary.Int2Array, np.int16, 16, "smallint[]"),
        (binary.Int4Array, np.int32, 32, "integer[]"),
        (binary.Int8Array, np.int64, 64, "bigint[]"),
    ],
)
def test_integers(
    raw: psycopg.Cursor[Any], made: type[Any], dtype: type[Any], bits: int, name: str
) -> None:
    values = [*INTEGERS, 2 ** (bits - 1) - 1, -(2 ** (bits - 1))]
    assert returned(raw, made(np.array(values, dtype=dtype)), name) == values


def test_uuids(raw: psycopg.Cursor[Any]) -> None:
    high = np.array([value.int >> 64 for value in IDS], dtype=np.uint64)
    low = np.array([value.int & 2**64 - 1 for value in IDS], dtype=np.uint64)
    array = binary.UuidArray(binary.uuids(high, low))
    assert returned(raw, array, "uuid[]") == IDS
    one_high = binary.UuidArray(binary.uuids(7, low))
    assert returned(raw, one_high, "uuid[]") == [UUID(int=(7 << 64) + int(half)) for half in low]


def test_timestamps(raw: psycopg.Cursor[Any]) -> None:
    instants = [datetime(1999, 12, 31, 23, 59, 59, 999_999, UTC), datetime(2026, 3, 1, tzinfo=UTC)]
    ticks = binary.timestamps(
        np.array([instant.replace(tzinfo=None) for instant in instants], dtype="datetime64[us]")
    )
    assert returned(raw, binary.TimestamptzArray(ticks), "timestamp with time zone[]") == instants


@pytest.mark.parametrize("present", [[True, False, True], [False, False, False], [True] * 3])
def test_nulls(raw: psycopg.Cursor[Any], present: list[bool]) -> None:
    values = np.array([5, 6, 7], dtype=np.int64)
    expected = [int(v) if p else None for v, p in zip(values, present, strict=True)]
    array = binary.Int8Array(values, np.array(present))
    assert returned(raw, array, "bigint[]") == expected
    ids = binary.UuidArray(binary.uuids(0, values.astype(np.uint64)), np.array(present))
    assert returned(raw, ids, "uuid[]") == [None if v is None else UUID(int=v) for v in expected]


def test_an_empty_column_is_an_empty_array(raw: psycopg.Cursor[Any]) -> None:
    array = binary.Int8Array(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.bool_))
    assert returned(raw, array, "bigint[]") == []
    row = raw.execute("SELECT cardinality(%s)", [array]).fetchone()
    assert row == (0,)


@pytest.mark.parametrize("rows", [0, 1, 100_000])
def test_copy(raw: psycopg.Cursor[Any], rows: int) -> None:
    raw.execute(
        "CREATE TEMP TABLE copied (id uuid, started timestamptz, many bigint, few smallint)"
    )
    numbers = np.arange(rows, dtype=np.int64)
    fields: list[tuple[str, str, binary.Column | int]] = [
        ("id", "V16", binary.uuids(3, numbers.astype(np.uint64))),
        ("started", ">i8", numbers * 1_000_000),
        ("many", ">i8", -numbers),
        ("few", ">i2", 9),
    ]
    with raw.copy("COPY copied FROM STDIN (FORMAT binary)") as copy:
        for piece in binary.copy_pieces(fields, rows):
            copy.write(piece)
    row = raw.execute(
        "SELECT count(*), coalesce(sum(many), 0), count(DISTINCT id), min(few), max(few),"
        " max(started) FROM copied"
    ).fetchone()
    last = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=rows - 1) if rows else None
    few = 9 if rows else None
    assert row == (rows, -(rows * (rows - 1) // 2), rows, few, few, last)


def test_a_client_side_cursor_is_refused(database_url: DatabaseUrl) -> None:
    with (
        psycopg.connect(database_url.app) as opened,
        psycopg.ClientCursor(opened) as cursor,
        pytest.raises(TypeError, match=r"binary\.cursor"),
    ):
        binary.register(cursor)


@pytest.mark.django_db
def test_a_cursor_of_djangos_connection_is_in_its_transaction() -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE here (x bigint)")
        with binary.cursor(connection) as cursor:
            array = binary.Int8Array(np.arange(3))
            cursor.execute("INSERT INTO here SELECT unnest(%s) RETURNING x", [array])
            assert cursor.fetchall() == [(0,), (1,), (2,)]
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_errors_are_djangos_and_name_the_servers() -> None:
    with (
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        binary.cursor(connection) as cursor,
    ):
        cursor.execute("SELECT 1 / 0")
    assert isinstance(caught.value.__cause__, errors.DivisionByZero)


@pytest.mark.django_db
def test_a_broken_transaction_gives_no_cursor() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        broken = binary.cursor(connection)
        with pytest.raises(transaction.TransactionManagementError):
            broken.__enter__()
