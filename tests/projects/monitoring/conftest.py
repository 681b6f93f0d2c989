"""The cast of path two with the founded rulebook, and a furnace on the register."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.identity.commands import platform_actor
from tanhui.projects.queries import Project
from tanhui.rulebook.publishing import found
from tests.cast import NOW
from tests.path_two import PathTwo, seat_path_two
from tests.projects.acts import registered


@pytest.fixture
def cast(db: None, settings: Settings, tmp_path: Path) -> PathTwo:
    """Everybody of path two at their desks; the rules are in the book."""
    del db
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    found(actor=platform_actor(), at=NOW)
    return seat_path_two()


@pytest.fixture
def furnace(cast: PathTwo) -> Project:
    """A glass furnace, registered from 2026 on."""
    return registered(cast)
