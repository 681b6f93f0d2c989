"""What one may know of causes: which there are, what was given, what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.rewards.giving import refusals
from tanhui.rewards.giving.records import Cause, Gift, Report
from tanhui.runtime import binary
from tanhui.runtime.sql import load

_ROOM = "tanhui.rewards.giving"


def rows(statement: str, asked: Mapping[str, object]) -> list[dict[str, Any]]:
    """The rows of one of this part's statements, by the names of their columns."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(asked))
        found = cursor.fetchall()
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found]


def run(statement: str, values: Mapping[str, object]) -> None:
    """Runs one of this part's statements that answers nothing."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load(_ROOM, statement), dict(values))


def causes(*, open_only: bool = False) -> list[Cause]:
    """Causes, the open ones first and the newest first among them."""
    return _causes(cause_id=None, open_only=open_only)


def cause(cause_id: int) -> Cause:
    """One cause; refuses `no_such_cause`."""
    found = _causes(cause_id=cause_id, open_only=False)
    if not found:
        raise refusals.no_such_cause()
    return found[0]


def _causes(*, cause_id: int | None, open_only: bool) -> list[Cause]:
    asked = {"id": cause_id, "open_only": open_only}
    return [
        Cause(**{**row, "offer_codes": tuple(row["offer_codes"])}) for row in rows("causes", asked)
    ]


def reports(*, cause_id: int | None = None) -> list[Report]:
    """Reports, the latest first: of one cause, or of all."""
    return [
        Report(**{**row, "photos": tuple(row["photos"])})
        for row in rows("reports", {"cause_id": cause_id})
    ]


def is_photo(file_id: UUID) -> bool:
    """Whether a file is a photo of a report, which everybody may see."""
    return bool(rows("photo", {"file_id": file_id}))


def gifts(citizen_id: int) -> list[Gift]:
    """What a citizen gave, the latest first."""
    return [Gift(**row) for row in rows("gifts", {"citizen_id": citizen_id})]
