"""What the runner takes for killed, and that no room is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.runner import HERE, Mutant, MutantError, Nursery, kill


def test_every_room_has_its_file() -> None:
    rooms = {path.parent.name for path in HERE.glob("*/*.toml")}
    files = {path.stem.removeprefix("test_") for path in HERE.glob("test_*.py")}
    assert rooms == files - {"runner"}


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
