"""The documents are true: names in the glossary exist, commands run, no word that must not be."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import typer

from tanhui.cli.main import build
from tanhui.partners.layouts import load_layout
from tanhui.partners.modes import ModeRule
from tanhui.partners.trips import read_chunks
from tests.house.tree import ROOT, files, name_of

DOCUMENTS = ("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CHANGELOG.md")
_TEXTS = (".py", ".sql", ".html", ".css", ".js", ".toml", ".md", ".po", ".txt", ".cfg", ".lock", "")
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)
_LINK = re.compile(r"(?:\]\(|src=\")(?!https?:)([^)#\s\"]+)")
# Written in halves, so that this file does not find itself.
BANNED = tuple(
    re.compile("".join(halves))
    for halves in (
        ("/wo", r"rk\b"),
        ("/ro", r"ot/"),
        ("/ho", r"me/[a-z]"),
        ("py", r"pi\.org"),
        ("pythonho", r"sted\.org"),
        ("--index", "-url"),
        (r"\bTO", r"DO\b"),
        (r"\bFIX", r"ME\b"),
        (r"\bXX", r"X\b"),
    )
)


def documents() -> list[Path]:
    """Every document of the project."""
    return [*(ROOT / name for name in DOCUMENTS), *files("docs", suffixes=(".md",))]


def glossary_faults(text: str) -> list[str]:
    """Names in the third column that no code has."""
    found = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 3 or not line.startswith("|"):
            continue
        found += [name for name in re.findall(r"`([^`]+)`", cells[2]) if not exists(name)]
    return found


def exists(name: str) -> bool:
    """Whether `room.module.Name.field` names something of the package."""
    words = name.split(".")
    for depth in range(len(words), 0, -1):
        try:
            place: object = importlib.import_module(".".join(("tanhui", *words[:depth])))
        except ModuleNotFoundError:
            continue
        for word in words[depth:]:
            declared = getattr(place, "__annotations__", {})
            place = getattr(place, word, declared.get(word))
        return place is not None
    return False


def blocks(text: str, kind: str) -> list[str]:
    """The code blocks of one kind."""
    return [body for name, body in _BLOCK.findall(text) if name == kind]


def _verbs() -> set[str]:
    """The verbs of the command line."""
    command = typer.main.get_command(build(""))
    names: Iterable[str] = getattr(command, "commands", {})
    return set(names)


def command_faults(text: str) -> list[str]:
    """Commands in a document's shell blocks, and in its `code`, that nobody knows."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    verbs = _verbs()
    lines = [line for body in blocks(text, "sh") for line in body.splitlines()]
    lines += re.findall(r"`((?:make|tanhui) [a-z][^`]*)`", text)
    found = []
    for line in lines:
        match = re.match(r"(?:.*&& *)?(?:\.venv/bin/)?(make|tanhui) +([a-z-]+)", line)
        if match and match[2] not in (targets if match[1] == "make" else verbs):
            found.append(line)
    return found


def banned_faults(text: str) -> list[str]:
    """Words that must not appear: paths of one machine, registries, work left over."""
    return [match[0] for pattern in BANNED for match in pattern.finditer(text)]


def test_the_glossary_names_what_exists() -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert text.count("\n| ") > 40
    assert not glossary_faults(text)


def test_commands_in_documents_exist() -> None:
    assert not {
        name_of(path): faults
        for path in documents()
        if (faults := command_faults(path.read_text(encoding="utf-8")))
    }


def test_links_in_documents_lead_somewhere() -> None:
    assert not [
        f"{name_of(path)}: {target}"
        for path in documents()
        for target in _LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / target).exists()
    ]


def test_both_readmes_say_the_same() -> None:
    english, chinese = (
        (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh-CN.md")
    )
    assert blocks(english, "sh") == blocks(chinese, "sh")
    assert len(re.findall(r"^#+ ", english, re.M)) == len(re.findall(r"^#+ ", chinese, re.M))
    assert english.count("\n| ") == chinese.count("\n| ")


def test_the_partner_guide_example_becomes_what_it_says(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "partner-guide.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| \d+ \| (?:accepted: (\d+) m|`(\w+)`)", text, re.M)
    path = tmp_path / "example.ndjson"
    path.write_text(blocks(text, "ndjson")[0], encoding="utf-8")
    layout = load_layout(ROOT / "content", "tanhui-ndjson")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    modes = {"shared_bike": ModeRule("distance_m", 30_000)}
    (trips,) = read_chunks(path, layout, now=now, modes=modes, chunk_rows=100)
    assert [
        (str(metres) if metres else "", code or "")
        for metres, code in trips.select("amount", "refused").iter_rows()
    ] == told


def test_the_layout_shown_to_contributors_can_be_read(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    folder = tmp_path / "common" / "layouts"
    folder.mkdir(parents=True)
    (folder / "example.toml").write_text(blocks(text, "toml")[0], encoding="utf-8")
    assert load_layout(tmp_path, "example").has_rider


def test_no_word_that_must_not_appear() -> None:
    paths = files(
        "src", "tests", "benchmarks", "docs", "content", "scripts", ".ci", suffixes=_TEXTS
    )
    paths += [path for path in ROOT.iterdir() if path.is_file() and path.suffix in _TEXTS]
    assert not {
        name_of(path): faults
        for path in paths
        if path.is_file() and (faults := banned_faults(path.read_text(encoding="utf-8")))
    }


def test_bad_samples_are_found() -> None:
    assert glossary_faults("| 甲 | a | `ledger.chart.Nothing` |") == ["ledger.chart.Nothing"]
    assert not exists("nowhere.at.all")
    assert exists("ledger.chart.Kind.pooled")
    assert command_faults("```sh\nmake coffee\n.venv/bin/tanhui dance\n```\n") == [
        "make coffee",
        ".venv/bin/tanhui dance",
    ]
    assert command_faults("Run `tanhui sing FILE`.") == ["tanhui sing FILE"]
    assert banned_faults("see /wo" + "rk/x, TO" + "DO")
