"""Applies one mutant to a copy of the checkout and runs there the tests that must kill it.

A mutant is a TOML file in a folder named after its room:

    breaks = "what no longer holds, in one sentence"
    file = "src/…"          # the file it changes
    old = '''…'''           # text that stands there exactly once
    new = '''…'''
    tests = ["tests/…"]     # what pytest is told to run; the first failure ends it
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import psycopg

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# Each takes a few seconds; on a machine with other work it may wait for a processor.
SECONDS_MAX = 150.0
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


def mutants(room: str) -> list[Mutant]:
    """All mutants of a room."""
    return [Mutant.read(path) for path in sorted(HERE.glob(f"{room}/*.toml"))]


class MutantError(Exception):
    """The mutant survived, or could not live at all and so proves nothing."""


def kill(mutant: Mutant, folder: Path, nursery: Nursery) -> None:
    """Fails unless a test fails because of the mutant, on a database of its own."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_SKIPPED)
        elif source.exists():
            shutil.copy(source, folder / name)
    _apply(mutant, folder / mutant.file)
    said = nursery.run(mutant, folder)
    if not _FAILED.search(said.splitlines()[-1] if said.strip() else ""):
        raise MutantError(f"{mutant.name} survived or never lived: {mutant.breaks}\n{said}")


def _apply(mutant: Mutant, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.old) != 1:
        raise MutantError(
            f"{mutant.name}: its old text is {text.count(mutant.old)} times in {mutant.file}"
        )
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


class Nursery:
    """The program in which mutants are raised (`nursery.py`), and the database they begin with."""

    def __init__(self, database_url: str) -> None:
        self.database_url = database_url
        self._program = subprocess.Popen(
            [sys.executable, "-P", str(HERE / "nursery.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.template = _template(database_url)

    def close(self) -> None:
        """Ends the program, and removes the database that mutants were given copies of."""
        self._program.communicate(timeout=SECONDS_MAX)
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {self.template}")

    def run(self, mutant: Mutant, folder: Path) -> str:
        """What pytest said; an error outside a test is no failure, so none is killed by it."""
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTEST")
        } | {
            "TANHUI_MODE": "test",
            "TANHUI_VAR": str(folder / "var"),
            "DATABASE_URL": self.database_url,
        }
        # A mutant of the schema makes a database by itself; all others begin with a copy.
        if not mutant.file.endswith(".sql"):
            environment["TANHUI_TEST_TEMPLATE"] = self.template
        asked = {
            "folder": str(folder),
            "tests": mutant.tests,
            "seconds": SECONDS_MAX,
            "environment": environment,
        }
        self._program.stdin.write(json.dumps(asked) + "\n")  # type: ignore[union-attr]
        self._program.stdin.flush()  # type: ignore[union-attr]
        answer = self._program.stdout.readline()  # type: ignore[union-attr]
        said = json.loads(answer)["said"] if answer else ""
        if said is None:
            raise MutantError(f"{mutant.name} ran for more than {SECONDS_MAX:.0f} s")
        return str(said)


def _template(database_url: str) -> str:
    """A migrated database without a row, made by a program of its own; answers its name."""
    name = f"tanhui_mutants_{secrets.token_hex(4)}"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    migrating = (
        "import django; django.setup(); "
        "from tanhui.config.database import migrate, open_url; "
        "from tests.conftest import with_name; "
        f"migrate(open_url(with_name({database_url!r}, {name!r})))"
    )
    environment = os.environ | {
        "TANHUI_MODE": "test",
        "DJANGO_SETTINGS_MODULE": "tanhui.config.settings",
        "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]),
    }
    subprocess.run([sys.executable, "-c", migrating], check=True, env=environment)
    return name
