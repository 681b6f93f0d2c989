"""A city with its cast seated, whose reports go where the test can read them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tests.behaviours.telling import City
from tests.cast import seat


@pytest.fixture
def city(books: Database, settings: Settings, tmp_path: Path) -> City:
    """林晓, 周师傅 and the bike partner in fresh books."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    return City(seat(), tmp_path, books)
