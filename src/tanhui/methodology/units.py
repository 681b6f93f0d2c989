"""Units, the quantities they measure, and kinds: what may be added to what.

A unit is an exact scale times a product of *quantities* (`length`, `mass.co2`, `trip`, …). Two
values may be added or compared only when these products are the same: a mass of CO2 is not a mass
of CO2e, person.km is not km, a trip is not a distance, although some share a physical dimension.
A *kind* is a named use of such a product (a distance ridden, a reduction); symbols and factor rows
declare one and must agree on it. All numbers are exact fractions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.tomlfile import Section, TomlFile

Signature = tuple[tuple[str, int], ...]

DIMENSIONLESS: Signature = ()
MAX_UNIT_CHARACTERS = 80
MAX_DIGITS = 40

_UNIT_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?(?:e[0-9]{1,2})?)|(?P<name>[A-Za-z%µ]"
    r"[A-Za-z0-9_]*)|(?P<mark>[./*()])"
)
_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Unit:
    """`text` as written, `scale` to the base units of its quantities, and their product."""

    text: str
    scale: Fraction
    signature: Signature


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact value in a unit."""

    value: Fraction
    unit: Unit

    @property
    def base(self) -> Fraction:
        """The value in base units."""
        return self.value * self.unit.scale

    def to(self, unit: Unit) -> Quantity:
        """The same quantity in `unit`. Refuses: see `require_same`."""
        return Quantity(self.base / unit.scale, unit)


@dataclass(frozen=True, slots=True)
class Kind:
    """A named use of quantities, with its labels."""

    name: str
    unit: Unit
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class _UnitRow:
    quantity: str
    scale: Fraction
    zh: str
    en: str


def times(left: Signature, right: Signature, power: int = 1) -> Signature:
    """The product of `left` and `right` to the `power`, cancelled and sorted."""
    total: Counter[str] = Counter(dict(left))
    for quantity, exponent in right:
        total[quantity] += power * exponent
    return tuple(sorted((name, exponent) for name, exponent in total.items() if exponent))


def exact_number(text: str) -> Fraction:
    """A decimal text as an exact fraction. Refuses `malformed_number`, also absurdly long ones."""
    try:
        if not _DECIMAL.fullmatch(text):
            raise InvalidOperation
        number = Decimal(text)
        if len(number.as_tuple().digits) > MAX_DIGITS or abs(number.adjusted()) > MAX_DIGITS:
            raise InvalidOperation
    except InvalidOperation:
        raise Invalid(
            "malformed_number",
            zh="{text} 不是可用的十进制数",
            en="{text} is not a usable decimal number",
            text=repr(text[:60]),
        ) from None
    return Fraction(number)


