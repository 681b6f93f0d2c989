"""How the command line answers: one line on standard error and exit code 2 for a refusal."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import ParamSpec, TypeVar

import typer

from tanhui.kernel.refusals import Refusal

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

REFUSED = 2


def language() -> str:
    """The reader's language, as the terminal's environment names it; English if it does not."""
    for name in ("TANHUI_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return os.environ[name]
    return "en"


def one_line(text: str) -> str:
    """The text without line breaks."""
    return " ".join(text.split())


def print_json(data: Mapping[str, object]) -> None:
    """One JSON object on standard output."""
    typer.echo(json.dumps(data, ensure_ascii=False))


def refusing(command: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Turns a refusal into one line on standard error and exit code 2; a defect stays a defect."""

    @functools.wraps(command)
    def wrapped(*arguments: Arguments.args, **options: Arguments.kwargs) -> Answer:
        try:
            return command(*arguments, **options)
        except Refusal as refusal:
            typer.echo(f"{refusal.code}: {one_line(refusal.text(language()))}", err=True)
            sys.exit(REFUSED)

    return wrapped
