"""The rows of this room's statements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from tanhui.runtime.sql import load


def run(name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement of this room."""
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.notices", name), facts)
        return list(cursor.fetchall()) if cursor.description else []
