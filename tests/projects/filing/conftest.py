"""Fresh books with the cast of path two and the founded rulebook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor
from tanhui.rulebook.publishing import found
from tests.cast import NOW
from tests.path_two import PathTwo, seat_path_two


@pytest.fixture
def cast(books: Database, settings: Settings, tmp_path: Path) -> PathTwo:
    """Owners, verifiers, buyers and the bureau at their desks; the rules are in the book."""
    del books
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    found(actor=platform_actor(), at=NOW)
    return seat_path_two()
