"""The checks across a document's names: order of formulas, unknown and dead symbols, kinds."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.expression import (
    Binary,
    Call,
    ExpressionRefused,
    Name,
    Negate,
    Node,
    Number,
    names,
)
from tanhui.methodology.units import DIMENSIONLESS, Signature, UnitTable, times


def order(trees: Mapping[str, Node]) -> list[str]:
    """The formulas in an order in which each comes after those it uses.

    Refuses: `circular_formula`, naming the circle.
    """
    uses = {
        symbol: {name.name for name in names(tree)} & set(trees) for symbol, tree in trees.items()
    }
    try:
        return list(TopologicalSorter(uses).static_order())
    except CycleError as error:
        raise Invalid(
            "circular_formula",
            zh="公式互相循环：{circle}",
            en="the formulas form a circle: {circle}",
            circle=" → ".join(error.args[1]),
        ) from None


def infer(tree: Node, symbols: Mapping[str, Signature], units: UnitTable) -> Signature:
    """What `tree` measures, by the algebra of quantities.

    A written 0 fits any quantity, so `max(0, x)` needs no unit.
    Refuses: `unknown_symbol`, `kind_mismatch`, `unit_mismatch`, each with its column.
    """
    found = _infer(tree, symbols, units)
    return DIMENSIONLESS if found is None else found


def _infer(tree: Node, symbols: Mapping[str, Signature], units: UnitTable) -> Signature | None:
    match tree:
        case Number():
            return None if tree.value == 0 else DIMENSIONLESS
        case Name():
            if tree.name not in symbols:
                raise ExpressionRefused(
                    "unknown_symbol",
                    tree.at,
                    zh="没有符号 {name}",
                    en="no symbol {name}",
                    name=tree.name,
                )
            return symbols[tree.name]
        case Negate():
            return _infer(tree.operand, symbols, units)
        case Call():
            found: Signature | None = None
            for argument in tree.arguments:
                found = _same(found, _infer(argument, symbols, units), tree, units)
            return found
        case Binary():
            left = _infer(tree.left, symbols, units)
            right = _infer(tree.right, symbols, units)
            if tree.operator in "+-":
                return _same(left, right, tree, units)
            power = 1 if tree.operator == "*" else -1
            return times(left or DIMENSIONLESS, right or DIMENSIONLESS, power)


def _same(
    left: Signature | None, right: Signature | None, tree: Binary | Call, units: UnitTable
) -> Signature | None:
    if left is None or right is None:
        return right if left is None else left
    mark = tree.operator if isinstance(tree, Binary) else tree.function
    try:
        units.require_same(right, left, mark)
    except Invalid as refusal:
        raise ExpressionRefused(
            refusal.code, tree.at, zh="{zh_text}", en="{en_text}", **_texts(refusal)
        ) from None
    return left


def _texts(refusal: Invalid) -> dict[str, str]:
    return {"zh_text": refusal.zh, "en_text": refusal.en}
