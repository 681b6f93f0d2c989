"""A small city for the pages, inside the test's own transaction."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.citizen.city import City, make_city


@pytest.fixture
def city(db: None, tmp_path: Path) -> City:
    """The city; all of it is gone after the test."""
    del db
    return make_city(tmp_path)
