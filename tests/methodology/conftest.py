"""The real content, and a copy of it that a test may break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tanhui.methodology.document import Methodology
from tanhui.methodology.library import Library

CONTENT = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture(scope="session")
def content_root() -> Path:
    """The content of this checkout."""
    return CONTENT


@pytest.fixture(scope="session")
def library() -> Library:
    """The library of this checkout."""
    return Library.load(CONTENT)


@pytest.fixture(scope="session")
def shared_bike(library: Library) -> Methodology:
    """The city's shared-bike methodology."""
    return library.methodology("shared-bike.chengdu")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the units, factors and methodologies, with its lock."""
    root = tmp_path / "content"
    (root / "common").mkdir(parents=True)
    for name in ("units.toml", "gwp.toml"):
        shutil.copy(CONTENT / "common" / name, root / "common" / name)
    for name in ("kinds", "factors"):
        shutil.copytree(CONTENT / "common" / name, root / "common" / name)
    shutil.copytree(CONTENT / "chengdu" / "methodologies", root / "chengdu" / "methodologies")
    frozen = (CONTENT / "published.lock").read_text(encoding="utf-8")
    # Other rooms freeze their documents in the same file; their documents are not copied.
    (root / "published.lock").write_text(frozen, encoding="utf-8")
    return root
