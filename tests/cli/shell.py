"""Commands as a shell sees them: what runs them, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from typer.testing import CliRunner, Result

CONTENT = Path(__file__).resolve().parents[2] / "content"
Run = Callable[..., Result]


def runner(register: Callable[..., object], root: Path = CONTENT, **options: Any) -> Run:
    """What runs the commands that `register` adds, over the content in `root`."""
    app = typer.Typer()
    register(app, content_root=lambda: root, **options)

    @app.command()
    def nothing() -> None:
        """A second command, so that the first keeps its name."""

    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def refused(result: Result, code: str) -> str:
    """The one line on standard error of a refusal with `code`."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith(f"{code}: ")
    return str(lines[0])
