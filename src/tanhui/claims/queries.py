"""What is known of claims: taken time, owners of days, and what other schemes have rewarded."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
from django.db import connection

from tanhui.claims.matching import UNKNOWN, Ints, Trips
from tanhui.claims.slots import Rows, date_of, day_of, first_block
from tanhui.identity.resealing import SealedColumn
from tanhui.identity.sealing import unseal
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.claims"
KEY_FIELD = "claims.scheme.key"
SEALED = (SealedColumn("claims_scheme", "key_sealed", lambda _: KEY_FIELD),)


@dataclass(frozen=True, slots=True)
class Scheme:
    """Another scheme; `partner` is the number by which its trips are told from partners' ones."""

    id: int
    name: str
    key: bytes = field(repr=False)
    registered_at: datetime

    @property
    def partner(self) -> int:
        """Below zero, as `Trips.partner` has it."""
        return -self.id


def schemes() -> list[Scheme]:
    """All other schemes, in the order of their registration."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "schemes"))
        return [
            Scheme(number, name, bytes.fromhex(unseal(key, field=KEY_FIELD)), at)
            for number, name, key, at in cursor.fetchall()
        ]


def scheme(name: str) -> Scheme:
    """The scheme of this name; refuses `no_such_scheme`."""
    found = next((known for known in schemes() if known.name == name), None)
    if found is None:
        raise NotFound(
            "no_such_scheme",
            zh="没有登记的机制“{name}”。请先用 tanhui claims scheme add 登记。",
            en="There is no registered scheme “{name}”. Register it with tanhui claims scheme add.",
            name=name,
        )
    return found


def foreign_trips(citizens: Ints, since: int, until: int) -> Trips:
    """What other schemes have rewarded these citizens for between two instants (microseconds).

    `partner` is the scheme's number below zero, `amount` is unknown, times are rounded to slots.
    """
    if len(citizens) == 0:
        return Trips.none()
    first, last = _instant(since), _instant(until)
    days = {"first_day": city_day(first) - timedelta(days=1), "last_day": city_day(last)}
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, "any_foreign"), days)
        if not cursor.fetchall()[0][0]:
            return Trips.none()
        cursor.execute(
            load(_ROOM, "foreign_trips"),
            {
                **days,
                "citizen_ids": binary.Int8Array(np.unique(citizens)),
                "since": first,
                "until": last,
            },
        )
        citizen, started, ended, group, number = map(binary.int8_array, cursor.fetchall()[0])
    return Trips(
        citizen=citizen,
        started=started,
        ended=ended,
        amount=np.full(len(citizen), UNKNOWN, dtype=np.int64),
        group=group,
        partner=-number,
        declared=np.zeros(len(citizen), dtype=np.bool_),
    )


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)


def taken_bits(rows: Rows) -> Ints:
    """What is taken of each of these rows, and -1 where there is no such row yet."""
    taken = np.full(len(rows), -1, dtype=np.int64)
    days = day_of(rows.block)
    for day in np.unique(days):
        asked = np.flatnonzero(days == day)
        with binary.cursor(connection) as cursor:
            cursor.execute(
                load(_ROOM, "taken"),
                {
                    "citizen_ids": binary.Int8Array(rows.citizen[asked]),
                    "blocks": binary.Int4Array(rows.block[asked]),
                    "first_block": int(first_block(int(day))),
                },
            )
            places, bits = map(binary.int8_array, cursor.fetchall()[0])
        taken[asked[places]] = bits
    return taken


def day_owners(citizen: Ints, day: Ints, kind: Ints) -> Ints:
    """Who has taken each citizen's day (days since 1970) for a kind of deed: a partner, or 0."""
    owner = np.zeros(len(citizen), dtype=np.int64)
    for number in np.unique(day):
        asked = np.flatnonzero(day == number)
        with binary.cursor(connection) as cursor:
            cursor.execute(
                load(_ROOM, "day_owners"),
                {
                    "citizen_ids": binary.Int8Array(citizen[asked]),
                    "kinds": binary.Int2Array(kind[asked]),
                    "day": date_of(int(number)),
                },
            )
            places, owners = map(binary.int8_array, cursor.fetchall()[0])
        owner[asked[places]] = owners
    return owner
