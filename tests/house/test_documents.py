"""The documents keep up with the tree: rooms, floors, settings, decision records."""

from __future__ import annotations

import configparser
import re

from tests.house.tree import ROOT, SOURCE, files

DECISIONS = ROOT / "docs" / "decisions"
_READ = re.compile(r"(?:environ\.get\(|environ\[|_path\(environ, )\"((?:TANHUI|DATABASE)_\w+)\"")
_RECORD = re.compile(
    r"# (\d{4}) .+\n\n\*\*Context\.\*\* .+?\n\n\*\*Decision\.\*\* .+?\n\n\*\*Consequences\.\*\* .+",
    re.S,
)


def floors(text: str) -> dict[str, int]:
    """The floor of each room, from the table rows of a document that begin with a number."""
    found = {}
    for floor, rooms in re.findall(r"^\| (\d+) \| (`[^|]+`) \|", text, re.M):
        found.update(dict.fromkeys(re.findall(r"`(\w+)`", rooms), int(floor)))
    return found


def order_faults(found: dict[str, int], layers: list[list[str]]) -> list[str]:
    """Rooms whose floor in a document is not that of the contract, highest layer first."""
    faults = []
    above = max(found.values(), default=0) + 1
    for layer in layers:
        told = {found.get(room) for room in layer}
        if len(told) != 1 or None in told or not (floor := told.pop()) < above:
            faults.append(" ".join(layer))
        else:
            above = floor
    return faults


def record_faults(name: str, text: str) -> list[str]:
    """What a decision record lacks of its form."""
    match = _RECORD.match(text)
    if match is None:
        return [f"{name}: needs a title, context, decision and consequences"]
    return [] if name.startswith(match[1]) else [f"{name}: its title has the number {match[1]}"]


def _layers() -> list[list[str]]:
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    lines = contracts["importlinter:contract:floors"]["layers"].split("\n")
    return [re.findall(r"\w+", line) for line in lines if line.strip()]


def test_floors_in_documents_are_those_of_the_contract() -> None:
    rooms = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    for name in ("README.md", "README.zh-CN.md", "docs/architecture.md"):
        found = floors((ROOT / name).read_text(encoding="utf-8"))
        assert set(found) == rooms, name
        assert not order_faults(found, _layers()), name


def test_operations_names_every_setting() -> None:
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    read = {
        name
        for path in files("src/tanhui/config", "src/tanhui/cli")
        for name in _READ.findall(path.read_text(encoding="utf-8"))
    }
    assert len(read) >= 8
    assert not {name for name in read if f"`{name}`" not in text}


def test_decision_records_have_their_form() -> None:
    records = sorted(DECISIONS.glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    assert not [
        fault
        for path in records
        for fault in record_faults(path.name, path.read_text(encoding="utf-8"))
    ]


def test_bad_samples_are_found() -> None:
    found = floors("| 2 | `ledger` · `governance` | x |\n| 0 | `kernel` | y |")
    assert found == {"ledger": 2, "governance": 2, "kernel": 0}
    assert not order_faults(found, [["ledger", "governance"], ["kernel"]])
    assert order_faults(found, [["kernel"], ["ledger", "governance"]]) == ["ledger governance"]
    assert order_faults(found, [["ledger", "kernel"]]) == ["ledger kernel"]
    good = "# 0001 X\n\n**Context.** a\n\n**Decision.** b\n\n**Consequences.** c\n"
    assert not record_faults("0001-x.md", good)
    assert record_faults("0002-x.md", good)
    assert record_faults("0001-x.md", good.replace("Context", "Background"))
