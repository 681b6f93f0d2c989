"""A public log of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tanhui.config.database import Database
from tests.publiclog import logs


@pytest.fixture
def log(books: Database, tmp_path: Path) -> Iterator[logs.PublicLog]:
    """A log on the real database, with three witnesses."""
    del books
    yield from logs.made(tmp_path / "var")
