"""Exact values of a row kernel: a constant plus columns times exact coefficients."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tanhui.methodology.kernel.columns import Condition, Op


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


def begin_alike(one: Sequence[Condition], other: Sequence[Condition]) -> bool:
    """Whether two lists of cases begin alike, as far as the shorter one goes."""
    return bool(one and other) and all(a is b for a, b in zip(one, other, strict=False))


def cases_of(form: Form) -> Choice | None:
    """The cases that `form` consists of, when it is nothing else."""
    if form.constant or len(form.terms) != 1:
        return None
    part, by = form.terms[0]
    return part if isinstance(part, Choice) and part.pick == "if" and by == 1 else None


def cases_of_numbers(form: Form) -> Choice | None:
    """The cases between plain numbers that `form` is a multiple of, when it is nothing else."""
    if form.constant or len(form.terms) != 1:
        return None
    part = form.terms[0][0]
    if not isinstance(part, Choice) or part.pick != "if":
        return None
    return part if all(item.known for item in part.parts) else None


def part_of_all(choice: Choice) -> Part | None:
    """The part of which every case is a multiple, when there is one."""
    found = {form.terms[0][0] for form in choice.parts if len(form.terms) == 1}
    if len(found) != 1 or any(form.constant or len(form.terms) > 1 for form in choice.parts):
        return None
    return found.pop()
