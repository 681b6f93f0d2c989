"""`tanhui audit`, and the end of a lost device by `tanhui staff reset`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
import typer
from django.db import transaction
from tests.cast import NOW, OPERATOR
from tests.cli.shell import Run
from typer.testing import CliRunner

from tanhui.cli import audit, staff
from tanhui.config.database import Database
from tanhui.governance.commands import write_audit
from tanhui.identity.audit.commands import seal_audit
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import add_member
from tanhui.identity.models import Person, SecondFactor
from tanhui.identity.queries import acting
from tanhui.identity.second_factor.commands import begin_enrolment

pytestmark = pytest.mark.database

PHONE = "13912345678"


@pytest.fixture
def run(books: Database) -> Run:
    """`tanhui audit …` and `tanhui staff …`."""

    @contextmanager
    def ready() -> Iterator[Database]:
        yield books

    app = typer.Typer()
    audit.register(app, ready=ready)
    staff.register(app, ready=ready)
    return lambda *words: CliRunner().invoke(app, list(words))


def _act(rows: int) -> None:
    with transaction.atomic():
        for number in range(rows):
            write_audit(actor=OPERATOR, action="act", subject=f"s:{number}", facts={}, at=NOW)
    seal_audit(actor=platform_actor(), at=NOW)


def test_a_whole_audit_is_said_to_be_whole(run: Run) -> None:
    _act(3)
    told = run("audit", "check", "--json")
    assert told.exit_code == 0, told.output
    found = json.loads(told.output)
    assert (found["ok"], found["rows"], found["links"], found["waiting"]) == (True, 3, 3, 0)
    assert "whole; 3 rows" in run("audit", "check").output


def test_a_touched_audit_ends_with_exit_code_1(run: Run, books: Database) -> None:
    _act(3)
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("UPDATE governance_audit SET actor = 'x' WHERE subject = 's:1'")
    told = run("audit", "check")
    assert told.exit_code == 1
    assert "TOUCHED" in told.output
    assert "edited" in told.output
    assert json.loads(run("audit", "check", "--json").output)["found"] == {"edited": 1}


def test_rows_are_listed_the_newest_first_and_by_what_is_asked(run: Run) -> None:
    _act(3)
    rows = json.loads(run("audit", "list", "--json").output)["rows"]
    assert [row["subject"] for row in rows] == ["s:2", "s:1", "s:0"]
    assert [row["place"] for row in rows] == [3, 2, 1]
    asked = ("--subject", "s:1", "--actor", "operator", "--day", NOW.date().isoformat())
    assert "s:1" in run("audit", "list", *asked).output
    assert json.loads(run("audit", "list", "--day", "2020-01-01", "--json").output) == {"rows": []}


def test_a_lost_device_is_reset_from_the_command_line(run: Run) -> None:
    add_member(
        actor=platform_actor(),
        phone=PHONE,
        role="security",
        organisation_id=None,
        display_name="",
        at=NOW,
    )
    assert run("staff", "reset", "--phone", PHONE).exit_code == 2
    person_id = Person.objects.get().id
    begin_enrolment(actor=acting(person_id, role=None, organisation_id=None), at=NOW)
    told = run("staff", "reset", "--phone", PHONE)
    assert told.exit_code == 0, told.output
    assert SecondFactor.objects.get().secret_sealed is None
    assert run("staff", "reset", "--phone", "13900000000").exit_code == 2
