"""The checks across a document's names: the order of its formulas, and symbols that nobody uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Formula, Result
from tanhui.methodology.expression import Node, mentioned
from tanhui.methodology.tomlfile import TomlFile


def order(trees: Mapping[str, Sequence[Node]]) -> tuple[str, ...]:
    """Formulas and modules in an order in which each comes after those it uses.

    Refuses: `circular_formula`, naming the circle and its first member.
    """
    uses = {}
    for symbol, parts in trees.items():
        found = {name for tree in parts for name in mentioned(tree)}
        # As a list, and not a set, so that the order is the same in every process.
        uses[symbol] = [name for name in trees if name in found]
    try:
        return tuple(TopologicalSorter(uses).static_order())
    except CycleError as error:
        raise Invalid(
            "circular_formula",
            zh="公式互相循环：{circle}",
            en="the formulas form a circle: {circle}",
            circle=" → ".join(error.args[1]),
            first=error.args[1][0],
        ) from None


def dead_symbols(
    file: TomlFile, facts: Mapping[str, Any], formulas: Sequence[Formula], result: Result | None
) -> None:
    """Note every symbol that nothing uses: it may be a slip of the pen.

    The formulas of a tool, and those marked `output`, are there to be read.
    """
    used: set[str] = set()
    for formula in formulas:
        used |= mentioned(formula.tree)
    for guard in facts["guards"]:
        used |= mentioned(guard.tree)
    for use in facts["uses"]:
        used |= {use.name}.intersection(used) | set(use.scenarios.values())
        for passed in use.inputs:
            used |= mentioned(passed.tree)
    used |= {category.formula for category in facts["categories"]}
    for part in (*facts["inputs"], *facts["factors"], *facts["parameters"]):
        used |= set(part.axes)
    used |= {table.by for table in facts["tables"].values()}
    if result is not None:
        used |= {result.formula, result.per}
    outputs = {f.symbol for f in formulas if f.output or facts["kind"] == "tool"}
    named = {
        "axis": facts["axes"],
        "input": [item.symbol for item in facts["inputs"]],
        "scenario": [item.name for item in facts["scenarios"]],
        "factor": [item.symbol for item in facts["factors"]],
        "param": [item.symbol for item in facts["parameters"]],
        "gwp": [item.symbol for item in facts["potentials"]],
        "table": facts["tables"],
        "deduction": facts["deductions"],
        "use": [item.name for item in facts["uses"]],
        "formula": [item.symbol for item in formulas],
    }
    for table, names in named.items():
        for name in names:
            if name in used or name in outputs:
                continue
            file.report(
                (table, name),
                "dead_symbol",
                f"符号 {name} 没有任何公式使用",
                f"the symbol {name} is used by no formula",
            )
