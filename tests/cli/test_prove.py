"""`tanhui prove`: the books are recomputed, and a difference is an exit code."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
import typer
from pytest_django import Settings
from tests.cast import BIKE, BIKE_DESK, LAYOUT, NOW, ride, seat, write_rides
from typer.testing import CliRunner, Result

from tanhui.behaviours.commands import record_file
from tanhui.cli.database import register
from tanhui.config.database import Database, open_url
from tanhui.identity.audit.commands import seal_audit
from tanhui.identity.commands import platform_actor

pytestmark = pytest.mark.database

Run = Callable[..., Result]


@pytest.fixture
def run(books: Database, settings: Settings, tmp_path: Path) -> Iterator[Run]:
    """The command over books with one ride of 林晓 in them."""
    settings.TANHUI = replace(settings.TANHUI, database_url=books.owner_url, var=tmp_path / "var")
    seat()
    record_file(
        actor=BIKE_DESK,
        partner_code=BIKE,
        path=write_rides(tmp_path / "rides.ndjson", [ride("JC1")]),
        layout_name=LAYOUT,
        at=NOW,
    )
    app = typer.Typer()
    register(app)
    yield lambda *words: CliRunner().invoke(app, ["prove", *words])
    open_url(books.owner_url)


def _answer(result: Result) -> dict[str, Any]:
    assert result.stdout.count("\n") == 1
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_sound_books_are_proven(run: Run) -> None:
    result = run("--json")
    assert result.exit_code == 0, result.output
    answer = _answer(result)
    assert answer["ok"] is True
    assert answer["assets"]["POINT"]["transfers"] == 1
    assert answer["assets"]["REDUCTION_MG"]["transfers"] == 1
    assert all(asset["balance_matches"] is True for asset in answer["assets"].values())
    assert set(answer["credits"]) == {
        "issued_kg",
        "held_kg",
        "reserved_kg",
        "retired_kg",
        "cancelled_kg",
    }
    assert answer["seconds"] >= 0
    assert (answer["behaviours"]["deeds"], answer["behaviours"]["matches"]) == (1, True)
    assert answer["behaviours"]["counted"]["deeds"] == 1
    assert set(answer["behaviours"]["counted"]) == {"deeds", "reduction_mg", "points"}
    assert (answer["log"]["size"], answer["log"]["matches"]) == (0, True)
    assert len(answer["log"]["root"]) == 64
    assert answer["registry"]["matches"] is True
    assert not any(answer["credits"].values())
    assert answer["claims"] == {
        "differing_time": 0,
        "double_paid": 0,
        "areas_early": 0,
        "areas_shared": 0,
        "matches": True,
    }


def test_people_get_a_line_for_each_asset_and_for_deeds_and_claims(run: Run) -> None:
    result = run()
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    told = {line.split()[0]: line.split()[1] for line in lines}
    assert told["deeds"] == "1"
    assert {"claims", "credits", "log"} <= set(told)
    assert all(line.endswith("ok") for line in lines)


@pytest.mark.parametrize(
    ("tampering", "assets", "deeds"),
    [
        ("UPDATE ledger_account SET credits_posted = credits_posted + 1", False, True),
        ("UPDATE behaviours_behaviour SET points = points - 1", True, False),
        ("DELETE FROM behaviours_reference", True, False),
        ("DELETE FROM ledger_transfer", False, False),
    ],
)
def test_tampered_books_exit_with_one(
    run: Run, books: Database, tampering: str, assets: bool, deeds: bool
) -> None:
    with psycopg.connect(books.owner_url) as owner:
        owner.execute(tampering)  # type: ignore[call-overload]
    result = run("--json")
    assert result.exit_code == 1
    answer = _answer(result)
    assert answer["ok"] is False
    matches = {asset["balance_matches"] for asset in answer["assets"].values()}
    assert (matches == {True}) is assets
    assert answer["behaviours"]["matches"] is deeds
    told = run()
    assert told.exit_code == 1
    assert "DIFFERS" in told.stdout


def test_people_are_told_the_first_wrong_row_of_the_audit(run: Run, books: Database) -> None:
    seal_audit(actor=platform_actor(), at=NOW)
    with psycopg.connect(books.owner_url) as owner:
        first = owner.execute("SELECT min(id) FROM governance_audit").fetchone()
        owner.execute("UPDATE governance_audit SET actor = 'x'")
    lines = run().stdout.splitlines()
    [place] = [at for at, line in enumerate(lines) if line.startswith("audit")]
    assert first is not None
    assert lines[place].endswith("DIFFERS")
    assert lines[place + 1] == f"  edited: {first[0]}"
    assert "more: tanhui audit check" in lines[place + 2]
