"""Seating members of staff from the command line, and leading them to their own desk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from pytest_django import Settings
from tests.cast import BIKE, register_bike
from tests.cli.shell import Run, refused
from typer.testing import CliRunner

from tanhui.cli import staff
from tanhui.cli.staff import desk_query
from tanhui.config.database import Database
from tanhui.identity.queries import members

pytestmark = pytest.mark.database


@pytest.fixture
def run(books: Database, settings: Settings, tmp_path: Path) -> Run:
    """`tanhui staff` over books with the bike partner in them."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    register_bike()

    @contextmanager
    def ready() -> Iterator[Database]:
        yield books

    app = typer.Typer()
    staff.register(app, ready=ready)
    return lambda *words: CliRunner().invoke(app, ["staff", "add", *words])


def test_a_partners_staff_is_seated_and_the_same_again_changes_nothing(run: Run) -> None:
    asked = ("--phone", "13912345678", "--role", "partner", "--organisation", BIKE)
    told = run(*asked, "--name", "小王")
    assert told.exit_code == 0, told.output
    assert "partner of BIKE" in told.output
    again = json.loads(run(*asked, "--json").output)
    (seat,) = members(role="partner", organisation_id=register_bike())
    assert again == {"membership": seat.id, "role": "partner", "organisation": BIKE}
    assert seat.person.name_zh == "小王"
    assert not seat.person.simulated


def test_an_operator_needs_no_organisation(run: Run) -> None:
    assert run("--phone", "13912345678", "--role", "operator").exit_code == 0
    assert len(members(role="operator", organisation_id=None)) == 1


@pytest.mark.parametrize(
    ("role", "organisation", "code"),
    [
        ("king", (), "role_unknown"),
        ("partner", (), "organisation_missing"),
        ("partner", ("--organisation", "NOBODY"), "no_such_partner"),
        ("operator", ("--organisation", BIKE), "organisation_missing"),
    ],
)
def test_a_seat_that_makes_no_sense_is_one_line(
    run: Run, role: str, organisation: tuple[str, ...], code: str
) -> None:
    refused(run("--phone", "13912345678", "--role", role, *organisation), code)


def test_links_of_the_cast_lead_to_their_own_desk() -> None:
    assert desk_query("lin-xiao") == ""
    assert desk_query("bike") == "?next=%2Fportal%2F"
    assert desk_query("regulator") == "?next=%2Fconsole%2F"
