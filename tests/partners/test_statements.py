"""Declared days: versions one after another, and nothing that is said is ever unsaid."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connections
from psycopg import errors

from tanhui.config.database import Database
from tanhui.partners import statements
from tanhui.partners.statements import declare_day
from tests.cast import BIKE, NOW, register_bike
from tests.partners.signed import desk_of

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]
TODAY = NOW.date()


def test_versions_said_at_once_follow_one_another() -> None:
    partner_id = register_bike()

    def say(rows: int) -> int:
        try:
            told = declare_day(
                actor=desk_of(partner_id), partner_code=BIKE, day=TODAY, rows=rows, at=NOW
            )
        finally:
            connections.close_all()
        return told.rows

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(say, range(8)))
    told = statements.history(partner_id=partner_id, day=TODAY)
    assert [each.version for each in told] == list(range(1, 9))
    assert sorted(each.rows for each in told) == list(range(8))
    (newest,) = statements.declared_days(partner_id=partner_id, first=TODAY, last=TODAY)
    assert newest == told[-1]
    assert newest.declared_by == "partner:BIKE"


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("partners_day_statement_environment", "'live', '2026-03-20', '', 2, 1, 1"),
        ("partners_day_statement_amounts", "'sandbox', '2026-03-20', '', 2, -1, 1"),
        ("partners_day_statement_amounts", "'sandbox', '2026-03-20', '', 2, 1, -1"),
        ("partners_day_statement_version", "'sandbox', '2026-03-20', '', 0, 1, 1"),
        ("partners_day_statement_pkey", "'production', '2026-03-20', '', 1, 1, 1"),
    ],
)
def test_the_table_itself_refuses(books: Database, constraint: str, values: str) -> None:
    partner_id = register_bike()
    declare_day(actor=desk_of(partner_id), partner_code=BIKE, day=TODAY, rows=1, at=NOW)
    attack = (
        f"INSERT INTO partners_day_statement SELECT id, {values}, now(), 'x' FROM partners_partner"
    )
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.IntegrityError) as refused:
        app.execute(attack)
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    "attack",
    ["UPDATE partners_day_statement SET row_count = 0", "DELETE FROM partners_day_statement"],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
