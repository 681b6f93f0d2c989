"""Arithmetic with the values of a row kernel.

Factors are folded into coefficients when compiling, so that terms of one column become one term
and nothing is rounded on the way. A choice (min, max, one of several cases) stays a choice of
values until a column of it is needed. `kernel_rounding` then brings a value down to a whole number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.kernel.columns import Condition, Op, Pool
from tanhui.methodology.kernel.forms import (
    ZERO,
    Atom,
    Choice,
    Form,
    Part,
    begin_alike,
    cases_of,
    cases_of_numbers,
    common_grain,
    part_of_all,
)

INT64_LIMIT = 2**63
DIVIDEND_LIMIT = 2**53

# What overflowed, in both languages.
What = tuple[str, str]
SUM: What = ("和", "a sum")
PRODUCT: What = ("乘积", "a product")
DIVIDEND: What = ("被除数", "a dividend")
CHOICE: What = ("取值", "a choice")


@dataclass(frozen=True, slots=True)
class Whole:
    """A value as a whole-number column within `low`..`high`, to be taken times a grain."""

    op: Op
    low: int
    high: int


class Arithmetic:
    """Adds, multiplies, compares and chooses values. `reference` names the document in refusals."""

    def __init__(self, pool: Pool, reference: str) -> None:
        self.pool, self.reference = pool, reference
        self._atoms: dict[Op, Atom] = {}
        self._choices: dict[tuple[object, ...], Choice] = {}
        self._columns: dict[Choice, Whole] = {}

    def overflow(self, what: What, limit: str) -> Invalid:
        """The refusal `kernel_overflow`."""
        return Invalid(
            "kernel_overflow",
            zh="{reference}：{what_zh}在声明的上下界内可能超过 {limit}",
            en="{reference}: {what_en} may pass {limit} within the declared bounds",
            reference=self.reference,
            what_zh=what[0],
            what_en=what[1],
            limit=limit,
        )

    def integer(self, number: int) -> Op:
        """The constant column of a number that is known to fit."""
        return self.pool.op("int", number)

    def atom(self, op: Op, low: int, high: int, what: What) -> Form:
        """The value of a whole-number column. Refuses: `kernel_overflow`."""
        self.fitting(low, high, what)
        if low == high:
            return Form(Fraction(low))
        atom = self._atoms.setdefault(op, Atom(op, low, high))
        return Form(Fraction(), ((atom, Fraction(1)),))

    def fitting(self, low: int, high: int, what: What) -> None:
        """Refuses `kernel_overflow` when a column of this range is beyond an int64."""
        if max(abs(low), abs(high)) >= INT64_LIMIT:
            raise self.overflow(what, "2^63")

    def column(self, part: Part) -> Whole:
        """The column of a part, to be taken times its grain. Refuses: `kernel_overflow`."""
        if isinstance(part, Atom):
            return Whole(part.op, part.low, part.high)
        if part not in self._columns:
            self._columns[part] = self._picked(part)
        return self._columns[part]

    def written(self, form: Form, grain: Fraction, what: What) -> Whole:
        """The column that is `form` when taken times `grain`. Refuses: `kernel_overflow`."""
        total: Op | None = None
        low = high = 0
        for part, by in form.terms:
            column = self.column(part)
            number = int(by * part.grain / grain)
            first, last = sorted((column.low * number, column.high * number))
            self.fitting(first, last, what)
            op = column.op
            if number != 1:
                op = self.pool.op("*", op, self.integer(number))
            total = op if total is None else self.pool.op("+", total, op)
            low, high = low + first, high + last
            self.fitting(low, high, what)
        constant = int(form.constant / grain)
        self.fitting(constant, constant, what)
        low, high = low + constant, high + constant
        self.fitting(low, high, what)
        if total is None:
            return Whole(self.integer(constant), constant, constant)
        if constant:
            total = self.pool.op("+", total, self.integer(constant))
        return Whole(total, low, high)

    def _picked(self, choice: Choice) -> Whole:
        part = part_of_all(choice)
        if part is not None and choice.pick == "if":
            return self._picked_number(choice, part)
        parts = [self.written(form, choice.grain, CHOICE) for form in choice.parts]
        low, high = int(choice.low / choice.grain), int(choice.high / choice.grain)
        if choice.pick == "if":
            return Whole(self._cases(choice.conditions, [item.op for item in parts]), low, high)
        return Whole(self.pool.op(choice.pick, *(item.op for item in parts)), low, high)

    def _picked_number(self, choice: Choice, part: Part) -> Whole:
        """The cases are numbers times one and the same column: chosen first, multiplied once."""
        column = self.column(part)
        numbers = [
            int(form.terms[0][1] * part.grain / choice.grain) if form.terms else 0
            for form in choice.parts
        ]
        for number in numbers:
            self.fitting(number, number, CHOICE)
            self.fitting(column.low * number, column.high * number, CHOICE)
        chosen = self._cases(choice.conditions, [self.integer(number) for number in numbers])
        low, high = int(choice.low / choice.grain), int(choice.high / choice.grain)
        return Whole(self.pool.op("*", chosen, column.op), low, high)

    def _cases(self, conditions: Sequence[Op], parts: Sequence[Op]) -> Op:
        op = parts[-1]
        for condition, part in zip(reversed(conditions), reversed(parts[:-1]), strict=True):
            op = self.pool.either(condition, part, op)
        return op

    def plus(self, left: Form, right: Form) -> Form:
        """The sum. Cases take in what they can be summed with when compiling."""
        total = left.plus(right)
        terms = dict(total.terms)
        for choice, by in total.terms:
            if not isinstance(choice, Choice) or choice.pick != "if":
                continue
            fitting = Form(Fraction(), ((choice, by),))
            part = part_of_all(choice)
            if part in terms:
                fitting = fitting.plus(Form(Fraction(), ((part, terms[part]),)))
            elif cases_of_numbers(fitting):
                fitting = fitting.plus(Form(total.constant))
            for other, its in total.terms:
                alike = isinstance(other, Choice) and begin_alike(
                    choice.conditions, other.conditions
                )
                if other is not choice and alike:
                    fitting = fitting.plus(Form(Fraction(), ((other, its),)))
            if fitting.constant or len(fitting.terms) > 1:
                longest = max((_conditions(item) for item, _ in fitting.terms), key=len)
                joined = self.cases(longest, [fitting] * (len(longest) + 1))
                return self.plus(total.minus(fitting), joined)
        return total

    def _under(self, form: Form, conditions: Sequence[Condition], place: int) -> Form:
        """`form` where the case at `place` holds: cases of the same conditions are settled."""
        found = form
        for part, by in form.terms:
            if not isinstance(part, Choice) or not begin_alike(part.conditions, conditions):
                continue
            if place < len(conditions):
                settled = part.parts[min(place, len(part.conditions))]
            else:
                rest = len(conditions)
                settled = part.parts[-1]
                if rest < len(part.conditions):
                    settled = self.cases(part.conditions[rest:], part.parts[rest:])
            own = Form(Fraction(), ((part, by),))
            found = found.minus(own).plus(settled.times(by))
        return found

    def product(self, left: Form, right: Form) -> Form:
        """The product. Refuses: `kernel_overflow`."""
        if left.known or right.known:
            return right.times(left.constant) if left.known else left.times(right.constant)
        for one, other in ((left, right), (right, left)):
            choice = cases_of_numbers(one)
            if choice is not None:
                by = one.terms[0][1]
                parts = [other.times(form.constant * by) for form in choice.parts]
                return self.cases(choice.conditions, parts)
        a, b = (self.written(form, form.grain, PRODUCT) for form in (left, right))
        corners = [x * y for x in (a.low, a.high) for y in (b.low, b.high)]
        low = max(0, min(corners)) if a.op is b.op else min(corners)
        first, second = sorted((a.op, b.op), key=lambda op: op.number)
        op = self.pool.op("*", first, second)
        return self.atom(op, low, max(corners), PRODUCT).times(left.grain * right.grain)

    def least(self, pick: str, forms: Sequence[Form]) -> Form:
        """The least (`min`) or the greatest (`max`); whatever can never be it is left out."""
        kept: list[Form] = []
        for form in forms:
            if not any(self._never(form, other, pick) for other in kept):
                kept = [other for other in kept if not self._never(other, form, pick)] + [form]
        if len(kept) == 1:
            return kept[0]
        best = min if pick == "min" else max
        ends = [form.ends for form in kept]
        low, high = best(low for low, _ in ends), best(high for _, high in ends)
        return self._choice(pick, (), tuple(kept), low, high)

    def _never(self, form: Form, other: Form, pick: str) -> bool:
        """Whether `other` always does as well as `form`."""
        low, high = form.minus(other).ends
        return low >= 0 if pick == "min" else high <= 0

    def cases(self, conditions: Sequence[Condition], forms: Sequence[Form]) -> Form:
        """The form of the first condition that holds, else the last form."""
        held: list[Op] = []
        parts: list[Form] = []
        for place, (condition, whole) in enumerate(zip((*conditions, True), forms, strict=True)):
            form = self._under(whole, conditions, place)
            if isinstance(condition, Op):
                held.append(condition)
                parts.append(form)
            elif condition:
                parts.append(form)
                break
        last = cases_of(parts[-1])
        if last is not None:
            held += last.conditions
            parts[-1:] = last.parts
        while held and parts[-2] == parts[-1]:
            held.pop()
            parts.pop()
        if not held:
            return parts[0]
        ends = [form.ends for form in parts]
        low, high = min(low for low, _ in ends), max(high for _, high in ends)
        return self._choice("if", tuple(held), tuple(parts), low, high)

    def _choice(
        self,
        pick: str,
        conditions: tuple[Op, ...],
        parts: tuple[Form, ...],
        low: Fraction,
        high: Fraction,
    ) -> Form:
        key = (pick, conditions, parts)
        if key not in self._choices:
            grain = common_grain(form.grain for form in parts if form != ZERO)
            self._choices[key] = Choice(pick, conditions, parts, low, high, grain)
        return Form(Fraction(), ((self._choices[key], Fraction(1)),))

    def compared(self, operator: str, left: Form, right: Form) -> Condition:
        """Whether `left operator right`. Refuses: `kernel_overflow`."""
        difference = left.minus(right)
        if difference.terms and difference.terms[0][1] < 0:
            difference = difference.times(Fraction(-1))
            operator = operator.translate(str.maketrans("<>", "><"))
        known = _known(operator, *difference.ends)
        if known is not None:
            return known
        moving = Form(Fraction(), difference.terms)
        threshold = -difference.constant / moving.grain
        if operator == "==" and threshold.denominator != 1:
            return False
        # A whole number is at most 2.5 when it is at most 2, and at least 2.5 when at least 3.
        number = math.floor(threshold) if operator in ("<=", ">") else math.ceil(threshold)
        column = self.written(moving, moving.grain, SUM)
        return self.pool.op(operator, column.op, self.integer(number))


def _conditions(part: Part) -> tuple[Op, ...]:
    return part.conditions if isinstance(part, Choice) else ()


def _known(operator: str, low: Fraction, high: Fraction) -> bool | None:
    """Whether a difference within `low`..`high` compares so with zero, when that is certain."""
    always = {
        "<=": high <= 0,
        "<": high < 0,
        ">=": low >= 0,
        ">": low > 0,
        "==": low == high == 0,
    }
    never = {
        "<=": low > 0,
        "<": low >= 0,
        ">=": high < 0,
        ">": high <= 0,
        "==": low > 0 or high < 0,
    }
    if always[operator]:
        return True
    return False if never[operator] else None
