"""`tanhui rulebook` as a shell sees it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import psycopg
import pytest
import typer
from tests.rulebook.conftest import Book, book
from typer.testing import CliRunner, Result

from tanhui.cli.rulebook import register

__all__ = ["book"]
pytestmark = pytest.mark.database


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    ready: Any = nullcontext
    register(app, ready=ready)
    return CliRunner().invoke(app, ["rulebook", *arguments])


def test_the_rules_in_force_on_a_day_are_listed(book: Book) -> None:
    del book
    answer = _run("list", "--day", "2026-06-30", "--json")
    assert answer.exit_code == 0, answer.output
    told = json.loads(answer.stdout)
    rules = {(one["kind"], one["id"]): one for one in told["rules"]}
    assert told["day"] == "2026-06-30"
    assert rules["tariff", "points.shared-bike"]["version"] == "1.0.0"
    assert ("limit", "city-day") not in rules
    assert rules["tariff", "points.bus"]["basis"] == "founding"
    assert "points.shared-bike@2.0.0" in _run("list", "--day", "2026-07-01").stdout
    assert _run("list", "--day", "soon").exit_code == 2


def test_check_ends_with_one_when_anything_differs(book: Book) -> None:
    whole = _run("check")
    assert (whole.exit_code, whole.stdout.rstrip()[-2:]) == (0, "ok")
    with psycopg.connect(book.database.owner_url) as owner:
        owner.execute("DELETE FROM rulebook_publication WHERE document = 'points.bus'")
    broken = _run("check", "--json")
    assert broken.exit_code == 1
    (fault,) = json.loads(broken.stdout)["faults"]
    assert (fault["code"], fault["rule"]) == ("not_in_book", "tariff:points.bus@1.0.0")
    assert "points.bus" in _run("check").stdout
