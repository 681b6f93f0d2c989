"""Every mutant of this room is killed by the tests that it names.

Each room has a file of its own, so that the rooms are tested beside one another.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.runner import Mutant, Nursery, kill, mutants


@pytest.mark.parametrize("mutant", mutants("rewards"), ids=lambda mutant: mutant.name)
def test_mutant_is_killed(mutant: Mutant, folder: Path, nursery: Nursery) -> None:
    kill(mutant, folder, nursery)
