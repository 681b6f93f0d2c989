"""A mall with a public log, whose changes are undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rewards.drops import draws as making
from tests.rewards.drops.draws import Draws


@pytest.fixture
def draws(db: None, tmp_path: Path) -> Iterator[Draws]:
    """The mall, its log, and people who may enter."""
    del db
    yield from making.made(tmp_path / "var")
