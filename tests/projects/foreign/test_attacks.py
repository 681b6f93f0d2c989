"""Raw SQL as the application's role: numbers of other registers never stand twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

Connection = psycopg.Connection[Any]


def credit(first: int, last: int, *, kg: int | None = None, kind: str = "retirement") -> str:
    width = (last - first + 1) * 1000 if kg is None else kg
    return (
        "INSERT INTO projects_foreign_credit (project_id, kind, kg, series_id, serials, serial,"
        " account, beneficiary, reason, note, digest, import_id) SELECT project.id,"
        f" '{kind}', {width}, series.id, int8range({first}, {last}, '[]'), '', '', '', '', '',"
        " '\\x00', project.import_id FROM projects_foreign_project AS project,"
        " projects_foreign_series AS series"
    )


@pytest.fixture
def application(database_url: DatabaseUrl) -> Iterator[Connection]:
    """The application's role with one project and one block; nothing is ever committed."""
    with psycopg.connect(database_url.app) as connection:
        connection.execute(
            "INSERT INTO projects_foreign_register VALUES ('verra', 'x', 'x', now())"
        )
        connection.execute(
            "INSERT INTO projects_foreign_import (register, file_name, sha256, outcome, at)"
            " VALUES ('verra', 'x', sha256('x'), '{}', now())"
        )
        connection.execute(
            "INSERT INTO projects_foreign_project (register, code, number, name, owner, kind,"
            " methodologies, status, country, region, place, website, read_at, import_id)"
            " SELECT 'verra', 'VCS-1', '1', 'x', '', '', '{}', '', '', '', '', '', now(), id"
            " FROM projects_foreign_import"
        )
        connection.execute(
            "INSERT INTO projects_foreign_series (register, name) VALUES ('verra', 'VCU')"
        )
        connection.execute(credit(10, 19))
        yield connection
        connection.rollback()


@pytest.mark.parametrize(
    ("attack", "constraint"),
    [
        (credit(19, 20), "projects_foreign_credit_used_once"),
        (credit(1, 100, kind="holding"), "projects_foreign_credit_used_once"),
        (credit(30, 39, kg=10_001), "projects_foreign_credit_block_is_quantity"),
        (
            credit(30, 39).replace("int8range(30, 39, '[]')", "'empty'::int8range"),
            "projects_foreign_credit_serials",
        ),
        (credit(30, 39, kind="gift"), "projects_foreign_credit_kind"),
        (
            "INSERT INTO projects_foreign_series (register, name) VALUES ('verra', 'VCU')",
            "projects_foreign_series_once",
        ),
        (
            "UPDATE projects_foreign_project SET issued_kg = -1",
            "projects_foreign_project_amounts",
        ),
        (
            "UPDATE projects_foreign_project SET longitude = 1",
            "projects_foreign_project_place",
        ),
    ],
)
def test_what_cannot_be_is_refused(application: Connection, attack: str, constraint: str) -> None:
    with pytest.raises(errors.IntegrityError) as refused:
        application.execute(attack)
    assert refused.value.diag.constraint_name == constraint


def test_what_was_issued_stands_apart_and_stands_once(application: Connection) -> None:
    application.execute(credit(1, 100, kind="issuance"))
    with pytest.raises(errors.ExclusionViolation):
        application.execute(credit(50, 60, kind="issuance"))


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM projects_foreign_credit",
        "UPDATE projects_foreign_credit SET kg = 1000",
        "UPDATE projects_foreign_credit SET serials = int8range(1, 2)",
        "UPDATE projects_foreign_project SET code = 'VCS-2'",
        "UPDATE projects_foreign_change SET before = '{}'",
        "DELETE FROM projects_foreign_row",
        "TRUNCATE projects_foreign_import",
    ],
)
def test_what_was_told_is_neither_changed_nor_taken_away(
    application: Connection, attack: str
) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        application.execute(attack)
