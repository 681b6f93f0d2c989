"""Raw SQL against cases as the application's role: history is only ever gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]
CASE = "00000000-0000-0000-0000-000000000001"
OTHER = "00000000-0000-0000-0000-000000000002"


def opening(case_id: str, subject: str, *, clock: str = "NULL, NULL") -> str:
    return (
        f"SELECT cases_open('{case_id}', 'whole', '1.0.0', '{subject}', 7, '{{}}', 'filed',"
        f" 'person:7', 7, now(), {clock})"
    )


def move(
    *,
    number: int = 2,
    source: str = "filed",
    ends: str = "false",
    clock: str = "NULL, NULL",
    person: int = 21,
    not_by: str = "{}",
    words: str = "NULL, NULL",
    case_id: str = CASE,
) -> str:
    return (
        f"SELECT cases_move('{case_id}', {number}, 'go', '{source}', 'there', {ends}, {clock},"
        f" '{not_by}', 'person:{person}', {person}, {words}, '{{}}', '{{}}', now())"
    )


@pytest.fixture
def application(database_url: DatabaseUrl) -> Iterator[Connection]:
    """The application's role with one case; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        connection.execute(opening(CASE, "thing:1"))
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "INSERT INTO cases_case SELECT * FROM cases_case",
        "UPDATE cases_case SET state = 'released'",
        "UPDATE cases_case SET closed_at = NULL",
        "UPDATE cases_case SET clock_at = NULL, clock_then = NULL",
        "DELETE FROM cases_case",
        "TRUNCATE cases_case CASCADE",
        "SELECT 1 FROM cases_case FOR UPDATE",
        "INSERT INTO cases_step SELECT * FROM cases_step",
        "UPDATE cases_step SET actor = 'somebody else'",
        "DELETE FROM cases_step",
        "INSERT INTO cases_words VALUES (gen_random_uuid(), 1, '')",
        "UPDATE cases_words SET sealed = ''",
        "CREATE FUNCTION cases_more() RETURNS void LANGUAGE sql AS ''",
    ],
)
def test_the_application_may_not(application: Connection, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(attack)


@pytest.mark.parametrize(
    ("message", "attack"),
    [
        ("case_moved", move(number=1)),
        ("case_moved", move(number=3)),
        ("case_moved", move(source="elsewhere")),
        ("closed_rests", move(ends="true", clock="now(), 'lapse'")),
        ("closed_rests", move(ends="NULL")),
        ("own_earlier_step", move(person=7, not_by="{open}")),
        ("words_and_hash_together", move(words="NULL, ''")),
        ("words_and_hash_together", move(words="sha256(''), NULL")),
        ("cases_step_hash", move(words="'short', ''")),
        ("cases_case_one_clock", move(clock="now(), NULL")),
        ("cases_case_one_clock", move(clock="NULL, 'lapse'")),
        ("no_such_case", move(case_id=OTHER)),
        ("cases_case_live", opening(OTHER, "thing:1")),
        ("cases_case_pkey", opening(CASE, "thing:2")),
        ("cases_case_one_clock", opening(OTHER, "thing:2", clock="now(), NULL")),
        ("case_moved", f"SELECT cases_assign('{CASE}', 5, 8, 'x', 21, now())"),
        ("conflict_of_interest", f"SELECT cases_assign('{CASE}', 2, 7, 'x', 21, now())"),
        ("conflict_of_interest", f"SELECT cases_assign('{CASE}', 2, NULL, 'x', 21, now())"),
        ("no_such_case", f"SELECT cases_assign('{OTHER}', 2, 8, 'x', 21, now())"),
    ],
)
def test_the_books_of_cases_refuse(application: Connection, message: str, attack: str) -> None:
    with pytest.raises(errors.IntegrityError) as caught:
        application.execute(attack)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "attack",
    [move(number=3, source="there"), f"SELECT cases_assign('{CASE}', 3, 8, 'x', 21, now())"],
)
def test_a_closed_case_is_never_moved(application: Connection, attack: str) -> None:
    application.execute(move(ends="true"))
    with pytest.raises(errors.IntegrityError, match="case_closed"):
        application.execute(attack)


def test_a_closed_case_leaves_room_for_a_new_one(application: Connection) -> None:
    application.execute(move(ends="true"))
    application.execute(opening(OTHER, "thing:1"))


def test_words_can_be_erased_and_their_step_stays(application: Connection) -> None:
    application.execute(move(words="sha256(''), 'sealed'"))
    application.execute("DELETE FROM cases_words")
    assert application.execute("SELECT count(*) FROM cases_step").fetchone() == (2,)
