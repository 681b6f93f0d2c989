"""A content folder with one kind that uses everything, and the city's own calendar."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.house.tree import ROOT


@pytest.fixture
def content(tmp_path: Path, settings: Settings) -> Path:
    """The folder that the engine reads in a test."""
    root = tmp_path / "content"
    shutil.copytree(ROOT / "content" / "chengdu" / "calendar", root / "city" / "calendar")
    (root / "city" / "cases").mkdir()
    shutil.copy(Path(__file__).with_name("whole.toml"), root / "city" / "cases" / "whole.toml")
    settings.TANHUI = dataclasses.replace(settings.TANHUI, content_root=root)
    return root
