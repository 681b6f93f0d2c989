"""Opening the database: the embedded one or `DATABASE_URL`, checked, with its two roles."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tanhui.config import database_troubles as troubles
from tanhui.runtime.postgres import Server
from tanhui.runtime.sql import load

APP_ROLE = "tanhui_app"
OLDEST_VERSION = 15
_CONNECT_SECONDS = 10
_DIRECT = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


@dataclass(frozen=True)
class Database:
    """An open database: two addresses of it, and the embedded server if it is ours."""

    login_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    version: int
    server: Server | None = None

    @property
    def app_url(self) -> str:
        """The address for libpq that acts as the application's role from the first statement."""
        parts = _parsed(self.login_url)
        parts["options"] = _with_role(str(parts.get("options") or ""))
        name = quote(str(parts.pop("dbname", "")), safe="")
        return f"postgresql:///{name}?{urlencode(parts, quote_via=quote)}"

    def close(self) -> None:
        """Close this program's connections and leave the embedded server, if it is one."""
        connections.close_all()
        if self.server is not None:
            self.server.stop()


def open_database() -> Database:
    """Make the database ready for Django's first connection, or refuse in one sentence.

    The embedded server is left again by `close` or when the program ends, also by SIGTERM.
    """
    chosen = settings.TANHUI
    if chosen.database_url is not None:
        return open_url(chosen.database_url, chosen.database_owner_url)
    server = Server.ensure(chosen.var)
    try:
        return open_url(server.url, None, server)
    except BaseException:
        server.stop()
        raise


def open_url(
    login_url: str, owner_url: str | None = None, server: Server | None = None
) -> Database:
    """Check the database at `login_url` and point both of Django's aliases to it."""
    version = _check(login_url)
    if owner_url is not None:
        _check(owner_url)
    database = Database(login_url, owner_url or login_url, version, server)
    connections.close_all()
    _fill("default", login_url, role=True)
    _fill("owner", database.owner_url, role=False)
    return database


def prepare_roles(database: Database) -> None:
    """Create the application's role and let the application's login act as it."""
    login = str(_parsed(database.login_url).get("user") or "")
    with _connect(database.owner_url) as connection:
        try:
            connection.execute(
                load("tanhui.config", "name_login"), {"login": login or connection.info.user}
            )
            connection.execute(load("tanhui.runtime", "prepare_roles"))
        except errors.InsufficientPrivilege:
            raise troubles.may_not_create_roles(login or connection.info.user) from None


def migrate(database: Database) -> None:
    """Prepare the roles, then bring every table up to date as the owner; one program at a time."""
    prepare_roles(database)
    connection = connections["owner"]
    try:
        with connection.cursor() as cursor:
            cursor.execute(load("tanhui.config", "migration_begin"))
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute(load("tanhui.config", "migration_end"))
    except DatabaseError as error:
        match error.__cause__:
            case errors.LockNotAvailable():
                raise troubles.migration_blocked() from None
            case errors.InsufficientPrivilege():
                raise troubles.may_not_migrate(str(error).splitlines()[0]) from None
        raise
    finally:
        # Closing also lets go of the lock when a migration failed.
        connection.close()


def _check(url: str) -> int:
    """Connect once; answer the server's version as a number such as 180004."""
    with _connect(url) as connection:
        version = connection.info.server_version
        if version // 10_000 < OLDEST_VERSION:
            found = connection.info.parameter_status("server_version") or str(version)
            raise troubles.too_old(found, OLDEST_VERSION)
        return version


def _connect(url: str) -> psycopg.Connection[Any]:
    parts = _parsed(url)
    parts.setdefault("connect_timeout", _CONNECT_SECONDS)
    try:
        return psycopg.connect(make_conninfo("", **parts), autocommit=True)
    except psycopg.OperationalError as error:
        raise troubles.from_connection(parts, str(error)) from None


def _parsed(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        raise troubles.bad_url() from None


def _fill(alias: str, url: str, *, role: bool) -> None:
    """Write an address into Django's settings, in place because connections share the mapping."""
    parts = _parsed(url)
    target = connections.settings[alias]
    for name, key in _DIRECT.items():
        target[key] = str(parts.pop(name, None) or "")
    target["NAME"] = target["NAME"] or target["USER"] or "tanhui"
    if role:
        parts["options"] = _with_role(str(parts.get("options") or ""))
    target["OPTIONS"] = {name: value for name, value in parts.items() if value is not None}


def _with_role(options: str) -> str:
    return f"{options} -c role={APP_ROLE}".strip()
