"""The program that recomputes draws: it agrees with the platform, and finds whatever is changed."""

from __future__ import annotations

import importlib.util
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tanhui.publiclog import site
from tanhui.rewards.drops import drawing, files, queries
from tests.rewards.drops import draws as making
from tests.rewards.drops.draws import LATER, Draws

SCRIPT = Path(__file__).resolve().parents[2] / "verify" / "tanhui_draw.py"
pytestmark = pytest.mark.django_db


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tanhui_draw", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


program = _load()


@dataclass
class Held:
    """A draw that was held, its file and its policy, and the folder they lie in."""

    draws: Draws
    folder: Path
    file: bytes
    winners: list[tuple[int, bytes]]
    losers: list[str]

    def check(self, file: bytes | None = None, *more: str) -> list[str]:
        """What the program says of a file; its exit code must agree."""
        path = self.folder / "draw.json"
        path.write_bytes(self.file if file is None else file)
        words = [str(path), "--keys", str(self.folder / "policy"), *more]
        told = subprocess.run(
            [sys.executable, "-I", str(SCRIPT), *words], capture_output=True, text=True, check=False
        )
        said = told.stdout.splitlines()
        assert told.returncode == (0 if said[-1] == "valid" else 2), told.stderr
        return said

    def why(self, file: bytes) -> str:
        """Why a file is not valid, asked without starting a program; empty when it is."""
        policy = (self.folder / "policy").read_text(encoding="utf-8")
        try:
            program.check(policy, json.loads(file))
        except (program.Wrong, *program.MALFORMED) as wrong:
            return str(wrong) or type(wrong).__name__
        return ""

    def told(self, **changed: Any) -> bytes:
        """The file with parts of it changed."""
        return json.dumps({**json.loads(self.file), **changed}).encode()


@pytest.fixture
def held(db: None, tmp_path: Path) -> Iterator[Held]:
    del db
    for draws in making.made(tmp_path / "var"):
        drop = draws.open(units=4)
        people = draws.people(20)
        entries = [draws.enter(drop, person) for person in people]
        draws.hold()
        found = queries.drop(drop.code)
        (tmp_path / "policy").write_text(site.public_policy().text, encoding="utf-8")
        won = queries.won(drop.id)
        lost = [each.code.hex() for each in entries if (each.number, each.code) not in won]
        yield Held(draws, tmp_path, files.draw_file(found), won, lost)


def test_it_finds_the_winners_that_were_told_and_says_of_an_entry_whether_it_won(
    held: Held,
) -> None:
    number, code = held.winners[0]
    said = held.check(None, "--code", code.hex())
    assert said[0].endswith(": 20 entries, 4 to win:")
    assert said[1] == f"1 {number} {code.hex()}"
    assert len(held.winners) == 4
    assert (
        said[-2] == f"{code.hex()} entered as number {number} with 1 ticket(s) and won in place 1"
    )
    assert said[-1] == "valid"
    assert held.check(None, "--code", held.losers[0])[-2].endswith("and did not win")
    assert "is not in the list" in held.check(None, "--code", "0" * 32)[-1]
    assert "tanhui." not in SCRIPT.read_text(encoding="utf-8")


def test_every_bit_of_the_file_counts(held: Held) -> None:
    dice = random.Random(20261123)
    places = dice.sample(range(len(held.file)), 150)
    for place in places:
        changed = bytearray(held.file)
        changed[place] ^= 1 << dice.randrange(8)
        assert held.why(bytes(changed)), f"{place}: {held.file[place - 20 : place + 20]!r}"
    assert held.why(held.file) == ""


def test_it_names_what_is_wrong(held: Held) -> None:
    told = json.loads(held.file)
    lines = told["entries"].splitlines(keepends=True)
    fewer = "".join(lines[1:])
    assert held.why(held.told(entries=fewer)) == "the list is not the frozen one"
    first = told["witnesses"][0]
    another = [{**first, "secret": "00" * 32}, *told["witnesses"][1:]]
    assert held.why(held.told(witnesses=another)).endswith("was bound to another secret")
    unsigned = [{**first, "signature": "00" * 64}, *told["witnesses"][1:]]
    assert held.why(held.told(witnesses=unsigned)).endswith("its secret for this list")
    left_out = told["witnesses"][1:]
    assert held.why(held.told(witnesses=left_out)) == "the witnesses are others than were bound"
    turned = [told["leaves"][1], told["leaves"][0], told["leaves"][2]]
    assert held.why(held.told(leaves=turned))
    leaf = json.loads(told["leaves"][2]["leaf"])
    leaf["winners"] = sha256(b"others").hexdigest()
    forged = {**told["leaves"][2], "leaf": program.canonical(leaf).decode()}
    assert held.why(held.told(leaves=[*told["leaves"][:2], forged])).endswith("is not in the log")
    (held.folder / "policy").write_text("quorum none\n", encoding="utf-8")
    assert held.why(held.file)


def test_a_list_is_whole_and_nobody_stands_in_it_twice() -> None:
    one, two = "00" * 16, "11" * 16
    rows = program.read_entries(f"1 {one} 1\n2 {two} 4\n")
    assert rows == ([1, 2], [bytes(16), b"\x11" * 16], [1, 4])
    for text in (
        f"1 {one} 1\n1 {two} 1\n",
        f"2 {one} 1\n1 {two} 1\n",
        f"1 {one} 1\n2 {one} 1\n",
        f"1 {one} 0\n",
        f"1 {one} 22\n",
        f"1 {one} 1\n2 {one.upper()} 1\n",
        f"0 {one} 1\n",
        f"1 {one} 1",
        f"1 {one}\n",
        f"1 {one[:-2]} 1\n",
    ):
        with pytest.raises(program.Wrong):
            program.read_entries(text)


def test_both_draw_the_same(held: Held) -> None:
    dice = random.Random(7)
    for units in (1, 3, 50, 200):
        entries = drawing.Entries(
            list(range(1, 101)),
            [dice.randbytes(16) for _ in range(100)],
            [dice.randint(1, 4) for _ in range(100)],
        )
        chance = drawing.randomness(dice.randbytes(32), b"leaf", [dice.randbytes(32)])
        rows = program.read_entries(entries.text)
        mine = drawing.draw(chance, entries, units)
        assert [number for _, number, _ in program.draw(chance, rows, units)] == mine
        assert len(set(mine)) == min(units, 100)
    assert held.draws.draw(LATER) == 0
