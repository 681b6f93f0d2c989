"""Ways to spoil documents, formulas, structures and inputs: for the suite, and for a long run."""

from __future__ import annotations

import json
import random
import re
import tomllib
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
CONTENT = CHECKOUT / "content"
# A small shelf, and a document that leans on it.
BIKE = "chengdu/methodologies/citizen/travel/shared-bike.toml"
SHELF_FILES = (
    "common/units.toml",
    "common/kinds/core.toml",
    "common/gwp.toml",
    "common/fields.toml",
    "common/factors/shared-cycling.toml",
    "published.lock",
)
VALUES = [
    '""', '"x"', "0", "-1", "true", "1.5", "nan", "inf", "[]", "[0]", "[[]]", "{}", "{ a = 1 }",
    "2020-01-01", "2020-01-01T00:00:00Z", "12:00:00", '["a"]', '"gCO2e/km"', '"d"', '"{d}"',
    '"sha256:0"', "99999999999999999999", '"' + "(" * 50 + '"', '"\\u0000"', "1e400", '"1e40"',
    '["x", "x"]', '"missing"', '["missing", "1"]', "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
]  # fmt: skip
WORDS = [
    "0", "1", "2", "0.5", "1000000", "44", "12", "+", "-", "*", "/", "(", ")", ",", "<=", "<", ">",
    ">=", "==", "and", "or", "not", "is", "if(", "min(", "max(", "exp(", "ln(", "pow(", "floor(",
    "ceil(", "sum(", "at(", "index(", "convolve(", "lookup(", "deduct(", "co2_as_co2e(",
    "carbon_as_co2(", "ch4_as_co2e(", "x.y", "{x}", "^", "（",
]  # fmt: skip
RETYPED: list[Any] = [
    "", "x", "{y}", 0, -1, 10**30, True, Decimal("1.5"), Decimal("NaN"), [], [0], [[]], {},
    {"a": 1}, {"zh": "x"}, date(2020, 1, 1), datetime(2020, 1, 1, 8, tzinfo=UTC), time(8),
    ["a", "a"], ["1"], "1", "0", "-1", "1e9", "kWh", "missing", "draft", "AR4", None,
]  # fmt: skip
_TEXT = re.compile(r'^((?:expression|require)\s*=\s*")([^"]*)(")', re.MULTILINE)
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.]*|[0-9.]+|<=|>=|==|\S")

# One change mostly, so that many cases get beyond the first check.
FEW = (1, 1, 1, 1, 2, 3)

Mutation = Callable[[random.Random, str], str]


def documents() -> list[Path]:
    """Every methodology of the library, of every path, and the guide's samples."""
    found = sorted(CONTENT.glob("*/methodologies/**/*.toml"))
    return found + sorted((CHECKOUT / "docs" / "samples").glob("*.toml"))


def lines_mutated(source: random.Random, text: str) -> str:
    """Up to four lines with another value, dropped, doubled, swapped, or noise between them."""
    lines = text.split("\n")
    for _ in range(source.choice(FEW)):
        index = source.randrange(len(lines))
        match source.choice(["value", "drop", "double", "swap", "key", "noise", "cut", "letter"]):
            case "value" if "=" in lines[index]:
                lines[index] = lines[index].split("=")[0] + "= " + source.choice(VALUES)
            case "drop" if len(lines) > 1:
                del lines[index]
            case "double":
                lines.insert(index, lines[index])
            case "swap":
                other = source.randrange(len(lines))
                lines[index], lines[other] = lines[other], lines[index]
            case "key":
                lines.insert(index, f"{source.choice(['unit', 'x', '{y}', 'axes'])} = 1")
            case "cut" if lines[index]:
                at = source.randrange(len(lines[index]))
                lines[index] = lines[index][:at]
            case "letter" if lines[index]:
                at = source.randrange(len(lines[index]))
                letter = source.choice('aE0"[]{}=.,（中 \x00\\')
                lines[index] = lines[index][:at] + letter + lines[index][at + 1 :]
            case "noise":
                noise = "".join(chr(source.randrange(1, 0x3000)) for _ in range(8))
                lines.insert(index, noise)
    return "\n".join(lines)


