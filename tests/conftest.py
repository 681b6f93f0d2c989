"""The test database: a fresh one on `DATABASE_URL`, or on an embedded server of our own."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from pytest_django.plugin import DjangoDbBlocker

from tanhui.config.database import Database, migrate, open_url
from tanhui.runtime.postgres import Server

# What migrations themselves fill; emptying it would need them to run again.
KEPT_TABLES = frozenset({"django_migrations", "ledger_kind"})
_LARGE_BYTES = 1 << 20

# A change is judged by the same cases every time; whoever wants new ones asks for them, and
# `scripts/fuzz` looks for hours.
hypothesis_settings.register_profile("repeatable", derandomize=True)
hypothesis_settings.register_profile("exploring", derandomize=False)
hypothesis_settings.load_profile(os.environ.get("TANHUI_HYPOTHESIS", "repeatable"))

# Programs that tests start are told as much as this one knows, and nothing of its surroundings.
os.environ["TANHUI_MODE"] = "test"


@dataclass(frozen=True)
class DatabaseUrl:
    """Addresses of the test database for programs and raw SQL."""

    owner: str
    app: str


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name cases of octets by their parameter.

    Packed octets hold the second in which they were packed, so that two workers that began in
    different seconds would name the cases differently and refuse to run.
    """
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server on which databases can be made: the given one, or a temporary embedded one."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    folder = Path(tempfile.mkdtemp(prefix="tanhui-test-"))
    server = Server.ensure(folder)
    try:
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def database(server_url: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """A fresh database with a random name, migrated as its owner; dropped at the end.

    Where `TANHUI_TEST_TEMPLATE` names one that is migrated already, it is a copy of that.
    """
    name, template = f"tanhui_test_{secrets.token_hex(6)}", os.environ.get("TANHUI_TEST_TEMPLATE")
    made = "CREATE DATABASE {}" + (f" TEMPLATE {template}" if template else "")
    _on_server(server_url, made, name)
    try:
        with django_db_blocker.unblock():
            opened = open_url(with_name(server_url, name))
            if not template:
                migrate(opened)
        yield opened
    finally:
        with django_db_blocker.unblock():
            connections.close_all()
        _on_server(server_url, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture(scope="session")
def django_db_setup(database: Database) -> None:
    """Give pytest-django our database; rollback tests then run as the application's role."""
    assert settings.DATABASES["default"]["NAME"]
    assert database.version


@pytest.fixture(scope="session")
def database_url(database: Database) -> DatabaseUrl:
    """The test database for subprocesses (`owner`, as DATABASE_URL) and for raw SQL (`app`)."""
    return DatabaseUrl(owner=database.owner_url, app=database.app_url)


@pytest.fixture
def books(database: Database, django_db_blocker: DjangoDbBlocker) -> Iterator[Database]:
    """The database for tests that really commit; everything they wrote is gone afterwards."""
    with django_db_blocker.unblock():
        yield database
        connections.close_all()
    empty(database.owner_url)


@pytest.fixture
def transactional_db(books: Database) -> None:
    """What pytest-django's live server asks for; its own way of emptying needs the owner."""
    del books


@pytest.fixture(scope="session")
def shared(pytestconfig: pytest.Config) -> Path:
    """The folder of real files; a test that asks for it is skipped, and counted, without it."""
    del pytestconfig
    folder: Path = settings.TANHUI.shared
    if not folder.is_dir():
        pytest.skip(f"real files are absent ({folder}); set TANHUI_SHARED")
    return folder


def _on_server(url: str, statement: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def with_name(url: str, name: str) -> str:
    """The address of the database `name` on the server of `url`."""
    parts: dict[str, Any] = dict(conninfo_to_dict(url))
    parts.pop("dbname", None)
    return f"postgresql:///{name}?{urlencode(parts, quote_via=quote)}"


def empty(url: str) -> None:
    """Empty every table of ours and begin its numbers anew, as the owner.

    Truncating some hundred tables takes longer than most tests do. So what is small is deleted from
    those tables alone that have ever held a row, with no trigger and no reference in the way; what
    is large is truncated, and so leaves no dead rows behind.
    """
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT c.relname, pg_relation_size(c.oid) FROM pg_class AS c"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND c.relname <> ALL (%s) AND pg_relation_size(c.oid) > 0",
            [list(KEPT_TABLES)],
        ).fetchall()
        large = [sql.Identifier(name) for name, size in found if size > _LARGE_BYTES]
        if large:
            tables = sql.SQL(", ").join(large)
            connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(tables))
        connection.execute("SET LOCAL session_replication_role = replica")
        for name, size in found:
            if size <= _LARGE_BYTES:
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))
        connection.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename), start_value, FALSE)"
            " FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
        )
