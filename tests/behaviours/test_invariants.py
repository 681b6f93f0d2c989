"""Raw SQL against the deeds: what the application's role may not do, and what nobody can."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

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
}


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
            " tariff_digest) SELECT scene, methodology, methodology_digest, tariff, tariff_digest"
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


def test_posting_ids_are_the_same_in_the_database(owner: Connection) -> None:
    found = owner.execute(
        "SELECT count(*) FROM behaviours_behaviour AS b JOIN ledger_transfer AS t"
        " ON t.id IN (behaviours_posting_id(b.chunk_id, b.citizen_id, 1::smallint),"
        " behaviours_posting_id(b.chunk_id, b.citizen_id, 2::smallint))"
    ).fetchall()
    assert found == [(2,)]
    assert NOW.tzinfo is not None
