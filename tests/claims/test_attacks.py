"""Raw SQL against claims: what the keys refuse, what the application may not do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]
# 2026-03-20 in the city.
BLOCK = 123_190


@pytest.fixture
def application(database_url: DatabaseUrl) -> Iterator[Connection]:
    """The application's role with a citizen's morning taken; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        connection.execute("SELECT claims_open_days('{2026-03-20}', 'Asia/Shanghai')")
        connection.execute(f"INSERT INTO claims_time VALUES (7, {BLOCK + 2}, 6)")
        connection.execute("INSERT INTO claims_day VALUES (7, '2026-03-20', 0, 1)")
        connection.execute(
            "INSERT INTO claims_scheme (name, key_sealed, registered_at) VALUES ('A1', '', now())"
        )
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("claims_time_20260320_pkey", f"INSERT INTO claims_time VALUES (7, {BLOCK + 2}, 8)"),
        ("claims_day_20260320_pkey", "INSERT INTO claims_day VALUES (7, '2026-03-20', 0, 2)"),
        ("claims_time_bits", f"INSERT INTO claims_time VALUES (8, {BLOCK}, -1)"),
        ("claims_time_bits", f"INSERT INTO claims_time VALUES (8, {BLOCK}, 281474976710656)"),
        (
            "claims_scheme_name",
            "INSERT INTO claims_scheme (name, key_sealed, registered_at) VALUES ('A1', '', now())",
        ),
        (
            "claims_foreign_period",
            "INSERT INTO claims_foreign SELECT 7, '2026-03-20', id, now(), now(), 0, now()"
            " FROM claims_scheme",
        ),
    ],
)
def test_a_constraint_refuses(application: Connection, constraint: str, attack: str) -> None:
    with pytest.raises(errors.IntegrityError) as caught:
        application.execute(attack)
    assert caught.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "attack",
    [
        f"UPDATE claims_time SET taken = 0 WHERE block = {BLOCK + 2}",
        "DELETE FROM claims_time",
        "TRUNCATE claims_time",
        "UPDATE claims_day SET owner = 2",
        "DELETE FROM claims_day",
        "UPDATE claims_scheme SET key_sealed = ''",
        "DELETE FROM claims_scheme",
        "UPDATE claims_foreign SET scheme = 1",
        "DELETE FROM claims_foreign",
        "INSERT INTO claims_time_20260320 VALUES (9, 123191, 1)",
        "CREATE TABLE claims_time_20260321 PARTITION OF claims_time FOR VALUES FROM (0) TO (6)",
        "CREATE FUNCTION claims_more() RETURNS void LANGUAGE sql AS ''",
    ],
)
def test_the_application_may_not(application: Connection, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(attack)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("time_taken", f"SELECT claims_extend('{{7}}', '{{{BLOCK + 2}}}', '{{4}}')"),
        ("time_taken", f"SELECT claims_extend('{{8,7}}', '{{{BLOCK},{BLOCK + 2}}}', '{{4,12}}')"),
        ("claims_time_bits", f"SELECT claims_extend('{{7}}', '{{{BLOCK + 2}}}', '{{-8}}')"),
        ("columns_must_match", f"SELECT claims_extend('{{7,8}}', '{{{BLOCK}}}', '{{4}}')"),
        ("columns_must_match", f"SELECT claims_extend(NULL, '{{{BLOCK}}}', '{{4}}')"),
        ("time_not_taken", f"SELECT claims_give_back('{{7}}', '{{{BLOCK + 2}}}', '{{8}}')"),
        ("time_not_taken", f"SELECT claims_give_back('{{8}}', '{{{BLOCK + 2}}}', '{{2}}')"),
        ("columns_must_match", f"SELECT claims_give_back('{{7,8}}', '{{{BLOCK}}}', '{{4}}')"),
        ("day_not_taken", "SELECT claims_give_back_days('{7}', '{2026-03-20}', '{0}', 2)"),
        ("day_not_taken", "SELECT claims_give_back_days('{7}', '{2026-03-20}', '{1}', 1)"),
        ("columns_must_match", "SELECT claims_give_back_days('{7}', '{}', '{1}', 1)"),
    ],
)
def test_misuse_of_a_function_has_a_name(application: Connection, name: str, call: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        application.execute(call)
    assert name in (caught.value.diag.constraint_name, caught.value.diag.message_primary)


def test_free_bits_are_added_and_taken_ones_given_back(application: Connection) -> None:
    application.execute(f"SELECT claims_extend('{{7,9}}', '{{{BLOCK + 2},{BLOCK}}}', '{{9,1}}')")
    application.execute(f"SELECT claims_give_back('{{7}}', '{{{BLOCK + 2}}}', '{{2}}')")
    rows = application.execute("SELECT citizen_id, taken FROM claims_time ORDER BY 1").fetchall()
    assert rows == [(7, 13), (9, 1)]
    application.execute("SELECT claims_give_back_days('{7}', '{2026-03-20}', '{0}', 1)")
    assert application.execute("SELECT count(*) FROM claims_day").fetchone() == (0,)


def test_the_application_reads_and_adds_and_every_function_is_closed_to_others(
    application: Connection,
) -> None:
    tables = application.execute(
        """
        SELECT DISTINCT acl.privilege_type
        FROM pg_class AS relation
        CROSS JOIN LATERAL aclexplode(
            coalesce(relation.relacl, acldefault('r', relation.relowner))
        ) AS acl
        WHERE relation.relname LIKE 'claims\\_%' AND relation.relkind IN ('r', 'p')
        AND acl.grantee IN (0, 'tanhui_app'::regrole) ORDER BY 1
        """
    ).fetchall()
    assert tables == [("INSERT",), ("SELECT",)]
    functions = application.execute(
        """
        SELECT
            bool_and(
                NOT function.prosecdef OR 'search_path=public, pg_temp' = ANY(function.proconfig)
            ),
            bool_or(has_function_privilege('public', function.oid, 'EXECUTE')),
            count(*) FILTER (WHERE function.prosecdef),
            count(*)
        FROM pg_proc AS function
        WHERE function.proname LIKE 'claims\\_%'
        """
    ).fetchone()
    assert functions == (True, False, 4, 5)


def test_a_table_of_the_same_name_does_not_deceive_a_function(application: Connection) -> None:
    application.execute("CREATE TEMP TABLE claims_time (citizen_id bigint)")
    with pytest.raises(errors.UniqueViolation, match="time_taken"):
        application.execute(f"SELECT claims_extend('{{7}}', '{{{BLOCK + 2}}}', '{{4}}')")


def test_another_zone_of_the_session_changes_no_day(application: Connection) -> None:
    application.execute("SET LOCAL timezone = 'America/New_York'")
    application.execute("SELECT claims_open_days('{2026-03-21}', 'Asia/Shanghai')")
    application.execute(f"INSERT INTO claims_time VALUES (7, {BLOCK + 6}, 1)")
    with pytest.raises(errors.CheckViolation):
        application.execute(f"INSERT INTO claims_time VALUES (7, {BLOCK + 12}, 1)")
