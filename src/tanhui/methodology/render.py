"""Formulas for the eye: plain text, text with numbers put in, and MathML."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from tanhui.methodology.expression import (
    ATOM,
    Binary,
    Call,
    Compare,
    If,
    Is,
    Logic,
    Name,
    Negate,
    Node,
    Number,
    binding,
)

MOST_DECIMALS = 12
ENDLESS_DECIMALS = 6

_SIGN = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_RELATION = {"<=": "≤", "<": "<", ">=": "≥", ">": ">", "==": "="}


def number_text(value: Fraction, decimals: int = 0) -> str:
    """`value` with commas and at least `decimals` decimals, exactly.

    A value without a finite decimal is cut after 6 places, one with more than 12 after these, and
    marked `≈`.
    """
    places, rest = decimals, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1:
        places = max(decimals, ENDLESS_DECIMALS)
    mark = "" if rest == 1 and places <= MOST_DECIMALS else "≈"
    places = min(places, MOST_DECIMALS)
    sign = "−" if value < 0 else ""
    digits = abs(value.numerator) * 10**places // value.denominator
    whole, fraction = divmod(digits, 10**places)
    tail = f".{str(fraction).zfill(places)}" if places else ""
    return f"{mark}{sign}{whole:,}{tail}"


def formula_text(tree: Node, leaf: Callable[[str], str] = str) -> str:
    """The formula with × ÷ − and only the parentheses it needs; `leaf` writes each symbol."""

    def write(part: Node) -> str:
        return formula_text(part, leaf)

    match tree:
        case Number():
            return tree.text
        case Name():
            return leaf(tree.name)
        case Call():
            return _call_text(tree, leaf)
        case If():
            return f"if({write(tree.condition)}, {write(tree.yes)}, {write(tree.no)})"
        case Compare():
            return f"{write(tree.left)} {_RELATION[tree.operator]} {write(tree.right)}"
        case Is():
            return f"{tree.scenario} is {tree.option}"
        case Logic():
            if tree.operator == "not":
                return f"not ({write(tree.parts[0])})"
            texts = [
                f"({write(part)})" if isinstance(part, Logic) else write(part)
                for part in tree.parts
            ]
            return f" {tree.operator} ".join(texts)
        case Negate():
            inner = write(tree.operand)
            return f"−({inner})" if binding(tree.operand) < ATOM else f"−{inner}"
        case Binary():
            own = binding(tree)
            left, right = write(tree.left), write(tree.right)
            if binding(tree.left) < own:
                left = f"({left})"
            if binding(tree.right) <= own or right.startswith("−"):
                right = f"({right})"
            return f"{left} {_SIGN[tree.operator]} {right}"


def _call_text(tree: Call, leaf: Callable[[str], str]) -> str:
    if tree.function == "lookup" and isinstance(tree.arguments[0], Name):
        # A scenario is no symbol with a number; it keeps its name.
        return f"lookup({tree.word}, {tree.arguments[0].name})"
    parts = [formula_text(part, leaf) for part in tree.arguments]
    if tree.word and tree.function in ("lookup", "index", "count"):
        parts.insert(0, tree.word)
    elif tree.word and tree.function != "convolve":
        parts.insert(1, tree.word)
    return f"{tree.function}({', '.join(parts)})"
