"""Raw SQL against the books: every constraint, every privilege, every misuse has its attack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tanhui.config.settings import checkout_root
from tests.conftest import DatabaseUrl
from tests.ledger import attacks

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]


def _history(connection: Connection) -> None:
    # Attacks never commit, so the history lives and dies in the attacker's own transaction.
    with connection.cursor() as cursor:
        cursor.execute(attacks.SETUP)


@pytest.fixture
def owner(database_url: DatabaseUrl) -> Iterator[Connection]:
    with psycopg.connect(database_url.owner) as connection:
        _history(connection)
        yield connection
        connection.rollback()


@pytest.fixture
def application(owner: Connection) -> Connection:
    """The application's role, with the same history before its eyes."""
    owner.execute("SET LOCAL ROLE tanhui_app")
    return owner


ON_CONSTRAINTS = [*attacks.ON_CONSTRAINTS.items(), *attacks.MORE_ON_CONSTRAINTS]


@pytest.mark.parametrize(
    ("constraint", "attack"), ON_CONSTRAINTS, ids=[name for name, _ in ON_CONSTRAINTS]
)
def test_constraint_holds_even_against_the_owner(
    owner: Connection, constraint: str, attack: str
) -> None:
    with pytest.raises(errors.IntegrityError) as caught:
        owner.execute(attack)
    assert caught.value.diag.constraint_name == constraint


def test_every_constraint_has_its_attack(owner: Connection) -> None:
    found = owner.execute(
        """
        SELECT con.conname FROM pg_constraint AS con
        WHERE con.conrelid::regclass::text LIKE 'ledger\\_%'
        AND con.contype IN ('c', 'f', 'p', 'u', 'x', 't')
        UNION
        SELECT relation.relname FROM pg_index AS ind
        INNER JOIN pg_class AS relation ON relation.oid = ind.indexrelid
        WHERE ind.indisunique AND ind.indrelid::regclass::text LIKE 'ledger\\_%'
        """
    ).fetchall()
    assert {row[0] for row in found} == set(attacks.ON_CONSTRAINTS)


def test_the_documentation_names_every_constraint() -> None:
    table = (checkout_root() / "docs" / "ledger.md").read_text(encoding="utf-8")
    assert not [name for name in attacks.ON_CONSTRAINTS if f"`{name}`" not in table]


@pytest.mark.parametrize("attack", attacks.DENIED)
def test_the_application_may_not(application: Connection, attack: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(attack)


def test_the_application_may_only_read_tables_and_call_functions(owner: Connection) -> None:
    tables = owner.execute(
        """
        SELECT DISTINCT acl.privilege_type
        FROM pg_class AS relation
        CROSS JOIN LATERAL aclexplode(
            coalesce(relation.relacl, acldefault('r', relation.relowner))
        ) AS acl
        WHERE relation.relname LIKE 'ledger\\_%' AND relation.relkind IN ('r', 'S', 'v')
        AND acl.grantee IN (0, 'tanhui_app'::regrole)
        """
    ).fetchall()
    assert tables == [("SELECT",)]
    functions = owner.execute(
        """
        SELECT
            bool_and(function.prosecdef),
            bool_and('search_path=public, pg_temp' = ANY(function.proconfig)),
            bool_or(has_function_privilege('public', function.oid, 'EXECUTE')),
            count(*)
        FROM pg_proc AS function
        WHERE function.proname LIKE 'ledger\\_%'
        AND has_function_privilege('tanhui_app', function.oid, 'EXECUTE')
        """
    ).fetchone()
    assert functions == (True, True, False, 5)


@pytest.mark.parametrize(
    ("name", "call"), attacks.MISUSED, ids=[name for name, _ in attacks.MISUSED]
)
def test_misuse_of_a_function_has_a_name(application: Connection, name: str, call: str) -> None:
    with pytest.raises(psycopg.Error) as caught:
        application.execute(call)
    told = caught.value.diag
    assert name in (told.constraint_name, told.column_name, told.message_primary)


def test_a_table_of_the_same_name_does_not_deceive_a_function(application: Connection) -> None:
    application.execute(
        "CREATE TEMP TABLE ledger_account AS SELECT * FROM public.ledger_account;"
        "UPDATE ledger_account SET credits_posted = 1000000;"
        "SET LOCAL search_path = pg_temp, public"
    )
    answer = application.execute(attacks.post(amount="61")).fetchone()
    assert answer == (["exceeds_balance"],)
    answer = application.execute(attacks.post(amount="60")).fetchone()
    assert answer == (["ok"],)
    true = application.execute(
        "SELECT debits_posted FROM public.ledger_account WHERE holder_id = 1"
    ).fetchone()
    assert true == (60,)
