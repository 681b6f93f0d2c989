"""How a unit is written: `gCO2/(person.km)`, `GJ/1e4Nm3`, `tC/t d.m.`.

Names are joined by `.` or `*` and divided by `/`, read from left to right, with parentheses. A
number directly before a name multiplies it (`1000Nm3`). A name may hold hyphens (`kgN2O-N`) and may
end in ` d.m.` or ` wet`, because that is how the mass of wood and of waste is printed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from tanhui.kernel.refusals import Invalid

Signature = tuple[tuple[str, int], ...]
Measure = tuple[Fraction, Signature]

DIMENSIONLESS: Signature = ()
MAX_UNIT_CHARACTERS = 80

# The hyphen is no operator in units, so a name can hold it without ambiguity.
NAME = r"[A-Za-z%µ°][A-Za-z0-9_]*(?:-[A-Za-z][A-Za-z0-9_]*)*(?: (?:d\.m\.|wet)(?![A-Za-z0-9_]))?"
_TOKEN = re.compile(
    rf"(?P<number>[0-9]+(?:\.[0-9]+)?(?:e[0-9]{{1,2}})?)|(?P<name>{NAME})|(?P<mark>[./*()])"
)


def times(left: Signature, right: Signature, power: int = 1) -> Signature:
    """The product of `left` and `right` to the `power`, cancelled and sorted."""
    total: Counter[str] = Counter(dict(left))
    for quantity, exponent in right:
        total[quantity] += power * exponent
    return tuple(sorted((name, exponent) for name, exponent in total.items() if exponent))


def malformed_unit(text: str) -> Invalid:
    """The refusal `malformed_unit` of `text`."""
    return Invalid(
        "malformed_unit",
        zh="单位 {text} 写法有误",
        en="the unit {text} is malformed",
        text=repr(text[:MAX_UNIT_CHARACTERS]),
    )


def tokens(text: str) -> list[tuple[str, str]]:
    """The pieces of `text` as (`number` | `name` | `mark`, piece). Refuses: `malformed_unit`."""
    if len(text) > MAX_UNIT_CHARACTERS:
        raise malformed_unit(text)
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise malformed_unit(text)
        found.append((str(match.lastgroup), match[0]))
        position = match.end()
    return found


def measure(text: str, one: Callable[[str], Measure]) -> Measure:
    """Scale and signature of `text`; `one` answers for a single name.

    Refuses: `malformed_unit`, and whatever `one` refuses.
    """
    return _Reading(text, one).whole()


class _Reading:
    def __init__(self, text: str, one: Callable[[str], Measure]) -> None:
        self.text, self.one, self.position = text, one, 0
        self.tokens = tokens(text)

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def whole(self) -> Measure:
        unit = self.product()
        if self.peek()[0] != "end":
            raise malformed_unit(self.text)
        return unit

    def product(self) -> Measure:
        scale, signature = self.term()
        while self.peek()[1] in (".", "*", "/"):
            power = -1 if self.peek()[1] == "/" else 1
            self.position += 1
            other, more = self.term()
            scale, signature = scale * other**power, times(signature, more, power)
        return scale, signature

    def term(self) -> Measure:
        kind, text = self.peek()
        self.position += 1
        if kind == "number":
            number = Fraction(text)
            if not number:
                raise malformed_unit(self.text)
            if self.peek()[0] == "name":
                scale, signature = self.term()
                return number * scale, signature
            return number, DIMENSIONLESS
        if kind == "name":
            return self.one(text)
        if text == "(":
            unit = self.product()
            if self.peek()[1] != ")":
                raise malformed_unit(self.text)
            self.position += 1
            return unit
        raise malformed_unit(self.text)
