"""Every mutant is killed by the tests that it names."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mutants.runner import Mutant, MutantError, Nursery, kill, mutants


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


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: mutant.name)
def test_mutant_is_killed(mutant: Mutant, folder: Path, nursery: Nursery) -> None:
    kill(mutant, folder, nursery)


def test_what_changes_nothing_survives(folder: Path, nursery: Nursery) -> None:
    """Otherwise the copy itself would fail, and every mutant with it."""
    file, same = "src/tanhui/ledger/commands.py", "if not connection.in_atomic_block:"
    harmless = Mutant("harmless", "nothing", file, same, same, ("tests/ledger/test_cases.py",))
    with pytest.raises(MutantError, match="survived"):
        kill(harmless, folder, nursery)


def test_what_cannot_live_is_not_counted_as_killed(folder: Path, nursery: Nursery) -> None:
    file, same = "src/tanhui/ledger/sql/schema.sql", "CREATE TABLE ledger_kind ("
    stillborn = Mutant("stillborn", "all", file, same, "CREATE", ("tests/ledger/test_cases.py",))
    with pytest.raises(MutantError, match="never lived"):
        kill(stillborn, folder, nursery)
