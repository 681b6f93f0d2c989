"""What the two guides of the language show and say is true.

Every block of TOML in them is a whole sample, or quoted from a sample or a common file word for
word; every command is run in their order, and the text below a command is what it prints.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.methodology.conftest import CHECKOUT, CONTENT, PLACES, SAMPLES
from typer.testing import CliRunner

from tanhui.cli.main import build
from tanhui.methodology.binding import Shelf
from tanhui.methodology.check import check_path
from tanhui.methodology.exact import evaluate
from tanhui.methodology.expression import FUNCTIONS
from tanhui.methodology.inputs import parse_inputs
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.methodology.library import Library
from tanhui.methodology.reader import read_methodology

GUIDES = {
    "en": CHECKOUT / "docs" / "methodology-language.md",
    "zh": CHECKOUT / "docs" / "methodology-language.zh-CN.md",
}
STAIRS = SAMPLES / "stairs.toml"
LONGEST = 470
OUT_OF_BOUNDS = "out_of_bounds"

each_guide = pytest.mark.parametrize("language", sorted(GUIDES))


@cache
def _text(language: str) -> str:
    return GUIDES[language].read_text(encoding="utf-8")


def _blocks(language: str) -> list[tuple[str, str]]:
    """The fenced blocks in order: what they are, and what they hold."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", _text(language), re.MULTILINE | re.DOTALL)


def _changes(language: str) -> list[tuple[str, str, str]]:
    found = re.findall(r"^\| `(.+?)` → `(.+?)` \| (.+?) \|$", _text(language), re.MULTILINE)
    assert len(found) == _text(language).count("` → `")
    return found


CHANGES = [(language, *change) for language in sorted(GUIDES) for change in _changes(language)]


@each_guide
def test_every_block_of_toml_is_a_sample_or_quoted_from_one(language: str) -> None:
    sources = [*SAMPLES.glob("*.toml"), *(CONTENT / "common").rglob("*.toml")]
    texts = [path.read_text(encoding="utf-8") for path in sources]
    blocks = [block for sort, block in _blocks(language) if sort == "toml"]
    assert len(blocks) >= 12
    assert STAIRS.read_text(encoding="utf-8").endswith("\n\n" + blocks[0])
    for block in blocks[1:]:
        assert any(block in text for text in texts), block


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_sample_is_faultless(sample: Path) -> None:
    assert sample.stem in PLACES
    assert check_path(CONTENT, sample, ()) == []


@pytest.mark.parametrize(("language", "old", "new", "said"), CHANGES)
def test_each_shown_change_is_answered_as_shown(
    tmp_path: Path, language: str, old: str, new: str, said: str
) -> None:
    text = STAIRS.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "stairs.toml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    problems = check_path(CONTENT, broken, ())
    assert said in [problem.zh if language == "zh" else problem.en for problem in problems]


def test_enough_changes_are_shown() -> None:
    assert len(_changes("en")) >= 15
    assert len(_changes("zh")) >= 10


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose content holds the guide's documents, to work in."""
    root = tmp_path / "checkout"
    shutil.copytree(CONTENT, root / "content")
    for name in ("Makefile", ".venv", "scripts", "src"):
        (root / name).symlink_to(CHECKOUT / name)
    for name in ("stairs", "stairs-2"):
        shutil.copy(SAMPLES / f"{name}.toml", root / "content" / PLACES[name])
    monkeypatch.chdir(root)
    monkeypatch.setenv("TANHUI_CONTENT", str(root / "content"))
    return root


def _run(command: str) -> str:
    """What a command prints; a `make` verb does without preparing the checkout once more."""
    words = shlex.split(command)
    if words[0] == "tanhui":
        result = CliRunner().invoke(build(words[1]), words[1:])
        assert result.exit_code == 0 or OUT_OF_BOUNDS in result.stderr, result.output
        return result.stdout
    if words[0] == "make":
        words[1:1] = ["-s", "-o", "ready"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@each_guide
@pytest.mark.usefixtures("checkout")
def test_every_command_runs_and_prints_what_is_shown(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANHUI_LANGUAGE", language)
    printed, commands = "", 0
    for sort, block in _blocks(language):
        if sort == "sh":
            printed = ""
            for command in block.splitlines():
                printed = _run(command)
                commands += 1
        if sort == "text":
            for line in block.splitlines():
                assert line in printed, printed
    assert commands >= 7


def test_a_sample_is_refused_by_its_bounds_and_computed_alike_by_both_evaluators(
    shelf: Shelf, library: Library
) -> None:
    methodology = read_methodology(STAIRS, shelf)
    assert compile_kernel(methodology).columns == ("climbed_m",)
    inputs = parse_inputs('{"h": {"value": 90, "unit": "m"}}', library.units)
    assert evaluate(methodology, inputs).result == 21_114


@each_guide
def test_a_guide_stays_short_enough_to_be_read(language: str) -> None:
    assert len(_text(language).splitlines()) <= LONGEST


def test_the_guide_names_every_function_and_table() -> None:
    text = _text("en")
    tables = ("axis", "input", "scenario", "factor", "param", "gwp", "table", "deduction", "use",
              "formula", "guard", "category")  # fmt: skip
    for word in (*FUNCTIONS, "published.lock", "content pin", "content diff", "kernel_overflow"):
        assert word in text
    for table in tables:
        assert f"[{table}." in text
