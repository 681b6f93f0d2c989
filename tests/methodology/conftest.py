"""The real content, a copy of it that a test may break, and a small world quick to check."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tanhui.methodology.binding import Shelf
from tanhui.methodology.document import Methodology
from tanhui.methodology.library import Library
from tanhui.methodology.shelves import open_shelf

CHECKOUT = Path(__file__).resolve().parents[2]
CONTENT = CHECKOUT / "content"
SAMPLES = CHECKOUT / "docs" / "samples"
BIKE = "chengdu/methodologies/citizen/travel/shared-bike.toml"
MARGIN = "common/methodologies/tool/energy/grid.combined-margin.toml"
# Where each sample of the guide belongs.
PLACES = {
    "stairs": "chengdu/methodologies/citizen/living/stairs.toml",
    "stairs-2": "chengdu/methodologies/citizen/living/stairs-2.toml",
    "roof": "chengdu/methodologies/project/energy/roof.toml",
    "heap": "chengdu/methodologies/project/waste/heap.toml",
    "fair": "chengdu/methodologies/event/footprint/fair.toml",
}


@pytest.fixture(scope="session")
def content_root() -> Path:
    """The content of this checkout."""
    return CONTENT


@pytest.fixture(scope="session")
def library() -> Library:
    """The library of this checkout."""
    return Library.load(CONTENT)


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    """The real units and factors, and the real documents as modules."""
    return open_shelf(CONTENT)


@pytest.fixture(scope="session")
def shared_bike(library: Library) -> Methodology:
    """The city's shared-bike methodology."""
    return library.methodology("shared-bike.chengdu")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the units, factors and methodologies, with its lock."""
    root = tmp_path / "content"
    shutil.copytree(CONTENT / "common", root / "common")
    for place in ("chengdu", "peers"):
        shutil.copytree(CONTENT / place / "methodologies", root / place / "methodologies")
    # Other rooms freeze their documents in the same file; their documents are not copied.
    shutil.copy(CONTENT / "published.lock", root / "published.lock")
    return root


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Units, factors, one published document and its lock, one tool, and the guide's samples."""
    root = tmp_path / "world"
    shutil.copytree(CONTENT / "common", root / "common", ignore=shutil.ignore_patterns("tool"))
    sources = {BIKE: CONTENT / BIKE, MARGIN: CONTENT / MARGIN}
    sources |= {place: SAMPLES / f"{name}.toml" for name, place in PLACES.items()}
    for place, source in sources.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, root / place)
    frozen = (CONTENT / "published.lock").read_text(encoding="utf-8").splitlines()
    here = ('"shared-bike.chengdu@1.0.0"', '"grid.combined-margin@1.0.0"')
    lines = [line for line in frozen if line.startswith(here)]
    (root / "published.lock").write_text("\n".join(["[methodology]", *lines, ""]), encoding="utf-8")
    return root
