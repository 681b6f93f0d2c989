"""Arithmetic on single numbers: exact fractions, and exp, ln and powers to 50 digits.

Fifty significant decimal digits, correctly rounded, are the same number on every machine; the
floating point of a processor's own library is not.
"""

from __future__ import annotations

from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from tanhui.methodology.expression import ExpressionRefused

MOST_BITS = 20_000
LARGEST_EXPONENT = 64
DIGITS = Context(prec=50)

# Beyond these the result has no meaning as a physical quantity and costs much to compute.
LARGEST_ARGUMENT = 500


def refuse(code: str, at: int, zh: str, en: str) -> ExpressionRefused:
    """The refusal of what stands at column `at`."""
    return ExpressionRefused(code, at, zh=zh, en=en)


def _as_decimal(value: Fraction) -> Decimal:
    return DIGITS.divide(Decimal(value.numerator), Decimal(value.denominator))


def _bounded(value: Fraction, at: int) -> Fraction:
    """`value`, unless a chain of products has made it absurdly long."""
    if value.numerator.bit_length() + value.denominator.bit_length() > MOST_BITS:
        raise refuse("number_too_large", at, "数值过长", "the number grows beyond use")
    return value


@lru_cache(maxsize=4096)
def exponential(at: int, value: Fraction) -> Fraction:
    """e to the `value`, to 50 digits. Refuses: `function_out_of_range`."""
    if abs(value) > LARGEST_ARGUMENT:
        raise refuse("function_out_of_range", at, "exp 的自变量过大", "exp of a number too large")
    return Fraction(DIGITS.exp(_as_decimal(value)))


def logarithm(at: int, value: Fraction) -> Fraction:
    """The natural logarithm, to 50 digits. Refuses: `function_out_of_range`."""
    if value <= 0:
        raise refuse(
            "function_out_of_range", at, "ln 的自变量须为正", "ln of a number not positive"
        )
    return Fraction(DIGITS.ln(_as_decimal(value)))


def power(at: int, base: Fraction, exponent: Fraction) -> Fraction:
    """Exactly for a small whole exponent, else to 50 digits.

    Refuses: `division_by_zero`, `function_out_of_range`, `number_too_large`.
    """
    if exponent.denominator == 1 and abs(exponent) <= LARGEST_EXPONENT:
        if base == 0 and exponent < 0:
            raise refuse("division_by_zero", at, "除数为零", "division by zero")
        return _bounded(Fraction(base ** int(exponent)), at)
    if base <= 0:
        raise refuse(
            "function_out_of_range", at, "pow 的底数须为正", "pow needs a positive base here"
        )
    return exponential(at, exponent * logarithm(at, base))


def quotient(at: int, left: Fraction, right: Fraction) -> Fraction:
    """Exactly. Refuses: `division_by_zero`, `number_too_large`."""
    if right == 0:
        raise refuse("division_by_zero", at, "除数为零", "division by zero")
    return _bounded(left / right, at)


def product_of(at: int, left: Fraction, right: Fraction) -> Fraction:
    """Exactly. Refuses: `number_too_large`."""
    return _bounded(left * right, at)
