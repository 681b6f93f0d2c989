"""Databases chosen by their address: accepted with two roles, or refused in one sentence."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tanhui.config import database as opening
from tanhui.config.database import Database, open_url, prepare_roles
from tanhui.kernel.refusals import Refusal
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database


def refused(url: str) -> Refusal:
    """The refusal of an address: one sentence in each language, without the password."""
    with pytest.raises(Refusal) as caught:
        open_url(url)
    for text in (caught.value.text("zh"), caught.value.text("en")):
        assert text
        assert "\n" not in text
        assert "geheim" not in text
    return caught.value


def changed(url: str, **parts: Any) -> str:
    return make_conninfo("", **{**conninfo_to_dict(url), **parts})


def test_an_address_that_is_none() -> None:
    assert refused("postgresql//tanhui:geheim@localhost").code == "database_url_malformed"
    assert refused("postgresql://h/db?nonsense=geheim").code == "database_url_malformed"


def test_a_host_where_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        refusal = refused(f"postgresql://tanhui:geheim@127.0.0.1:{port}/tanhui")
    assert refusal.code == "database_unreachable"
    assert str(port) in refusal.en
    assert refusal.transient


def test_a_host_that_does_not_exist() -> None:
    refusal = refused("postgresql://tanhui:geheim@no-such-host.invalid/tanhui")
    assert refusal.code == "database_unreachable"


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    assert refused(f"postgresql://tanhui@/tanhui?host={tmp_path}").code == "database_unreachable"


def test_a_user_and_a_database_that_do_not_exist(server_url: str) -> None:
    assert refused(changed(server_url, user="nobody_here")).code == "database_login_refused"
    assert refused(changed(server_url, dbname="not_here")).code == "database_missing"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ('FATAL:  password authentication failed for user "x"', "database_login_refused"),
        ("fe_sendauth: no password supplied", "database_login_refused"),
        ("FATAL:  sorry, too many clients already", "database_refused"),
    ],
)
def test_what_servers_say(said: str, code: str) -> None:
    parts = {"host": "db", "user": "x", "password": "geheim"}
    refusal = opening.troubles.from_connection(parts, said)
    assert refusal.code == code
    assert "geheim" not in refusal.en


def test_a_server_that_is_too_old(server_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "OLDEST_VERSION", 99)
    refusal = refused(server_url)
    assert refusal.code == "database_too_old"
    assert "99" in refusal.en


@pytest.mark.django_db
def test_django_acts_as_the_application(database: Database) -> None:
    assert database.version >= 150000
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tanhui_app",)
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("tanhui_app",)


def test_the_application_may_not_make_tables(database_url: DatabaseUrl) -> None:
    with psycopg.connect(database_url.app) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("tanhui_app",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE sneaked (id int)")


def test_migrating_again_changes_nothing(books: Database) -> None:
    before = tables(books)
    opening.migrate(books)
    assert tables(books) == before
    assert "django_migrations" in before


def test_two_programs_migrate_one_after_the_other(
    books: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = opening.load("tanhui.config", "migration_begin")
    hasty = begin.replace("'120s'", "'50ms'")

    def load(package: str, name: str) -> str:
        return hasty if name == "migration_begin" else original(package, name)

    original = opening.load
    with psycopg.connect(books.owner_url, autocommit=True) as other:
        other.execute(begin)
        monkeypatch.setattr(opening, "load", load)
        with pytest.raises(Refusal) as caught:
            opening.migrate(books)
        assert caught.value.code == "migration_blocked"
    monkeypatch.undo()
    opening.migrate(books)


@pytest.fixture
def plain_login(database: Database) -> Iterator[str]:
    """A login without any right of its own."""
    name = f"tanhui_login_{secrets.token_hex(4)}"
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(name)))
        yield name
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_another_login_for_the_application(database: Database, plain_login: str) -> None:
    url = changed(database.login_url, user=plain_login)
    apart = Database(url, database.owner_url, database.version)
    prepare_roles(apart)
    with psycopg.connect(apart.app_url) as connection:
        row = connection.execute("SELECT session_user, current_user").fetchone()
        assert row == (plain_login, "tanhui_app")


def test_a_login_that_may_not_prepare_roles(database: Database, plain_login: str) -> None:
    url = changed(database.login_url, user=plain_login)
    with pytest.raises(Refusal) as caught:
        prepare_roles(Database(url, url, database.version))
    assert caught.value.code == "database_role_forbidden"
    assert "CREATE ROLE tanhui_app" in caught.value.en


def tables(database: Database) -> set[str]:
    with psycopg.connect(database.owner_url) as connection:
        found = connection.execute(
            "SELECT c.relname FROM pg_class AS c WHERE c.relnamespace = 'public'::regnamespace"
        )
        return {row[0] for row in found}
