"""A vault folder of each test's own."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Settings) -> Path:
    """The folder in which this test's bytes lie."""
    settings.TANHUI = dataclasses.replace(settings.TANHUI, var=tmp_path)
    return tmp_path / "vault"