class UnitTable:
    """The units, quantities and kinds of `content/common/units.toml`.

    Raises ContentRefused when that file is faulty.
    """

    def __init__(self, path: Path) -> None:
        file = TomlFile(path)
        self._dimensions: dict[str, str] = {}
        self._labels: dict[str, tuple[str, str]] = {}
        self._units: dict[str, _UnitRow] = {}
        self._cache: dict[str, Unit] = {}
        self.kinds: dict[str, Kind] = {}
        with file.root() as root:
            for name, section in root.named("quantity").items():
                self._read_quantity(name, section)
            for name, section in root.named("unit").items():
                self._read_unit(name, section)
            for name, section in root.named("kind").items():
                self._read_kind(name, section)
        file.finish()

    def _read_quantity(self, name: str, section: Section) -> None:
        with section:
            self._dimensions[name] = section.text("dimension")
            self._labels[name] = (section.text("zh"), section.text("en"))

    def _read_unit(self, name: str, section: Section) -> None:
        with section:
            quantity = section.text("quantity", choices=tuple(self._dimensions))
            scale = section.text("scale", pattern=r"[0-9]+(/[1-9][0-9]*)?")
            row = _UnitRow(
                quantity, _positive(section, scale), section.text("zh"), section.text("en")
            )
        self._units[name] = row

    def _read_kind(self, name: str, section: Section) -> None:
        with section:
            text, zh, en = section.text("unit"), section.text("zh"), section.text("en")
        try:
            self.kinds[name] = Kind(name, self.parse(text), zh, en)
        except Invalid as refusal:
            section.report("unit", refusal.code, refusal.zh, refusal.en)

    def parse(self, text: str) -> Unit:
        """The unit written in `text`: `gCO2/(person.km)`, `GJ/1e4Nm3`; `1` is a pure number.

        Refuses: `malformed_unit`, `unknown_unit`.
        """
        if text not in self._cache:
            scale, signature = _UnitParser(self, text).whole()
            self._cache[text] = Unit(text, scale, signature)
        return self._cache[text]

    def one(self, name: str, whole: str) -> tuple[Fraction, Signature]:
        """Scale and signature of the single unit `name` inside the text `whole`."""
        if name not in self._units:
            near = get_close_matches(name, self._units, n=1, cutoff=0.4)
            raise Invalid(
                "unknown_unit",
                zh="没有单位 {name}" + ("，是否应为 {near}？" if near else ""),
                en="no unit {name}" + ("; did you mean {near}?" if near else ""),
                name=name,
                whole=whole,
                near=near[0] if near else "",
            )
        row = self._units[name]
        return row.scale, times((), ((row.quantity, 1),))

    def physical(self, signature: Signature) -> Signature:
        """The product of plain dimensions behind `signature`: CO2 and CO2e are both a mass."""
        product: Signature = ()
        for quantity, exponent in signature:
            dimension = self._dimensions[quantity]
            if dimension != "1":
                product = times(product, ((dimension, exponent),))
        return product

    def describe(self, signature: Signature, language: str) -> str:
        """The signature in words, such as `mass of CO2 / length`."""
        index = 0 if language.startswith("zh") else 1
        if not signature:
            return ("纯数", "a pure number")[index]
        parts = {True: [], False: []}  # type: dict[bool, list[str]]
        for quantity, exponent in signature:
            label = self._labels[quantity][index]
            power = "" if abs(exponent) == 1 else f"^{abs(exponent)}"
            parts[exponent > 0].append(label + power)
        top = " · ".join(parts[True]) or "1"
        return " / ".join([top, *parts[False]])

    def label(self, unit: Unit, language: str) -> str:
        """The unit as people read it: `g CO₂e/km`."""
        index = 0 if language.startswith("zh") else 1

        def read(match: re.Match[str]) -> str:
            row = self._units.get(match[0])
            return match[0] if row is None else (row.zh, row.en)[index]

        return re.sub(r"[A-Za-z%µ][A-Za-z0-9_]*", read, unit.text).replace(".", "·")

    def require_same(self, found: Signature, expected: Signature, what: str) -> None:
        """Refuse when `found` is not `expected`.

        Refuses: `kind_mismatch` when the physical dimension is the same but the kind is not (CO2
        for CO2e, km for person.km), `unit_mismatch` when not even the dimension fits.
        """
        if found == expected:
            return
        same = self.physical(found) == self.physical(expected)
        raise Invalid(
            "kind_mismatch" if same else "unit_mismatch",
            zh="{what} 的"
            + ("量的类别" if same else "单位")
            + "不符：应为 {want_zh}，实为 {got_zh}",
            en="{what} is of the wrong "
            + ("kind" if same else "unit")
            + ": expected {want_en}, found {got_en}",
            what=what,
            want_zh=self.describe(expected, "zh"),
            got_zh=self.describe(found, "zh"),
            want_en=self.describe(expected, "en"),
            got_en=self.describe(found, "en"),
        )


def _positive(section: Section, text: str) -> Fraction:
    if not re.fullmatch(r"[0-9]+(/[1-9][0-9]*)?", text) or not Fraction(text):
        section.report(
            "scale", "malformed_value", "比例须为正的有理数", "the scale must be positive"
        )
        return Fraction(1)
    return Fraction(text)


class _UnitParser:
    def __init__(self, table: UnitTable, text: str) -> None:
        self.table, self.text, self.position = table, text, 0
        self.tokens: list[tuple[str, str]] = []
        position = 0
        while position < len(text):
            match = _UNIT_TOKEN.match(text, position)
            if match is None or len(text) > MAX_UNIT_CHARACTERS:
                raise self.refuse()
            self.tokens.append((str(match.lastgroup), match[0]))
            position = match.end()

    def refuse(self) -> Invalid:
        return Invalid(
            "malformed_unit",
            zh="单位 {text} 写法有误",
            en="the unit {text} is malformed",
            text=repr(self.text[:MAX_UNIT_CHARACTERS]),
        )

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.position] if self.position < len(self.tokens) else ("end", "")

    def whole(self) -> tuple[Fraction, Signature]:
        unit = self.product()
        if self.peek()[0] != "end":
            raise self.refuse()
        return unit

    def product(self) -> tuple[Fraction, Signature]:
        scale, signature = self.term()
        while self.peek()[1] in (".", "*", "/"):
            power = -1 if self.peek()[1] == "/" else 1
            self.position += 1
            other, more = self.term()
            scale, signature = scale * other**power, times(signature, more, power)
        return scale, signature

    def term(self) -> tuple[Fraction, Signature]:
        kind, text = self.peek()
        self.position += 1
        if kind == "number":
            number = Fraction(text)
            if not number:
                raise self.refuse()
            if self.peek()[0] == "name":
                scale, signature = self.term()
                return number * scale, signature
            return number, ()
        if kind == "name":
            return self.table.one(text, self.text)
        if text == "(":
            unit = self.product()
            if self.peek()[1] != ")":
                raise self.refuse()
            self.position += 1
            return unit
        raise self.refuse()


def quantity_of(table: UnitTable, value: str, unit: str) -> Quantity:
    """A quantity from decimal text and unit text. Refuses what either of them refuses."""
    return Quantity(exact_number(value), table.parse(unit))


Quantities = Mapping[str, Quantity]
