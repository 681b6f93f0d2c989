"""`tanhui keys`: what a new key of the log asks for is said where it is made."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from pytest_django import Settings
from typer.testing import CliRunner

from tanhui.cli import keys
from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor

pytestmark = pytest.mark.database


@pytest.mark.parametrize(("name", "said"), [("log", True), ("audit", False)])
def test_a_new_key_of_the_log_says_that_witnesses_must_know_it(
    books: Database, settings: Settings, tmp_path: Path, name: str, said: bool
) -> None:
    del books
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path, keyring=None)
    app = typer.Typer()
    keys.register(app, ready=nullcontext, actor=platform_actor())
    told = CliRunner().invoke(app, ["keys", "rotate", name])
    assert told.exit_code == 0, told.output
    assert told.stdout.startswith(f"{name} ")
    assert ("witnesses" in told.stderr) is said
    assert told.stderr.count("\n") == int(said)
