"""A scratch database for one benchmark: made on the ordinary server, migrated, dropped again."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode

import psycopg
from django.db import connections
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tanhui.config.database import Database, migrate, open_database, open_url


@contextmanager
def scratch_database() -> Iterator[Database]:
    """An empty, migrated database that Django's connections point to."""
    server = open_database()
    name = f"tanhui_bench_{secrets.token_hex(4)}"
    parts = dict(conninfo_to_dict(server.owner_url))
    parts.pop("dbname", None)
    url = f"postgresql:///{name}?{urlencode(parts, quote_via=quote)}"
    try:
        _on_server(server.owner_url, "CREATE DATABASE {}", name)
        try:
            database = open_url(url)
            migrate(database)
            yield database
        finally:
            connections.close_all()
            _on_server(server.owner_url, "DROP DATABASE {} WITH (FORCE)", name)
    finally:
        server.close()


def _on_server(url: str, statement: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
