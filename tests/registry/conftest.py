"""A register that really commits, for tests of concurrency and of what stays."""

from __future__ import annotations

import pytest

from tanhui.config.database import Database
from tests.registry.register import Register, open_register


@pytest.fixture
def register(books: Database) -> Register:
    """The cast of path two and two registered projects, without a credit as yet."""
    return open_register(books.owner_url)
