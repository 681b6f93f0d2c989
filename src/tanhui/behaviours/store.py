"""The statements of settlement: what is known already, and the rows that are new."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl
from django.db import connection

from tanhui.behaviours.detectors.seen import History
from tanhui.behaviours.known import Known
from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.kernel.periods import CITY_ZONE, day_end, day_start
from tanhui.runtime import binary
from tanhui.runtime.sql import load
from tanhui.scenes.library import Rule

_ROOM = "tanhui.behaviours"
_EPOCH = date(1970, 1, 1).toordinal()
_EPOCH_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
_DAY_US = 86_400_000_000
# Rows that go in one statement sooner than in a COPY for each of their lengths.
_FEW = 256
# The days that hold deeds, as far as this program has seen, by database.
_IN_USE: set[tuple[str, int]] = set()
# The city has kept one time since then; before, summers were an hour ahead.
_ONE_OFFSET_SINCE_US = int(datetime(1992, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_OFFSET_US = int(datetime(1992, 1, 1, tzinfo=UTC).astimezone(CITY_ZONE).hour) * 3_600_000_000
# PostgreSQL counts microseconds from here.
_POSTGRES_EPOCH_US = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


def to_instant(microseconds: int) -> datetime:
    """The instant of so many microseconds since the epoch, in UTC."""
    return _EPOCH_INSTANT + timedelta(microseconds=int(microseconds))


def to_date(day: int) -> date:
    """The date of a day counted since 1970-01-01."""
    return date.fromordinal(_EPOCH + int(day))


def city_days(started: Ints) -> Ints:
    """The city's days, counted since 1970-01-01, of instants in microseconds since the epoch."""
    if len(started) == 0 or started.min() >= _ONE_OFFSET_SINCE_US:
        return (started + _OFFSET_US) // _DAY_US
    instants = pl.Series(started).cast(pl.Datetime("us", "UTC"))
    days = instants.dt.convert_time_zone(CITY_ZONE.key).dt.date().cast(pl.Int32)
    return days.cast(pl.Int64).to_numpy()


def open_days(days: Ints) -> None:
    """Makes the partitions of these distinct days."""
    wanted = {"days": [to_date(day) for day in days], "zone": CITY_ZONE.key}
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "missing_days"), wanted)
        if missing := [row[0] for row in cursor.fetchall()]:
            cursor.execute(load(_ROOM, "open_days"), {**wanted, "days": missing})


def next_chunk_id() -> int:
    """A new chunk's number."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "next_chunk"))
        return int(cursor.fetchall()[0][0])


def rule_id(rule: Rule) -> int:
    """The number of a rule in the books, which is added on its first use."""
    facts = {
        "scene": rule.scene.number,
        "methodology": rule.methodology.reference,
        "methodology_digest": rule.methodology.digest,
        "tariff": rule.tariff.reference,
        "tariff_digest": rule.tariff.digest,
        "city_limit": rule.limit.reference if rule.limit else "",
        "city_limit_digest": rule.limit.digest if rule.limit else "",
    }
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "find_rule"), facts)
        found = cursor.fetchall()
        if not found:
            cursor.execute(load(_ROOM, "add_rule"), facts)
            cursor.execute(load(_ROOM, "find_rule"), facts)
            found = cursor.fetchall()
        return int(found[0][0])


def known_references(partner_id: int, deeds: Deeds) -> tuple[Ints, list[bytes], dict[str, Ints]]:
    """Which deeds' references are recorded: their positions, the full references, the content."""
    # Asked for in the index's own order, neighbours are found on one page: three times as fast.
    order = np.argsort(deeds.digest)
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load(_ROOM, "known_references"),
            {"partner_id": partner_id, "digests": binary.Int8Array(deeds.digest[order])},
        )
        references, *columns = cursor.fetchall()[0]
    found, citizen, started = map(binary.int8_array, columns)
    started += _POSTGRES_EPOCH_US
    places = order[found]
    content = {"citizen": citizen, "started": started}
    content |= _known_deeds(partner_id, citizen, started, deeds.digest[places])
    return places, [reference.encode() for reference in references or ()], content


