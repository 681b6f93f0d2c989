"""Where mutants are raised, and a folder for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.runner import Nursery


@pytest.fixture(scope="module")
def nursery(server_url: str) -> Iterator[Nursery]:
    made = Nursery(server_url)
    yield made
    made.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tanhui-mutant-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)