def formulas_mutated(source: random.Random, text: str) -> str:
    """Words of one to three formulas dropped, doubled, replaced or swapped."""
    found = list(_TEXT.finditer(text))
    if not found:
        return text
    vocabulary = WORDS + sorted({word for match in found for word in _WORD.findall(match[2])})
    for match in sorted(source.sample(found, min(len(found), source.choice(FEW))),
                        key=lambda item: -item.start()):  # fmt: skip
        words = _WORD.findall(match[2])
        for _ in range(source.choice(FEW)):
            at = source.randrange(len(words) + 1)
            match source.choice(["drop", "insert", "replace", "swap", "wrap", "repeat"]):
                case "drop" if at < len(words):
                    del words[at]
                case "insert":
                    words.insert(at, source.choice(vocabulary))
                case "replace" if at < len(words):
                    words[at] = source.choice(vocabulary)
                case "swap" if at < len(words):
                    other = source.randrange(len(words))
                    words[at], words[other] = words[other], words[at]
                case "wrap":
                    words = [source.choice(["exp(", "sum(", "-", "ln(", "("]), *words, ")"]
                case "repeat":
                    words = words * source.randint(2, 12)
        text = text[: match.start(2)] + " ".join(words) + text[match.end(2) :]
    return text


def _places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            found += _places(value, (*path, key))
        else:
            found.append((*path, key))
    return found


def _parent(data: Any, path: tuple[Any, ...]) -> Any:
    for key in path[:-1]:
        data = data[key]
    return data


def tree_mutated(source: random.Random, data: Any, retyped: list[Any]) -> None:
    """One to three keys or items of nested data dropped, doubled, retyped, moved or swapped."""
    for _ in range(source.choice(FEW)):
        places = _places(data)
        if not places:
            return
        path = source.choice(places)
        home, key = _parent(data, path), path[-1]
        other_path = source.choice(places)
        other = deepcopy(_parent(data, other_path)[other_path[-1]])
        match source.choice(["drop", "double", "retype", "copy", "rename"]):
            case "drop":
                del home[key]
            case "double" if isinstance(home, list):
                home.append(deepcopy(home[key]))
            case "double":
                home[f"{key}_2"] = deepcopy(home[key])
            case "retype":
                home[key] = deepcopy(source.choice(retyped))
            case "copy" if (
                other_path[: len(path)] != path and path[: len(other_path)] != other_path
            ):
                home[key] = other
            case "rename" if isinstance(home, dict):
                home[source.choice(["x", "unit", "value", "{y}", "a b", "项"])] = home.pop(key)


def toml_text(value: Any) -> str:
    """A value as TOML, tables inline; what TOML cannot say becomes a text."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | date() | time():
            return value.isoformat() if isinstance(value, date | time) else str(value)
        case Decimal():
            return str(value).lower()
        case dict():
            parts = (f"{json.dumps(str(key))} = {toml_text(part)}" for key, part in value.items())
            return "{ " + ", ".join(parts) + " }"
        case list():
            return "[" + ", ".join(map(toml_text, value)) + "]"
    return json.dumps(str(value), ensure_ascii=False)


def structure_mutated(source: random.Random, text: str) -> str:
    """The document's tables with keys dropped, doubled, retyped or moved, written anew."""
    data = tomllib.loads(text, parse_float=Decimal)
    tree_mutated(source, data, RETYPED)
    return "\n".join(f"{json.dumps(key)} = {toml_text(value)}" for key, value in data.items())


MUTATIONS: dict[str, Mutation] = {
    "lines": lines_mutated,
    "formulas": formulas_mutated,
    "structure": structure_mutated,
}


def _json_given(part: dict[str, Any]) -> dict[str, Any]:
    given = dict(part)
    for key in ("values", "items"):
        if key in given:
            given["value"] = given.pop(key)
    return given


def inputs_mutated(source: random.Random, text: str) -> str:
    """The inputs of one of the document's examples as JSON, spoiled."""
    data = tomllib.loads(text)
    examples = [item.get("inputs", {}) for item in data.get("example", [])] or [{}]
    inputs: Any = {name: _json_given(part) for name, part in source.choice(examples).items()}
    inputs = json.loads(json.dumps(inputs))
    tree_mutated(source, inputs, [*RETYPED[:7], *RETYPED[9:15], 1e308, "\ud800", [None], None])
    written = json.dumps(inputs, default=str)
    # Numbers in examples are texts, and gaps the word; mostly they become what programs send.
    if source.random() < 0.9:
        written = written.replace('"missing"', "null")
        written = re.sub(r'"(-?[0-9]+(?:\.[0-9]+)?)"', r"\1", written)
    if source.random() < 0.1:
        at = source.randrange(len(written) + 1)
        written = written[:at] + source.choice(['"', "}", "NaN", "1e999", "[" * 99]) + written[at:]
    return written
