"""The values of a row kernel: exact sums of whole-number columns, of which the ranges are known.

A value is a constant plus columns times exact coefficients. Factors are folded into coefficients
when compiling, so that terms of one column become one term and nothing is rounded on the way. A
choice (min, max, one of several cases) stays a choice of such values until a column of it is
needed. `kernel_rounding` then brings a value down to a whole number.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.kernel_columns import Condition, Op, Pool

INT64_LIMIT = 2**63
DIVIDEND_LIMIT = 2**53

# What overflowed, in both languages.
What = tuple[str, str]
SUM: What = ("和", "a sum")
PRODUCT: What = ("乘积", "a product")
DIVIDEND: What = ("被除数", "a dividend")
CHOICE: What = ("取值", "a choice")


@dataclass(frozen=True, slots=True, eq=False)
class Atom:
    """A whole-number column within `low`..`high`."""

    op: Op
    low: int
    high: int
    grain: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """The least (`min`) or greatest (`max`) of `parts`, or the first whose case holds (`if`).

    With cases there is one condition fewer than parts. All values are multiples of `grain`.
    """

    pick: str
    conditions: tuple[Op, ...]
    parts: tuple[Form, ...]
    low: Fraction
    high: Fraction
    grain: Fraction


Part = Atom | Choice


@dataclass(frozen=True, slots=True)
class Form:
    """`constant` plus each part times its coefficient (never zero)."""

    constant: Fraction
    terms: tuple[tuple[Part, Fraction], ...] = ()

    @property
    def known(self) -> bool:
        """Whether it is a constant."""
        return not self.terms

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The lowest and the highest value."""
        low = high = self.constant
        for part, by in self.terms:
            first, last = sorted((part.low * by, part.high * by))
            low, high = low + first, high + last
        return low, high

    @property
    def grain(self) -> Fraction:
        """The greatest number of which every value is a whole multiple."""
        return common_grain([self.constant, *(part.grain * by for part, by in self.terms)])

    def times(self, by: Fraction) -> Form:
        """The value times a constant."""
        if by == 0:
            return ZERO
        return Form(self.constant * by, tuple((part, its * by) for part, its in self.terms))

    def plus(self, other: Form) -> Form:
        """The sum; terms of one column become one."""
        terms = dict(self.terms)
        for part, by in other.terms:
            terms[part] = terms.get(part, Fraction()) + by
        kept = tuple((part, by) for part, by in terms.items() if by)
        return Form(self.constant + other.constant, kept)

    def minus(self, other: Form) -> Form:
        """The difference."""
        return self.plus(other.times(Fraction(-1)))


ZERO = Form(Fraction())


def common_grain(numbers: Iterable[Fraction]) -> Fraction:
    """The greatest number of which all are whole multiples; 1 for nothing but zeros."""
    found = [number for number in numbers if number]
    if not found:
        return Fraction(1)
    return Fraction(
        math.gcd(*(number.numerator for number in found)),
        math.lcm(*(number.denominator for number in found)),
    )


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
        part = _one_part(choice)
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

    def product(self, left: Form, right: Form) -> Form:
        """The product. Refuses: `kernel_overflow`."""
        if left.known or right.known:
            return right.times(left.constant) if left.known else left.times(right.constant)
        for one, other in ((left, right), (right, left)):
            choice = _of_numbers(one)
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
        for condition, form in zip((*conditions, True), forms, strict=True):
            if isinstance(condition, Op):
                held.append(condition)
                parts.append(form)
            elif condition:
                parts.append(form)
                break
        last = _cases_of(parts[-1])
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


def _cases_of(form: Form) -> Choice | None:
    """The cases that `form` consists of, when it is nothing else."""
    if form.constant or len(form.terms) != 1:
        return None
    part, by = form.terms[0]
    return part if isinstance(part, Choice) and part.pick == "if" and by == 1 else None


def _of_numbers(form: Form) -> Choice | None:
    """The cases between plain numbers that `form` is a multiple of, when it is nothing else."""
    if form.constant or len(form.terms) != 1:
        return None
    part = form.terms[0][0]
    if not isinstance(part, Choice) or part.pick != "if":
        return None
    return part if all(item.known for item in part.parts) else None


def _one_part(choice: Choice) -> Part | None:
    """The part of which every case is a multiple, when there is one."""
    found = {form.terms[0][0] for form in choice.parts if len(form.terms) == 1}
    if len(found) != 1 or any(form.constant or len(form.terms) > 1 for form in choice.parts):
        return None
    return found.pop()
