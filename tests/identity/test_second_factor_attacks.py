"""What the database itself refuses of second factors, recovery codes and sessions."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

_FACTOR = (
    "INSERT INTO identity_secondfactor"
    " (id, person_id, secret_sealed, made_at, confirmed_at, last_step, failures)"
    " VALUES (gen_random_uuid(), {person}, 'sealed', now(), now(), 100, 0)"
)
_RECOVERY = (
    "INSERT INTO identity_recoverycode (factor_id, code_hash, used_at)"
    " SELECT id, sha256(id::text::bytea), now() FROM identity_secondfactor"
)
_SESSION = (
    "INSERT INTO identity_session"
    " (token_hash, person_id, created_at, expires_at, second_factor_at)"
    " VALUES (sha256('t'), {person}, now(), now() + interval '13 hours', now())"
)
_PERSON = "INSERT INTO identity_person (registered_at) VALUES (now()) RETURNING id"


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        ("UPDATE identity_secondfactor SET last_step = 99", "identity_secondfactor_steps_go_up"),
        (
            "UPDATE identity_secondfactor SET confirmed_at = NULL",
            "identity_secondfactor_confirmed_once",
        ),
        (
            "UPDATE identity_secondfactor SET ended_at = now()",
            "identity_secondfactor_ended_holds_nothing",
        ),
        ("UPDATE identity_secondfactor SET failures = -9", "identity_secondfactor_counts_up"),
        ("UPDATE identity_recoverycode SET used_at = NULL", "identity_recoverycode_once"),
        (_SESSION, "identity_session_of_staff_ends_in_a_day"),
    ],
)
def test_each_constraint_holds(database_url: DatabaseUrl, attack: str, constraint: str) -> None:
    with psycopg.connect(database_url.app) as books:
        (person,) = books.execute(_PERSON).fetchone() or (0,)
        books.execute(_FACTOR.format(person=person))
        books.execute(_RECOVERY)
        with pytest.raises(errors.CheckViolation) as refused:
            books.execute(attack.format(person=person))
        assert constraint in (refused.value.diag.constraint_name or "")
        books.rollback()


def test_one_factor_at_a_time_and_an_ended_one_stays(database_url: DatabaseUrl) -> None:
    with psycopg.connect(database_url.app) as books:
        (person,) = books.execute(_PERSON).fetchone() or (0,)
        books.execute(_FACTOR.format(person=person))
        with pytest.raises(errors.UniqueViolation), books.transaction():
            books.execute(_FACTOR.format(person=person))
        books.execute("UPDATE identity_secondfactor SET secret_sealed = NULL, ended_at = now()")
        with pytest.raises(errors.CheckViolation, match="stays"), books.transaction():
            books.execute(
                "UPDATE identity_secondfactor SET secret_sealed = 'sealed', ended_at = NULL"
            )
        books.execute(_FACTOR.format(person=person))
        books.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM identity_secondfactor",
        "UPDATE identity_secondfactor SET person_id = 1",
        "UPDATE identity_secondfactor SET made_at = now()",
        "UPDATE identity_recoverycode SET code_hash = sha256('x')",
        "UPDATE identity_session SET second_factor_at = now()",
        "UPDATE identity_session SET expires_at = now() + interval '9 years'",
        "UPDATE identity_session SET person_id = 1",
        "TRUNCATE identity_secondfactor",
    ],
)
def test_the_application_may_not(database_url: DatabaseUrl, attack: str) -> None:
    with (
        psycopg.connect(database_url.app) as books,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        books.execute(attack)
