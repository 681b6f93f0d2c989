"""The bike partner's program in fresh books."""

from __future__ import annotations

import pytest

from tanhui.behaviours.batch_reading import forget_prepared
from tanhui.config.database import Database
from tanhui.partners.arrivals import KEYS
from tests.api.sending import Desk, open_desk
from tests.cast import seat


@pytest.fixture
def desk(books: Database) -> Desk:
    """林晓, 周师傅 and the bike partner with a key in each environment."""
    del books
    KEYS.forget()
    forget_prepared()
    return open_desk(seat())
