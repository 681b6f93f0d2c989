"""The columns of a row kernel: whole numbers, conditions, and how they become one Ibis expression.

A column is a node of a graph. Equal nodes are one node, so that whatever is needed twice is known
to be the same; it then gets a step of its own and is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any

import ibis  # type: ignore[import-untyped]

# Ibis publishes no types for the checker, so its expressions are opaque here.
Column = Any

# Longer chains are cut into steps, because engines walk expressions by recursion.
DEEPEST = 24
_LEAVES = frozenset(("column", "int", "text", "null"))


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation on other columns, on whole numbers and on words; `number` is its place."""

    kind: str
    args: tuple[Op | int | str, ...]
    number: int

    @property
    def parts(self) -> tuple[Op, ...]:
        """The columns that it is computed from."""
        return tuple(arg for arg in self.args if isinstance(arg, Op))


# What is known when compiling is no column.
Condition = Op | bool


@dataclass(slots=True)
class Pool:
    """All columns of one kernel. Each stands after those that it is computed from."""

    _known: dict[tuple[object, ...], Op] = field(default_factory=dict)

    def op(self, kind: str, *args: Op | int | str) -> Op:
        """The column `kind` of `args`; the same one when asked again."""
        key = (kind, *args)
        if key not in self._known:
            self._known[key] = Op(kind, args, len(self._known))
        return self._known[key]

    def all_of(self, conditions: Iterable[Condition]) -> Condition:
        """Whether all conditions hold."""
        open_ones = dict.fromkeys(item for item in conditions if item is not True)
        if False in open_ones:
            return False
        found = tuple(item for item in open_ones if isinstance(item, Op))
        return self._joined("and", found, empty=True)

    def any_of(self, conditions: Iterable[Condition]) -> Condition:
        """Whether one of the conditions holds."""
        open_ones = dict.fromkeys(item for item in conditions if item is not False)
        if True in open_ones:
            return True
        found = tuple(item for item in open_ones if isinstance(item, Op))
        return self._joined("or", found, empty=False)

    def _joined(self, kind: str, found: tuple[Op, ...], *, empty: bool) -> Condition:
        if not found:
            return empty
        return found[0] if len(found) == 1 else self.op(kind, *found)

    def opposite(self, condition: Condition) -> Condition:
        """Whether the condition does not hold."""
        if isinstance(condition, bool):
            return not condition
        return condition.parts[0] if condition.kind == "not" else self.op("not", condition)

    def either(self, condition: Condition, yes: Op, no: Op) -> Op:
        """`yes` where the condition holds, else (also where nothing is known) `no`."""
        if isinstance(condition, bool):
            return yes if condition else no
        return yes if yes is no else self.op("if", condition, yes, no)


@dataclass(frozen=True, slots=True)
class _Plan:
    """Which columns get a step of their own, and on which level."""

    steps: Mapping[Op, int]

    @property
    def levels(self) -> int:
        return max(self.steps.values(), default=-1) + 1


def _plan(root: Op, first: Op | None) -> _Plan:
    """The steps towards `root`; `first`, if there is one, is never a step of the plan."""
    reached: dict[Op, int] = {root: 0}
    waiting = [root]
    while waiting:
        for part in waiting.pop().parts:
            if part is first:
                continue
            if part not in reached:
                reached[part] = 0
                waiting.append(part)
            reached[part] += 1
    steps: dict[Op, int] = {}
    level: dict[Op, int] = {}
    depth: dict[Op, int] = {}
    for op in sorted(reached, key=lambda item: item.number):
        parts = [part for part in op.parts if part is not first]
        level[op] = max((level[part] + (part in steps) for part in parts), default=0)
        depth[op] = 1 + max((0 if part in steps else depth[part] for part in parts), default=0)
        if op.kind not in _LEAVES and (reached[op] > 1 or depth[op] >= DEEPEST):
            steps[op] = level[op]
    steps.pop(root, None)
    return _Plan(steps)


def _computes(op: Op) -> bool:
    """Whether numbers are added or multiplied on the way to `op`."""
    return op.kind in ("+", "*") or any(_computes(part) for part in op.parts)


class _Stage:
    """The Ibis columns of one table, whose `given` nodes are columns of that table already."""

    def __init__(self, table: Column, given: Mapping[Op, str]) -> None:
        self.table = table
        self.built: dict[Op, Column] = {op: table[name] for op, name in given.items()}

    def build(self, op: Op) -> Column:
        if op not in self.built:
            self.built[op] = self._fresh(op)
        return self.built[op]

    def _fresh(self, op: Op) -> Column:
        args: list[Column] = [self.build(arg) if isinstance(arg, Op) else arg for arg in op.args]
        match op.kind:
            case "column":
                return self.table[args[0]]
            case "int":
                return ibis.literal(args[0], "int64")
            case "text":
                return ibis.literal(args[0], "string")
            case "null":
                return ibis.null(args[0])
            case "is":
                return args[0] == ibis.literal(args[1], "string")
            case "absent":
                return args[0].isnull()
            case "between":
                return args[0].between(args[1], args[2])
            case "fill":
                return args[0].fill_null(ibis.literal(args[1], "int64"))
            case "default":
                return args[0].fill_null(ibis.literal(args[1], "string"))
            case _:
                return _computed(op.kind, args)


def _computed(kind: str, args: list[Column]) -> Column:
    match kind:
        case "+":
            return args[0] + args[1]
        case "*":
            return args[0] * args[1]
        case "//":
            return args[0] // args[1]
        case "<=":
            return args[0] <= args[1]
        case "<":
            return args[0] < args[1]
        case ">=":
            return args[0] >= args[1]
        case ">":
            return args[0] > args[1]
        case "==":
            return args[0] == args[1]
        case "and":
            return reduce(and_, args)
        case "or":
            return reduce(or_, args)
        case "not":
            return ~args[0]
        case "if":
            return ibis.ifelse(args[0], args[1], args[2])
        case "min":
            return ibis.least(*args)
        case "max":
            return ibis.greatest(*args)
    raise AssertionError(kind)


def lowered(
    table: Column, bounds: Mapping[str, tuple[int, int]], sound: Condition, root: Op, name: str
) -> Column:
    """The table expression whose only column `name` is `root`.

    `bounds` are those of the whole-number columns; `sound` says whether all of them hold, and
    `root` gives nothing where they do not. While steps do no arithmetic, the one condition around
    the answer is enough. Else values outside the bounds are taken out first: a step would compute
    with them, and some engines stop at an overflow that nobody asked for.
    """
    plan = _plan(root, sound if isinstance(sound, Op) else None)
    given: dict[Op, str] = {}
    if any(_computes(op) for op in plan.steps):
        inside = {
            column: ibis.ifelse(table[column].between(*ends), table[column], ibis.null("int64"))
            for column, ends in bounds.items()
        }
        given = {sound: "within bounds"} if isinstance(sound, Op) else {}
        raw = _Stage(table, {})
        table = table.mutate(**inside, **{given[op]: raw.build(op) for op in given})
    for level in range(plan.levels):
        stage = _Stage(table, given)
        now = {op: f"step {op.number}" for op, on in plan.steps.items() if on == level}
        table = table.mutate(**{name: stage.build(op) for op, name in now.items()})
        given |= now
    return table.select(_Stage(table, given).build(root).name(name))
