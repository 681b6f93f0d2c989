"""`tanhui claims`: registering a scheme, writing a file for it and reading one of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from tanhui.claims.lines import FORMAT, Claim, header, token
from tanhui.cli.claims import register
from tanhui.config.database import Database
from tests.cast import LIN_XIAO, OPERATOR, seat
from tests.cli.shell import refused

pytestmark = pytest.mark.database

KEY = "0b" * 32
DAY = date(2026, 3, 20)
Run = Callable[..., Result]


@pytest.fixture
def run(books: Database, tmp_path: Path) -> Run:
    """The commands over books with the cast and one scheme in them."""
    del books
    seat()
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    app = typer.Typer()
    register(app, ready=nullcontext, operator=OPERATOR)

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(app, ["claims", *words])

    added = invoke("scheme", "add", "OTHER", "--key-file", str(tmp_path / "key"))
    assert (added.exit_code, added.stdout) == (0, "OTHER: registered\n"), added.output
    return invoke


def test_a_file_goes_out_and_one_comes_in(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "ours.ndjson"
    days = ("--from", "2026-03-20", "--to", "2026-03-21")
    written = run("export", "--scheme", "OTHER", *days, "--out", str(out), "--json")
    assert json.loads(written.stdout) == {"lines": 0, "people": 0, "path": str(out)}

    named = token(bytes.fromhex(KEY), DAY, LIN_XIAO.phone)
    claim = Claim(named, DAY, 96, 99, "bus", datetime(2026, 3, 20, 12, tzinfo=UTC))
    told = tmp_path / "theirs.ndjson"
    lines = [header(FORMAT, "OTHER", claim.claimed_at), claim.line(), "{"]
    told.write_text("\n".join(lines), encoding="utf-8")
    words = ("import", str(told), "--scheme", "OTHER", "--answer", str(tmp_path / "answer"))
    heard = json.loads(run(*words, "--json").stdout)
    assert (heard["lines"], heard["kept"], heard["bad"]) == (2, 1, {"not_json": 1})
    again = run(*words)
    assert again.stdout.splitlines()[:2] == [
        "2 lines: 0 kept, 1 kept before, 0 taken, 0 of unknown people, 1 bad",
        "line 3: not_json",
    ]


def test_a_refusal_is_one_line(run: Run, tmp_path: Path) -> None:
    nowhere = str(tmp_path / "nowhere")
    refused(run("scheme", "add", "OTHER", "--key-file", nowhere), "key_file_unreadable")
    answer = ("--answer", str(tmp_path / "answer"))
    refused(run("import", nowhere, "--scheme", "OTHER", *answer), "file_unreadable")
    refused(run("import", nowhere, "--scheme", "NOBODY", *answer), "no_such_scheme")
    days = ("--from", "2026-03-20", "--to", "2026-03-21")
    unwritable = str(tmp_path / "no" / "out")
    refused(run("export", "--scheme", "OTHER", *days, "--out", unwritable), "file_unwritable")
