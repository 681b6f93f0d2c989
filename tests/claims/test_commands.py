"""Taking a person's time and days, giving them back, and two who want the same at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pytest
from django.db import IntegrityError, connection, connections, transaction

from tanhui.claims import commands, queries
from tanhui.claims.matching import Trips
from tanhui.claims.slots import SLOT_US, SLOTS, day_of, rows_of
from tanhui.config.database import Database
from tanhui.kernel.refusals import Conflict, NotFound
from tests.claims.telling import MIDNIGHT, MINUTE, Told, trips

pytestmark = pytest.mark.database

DAY = int(day_of(np.array([MIDNIGHT // SLOT_US // SLOTS]))[0])
NOW = datetime(2026, 3, 21, tzinfo=UTC)
PATIENCE_SECONDS = 30


@pytest.fixture
def tables(books: Database) -> None:
    """Fresh tables of two days."""
    del books
    commands.open_days(days=np.array([DAY]))


def take(*told: Told, fresh: bool = False) -> None:
    columns = trips(*told)
    commands.take_time(
        citizen=columns.citizen,
        started=columns.started,
        ended=columns.ended,
        fresh=np.full(len(columns), fresh),
    )


def take_beside(*told: Told, met: tuple[Told, ...]) -> None:
    """Takes time, told what is recorded of the day."""
    columns = trips(*told)
    commands.take_time(
        citizen=columns.citizen,
        started=columns.started,
        ended=columns.ended,
        met=trips(*met) if met else Trips.none(),
    )


def give_back(*told: Told, kept: tuple[Told, ...] = ()) -> None:
    columns = trips(*told)
    commands.give_back_time(
        citizen=columns.citizen,
        started=columns.started,
        ended=columns.ended,
        kept=trips(*kept) if kept else Trips.none(),
    )


def taken() -> dict[tuple[int, int], int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizen_id, block, taken FROM claims_time WHERE taken <> 0")
        return {(citizen, block): bits for citizen, block, bits in cursor.fetchall()}


def bits(*told: Told) -> dict[tuple[int, int], int]:
    """What these trips take together."""
    columns = trips(*told)
    rows, _ = rows_of(columns.citizen, columns.started, columns.ended)
    return {
        (citizen, block): taken
        for citizen, block, taken in zip(
            rows.citizen.tolist(), rows.block.tolist(), rows.bits.tolist(), strict=True
        )
    }


@pytest.mark.usefixtures("tables")
def test_what_is_taken_is_what_the_paid_trips_cover_however_they_come() -> None:
    first, second = Told(470, 20), Told(489, 30, citizen=7)
    night, dawn = Told(1_430, 40, citizen=8), Told(1_440 + 20, 10, citizen=8)
    with transaction.atomic():
        take(first, night, fresh=True)
    with transaction.atomic():
        take(second)
        # The night before has taken of this fresh day's first hours.
        take(dawn, fresh=True)
    assert taken() == bits(first, second, night, dawn)


@pytest.mark.usefixtures("tables")
def test_what_a_neighbour_shares_stays_taken() -> None:
    first, second = Told(480, 4), Told(484, 3)
    with transaction.atomic():
        take(first, second, fresh=True)
        give_back(first, kept=(second,))
    assert taken() == bits(second)
    with transaction.atomic():
        give_back(second)
        take(Told(480, 10))
    assert taken() == bits(Told(480, 10))


@pytest.mark.usefixtures("tables")
def test_rows_that_nothing_recorded_reaches_are_added_without_a_look() -> None:
    morning, late, gone = Told(480, 10), Told(500, 10), Told(700, 10)
    with transaction.atomic():
        take_beside(morning, gone, met=())
        give_back(gone)
        take_beside(late, Told(1_300, 10), Told(705, 10), met=(morning, gone))
    # Midnight's hours may have been taken by a trip of the evening before.
    with transaction.atomic():
        take_beside(Told(1_430, 40), Told(30, 10), met=(morning, gone, late, Told(1_300, 10)))
    assert taken() == bits(
        morning, late, Told(1_300, 10), Told(705, 10), Told(1_430, 40), Told(30, 10)
    )
    # Who is told less than is recorded is refused by the key, and takes nothing.
    with pytest.raises(IntegrityError), transaction.atomic():
        take_beside(Told(720, 10), Told(800, 10), Told(490, 5), met=())


@pytest.mark.usefixtures("tables")
def test_a_day_has_one_owner() -> None:
    day = np.array([DAY])
    with transaction.atomic():
        commands.take_days(citizen=np.array([7]), day=day, kind=np.array([0]), owner=3)
    owners = queries.day_owners(np.array([7, 7, 8]), day.repeat(3), np.array([0, 1, 0]))
    assert owners.tolist() == [3, 0, 0]
    with pytest.raises(IntegrityError), transaction.atomic():
        commands.take_days(citizen=np.array([7]), day=day, kind=np.array([0]), owner=4)
    with transaction.atomic():
        commands.give_back_days(citizen=np.array([7]), day=day, kind=np.array([0]), owner=3)
        commands.take_days(citizen=np.array([7]), day=day, kind=np.array([0]), owner=4)
    assert queries.day_owners(np.array([7]), day, np.array([0])).tolist() == [4]


def _taking(told: list[str], *reports: Told, before_commit: Callable[[], None]) -> None:
    """Takes the reports in a transaction of its own and notes whether it was refused."""
    try:
        with transaction.atomic():
            take(*reports)
            before_commit()
        told.append("done")
    except IntegrityError as error:
        told.append(type(error.__cause__).__name__)
    finally:
        connections.close_all()


def _until_someone_waits() -> None:
    """Returns when another transaction waits for this one to end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchall()[0][0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody ever waited")


@pytest.mark.usefixtures("tables")
@pytest.mark.parametrize("row_is_there", [False, True])
def test_of_two_who_take_overlapping_time_at_once_exactly_one_succeeds(row_is_there: bool) -> None:
    first, second, old = Told(480, 15), Told(485, 15, partner=2), Told(540, 10)
    if row_is_there:
        take(old, fresh=True)
    has_taken = threading.Event()
    told: list[str] = []

    def one() -> None:
        def wait() -> None:
            has_taken.set()
            _until_someone_waits()

        _taking(told, first, before_commit=wait)

    def other() -> None:
        # It looks while the first has not committed, thus finds the time free.
        assert has_taken.wait(PATIENCE_SECONDS)
        _taking(told, second, before_commit=lambda: None)

    threads = [threading.Thread(target=act, daemon=True) for act in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(told) == ["UniqueViolation", "done"]
    assert taken() == bits(first, *([old] if row_is_there else []))


@pytest.mark.usefixtures("books")
def test_a_scheme_is_registered_once_and_its_key_is_sealed() -> None:
    key = bytes(range(32))
    added = commands.add_scheme(name="TANHUI-JIAOTONG", key=key, at=NOW)
    assert commands.add_scheme(name="TANHUI-JIAOTONG", key=key, at=NOW) == added
    assert (added.key, added.partner) == (key, -added.id)
    assert key.hex() not in repr(added)
    with pytest.raises(Conflict, match="scheme_exists"):
        commands.add_scheme(name="TANHUI-JIAOTONG", key=key[::-1], at=NOW)
    with pytest.raises(NotFound, match="no_such_scheme"):
        queries.scheme("NOBODY")
    with connection.cursor() as cursor:
        cursor.execute("SELECT key_sealed FROM claims_scheme")
        assert key not in bytes(cursor.fetchall()[0][0])


@pytest.mark.usefixtures("books")
def test_foreign_trips_are_found_for_the_citizens_and_the_time_asked_for() -> None:
    scheme = commands.add_scheme(name="OTHER", key=bytes(32), at=NOW)
    told = trips(Told(480, 15), Told(1_430, 30), Told(480, 15, citizen=8))
    for _ in range(2):
        commands.add_foreign_trips(
            trips=told, scheme=scheme, days=np.full(3, DAY), claimed=told.started
        )
    asked = np.array([7, 7, 9])
    found = queries.foreign_trips(asked, MIDNIGHT, MIDNIGHT + 24 * 60 * MINUTE)
    assert found.started.tolist() == told.started[:2].tolist()
    assert (found.partner.tolist(), found.amount.tolist()) == ([-scheme.id] * 2, [-1, -1])
    midnight = MIDNIGHT + 24 * 60 * MINUTE
    assert len(queries.foreign_trips(asked, midnight, midnight + MINUTE)) == 1
    assert len(queries.foreign_trips(asked, midnight + 60 * MINUTE, midnight + 61 * MINUTE)) == 0
    assert len(queries.foreign_trips(np.array([9]), MIDNIGHT, midnight)) == 0
