"""Formulas for the eye: plain text, text with numbers put in, and MathML."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from html import escape

from tanhui.methodology.expression import Binary, Call, Name, Negate, Node, Number

MOST_DECIMALS = 12
ENDLESS_DECIMALS = 6

_LEVEL = {"+": 1, "-": 1, "*": 2, "/": 2}
_SIGN = {"+": "+", "-": "−", "*": "×", "/": "÷"}
_ATOM_LEVEL = 4
_NEGATIVE_LEVEL = 3


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


def _level(tree: Node) -> int:
    match tree:
        case Binary():
            return _LEVEL[tree.operator]
        case Negate():
            return _NEGATIVE_LEVEL
        case _:
            return _ATOM_LEVEL


def formula_text(tree: Node, leaf: Callable[[str], str] = str) -> str:
    """The formula with × ÷ − and only the parentheses it needs; `leaf` writes each symbol."""
    match tree:
        case Number():
            return tree.text
        case Name():
            return leaf(tree.name)
        case Call():
            parts = ", ".join(formula_text(part, leaf) for part in tree.arguments)
            return f"{tree.function}({parts})"
        case Negate():
            inner = formula_text(tree.operand, leaf)
            return f"−({inner})" if _level(tree.operand) < _ATOM_LEVEL else f"−{inner}"
        case Binary():
            own = _LEVEL[tree.operator]
            left = formula_text(tree.left, leaf)
            right = formula_text(tree.right, leaf)
            if _level(tree.left) < own:
                left = f"({left})"
            if _level(tree.right) <= own or right.startswith("−"):
                right = f"({right})"
            return f"{left} {_SIGN[tree.operator]} {right}"


def _symbol_mathml(name: str) -> str:
    stem, _, index = name.partition("_")
    if not index:
        return f"<mi>{escape(stem)}</mi>"
    return f"<msub><mi>{escape(stem)}</mi><mi>{escape(index)}</mi></msub>"


def _tree_mathml(tree: Node) -> str:
    match tree:
        case Number():
            return f"<mn>{escape(tree.text)}</mn>"
        case Name():
            return _symbol_mathml(tree.name)
        case Call():
            parts = "<mo>,</mo>".join(_tree_mathml(part) for part in tree.arguments)
            name = escape(tree.function)
            return f"<mrow><mi>{name}</mi><mo>(</mo>{parts}<mo>)</mo></mrow>"
        case Negate():
            inner = _fenced(tree.operand, _level(tree.operand) < _ATOM_LEVEL)
            return f"<mrow><mo>−</mo>{inner}</mrow>"
        case Binary():
            own = _LEVEL[tree.operator]
            if tree.operator == "/":
                top, bottom = _tree_mathml(tree.left), _tree_mathml(tree.right)
                return f"<mfrac>{top}{bottom}</mfrac>"
            left = _fenced(tree.left, _level(tree.left) < own)
            # A fraction on the right needs no parentheses; anything else of the same level does.
            fraction = isinstance(tree.right, Binary) and tree.right.operator == "/"
            tight = isinstance(tree.right, Negate) or _level(tree.right) <= own
            right = _fenced(tree.right, tight and not fraction)
            return f"<mrow>{left}<mo>{_SIGN[tree.operator]}</mo>{right}</mrow>"


def _fenced(tree: Node, fence: bool) -> str:
    inner = _tree_mathml(tree)
    return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>" if fence else inner


def formula_mathml(symbol: str, tree: Node) -> str:
    """`symbol = formula` as one presentation MathML element; safe to put into a page as it is."""
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>'
        f"{_symbol_mathml(symbol)}<mo>=</mo>{_tree_mathml(tree)}</mrow></math>"
    )