def _known_deeds(partner_id: int, citizen: Ints, started: Ints, digest: Ints) -> dict[str, Ints]:
    """The rest of what a repeat is compared by, for each of these recorded deeds."""
    found = {
        name: np.zeros(len(digest), dtype=np.int64)
        for name in ("ended", "amount", "detail", "scene")
    }
    days = city_days(started)
    for day in np.unique(days):
        asked = np.flatnonzero(days == day)
        with binary.cursor(connection) as cursor:
            cursor.execute(
                load(_ROOM, "known_deeds"),
                {
                    "partner_id": partner_id,
                    "citizen_ids": binary.Int8Array(citizen[asked]),
                    "started_at": binary.TimestamptzArray(started[asked] - _POSTGRES_EPOCH_US),
                    "digests": binary.Int8Array(digest[asked]),
                    "day_start": day_start(to_date(day)),
                    "day_end": day_end(to_date(day)),
                },
            )
            places, *columns = map(binary.int8_array, cursor.fetchall()[0])
        for name, column in zip(found, columns, strict=True):
            found[name][asked[places]] = column
    return found


def _day_bounds(days: Ints) -> tuple[Ints, Ints]:
    """The first instant of each day and of the next, as PostgreSQL counts."""
    distinct, group = np.unique(days, return_inverse=True)
    starts = [int(day_start(to_date(day)).timestamp()) for day in distinct]
    ends = [int(day_end(to_date(day)).timestamp()) for day in distinct]
    return (
        (np.array(starts, dtype=np.int64) * 1_000_000 - _POSTGRES_EPOCH_US)[group],
        (np.array(ends, dtype=np.int64) * 1_000_000 - _POSTGRES_EPOCH_US)[group],
    )


def _days_in_use(days: Ints) -> Ints:
    """Of these distinct days, those that hold any deed at all; a day once in use remains so."""
    database = str(connection.settings_dict["NAME"])
    asked = days[[(database, day) not in _IN_USE for day in days.tolist()]]
    if len(asked):
        starts, ends = _day_bounds(asked)
        with binary.cursor(connection) as cursor:
            cursor.execute(
                load(_ROOM, "days_in_use"),
                {
                    "day_starts": binary.TimestamptzArray(starts),
                    "day_ends": binary.TimestamptzArray(ends),
                },
            )
            found = asked[[row[0] for row in cursor.fetchall()]]
        _IN_USE.update((database, day) for day in found.tolist())
    return days[[(database, day) in _IN_USE for day in days.tolist()]]


def known_on_days(citizens: Ints, days: Ints) -> Known:
    """What is recorded of each of these citizens on the day beside it, what is gone among it.

    Each day is asked for alone: its partition is then found when the statement is planned.
    """
    found: list[list[Ints]] = []
    on: list[Ints] = []
    for day in _days_in_use(np.unique(days)):
        with binary.cursor(connection) as cursor:
            cursor.execute(
                load(_ROOM, "known_of_day"),
                {
                    "citizen_ids": binary.Int8Array(np.unique(citizens[days == day])),
                    "day_start": day_start(to_date(day)),
                    "day_end": day_end(to_date(day)),
                },
            )
            found.append([binary.int8_array(cell) for cell in cursor.fetchall()[0]])
        on.append(np.full(len(found[-1][0]), day, dtype=np.int64))
    if not found:
        return Known.nothing()
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    citizen, started, ended, digest, reduction_mg, amount_points, small = columns
    return Known(
        citizen=citizen,
        started=started + _POSTGRES_EPOCH_US,
        ended=ended + _POSTGRES_EPOCH_US,
        partner=small >> 32,
        digest=digest,
        amount=amount_points >> 32,
        scene=small >> 8 & 0xFFFFFF,
        grade=small >> 4 & 0xF,
        state=small & 0xF,
        points=amount_points & 0xFFFFFFFF,
        reduction_mg=reduction_mg,
        day=np.concatenate(on),
    )


_HISTORY_DAYS = 28


def usual_days(citizen: Ints, day: Ints, scenes: Ints) -> History:
    """A citizen's usual day before each of these days, by what these scenes reduced.

    Asked for few: each pair is looked up in the 28 days before its own.
    """
    with binary.cursor(connection) as cursor:
        cursor.execute(
            load(_ROOM, "daily_reductions"),
            {
                "citizen_ids": binary.Int8Array(citizen),
                "day_starts": binary.TimestamptzArray(_day_bounds(day - _HISTORY_DAYS)[0]),
                "day_ends": binary.TimestamptzArray(_day_bounds(day)[0]),
                "scenes": binary.Int2Array(scenes),
                "zone": CITY_ZONE.key,
            },
        )
        place, amount = (binary.int8_array(cell) for cell in cursor.fetchall()[0])
    daily = pl.DataFrame({"place": place, "amount": amount}).group_by("place")
    usual = daily.agg(
        pl.len().alias("days"),
        pl.col("amount").median().alias("median"),
        (pl.col("amount") - pl.col("amount").median()).abs().median().alias("spread"),
        pl.col("amount").max().alias("most"),
    ).cast(pl.Int64)
    columns = np.zeros((4, len(citizen)), dtype=np.int64)
    columns[:, usual["place"].to_numpy()] = usual.drop("place").to_numpy().T
    return History(*columns)


