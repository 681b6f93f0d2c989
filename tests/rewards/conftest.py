"""A mall that really commits, for tests of what happens at once."""

from __future__ import annotations

import pytest

from tanhui.config.database import Database
from tests.rewards.mall import Mall, open_mall


@pytest.fixture
def busy_mall(books: Database) -> Mall:
    """The cast, 林晓 with points, a window with a budget; nothing on the shelf as yet."""
    assert books.version
    return open_mall()
