"""The list of every code, made from the sources: `python -m tests.house.refusals` writes it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tanhui.behaviours.report import REASONS
from tanhui.ledger.transfers import ACCEPTED, PERMANENT, TRANSIENT
from tanhui.partners.trips import REFUSAL_CODES
from tests.house.tree import ROOT, calls, files, module_of, parsed

LIST = ROOT / "docs" / "refusals.md"
KINDS = {
    "Invalid": "invalid",
    "NotFound": "not_found",
    "Forbidden": "forbidden",
    "Conflict": "conflict",
    "Exhausted": "exhausted",
    "ExpressionRefused": "invalid",
}
_HEAD = """\
# Codes

Made from the sources by `python -m tests.house.refusals`; a test holds it equal to them.
The sentences are those that people read; `{…}` is filled in.
"""


@dataclass(frozen=True, order=True)
class Code:
    """One refusal as its source says it."""

    room: str
    code: str
    kind: str
    transient: bool
    zh: str
    en: str


def _literals(node: ast.expr) -> list[str]:
    """The texts an expression may give; an expression of another kind gives none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    return []


def _sentence(node: ast.expr) -> str:
    """A sentence with what is not a literal in it shown as `…`."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.BinOp):
        return _sentence(node.left) + _sentence(node.right)
    if isinstance(node, ast.JoinedStr):
        return "".join(_sentence(value) for value in node.values)
    return "…"


def codes_in(tree: ast.Module, room: str) -> Iterator[Code]:
    """Every refusal that a module makes, by the kind it calls."""
    for call, name in calls(tree):
        words = {keyword.arg: keyword.value for keyword in call.keywords}
        if name not in KINDS or not call.args:
            continue
        transient = words.get("transient")
        for code in _literals(call.args[0]):
            yield Code(
                room,
                code,
                KINDS[name],
                isinstance(transient, ast.Constant) and bool(transient.value),
                _sentence(words["zh"]) if "zh" in words else "",
                _sentence(words["en"]) if "en" in words else "",
            )


def _fault_codes() -> set[str]:
    """The codes of the faults that the content check reports."""
    found: set[str] = set()
    for path in files("src"):
        for call, name in calls(parsed(path)):
            place = {"report": 1, "Problem": 3}.get(name)
            if place is not None and len(call.args) > place:
                found.update(_literals(call.args[place]))
    return {code for code in found if code.replace("_", "").isalnum() and code.islower()}


def every_code() -> list[Code]:
    """All refusals of the product, by room and code; the same code of one room once."""
    found: dict[tuple[str, str], Code] = {}
    for path in files("src"):
        room = module_of(path).split("/")[0]
        for code in codes_in(parsed(path), room):
            found.setdefault((code.room, code.code), code)
    return sorted(found.values())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def written() -> str:
    """The whole list."""
    lines = [_HEAD, "## Refusals\n"]
    lines.append("| code | room | kind | again later? | 中文 | English |")
    lines.append("|---|---|---|---|---|---|")
    lines += [
        f"| `{code.code}` | {code.room} | {code.kind} | {'yes' if code.transient else 'no'} "
        f"| {_cell(code.zh)} | {_cell(code.en)} |"
        for code in every_code()
    ]
    lines.append("\n## Rows of a partner's file\n")
    lines.append("A trip is refused for the first of the first nine that applies.\n")
    lines.append("| code | 中文 | English |\n|---|---|---|")
    order = [*REFUSAL_CODES, *sorted(set(REASONS) - set(REFUSAL_CODES))]
    lines += [
        f"| `{code}` | {_cell(REASONS[code][0])} | {_cell(REASONS[code][1])} |" for code in order
    ]
    lines.append("\n## Results of a transfer\n")
    for title, codes in (
        ("Accepted", ACCEPTED),
        ("Refused, and may succeed when sent again later", TRANSIENT),
        ("Refused for good", PERMANENT),
    ):
        lines.append(f"{title}: {', '.join(f'`{code}`' for code in sorted(codes))}.\n")
    lines.append("## Faults of a content file\n")
    lines.append(", ".join(f"`{code}`" for code in sorted(_fault_codes())) + ".")
    return "\n".join(lines) + "\n"


def write(path: Path = LIST) -> None:
    """Brings the list up to date."""
    path.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    write()
