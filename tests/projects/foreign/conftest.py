"""Reading foreign files into fresh books."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.kernel.actors import Actor, Assurance
from tanhui.projects.foreign.commands import AUTO, Imported, import_file
from tests.cast import NOW

OPERATOR = Actor("operator:command-line", frozenset({"operator"}), assurance=Assurance.MACHINE)
Bring = Callable[..., Imported]


@pytest.fixture
def bring(books: Database, settings: Settings, tmp_path: Path) -> Bring:
    """Reads a file as the operator."""
    del books
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")

    def read(path: Path, register: str = AUTO, actor: Actor = OPERATOR) -> Imported:
        return import_file(actor=actor, path=path, register=register, at=NOW)

    return read
