"""The desks of a small city, inside the test's own transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.desks import Desks, open_desks


@pytest.fixture
def desks(db: None, tmp_path: Path) -> Desks:
    """The desks; all of it is gone after the test."""
    del db
    return open_desks(tmp_path)
