"""Formulas as presentation MathML, made from the engine's own syntax tree."""

from __future__ import annotations

from html import escape

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

_SIGN = {"+": "+", "-": "−", "*": "×"}
_RELATION = {"<=": "≤", "<": "<", ">=": "≥", ">": ">", "==": "="}


def symbol_mathml(name: str) -> str:
    """A symbol as MathML, what follows its first underscore as an index."""
    stem, _, index = name.partition("_")
    if not index:
        return f"<mi>{escape(stem)}</mi>"
    return f"<msub><mi>{escape(stem)}</mi><mi>{escape(index)}</mi></msub>"


def _row(*parts: str) -> str:
    return f"<mrow>{''.join(parts)}</mrow>"


def _tree_mathml(tree: Node) -> str:
    match tree:
        case Number():
            return f"<mn>{escape(tree.text)}</mn>"
        case Name():
            return symbol_mathml(tree.name)
        case Call():
            return _call_mathml(tree)
        case If():
            return _cases_mathml(tree)
        case Compare():
            sign = f"<mo>{escape(_RELATION[tree.operator])}</mo>"
            return _row(_tree_mathml(tree.left), sign, _tree_mathml(tree.right))
        case Is():
            return _row(
                f"<mi>{escape(tree.scenario)}</mi><mo>=</mo><mtext>{escape(tree.option)}</mtext>"
            )
        case Logic():
            return _logic_mathml(tree)
        case Negate():
            inner = _fenced(tree.operand, binding(tree.operand) < ATOM)
            return _row("<mo>−</mo>", inner)
        case Binary():
            return _binary_mathml(tree)


def _binary_mathml(tree: Binary) -> str:
    own = binding(tree)
    if tree.operator == "/":
        top, bottom = _tree_mathml(tree.left), _tree_mathml(tree.right)
        return f"<mfrac>{top}{bottom}</mfrac>"
    left = _fenced(tree.left, binding(tree.left) < own)
    # A fraction on the right needs no parentheses; anything else of the same level does.
    fraction = isinstance(tree.right, Binary) and tree.right.operator == "/"
    tight = isinstance(tree.right, Negate) or binding(tree.right) <= own
    right = _fenced(tree.right, tight and not fraction)
    return _row(left, f"<mo>{_SIGN[tree.operator]}</mo>", right)


def _logic_mathml(tree: Logic) -> str:
    if tree.operator == "not":
        return _row("<mo>¬</mo>", _fenced(tree.parts[0], fence=True))
    sign = f"<mo>{'∧' if tree.operator == 'and' else '∨'}</mo>"
    return _row(sign.join(_fenced(part, isinstance(part, Logic)) for part in tree.parts))


def _cases_mathml(tree: If) -> str:
    """Nested `if`s as one brace: each value beside its condition."""
    rows, node = [], tree  # type: list[str], Node
    while isinstance(node, If):
        value, condition = _tree_mathml(node.yes), _tree_mathml(node.condition)
        rows.append(f"<mtr><mtd>{value}</mtd><mtd>{condition}</mtd></mtr>")
        node = node.no
    rows.append(f"<mtr><mtd>{_tree_mathml(node)}</mtd><mtd><mtext>else</mtext></mtd></mtr>")
    return _row('<mo>{</mo><mtable columnalign="left left">', *rows, "</mtable>")


def _call_mathml(tree: Call) -> str:
    parts = [_tree_mathml(part) for part in tree.arguments]
    word = "".join(f"<mi>{escape(name)}</mi>" for name in tree.word.split()[:1])
    match tree.function:
        case "sum":
            fence = isinstance(tree.arguments[0], Binary) and tree.arguments[0].operator in "+-"
            return _row(f"<munder><mo>∑</mo>{word}</munder>", _fenced(tree.arguments[0], fence))
        case "exp":
            return f"<msup><mi>e</mi>{_row(parts[0])}</msup>"
        case "pow":
            fence = binding(tree.arguments[0]) < ATOM
            return f"<msup>{_fenced(tree.arguments[0], fence)}{_row(parts[1])}</msup>"
        case "floor" | "ceil":
            left, right = ("⌊", "⌋") if tree.function == "floor" else ("⌈", "⌉")
            inner = parts[0] if len(parts) == 1 else f"<mfrac>{parts[0]}{parts[1]}</mfrac>"
            stepped = _row(f"<mo>{left}</mo>", inner, f"<mo>{right}</mo>")
            return stepped if len(parts) == 1 else _row(stepped, "<mo>×</mo>", parts[1])
        case "at":
            whole = _fenced(tree.arguments[0], not isinstance(tree.arguments[0], Name))
            return f"<msub>{whole}<mtext>{escape(tree.word)}</mtext></msub>"
        case "index":
            return word
        case "count":
            return _row("<mo>|</mo>", word, "<mo>|</mo>")
        case "convolve":
            return _row(parts[0], "<mo>∗</mo>", parts[1])
        case "lookup" | "deduct":
            parts.insert(0 if tree.function == "lookup" else 1, word)
    inside = "<mo>,</mo>".join(parts)
    return _row(f"<mi>{escape(tree.function)}</mi><mo>(</mo>", inside, "<mo>)</mo>")


def _fenced(tree: Node, fence: bool) -> str:
    inner = _tree_mathml(tree)
    return f"<mrow><mo>(</mo>{inner}<mo>)</mo></mrow>" if fence else inner


def formula_mathml(symbol: str, tree: Node) -> str:
    """`symbol = formula` as one presentation MathML element; safe to put into a page as it is."""
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mrow>'
        f"{symbol_mathml(symbol)}<mo>=</mo>{_tree_mathml(tree)}</mrow></math>"
    )
