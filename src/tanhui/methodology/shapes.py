"""What a formula measures: its quantities, its axes, its kind, checked without any number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Axis, Deduction, Scenario, Table
from tanhui.methodology.expression import (
    Binary,
    Call,
    Compare,
    ExpressionRefused,
    If,
    Is,
    Logic,
    Name,
    Negate,
    Node,
    Number,
)
from tanhui.methodology.factors import Conversion
from tanhui.methodology.units import DIMENSIONLESS, Signature, UnitTable, times


@dataclass(frozen=True, slots=True)
class Shape:
    """A signature (None: a written 0, which fits anything), the axes, and the kind where known."""

    signature: Signature | None
    axes: frozenset[str] = frozenset()
    kind: str = ""

    @property
    def measured(self) -> Signature:
        """The signature, a pure number for a written 0."""
        return DIMENSIONLESS if self.signature is None else self.signature


@dataclass(frozen=True, slots=True)
class Known:
    """Everything a formula may refer to."""

    symbols: Mapping[str, Shape]
    axes: Mapping[str, Axis]
    scenarios: Mapping[str, Scenario]
    tables: Mapping[str, Table]
    deductions: Mapping[str, Deduction]
    conversions: Mapping[str, Conversion]
    units: UnitTable


def _unknown(at: int, zh: str, en: str, name: str) -> ExpressionRefused:
    return ExpressionRefused(
        "unknown_symbol", at, zh=f"没有{zh} {{name}}", en=f"no {en} {{name}}", name=name
    )


def _written(tree: Node) -> bool:
    """Whether a factor is a number as it stands, with or without a minus."""
    return isinstance(tree, Number) or (isinstance(tree, Negate) and _written(tree.operand))


class Inference:
    """The shapes of formulas over what is known.

    Every refusal carries its column: `unknown_symbol`, `kind_mismatch`, `unit_mismatch`,
    `axis_mismatch`.
    """

    def __init__(self, known: Known) -> None:
        self.known = known

    def of(self, tree: Node) -> Shape:
        """The shape of a value; that of a condition has the axes alone."""
        match tree:
            case Number():
                return Shape(None if tree.value == 0 else DIMENSIONLESS)
            case Name():
                return self._name(tree)
            case Negate():
                return self.of(tree.operand)
            case Binary():
                return self._binary(tree)
            case If():
                condition = self.of(tree.condition)
                both = self._joined(self.of(tree.yes), self.of(tree.no), "if", tree.at)
                return replace(both, axes=both.axes | condition.axes)
            case Compare():
                both = self._joined(self.of(tree.left), self.of(tree.right), tree.operator, tree.at)
                return Shape(DIMENSIONLESS, both.axes)
            case Is():
                return self._choice(tree)
            case Logic():
                axes = frozenset[str]().union(*(self.of(part).axes for part in tree.parts))
                return Shape(DIMENSIONLESS, axes)
            case Call():
                return self._call(tree)

    def resolved(self, tree: Node) -> Node:
        """`tree` with the axes of `sum` and `convolve` written out; call it after `of`."""
        match tree:
            case Negate():
                return replace(tree, operand=self.resolved(tree.operand))
            case Binary() | Compare():
                return replace(tree, left=self.resolved(tree.left), right=self.resolved(tree.right))
            case If():
                condition, yes = self.resolved(tree.condition), self.resolved(tree.yes)
                return If(condition, yes, self.resolved(tree.no), tree.at)
            case Logic():
                return replace(tree, parts=tuple(map(self.resolved, tree.parts)))
            case Call():
                word = tree.word
                if tree.function == "sum" and not word:
                    word = next(iter(self.of(tree.arguments[0]).axes))
                if tree.function == "convolve":
                    word = " ".join(next(iter(self.of(part).axes)) for part in tree.arguments)
                arguments = tuple(map(self.resolved, tree.arguments))
                return replace(tree, arguments=arguments, word=word)
            case _:
                return tree

    def _name(self, tree: Name) -> Shape:
        if tree.name in self.known.scenarios:
            raise ExpressionRefused(
                "unknown_symbol",
                tree.at,
                zh="{name} 是情景，只能用于 is 或 lookup",
                en="{name} is a scenario; it serves `is` and `lookup` only",
                name=tree.name,
            )
        if tree.name not in self.known.symbols:
            raise self._no_symbol(tree)
        return self.known.symbols[tree.name]

    def _no_symbol(self, tree: Name) -> ExpressionRefused:
        """An unknown symbol, with the nearest that is known, or with what its module offers."""
        module = tree.name.partition(".")[0] + "."
        offered = [name for name in self.known.symbols if name.startswith(module)]
        near = get_close_matches(tree.name, self.known.symbols, n=1, cutoff=0.6)
        if offered and "." in tree.name:
            zh, en = "，可用：{near}", "; there are: {near}"
            near = [", ".join(offered)]
        else:
            zh, en = "，是否应为 {near}？", "; did you mean {near}?"
        return ExpressionRefused(
            "unknown_symbol",
            tree.at,
            zh="没有符号 {name}" + (zh if near else ""),
            en="no symbol {name}" + (en if near else ""),
            name=tree.name,
            near=near[0] if near else "",
        )

    def _choice(self, tree: Is) -> Shape:
        if tree.scenario not in self.known.scenarios:
            raise _unknown(tree.at, "情景", "scenario", tree.scenario)
        scenario = self.known.scenarios[tree.scenario]
        if tree.option not in scenario.options:
            raise ExpressionRefused(
                "unknown_symbol",
                tree.at,
                zh="情景 {name} 没有选项 {option}，可选：{options}",
                en="the scenario {name} has no option {option}; there are: {options}",
                name=tree.scenario,
                option=tree.option,
                options=", ".join(scenario.options),
            )
        return Shape(DIMENSIONLESS)

    def _binary(self, tree: Binary) -> Shape:
        left, right = self.of(tree.left), self.of(tree.right)
        if tree.operator in "+-":
            return self._joined(left, right, tree.operator, tree.at)
        power = 1 if tree.operator == "*" else -1
        # So many times a thing is still that thing: a written number does not wash its kind off.
        kind = left.kind if _written(tree.right) else ""
        if power == 1 and _written(tree.left):
            kind = right.kind
        return Shape(times(left.measured, right.measured, power), left.axes | right.axes, kind)

    def _joined(self, left: Shape, right: Shape, mark: str, at: int) -> Shape:
        """The shape of two values of which each could be the other."""
        axes = left.axes | right.axes
        if left.signature is None or right.signature is None:
            one = right if left.signature is None else left
            return replace(one, axes=axes)
        self.require(right.signature, left.signature, mark, at)
        self.require_kind(right.kind, left.kind, at)
        return Shape(left.signature, axes, left.kind if left.kind == right.kind else "")

    def require(self, found: Signature, expected: Signature, what: str, at: int) -> None:
        """Refuse at column `at` when `found` does not measure what `expected` measures."""
        try:
            self.known.units.require_same(found, expected, what)
        except Invalid as refusal:
            raise ExpressionRefused(
                refusal.code,
                at,
                zh="{zh_text}",
                en="{en_text}",
                zh_text=refusal.zh,
                en_text=refusal.en,
            ) from None

    def require_kind(self, found: str, expected: str, at: int) -> None:
        """Refuse when two kinds differ of which one mixes with no other."""
        kinds = self.known.units.kinds
        if not found or not expected or found == expected:
            return
        if kinds[found].distinct or kinds[expected].distinct:
            raise ExpressionRefused(
                "kind_mismatch",
                at,
                zh="量的类别不符：应为{expected_zh}({expected})，实为{found_zh}({found})",
                en="wrong kind: expected {expected_en} ({expected}), found {found_en} ({found})",
                expected=expected,
                found=found,
                expected_zh=kinds[expected].zh,
                found_zh=kinds[found].zh,
                expected_en=kinds[expected].en,
                found_en=kinds[found].en,
            )

    def _pure(self, tree: Node, what: str, at: int) -> Shape:
        shape = self.of(tree)
        self.require(shape.measured, DIMENSIONLESS, what, at)
        return shape

    def _call(self, tree: Call) -> Shape:
        name, arguments = tree.function, tree.arguments
        if name in ("min", "max"):
            shape = self.of(arguments[0])
            for argument in arguments[1:]:
                shape = self._joined(shape, self.of(argument), name, tree.at)
            return shape
        if name in ("exp", "ln"):
            return Shape(DIMENSIONLESS, self._pure(arguments[0], name, tree.at).axes)
        if name in ("floor", "ceil"):
            if len(arguments) == 1:
                return Shape(DIMENSIONLESS, self._pure(arguments[0], name, tree.at).axes)
            return self._joined(self.of(arguments[0]), self.of(arguments[1]), name, tree.at)
        if name == "pow":
            return self._power(tree)
        if name == "count":
            self._axis(tree.word, tree.at)
            return Shape(DIMENSIONLESS)
        if name == "index":
            return self._index(tree)
        if name in ("sum", "at"):
            return self._reduced(tree)
        if name == "convolve":
            return self._convolved(tree)
        if name == "lookup":
            return self._looked_up(tree)
        if name == "deduct":
            if tree.word not in self.known.deductions:
                raise _unknown(tree.at, "扣减表", "deduction", tree.word)
            shape, share = self.of(arguments[0]), self._pure(arguments[1], name, tree.at)
            return replace(shape, axes=shape.axes | share.axes)
        return self._converted(tree)

    def _power(self, tree: Call) -> Shape:
        base, exponent = self.of(tree.arguments[0]), tree.arguments[1]
        sign, whole = 1, exponent
        if isinstance(exponent, Negate):
            sign, whole = -1, exponent.operand
        if isinstance(whole, Number) and whole.value.denominator == 1:
            return Shape(times((), base.measured, sign * int(whole.value)), base.axes)
        self.require(base.measured, DIMENSIONLESS, "pow", tree.at)
        return Shape(DIMENSIONLESS, base.axes | self._pure(exponent, "pow", tree.at).axes)

    def _axis(self, name: str, at: int) -> Axis:
        if name not in self.known.axes:
            raise _unknown(at, "轴", "axis", name)
        return self.known.axes[name]

    def _misfit(self, at: int, zh: str, en: str) -> ExpressionRefused:
        return ExpressionRefused("axis_mismatch", at, zh="{zh_text}", en="{en_text}",
                                 zh_text=zh, en_text=en)  # fmt: skip

    def _index(self, tree: Call) -> Shape:
        axis = self._axis(tree.word, tree.at)
        if axis.items:
            zh, en = f"轴 {axis.name} 的项有名称，没有序号", f"the items of {axis.name} have names"
            raise self._misfit(tree.at, zh, en)
        unit = DIMENSIONLESS if axis.unit is None else axis.unit.signature
        return Shape(unit, frozenset((axis.name,)))

    def _reduced(self, tree: Call) -> Shape:
        shape = self.of(tree.arguments[0])
        if tree.function == "at":
            axes = [axis for axis in shape.axes if self._has_item(axis, tree.word)]
            if len(axes) != 1:
                known = "; ".join(
                    f"{axis}: {', '.join(self.known.axes[axis].labels)}" for axis in shape.axes
                )
                zh = f"没有唯一的项 {tree.word}，此处的轴为 {known or '-'}"
                en = f"no single item {tree.word}; the axes here are {known or '-'}"
                raise self._misfit(tree.at, zh, en)
            return replace(shape, axes=shape.axes - set(axes))
        if tree.word:
            self._axis(tree.word, tree.at)
        elif len(shape.axes) == 1:
            return replace(shape, axes=frozenset())
        if tree.word not in shape.axes:
            known = ", ".join(sorted(shape.axes))
            zh = f"sum 须指明求和的轴，此处的轴为：{known}"
            en = f"name one of the axes to sum over: {known}"
            if not known:
                zh, en = (
                    "此处只有一个值，没有可求和的轴",
                    "there is one value here and no axis to sum",
                )
            raise self._misfit(tree.at, zh, en)
        return replace(shape, axes=shape.axes - {tree.word})

    def _has_item(self, axis: str, item: str) -> bool:
        known = self.known.axes[axis]
        if not known.open:
            return item in known.labels
        return item.isdigit() and known.first <= int(item) < known.first + known.most

    def _convolved(self, tree: Call) -> Shape:
        left, right = (self.of(argument) for argument in tree.arguments)
        if len(left.axes) != 1 or len(right.axes) != 1 or left.axes == right.axes:
            zh = "convolve 需要两个各在一条轴上的量，且轴不同"
            raise self._misfit(
                tree.at, zh, "convolve needs two values on one axis each, not the same"
            )
        time, age = (self.known.axes[next(iter(shape.axes))] for shape in (left, right))
        same = (time.unit and time.unit.signature) == (age.unit and age.unit.signature)
        if time.items or age.items or age.first != 0 or age.open or not same:
            zh = "convolve 的两条轴须为同一单位的序号轴，后者定长并从 0 起"
            en = "convolve needs numbered axes of one unit, the second of fixed length and from 0"
            raise self._misfit(tree.at, zh, en)
        return Shape(times(left.measured, right.measured), left.axes)

    def _looked_up(self, tree: Call) -> Shape:
        if tree.word not in self.known.tables:
            raise _unknown(tree.at, "表", "table", tree.word)
        table, argument = self.known.tables[tree.word], tree.arguments[0]
        if table.by:
            if not isinstance(argument, Name) or argument.name != table.by:
                zh = f"表 {table.name} 按情景取值，应写 lookup({table.name}, {table.by})"
                en = f"this table goes by a scenario; write lookup({table.name}, {table.by})"
                raise self._misfit(tree.at, zh, en)
            return Shape(table.unit.signature, kind=table.kind)
        shape = self.of(argument)
        if table.of_unit is not None:
            self.require(shape.measured, table.of_unit.signature, table.name, tree.at)
            self.require_kind(shape.kind, table.of_kind, tree.at)
        return Shape(table.unit.signature, shape.axes, table.kind)

    def _converted(self, tree: Call) -> Shape:
        conversion = self.known.conversions[tree.function]
        shape = self.of(tree.arguments[0])
        own = dict(shape.measured)
        found = dict(conversion.found.signature)
        if any(own.get(quantity) != power for quantity, power in found.items()):
            units = self.known.units
            raise ExpressionRefused(
                "kind_mismatch",
                tree.at,
                zh="{name} 只转换{want_zh}，实为{got_zh}",
                en="{name} converts {want_en}, found {got_en}",
                name=tree.function,
                want_zh=units.describe(conversion.found.signature, "zh"),
                want_en=units.describe(conversion.found.signature, "en"),
                got_zh=units.describe(shape.measured, "zh"),
                got_en=units.describe(shape.measured, "en"),
            )
        rest = times(shape.measured, conversion.found.signature, -1)
        return Shape(times(rest, conversion.becomes.signature), shape.axes)
