"""Bringing an exact value down to a whole number with divisions that every engine gets right.

Some engines divide whole numbers as doubles, so a dividend has to stay below 2^53, and it is
shifted so that it is never negative: there floor, truncation and division of doubles all agree.
A dividend that would pass the limit is made smaller without changing the quotient, in this order:

- whole multiples are taken out: 10487 x / 10 is 1048 x and 7 x / 10;
- a coefficient is replaced by a near fraction with a smaller divisor. For whole x up to X,
  floor(x c) is floor(x p/q) when p/q is the greatest fraction up to c with q up to X: no fraction
  n/x lies between them;
- a choice of values is rounded value by value, for rounding keeps their order;
- a column is split into two digits, of which each is multiplied on its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.kernel.forms import Choice, Form
from tanhui.methodology.kernel.values import DIVIDEND, DIVIDEND_LIMIT, Arithmetic

# Rounding value by value divides once for each; beyond this many it is refused.
MOST_DIVISIONS = 64


def below(value: Fraction, limit: int) -> Fraction:
    """The greatest fraction that is at most `value` with a denominator up to `limit`."""
    if value.denominator <= limit:
        return value
    # The two neighbours of the value on the tree of all fractions, walked down in leaps.
    top, bottom = math.floor(value), 1
    over, under = top + 1, 1
    while True:
        above, short = over - value * under, value * bottom - top
        leap = min(math.floor(short / above), (limit - bottom) // under)
        top, bottom = top + leap * over, bottom + leap * under
        short = value * bottom - top
        back = min(math.ceil(above / short) - 1, (limit - under) // bottom)
        over, under = over + back * top, under + back * bottom
        if not leap and not back:
            return Fraction(top, bottom)


class Rounding:
    """Rounds the values of `arithmetic`."""

    def __init__(self, arithmetic: Arithmetic) -> None:
        self.arithmetic = arithmetic
        self.divisions = 0

    def rounded(self, form: Form, direction: str) -> Form:
        """The whole number at or below (`down`) or at or above (`up`) the value.

        Refuses: `kernel_overflow`.
        """
        self.divisions = 0
        return self._rounded(form, direction)

    def _rounded(self, form: Form, direction: str) -> Form:
        if form.grain.denominator == 1:
            return form
        if direction == "down":
            return self._floor(form)
        lift = 1 - Fraction(1, form.grain.denominator)
        lifted = self._plain(form.plus(Form(lift)))
        return lifted or self._floor(form.times(Fraction(-1))).times(Fraction(-1))

    def _floor(self, form: Form) -> Form:
        if form.known:
            return Form(Fraction(math.floor(form.constant)))
        self.divisions += 1
        if self.divisions > MOST_DIVISIONS:
            raise self.arithmetic.overflow(DIVIDEND, "2^53")
        for way in (self._plain, self._apart, self._near, self._chosen, self._digits):
            found = way(form)
            if found is not None:
                return found
        raise self.arithmetic.overflow(DIVIDEND, "2^53")

    def _plain(self, form: Form) -> Form | None:
        """One division; None when its dividend could be too large."""
        arithmetic, bottom = self.arithmetic, form.grain.denominator
        if bottom == 1:
            return form
        low, high = (math.floor(end * bottom) for end in form.ends)
        turns = max(0, -(low // bottom))
        if max(abs(low), high + turns * bottom) >= DIVIDEND_LIMIT:
            return None
        shifted = form.plus(Form(Fraction(turns)))
        try:
            dividend = arithmetic.written(shifted, Fraction(1, bottom), DIVIDEND)
        except Invalid:
            return None
        op = arithmetic.pool.op("//", dividend.op, arithmetic.integer(bottom))
        whole = arithmetic.atom(op, dividend.low // bottom, dividend.high // bottom, DIVIDEND)
        return whole.plus(Form(Fraction(-turns)))

    def _apart(self, form: Form) -> Form | None:
        """The whole multiples, and the rest divided."""
        whole, rest = self._split(form)
        if not whole.terms:
            return None
        found = self._plain(rest)
        return None if found is None else found.plus(whole)

    def _split(self, form: Form) -> tuple[Form, Form]:
        terms = [(part, Fraction(math.floor(by * part.grain))) for part, by in form.terms]
        whole = Form(
            Fraction(math.floor(form.constant)),
            tuple((part, number / part.grain) for part, number in terms if number),
        )
        return whole, form.minus(whole)

    def _near(self, form: Form) -> Form | None:
        """A single column times a fraction with a smaller divisor."""
        whole, rest = self._split(form)
        if len(rest.terms) != 1 or rest.constant:
            return None
        part, by = rest.terms[0]
        # The bounds are those of the values, so that no column has to be written for this.
        low, high = part.low / part.grain, part.high / part.grain
        if low < 0:
            return None
        fraction = below(by * part.grain, int(high))
        if not fraction:
            return whole
        found = self._plain(Form(Fraction(), ((part, fraction / part.grain),)))
        return None if found is None else found.plus(whole)

    def _chosen(self, form: Form) -> Form | None:
        """The choice of the rounded values, instead of the rounded choice."""
        chosen = next(((part, by) for part, by in form.terms if isinstance(part, Choice)), None)
        if chosen is None:
            return None
        choice, by = chosen
        assert isinstance(choice, Choice)
        rest = form.minus(Form(Fraction(), ((choice, by),)))
        parts = [self._rounded(rest.plus(item.times(by)), "down") for item in choice.parts]
        if choice.pick == "if":
            return self.arithmetic.cases(choice.conditions, parts)
        pick = choice.pick if by > 0 else {"min": "max", "max": "min"}[choice.pick]
        return self.arithmetic.least(pick, parts)

    def _digits(self, form: Form) -> Form | None:
        """Every large column as two digits, so that each digit's multiple stays small."""
        try:
            split = Form(form.constant)
            for item in self._two_digits(form):
                split = split.plus(item)
        except Invalid:
            return None
        if split == form:
            return None
        return self._apart(split) or self._plain(split)

    def _two_digits(self, form: Form) -> Iterator[Form]:
        arithmetic = self.arithmetic
        for part, by in form.terms:
            column = arithmetic.column(part)
            by = by * part.grain
            largest = max(abs(column.low), abs(column.high))
            base = math.isqrt(largest)
            value = arithmetic.atom(column.op, column.low, column.high, DIVIDEND)
            if largest >= DIVIDEND_LIMIT // 4 or base < 2 or by.denominator == 1:
                yield value.times(by)
                continue
            high = self._plain(value.times(Fraction(1, base)))
            assert high is not None  # The column itself is far below the limit.
            low = arithmetic.written(value.minus(high.times(Fraction(base))), Fraction(1), DIVIDEND)
            # The low digit is below the base, which the ranges of its two terms do not show.
            yield high.times(by * base)
            yield arithmetic.atom(low.op, 0, base - 1, DIVIDEND).times(by)
