"""Applies one mutant to a copy of the checkout and runs there the tests that must kill it.

A mutant is a TOML file in a folder named after its room:

    breaks = "what no longer holds, in one sentence"
    file = "src/…"          # the file it changes
    old = '''…'''           # text that stands there exactly once
    new = '''…'''
    tests = ["tests/…"]     # what pytest is told to run; the first failure ends it
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECONDS_MAX = 60.0
# A copy holds what tests of the product's own code need, and no environment or history.
COPIED = ("pyproject.toml", "src", "tests", "content")
_SKIPPED = shutil.ignore_patterns("__pycache__", "*.pyc", ".*", "mutants")
_FAILED = re.compile(r"\b\d+ failed\b")


@dataclass(frozen=True)
class Mutant:
    """One change, and the tests that must fail because of it."""

    name: str
    breaks: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Mutant:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        tests = tuple(written.pop("tests"))
        return cls(name=f"{path.parent.name}/{path.stem}", tests=tests, **written)


def mutants() -> list[Mutant]:
    """All mutants of all rooms."""
    return [Mutant.read(path) for path in sorted(HERE.glob("*/*.toml"))]


class MutantError(Exception):
    """The mutant survived, or could not live at all and so proves nothing."""


def kill(mutant: Mutant, folder: Path, database_url: str) -> None:
    """Fails unless a test fails because of the mutant, on a database of its own."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_SKIPPED)
        elif source.exists():
            shutil.copy(source, folder / name)
    _apply(mutant, folder / mutant.file)
    said = _run(mutant, folder, database_url)
    if not _FAILED.search(said.splitlines()[-1] if said.strip() else ""):
        raise MutantError(f"{mutant.name} survived or never lived: {mutant.breaks}\n{said}")


def _apply(mutant: Mutant, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise MutantError(
            f"{mutant.name}: its old text is {text.count(mutant.old)} times in {mutant.file}"
        )
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def _run(mutant: Mutant, folder: Path, database_url: str) -> str:
    """What pytest said. An error outside a test is no failure, so nothing is killed by accident."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST")
    } | {
        "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder)]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TANHUI_MODE": "test",
        "TANHUI_VAR": str(folder / "var"),
        "DATABASE_URL": database_url,
    }
    command = [sys.executable, "-m", "pytest", "-x", "--tb=line", "-p", "no:cacheprovider"]
    try:
        ended = subprocess.run(
            [*command, *mutant.tests],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MutantError(f"{mutant.name} ran for more than {SECONDS_MAX:.0f} s") from error
    return ended.stdout