def _copy(
    name: str, columns: list[tuple[str, str, npt.NDArray[np.generic] | int]], rows: int
) -> None:
    with binary.cursor(connection) as cursor, cursor.copy(load(_ROOM, name)) as copy:
        for piece in binary.copy_pieces(columns, rows):
            copy.write(piece)


def add_behaviours(
    deeds: Deeds,
    *,
    partner_id: int,
    chunk_id: int,
    reduction_mg: Ints,
    points: Ints,
    uncapped: Ints,
    rule_ids: Ints,
    states: Ints,
) -> None:
    """Writes deeds that are in statement order, day by day in the order of the table's key."""
    # A stable sort by day keeps the order of the key within each; small integers sort by radix.
    order = np.argsort((deeds.day - deeds.day.min()).astype(np.uint16), kind="stable")
    _copy(
        "copy_behaviours",
        [
            ("citizen_id", ">i8", deeds.citizen[order]),
            ("started_at", ">i8", deeds.started[order] - _POSTGRES_EPOCH_US),
            ("reference_digest", ">i8", deeds.digest[order]),
            ("ended_at", ">i8", deeds.ended[order] - _POSTGRES_EPOCH_US),
            ("reduction_mg", ">i8", reduction_mg[order]),
            ("chunk_id", ">i8", chunk_id),
            ("partner_id", ">i4", partner_id),
            ("amount", ">i4", deeds.amount[order]),
            ("points", ">i4", points[order]),
            ("points_uncapped", ">i4", uncapped[order]),
            ("rule_id", ">i4", rule_ids[order]),
            ("scene", ">i2", deeds.scene[order]),
            ("grade", ">i2", deeds.grade[order]),
            ("detail", ">i2", deeds.detail[order]),
            ("state", ">i2", states[order]),
            ("district", ">i2", deeds.district[order]),
        ],
        len(deeds),
    )


def add_references(deeds: Deeds, *, partner_id: int) -> None:
    """Writes the references, each length apart because the wire format is of fixed width.

    Few are written in one statement instead, whatever their lengths.
    """
    if len(deeds) <= _FEW:
        with binary.cursor(connection) as cursor:
            cursor.execute(
                load(_ROOM, "add_references"),
                {
                    "partner_id": partner_id,
                    "digests": binary.Int8Array(deeds.digest),
                    "citizen_ids": binary.Int8Array(deeds.citizen),
                    "started_at": binary.TimestamptzArray(deeds.started - _POSTGRES_EPOCH_US),
                    "texts": [each.decode() for each in deeds.reference.tolist()],
                },
            )
        return
    lengths = np.char.str_len(deeds.reference)
    for length in np.unique(lengths):
        chosen = np.flatnonzero(lengths == length)
        chosen = chosen[np.argsort(deeds.digest[chosen])]
        _copy(
            "copy_references",
            [
                ("partner_id", ">i4", partner_id),
                ("digest", ">i8", deeds.digest[chosen]),
                ("citizen_id", ">i8", deeds.citizen[chosen]),
                ("started_at", ">i8", deeds.started[chosen] - _POSTGRES_EPOCH_US),
                ("reference", f"S{length}", deeds.reference[chosen]),
            ],
            len(chosen),
        )


def add_merges(deeds: Deeds, *, partner_id: int, paid: dict[str, Ints], reason: Ints) -> None:
    """Writes for merged deeds the key of the one that is paid: `started`, `partner`, `digest`."""
    _copy(
        "copy_merges",
        [
            ("citizen_id", ">i8", deeds.citizen),
            ("started_at", ">i8", deeds.started - _POSTGRES_EPOCH_US),
            ("partner_id", ">i4", partner_id),
            ("reference_digest", ">i8", deeds.digest),
            ("paid_started_at", ">i8", paid["started"] - _POSTGRES_EPOCH_US),
            ("paid_partner_id", ">i4", paid["partner"]),
            ("paid_digest", ">i8", paid["digest"]),
            ("reason", ">i2", reason),
        ],
        len(deeds),
    )


def add_chunk(facts: dict[str, object]) -> None:
    """Writes the chunk's own row, which accounts for every row it was given."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "add_chunk"), facts)
