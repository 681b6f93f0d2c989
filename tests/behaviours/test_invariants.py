"""Raw SQL against the deeds: what the application's role may not do, and what nobody can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tanhui.behaviours.postings import Purpose, deed_transfer_id
from tanhui.config.database import Database
from tests.behaviours.telling import City
from tests.cast import NOW, ride

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]
CHUNK = (
    "INSERT INTO behaviours_chunk (id, partner_id, batch, layout, recorded_at, row_count,"
    " recorded_count, exists_count, held_count, refused_count, reduction_mg, points)"
    " VALUES ({id}, {partner}, 'b', 'l', now(), {rows}, {recorded}, {exists}, 0, {refused}, 0, 0)"
)
TABLES = {
    "behaviours_behaviour": "points",
    "behaviours_reference": "citizen_id",
    "behaviours_chunk": "points",
    "behaviours_rule": "scene",
    "behaviours_merge": "reason",
    "behaviours_hold": "points",
    "behaviours_hold_end": "outcome",
    "behaviours_void": "points",
}
KEY = "citizen_id, started_at, partner_id, reference_digest"
MERGE = "INSERT INTO behaviours_merge VALUES (1, now(), 1, 7, now(), 1, 8, {reason})"
HOLD = (
    "INSERT INTO behaviours_hold VALUES ('00000000-0000-0000-0000-00000000000{id}', 1,"
    " '2026-03-20 08:30+08', 1, {digest}, 'car_as_bike', '{{}}', '2026-03-20 09:00+08',"
    " '2026-03-2{day} 09:00+08', 1, 1)"
)
END = (
    "INSERT INTO behaviours_hold_end VALUES"
    " ('00000000-0000-0000-0000-00000000000{id}', '{outcome}', 'x', 'x', now())"
)
VOID = "INSERT INTO behaviours_void VALUES (1, now(), 1, 7, 'fraud', 'x', now(), {a}, {b}, {c})"


def deed(**changed: str) -> str:
    """A deed written by hand; `changed` overrides its cells."""
    cells = {
        "citizen_id": "1",
        "started_at": "'2026-03-20 08:30+08'",
        "reference_digest": "7",
        "ended_at": "'2026-03-20 08:40+08'",
        "reduction_mg": "0",
        "chunk_id": "1",
        "partner_id": "1",
        "amount": "0",
        "points": "0",
        "points_uncapped": "0",
        "rule_id": "1",
        "scene": "1",
        "grade": "0",
        **changed,
    }
    columns = ", ".join(cells)
    return f"INSERT INTO behaviours_behaviour ({columns}) VALUES ({', '.join(cells.values())})"


@pytest.fixture
def owner(city: City) -> Iterator[Connection]:
    """The owner, whom no privilege stops, on a short honest history."""
    city.ingest([ride("JC1")])
    with psycopg.connect(city.books.owner_url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("behaviours_behaviour_points", deed(points="1")),
        ("behaviours_behaviour_points", deed(points="-1")),
        ("behaviours_behaviour_points", deed(points="3", points_uncapped="2")),
        ("behaviours_behaviour_amounts", deed(reduction_mg="-1")),
        ("behaviours_behaviour_amounts", deed(amount="-1")),
        ("behaviours_behaviour_period", deed(ended_at="'2026-03-20 08:30+08'")),
        ("behaviours_behaviour_period", deed(ended_at="'2026-03-20 08:29+08'")),
        ("behaviours_behaviour_state", deed(state="3")),
        ("behaviours_behaviour_state", deed(state="-1")),
        ("behaviours_behaviour_merged_earns_nothing", deed(state="1", reduction_mg="1")),
        (
            "behaviours_behaviour_merged_earns_nothing",
            deed(state="1", points_uncapped="1", points="1"),
        ),
        ("behaviours_merge_reason", MERGE.format(reason=0)),
        ("behaviours_merge_reason", MERGE.format(reason=4)),
        ("behaviours_merge_pkey", f"{MERGE.format(reason=1)}; {MERGE.format(reason=2)}"),
        ("behaviours_hold_ends", HOLD.format(id=1, digest=7, day=0)),
        (
            "behaviours_hold_once",
            f"{HOLD.format(id=1, digest=7, day=1)}; {HOLD.format(id=2, digest=7, day=1)}",
        ),
        (
            "behaviours_hold_pkey",
            f"{HOLD.format(id=1, digest=7, day=1)}; {HOLD.format(id=1, digest=8, day=1)}",
        ),
        ("behaviours_hold_end_hold_id_fkey", END.format(id=9, outcome="released")),
        (
            "behaviours_hold_end_outcome",
            f"{HOLD.format(id=1, digest=7, day=1)}; {END.format(id=1, outcome='forgotten')}",
        ),
        (
            "behaviours_hold_end_pkey",
            f"{HOLD.format(id=1, digest=7, day=1)}; {END.format(id=1, outcome='released')};"
            f" {END.format(id=1, outcome='overdue')}",
        ),
        ("behaviours_void_amounts", VOID.format(a=-1, b=0, c=0)),
        ("behaviours_void_amounts", VOID.format(a=0, b=-1, c=0)),
        ("behaviours_void_amounts", VOID.format(a=0, b=0, c=-1)),
        (
            "behaviours_void_pkey",
            f"{VOID.format(a=0, b=0, c=0)}; {VOID.format(a=0, b=0, c=0)}",
        ),
        (
            "behaviours_chunk_accounts_for_every_row",
            CHUNK.format(id=900, partner=1, rows=3, recorded=1, exists=1, refused=0),
        ),
        (
            "behaviours_chunk_accounts_for_every_row",
            CHUNK.format(id=900, partner=1, rows=0, recorded=1, exists=-1, refused=0),
        ),
        (
            "behaviours_chunk_partner_id_fkey",
            CHUNK.format(id=900, partner=999, rows=0, recorded=0, exists=0, refused=0),
        ),
        ("behaviours_chunk_pkey", "INSERT INTO behaviours_chunk SELECT * FROM behaviours_chunk"),
        (
            "behaviours_rule_once",
            "INSERT INTO behaviours_rule (scene, methodology, methodology_digest, tariff,"
            " tariff_digest, city_limit, city_limit_digest) SELECT scene, methodology,"
            " methodology_digest, tariff, tariff_digest, city_limit, city_limit_digest"
            " FROM behaviours_rule",
        ),
    ],
)
def test_a_constraint_holds_even_against_the_owner(
    owner: Connection, constraint: str, attack: str
) -> None:
    with pytest.raises(errors.IntegrityError) as refused:
        owner.execute(attack)
    named = refused.value.diag.constraint_name or ""
    assert named.endswith(constraint.removeprefix("behaviours_behaviour_")), named


@pytest.mark.parametrize("table", ["behaviours_behaviour", "behaviours_reference"])
def test_the_same_deed_is_there_once(owner: Connection, table: str) -> None:
    with pytest.raises(errors.UniqueViolation) as refused:
        owner.execute(f"INSERT INTO {table} SELECT * FROM {table}")  # type: ignore[arg-type]
    assert (refused.value.diag.table_name or "").startswith(table)


def test_a_reference_is_there_once_whoever_rode(owner: Connection) -> None:
    with pytest.raises(errors.UniqueViolation):
        owner.execute(
            "INSERT INTO behaviours_reference SELECT partner_id, digest, citizen_id + 1,"
            " started_at + interval '1 day', reference || 'x' FROM behaviours_reference"
        )


@pytest.mark.parametrize("column", ["citizen_id", "ended_at", "points", "rule_id", "grade"])
def test_no_cell_of_a_deed_is_missing(owner: Connection, column: str) -> None:
    with pytest.raises(errors.NotNullViolation):
        owner.execute(deed(**{column: "NULL"}))


def test_a_deed_on_a_day_that_was_not_opened_has_no_place(owner: Connection) -> None:
    with pytest.raises(errors.CheckViolation, match="no partition"):
        owner.execute(deed(started_at="'1999-03-20 08:30+08'"))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {t} SET {c} = {c}",
        "DELETE FROM {t}",
        "TRUNCATE {t} CASCADE",
        "DROP TABLE {t} CASCADE",
        "ALTER TABLE {t} ADD COLUMN mine int",
    ],
)
@pytest.mark.parametrize("table", TABLES)
def test_the_application_may_only_add(owner: Connection, table: str, statement: str) -> None:
    owner.execute("SET LOCAL ROLE tanhui_app")
    with pytest.raises(errors.InsufficientPrivilege):
        owner.execute(statement.format(t=table, c=TABLES[table]))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "attack",
    [
        "TRUNCATE {leaf}",
        "DELETE FROM {leaf}",
        "UPDATE {leaf} SET points = points_uncapped",
        "INSERT INTO {leaf} SELECT * FROM {leaf}",
        "ALTER TABLE behaviours_behaviour DETACH PARTITION {leaf}",
        "DROP TABLE {leaf}",
        "CREATE TABLE public.behaviours_behaviour_mine (x int)",
        "SELECT setval('behaviours_chunk_number', 1)",
        "DROP FUNCTION behaviours_open_days",
        "CREATE OR REPLACE FUNCTION behaviours_posting_id(bigint, bigint, smallint) RETURNS uuid"
        " LANGUAGE sql AS 'SELECT gen_random_uuid()'",
    ],
)
def test_the_application_cannot_reach_behind_the_table(owner: Connection, attack: str) -> None:
    leaf = "behaviours_behaviour_20260320"
    owner.execute("SET LOCAL ROLE tanhui_app")
    with pytest.raises(errors.InsufficientPrivilege):
        owner.execute(attack.format(leaf=leaf))  # type: ignore[arg-type]


def test_opening_days_twice_or_strangely_harms_nothing(owner: Connection) -> None:
    """The one function that makes tables makes them once, and of nothing but days."""
    owner.execute("SET LOCAL ROLE tanhui_app")
    for _ in range(2):
        owner.execute("SELECT behaviours_open_days('{2026-03-20,2026-03-21}', 'Asia/Shanghai')")
    with pytest.raises(errors.InvalidParameterValue):
        owner.execute("SELECT behaviours_open_days('{2026-03-25}', 'Asia/Nowhere')")


def test_another_zone_cannot_make_days_that_overlap(books: Database) -> None:
    """A day of the wrong zone meets its neighbours, and the table refuses to have both."""
    with psycopg.connect(books.app_url) as app:
        app.execute("SELECT behaviours_open_days('{2031-03-20}', 'Asia/Shanghai')")
        with pytest.raises(errors.InvalidObjectDefinition, match="overlap"):
            app.execute("SELECT behaviours_open_days('{2031-03-21}', 'Asia/Tokyo')")


def test_the_numbers_of_holds_are_the_same_in_the_database(owner: Connection) -> None:
    """Whoever recounts finds the transfers of a hold, its end and a void by the deed's key."""
    purposes: tuple[Purpose, ...] = ("hold", "end", "void")
    for purpose in purposes:
        for key in ((1, 2, 3, 0), (2**62, 2**31 - 1, -(2**63), 1), (9, 1, 2**63 - 1, 2)):
            found = owner.execute(
                "SELECT behaviours_deed_transfer_id(%s, %s, %s, %s, %s::smallint)",
                (purpose, *key),
            ).fetchall()
            assert found == [(deed_transfer_id(purpose, *key),)]


def test_posting_ids_are_the_same_in_the_database(owner: Connection) -> None:
    found = owner.execute(
        "SELECT count(*) FROM behaviours_behaviour AS b JOIN ledger_transfer AS t"
        " ON t.id IN (behaviours_posting_id(b.chunk_id, b.citizen_id, 1::smallint),"
        " behaviours_posting_id(b.chunk_id, b.citizen_id, 2::smallint))"
    ).fetchall()
    assert found == [(2,)]
    assert NOW.tzinfo is not None
