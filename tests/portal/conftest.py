"""The desks of a small city, inside the test's own transaction."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tests.desks import Desks, open_desks
from tests.desks_two import DesksTwo, open_desks_two


@pytest.fixture
def desks(db: None, tmp_path: Path) -> Desks:
    """The desks; all of it is gone after the test."""
    del db
    return open_desks(tmp_path)


@pytest.fixture
def two(db: None, settings: Settings, tmp_path: Path) -> DesksTwo:
    """The desks of path two; all of it is gone after the test."""
    del db
    return open_desks_two(settings, tmp_path)
