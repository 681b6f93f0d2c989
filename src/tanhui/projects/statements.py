"""The statements of this room: `sql/<name>.sql`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from tanhui.runtime.sql import load

_ROOM = "tanhui.projects"


def rows(name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement of this room answers."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall()) if cursor.description else []
