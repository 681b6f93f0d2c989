"""Every mutant is killed by the tests that it names."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.runner import Mutant, kill, mutants


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="tanhui-mutant-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_mutant_is_killed(mutant: Mutant, folder: Path, server_url: str) -> None:
    kill(mutant, folder, server_url)
