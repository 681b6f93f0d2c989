"""The syntax tree of a formula: numbers, symbols, arithmetic, functions and conditions.

`grammar` reads formulas into these nodes. Every node knows its column, so that whatever does not
fit can be named at its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid

# The arguments of each function: x a value, c a condition, w a word that is no symbol (an axis, an
# item, a table); `?` may be left out, `+` may be repeated.
FUNCTIONS: dict[str, str] = {
    "min": "xx+",
    "max": "xx+",
    "exp": "x",
    "ln": "x",
    "pow": "xx",
    "floor": "xx?",
    "ceil": "xx?",
    "if": "cxx",
    "sum": "xw?",
    "at": "xw",
    "index": "w",
    "count": "w",
    "convolve": "xx",
    "lookup": "wx",
    "deduct": "xwx",
}
RESERVED = frozenset((*FUNCTIONS, "and", "or", "not", "is"))


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number without unit, exact, as written."""

    value: Fraction
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol of the document, or of a module it uses (`landfill.y1`)."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Negate:
    """The negative of `operand`."""

    operand: Node
    at: int


@dataclass(frozen=True, slots=True)
class Binary:
    """`left operator right`, the operator one of + - * /."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of `FUNCTIONS`, or a typed conversion, with its arguments.

    `word` is the argument that is no value: an axis, an item, a table, a deduction. Where it may
    be left out (`sum`), and for `convolve`, the checker writes the axes there.
    """

    function: str
    arguments: tuple[Node, ...]
    at: int
    word: str = ""


@dataclass(frozen=True, slots=True)
class If:
    """`yes` where the condition holds, else `no`."""

    condition: Node
    yes: Node
    no: Node
    at: int


@dataclass(frozen=True, slots=True)
class Compare:
    """`left operator right`, the operator one of <= < >= > ==. A condition."""

    operator: str
    left: Node
    right: Node
    at: int


@dataclass(frozen=True, slots=True)
class Is:
    """Whether the scenario's choice is `option`. A condition."""

    scenario: str
    option: str
    at: int


@dataclass(frozen=True, slots=True)
class Logic:
    """`and`, `or` of two or more conditions, or `not` of one. A condition."""

    operator: str
    parts: tuple[Node, ...]
    at: int


Node = Number | Name | Negate | Binary | Call | If | Compare | Is | Logic
CONDITIONS = (Compare, Is, Logic)


class ExpressionRefused(Invalid):
    """A formula that cannot be read or does not fit; `at` is its column, counted from 1."""

    def __init__(self, code: str, at: int, *, zh: str, en: str, **facts: object) -> None:
        self.at = at
        facts["at"] = at
        sentences = {"zh": "第 {at} 列：" + zh, "en": "column {at}: " + en}
        super().__init__(code, **sentences, **facts)  # type: ignore[arg-type]


# How tightly a node binds when it is written out: a part that binds less needs parentheses.
CONDITION, SUM, PRODUCT, NEGATIVE, ATOM = range(5)


def binding(node: Node) -> int:
    """How tightly `node` binds, from CONDITION to ATOM."""
    match node:
        case Binary():
            return SUM if node.operator in "+-" else PRODUCT
        case Negate():
            return NEGATIVE
        case Compare() | Logic() | Is():
            return CONDITION
        case _:
            return ATOM


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes directly under `node`, from left to right."""
    match node:
        case Number() | Name() | Is():
            return ()
        case Negate():
            return (node.operand,)
        case Binary() | Compare():
            return (node.left, node.right)
        case Call():
            return node.arguments
        case If():
            return (node.condition, node.yes, node.no)
        case Logic():
            return node.parts


def walk(node: Node) -> Iterator[Node]:
    """`node` and every node under it, from left to right."""
    yield node
    for part in parts(node):
        yield from walk(part)


def names(node: Node) -> Iterator[Name]:
    """Every use of a symbol, from left to right."""
    for part in walk(node):
        if isinstance(part, Name):
            yield part


def mentioned(node: Node) -> set[str]:
    """Every symbol, scenario, axis and table that the formula uses; a module's symbol by it."""
    found = {part.name.partition(".")[0] for part in names(node)}
    for part in walk(node):
        if isinstance(part, Is):
            found.add(part.scenario)
        elif isinstance(part, Call) and part.word and part.function != "at":
            # The word of `at` is an item of an axis; a formula may well bear the same name.
            found.update(part.word.split())
    return found
