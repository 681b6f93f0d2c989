"""What may happen to claims. Called by commands of higher rooms, inside their transaction and while
they hold the citizens' locks; nothing here authorises or audits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

import numpy as np
from django.db import connection

from tanhui.claims.matching import Bools, Ints, Trips
from tanhui.claims.queries import KEY_FIELD, Scheme, scheme, taken_bits
from tanhui.claims.slots import BLOCKS_A_DAY, Rows, date_of, first_block, rows_of
from tanhui.identity.sealing import seal
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Conflict
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.claims"


class Timed(Protocol):
    """Whatever is recorded of citizens; times in microseconds since the epoch."""

    @property
    def citizen(self) -> Ints: ...
    @property
    def started(self) -> Ints: ...
    @property
    def ended(self) -> Ints: ...


# Days on the wire are counted from here.
_POSTGRES_EPOCH_DAY = date(2000, 1, 1).toordinal() - date(1970, 1, 1).toordinal()


def open_days(*, days: Ints) -> None:
    """Makes the tables of these days of the city (since 1970) and of those that follow them.

    To be called in a transaction before that of settlement, as it takes a lock on the tables.
    """
    wanted = np.unique(np.concatenate([days, days + 1]))
    facts = {"days": [date_of(int(day)) for day in wanted], "zone": CITY_ZONE.key}
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "missing_days"), facts)
        if missing := [row[0] for row in cursor.fetchall()]:
            cursor.execute(load(_ROOM, "open_days"), {**facts, "days": missing})


def take_time(
    *,
    citizen: Ints,
    started: Ints,
    ended: Ints,
    fresh: Bools | None = None,
    met: Timed | None = None,
) -> None:
    """Takes the time of trips that were judged to be paid; instants in microseconds.

    `met` is all that is recorded of these citizens on the days of these trips, whatever became of
    it: rows that none of it reaches are new and need no look. `fresh` says the same by trip, true
    where nothing at all is recorded of that day. Slots that another trip has already are left to
    it. When someone else takes one of these slots meanwhile, the statement fails with a unique
    violation and nothing is taken.
    """
    if len(citizen) == 0:
        return
    rows, trip = rows_of(citizen, started, ended)
    look = np.flatnonzero(_may_be_there(rows, None if fresh is None else fresh[trip], met))
    held = taken_bits(rows.keep(look))
    there = look[held >= 0]
    new = np.ones(len(rows), dtype=np.bool_)
    new[there] = False
    _add_rows(rows if len(there) == 0 else rows.keep(new))
    bits = rows.bits[there] & ~held[held >= 0]
    more = bits != 0
    _change_rows("extend", Rows(rows.citizen[there][more], rows.block[there][more], bits[more]))


def _may_be_there(rows: Rows, fresh: Bools | None, met: Timed | None) -> Bools:
    """Which rows may have been taken of before."""
    if met is not None:
        reached, _ = rows_of(met.citizen, met.started, met.ended)
        maybe = np.isin(_keys(rows), _keys(reached))
    elif fresh is not None:
        maybe = ~fresh
    else:
        return np.ones(len(rows), dtype=np.bool_)
    # A trip of the evening before may have taken of a day's first hours.
    first_hours: Bools = rows.block % BLOCKS_A_DAY == int(first_block(0)) % BLOCKS_A_DAY
    return maybe | first_hours


def _keys(rows: Rows) -> Ints:
    """One number for each row; four hours are numbered below 2^20 until the year 2448."""
    return rows.citizen << 20 | rows.block


def give_back_time(*, citizen: Ints, started: Ints, ended: Ints, kept: Trips) -> None:
    """Gives back the time of trips that are no longer paid, but not what others of them share.

    `kept` are all trips of these citizens around these times that stay paid or held.
    """
    rows, _ = rows_of(citizen, started, ended)
    shared, _ = rows_of(kept.citizen, kept.started, kept.ended)
    columns = zip(shared.citizen.tolist(), shared.block.tolist(), shared.bits.tolist(), strict=True)
    stays = {(person, block): bits for person, block, bits in columns}
    keys = zip(rows.citizen.tolist(), rows.block.tolist(), strict=True)
    bits = rows.bits & ~np.array([stays.get(key, 0) for key in keys], dtype=np.int64)
    given = bits != 0
    _change_rows("give_back", Rows(rows.citizen[given], rows.block[given], bits[given]))


def take_days(*, citizen: Ints, day: Ints, kind: Ints, owner: int) -> None:
    """Takes whole days (since 1970) of citizens for what is told by the day.

    A day that has an owner, this one or another, fails the statement with a unique violation.
    """
    order = np.lexsort((kind, citizen, day))
    columns: list[tuple[str, str, binary.Column | int]] = [
        ("citizen_id", ">i8", citizen[order]),
        ("day", ">i4", day[order] - _POSTGRES_EPOCH_DAY),
        ("kind", ">i2", kind[order]),
        ("owner", ">i4", owner),
    ]
    _copy("copy_days", columns, len(order))


def give_back_days(*, citizen: Ints, day: Ints, kind: Ints, owner: int) -> None:
    """Gives back whole days that this owner has taken."""
    facts = {
        "citizen_ids": binary.Int8Array(citizen),
        "days": [date_of(int(number)) for number in day],
        "kinds": binary.Int2Array(kind),
        "owner": owner,
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "give_back_days"), facts)


def add_scheme(*, name: str, key: bytes, at: datetime) -> Scheme:
    """Keeps another scheme and the key we share with it; the same again changes nothing.

    Refuses: `scheme_exists` (the same name with another key).
    """
    facts = {"name": name, "key_sealed": seal(key.hex(), field=KEY_FIELD), "at": at}
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "add_scheme"), facts)
    kept = scheme(name)
    if kept.key != key:
        raise Conflict(
            "scheme_exists",
            zh="机制 {name} 已登记，但密钥不同。",
            en="The scheme {name} is registered with another key.",
            name=name,
        )
    return kept


def add_foreign_trips(*, trips: Trips, scheme: Scheme, days: Ints, claimed: Ints) -> None:
    """Keeps trips that another scheme has rewarded; what is kept already changes nothing.

    `days` are the scheme's own (since 1970), `claimed` microseconds since the epoch.
    """
    epoch = int(np.datetime64("2000-01-01", "us").astype(np.int64))
    facts = {
        "scheme": scheme.id,
        "citizen_ids": binary.Int8Array(trips.citizen),
        "days": [date_of(int(day)) for day in days],
        "started": binary.TimestamptzArray(trips.started - epoch),
        "ended": binary.TimestamptzArray(trips.ended - epoch),
        "groupings": binary.Int2Array(trips.group),
        "claimed": binary.TimestamptzArray(claimed - epoch),
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "add_foreign"), facts)


def _add_rows(rows: Rows) -> None:
    columns: list[tuple[str, str, binary.Column | int]] = [
        ("citizen_id", ">i8", rows.citizen),
        ("block", ">i4", rows.block),
        ("taken", ">i8", rows.bits),
    ]
    _copy("copy_time", columns, len(rows))


def _copy(name: str, columns: list[tuple[str, str, binary.Column | int]], rows: int) -> None:
    if rows == 0:
        return
    with binary.cursor(connection) as cursor, cursor.copy(load(_ROOM, name)) as copy:
        for piece in binary.copy_pieces(columns, rows):
            copy.write(piece)


def _change_rows(name: str, rows: Rows) -> None:
    if len(rows) == 0:
        return
    facts = {
        "citizen_ids": binary.Int8Array(rows.citizen),
        "blocks": binary.Int4Array(rows.block),
        "bits": binary.Int8Array(rows.bits),
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, name), facts)
