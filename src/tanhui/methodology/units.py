"""Units, the quantities they measure, and kinds: what may be added to what.

A unit is an exact scale times a product of *quantities* (`length`, `mass.co2`, `trip`, …). Two
values may be added or compared only when these products are the same: a mass of CO2 is not a mass
of CO2e, person.km is not km, a trip is not a distance, although some share a physical dimension.
A *kind* is a named use of such a product (a distance ridden, a reduction); symbols and factor rows
declare one and must agree on it. All numbers are exact fractions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.unitgrammar import (
    DIMENSIONLESS,
    MAX_UNIT_CHARACTERS,
    Signature,
    measure,
    times,
    tokens,
)

__all__ = [
    "DIMENSIONLESS",
    "MAX_DIGITS",
    "MAX_UNIT_CHARACTERS",
    "Kind",
    "Quantities",
    "Quantity",
    "Signature",
    "Unit",
    "UnitTable",
    "decimal_text",
    "exact_number",
    "quantity_of",
    "times",
]

MAX_DIGITS = 40
# Unit texts also arrive in requests, so what is remembered of them is bounded.
MAX_REMEMBERED = 4096

_DECIMAL = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?")
# How people read a number that stands before a unit.
_COUNTED = {"1e4": ("万", "10⁴ "), "10000": ("万", "10,000 "), "1000": ("千", "1,000 ")}
_ENDLESS_PLACES = 6


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
    """A named use of quantities, with its labels.

    `low` and `high` bound what is plausible, both inclusive and in *base* units (None: unbounded).
    A `distinct` kind is never added to, compared with or assigned to another kind.
    """

    name: str
    unit: Unit
    zh: str
    en: str
    low: Fraction | None = None
    high: Fraction | None = None
    distinct: bool = False

    def holds(self, quantity: Quantity) -> bool:
        """Whether `quantity`, of this kind's own signature, is plausible."""
        value = quantity.base
        return (self.low is None or self.low <= value) and (self.high is None or value <= self.high)

    def range_text(self) -> str:
        """The plausible range in the kind's own unit, such as `300..420 GJ/1e4Nm3`."""
        ends = (
            "" if end is None else decimal_text(end / self.unit.scale)
            for end in (self.low, self.high)
        )
        return "..".join(ends) + f" {self.unit.text}"

    def require_plausible(self, quantity: Quantity, what: str) -> None:
        """Refuse a `quantity` outside the plausible range. Refuses: `implausible_value`."""
        if self.holds(quantity):
            return
        raise Invalid(
            "implausible_value",
            zh="{what} 为 {value} {unit}，超出类别 {kind} 的可信范围 {range}",
            en="{what} is {value} {unit}, outside the plausible range of {kind}, {range}",
            what=what,
            value=decimal_text(quantity.value),
            unit=quantity.unit.text,
            kind=self.name,
            range=self.range_text(),
        )


@dataclass(frozen=True, slots=True)
class _UnitRow:
    scale: Fraction
    signature: Signature
    zh: str
    en: str


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


def decimal_text(value: Fraction) -> str:
    """`value` as a plain decimal; one without a finite decimal is cut after 6 places and marked."""
    places, rest = 0, value.denominator
    for prime in (2, 5):
        count = 0
        while rest % prime == 0:
            rest //= prime
            count += 1
        places = max(places, count)
    if rest != 1:
        places = _ENDLESS_PLACES
    whole, fraction = divmod(abs(value.numerator) * 10**places // value.denominator, 10**places)
    tail = f".{str(fraction).zfill(places)}" if places else ""
    return f"{'≈' if rest != 1 else ''}{'-' if value < 0 else ''}{whole}{tail}"


class UnitTable:
    """The units and quantities of `content/common/units.toml`, and the kinds of `kinds/` beside it.

    Raises ContentRefused when one of these files is faulty.
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
            units = root.named("unit")
            # Units of a quantity come first, so that derived ones may name any of them.
            for name, section in units.items():
                if "is" not in section.data:
                    self._read_unit(name, section)
            for name, section in units.items():
                if "is" in section.data:
                    self._read_derived(name, section)
        file.finish()
        self._read_kinds(path.parent / "kinds")

    def _read_quantity(self, name: str, section: Section) -> None:
        with section:
            self._dimensions[name] = section.text("dimension")
            self._labels[name] = (section.text("zh"), section.text("en"))

    def _read_unit(self, name: str, section: Section) -> None:
        with section:
            quantity = section.text("quantity", choices=tuple(self._dimensions))
            scale = section.text("scale", pattern=r"[0-9]+(/[1-9][0-9]*)?")
            self._units[name] = _UnitRow(
                _positive(section, scale), ((quantity, 1),), section.text("zh"), section.text("en")
            )

    def _read_derived(self, name: str, section: Section) -> None:
        """A unit that is another expression; it may name any unit that was read before it."""
        with section:
            text, zh, en = section.text("is"), section.text("zh"), section.text("en")
        try:
            scale, signature = measure(text, self.one)
        except Invalid as refusal:
            section.report("is", refusal.code, refusal.zh, refusal.en)
            return
        self._units[name] = _UnitRow(scale, signature, zh, en)

    def _read_kinds(self, folder: Path) -> None:
        problems: list[Problem] = []
        for path in sorted(folder.glob("*.toml")):
            try:
                file = TomlFile(path)
                with file.root() as root:
                    for name, section in root.named("kind").items():
                        self._read_kind(name, section)
                file.finish()
            except ContentRefused as refusal:
                problems.extend(refusal.problems)
        if problems:
            raise ContentRefused(problems)

    def _read_kind(self, name: str, section: Section) -> None:
        with section:
            text, zh, en = section.text("unit"), section.text("zh"), section.text("en")
            distinct = section.has("distinct") and section.data["distinct"]
            ends = _range(section)
        if not isinstance(distinct, bool):
            section.report("distinct", "wrong_type", "应为 true 或 false", "expected true or false")
        if name in self.kinds:
            section.report(
                "", "duplicate_kind", f"类别 {name} 重复", f"the kind {name} appears twice"
            )
        try:
            unit = self.parse(text)
        except Invalid as refusal:
            if text:
                section.report("unit", refusal.code, refusal.zh, refusal.en)
            return
        low, high = (None if end is None else end * unit.scale for end in ends)
        self.kinds[name] = Kind(name, unit, zh, en, low, high, distinct is True)

    def parse(self, text: str) -> Unit:
        """The unit written in `text`: `gCO2/(person.km)`, `GJ/1e4Nm3`; `1` is a pure number.

        Refuses: `malformed_unit`, `unknown_unit`.
        """
        unit = self._cache.get(text)
        if unit is None:
            unit = Unit(text, *measure(text, self.one))
            if len(self._cache) < MAX_REMEMBERED:
                self._cache[text] = unit
        return unit

    def one(self, name: str) -> tuple[Fraction, Signature]:
        """Scale and signature of the single unit `name`. Refuses: `unknown_unit`."""
        if name not in self._units:
            near = [unit for unit in self._units if unit.lower() == name.lower()]
            near = near or get_close_matches(name, self._units, n=1, cutoff=0.4)
            raise Invalid(
                "unknown_unit",
                zh="没有单位 {name}" + ("，是否应为 {near}？" if near else ""),
                en="no unit {name}" + ("; did you mean {near}?" if near else ""),
                name=name,
                near=near[0] if near else "",
            )
        row = self._units[name]
        return row.scale, row.signature

    def names(self) -> tuple[str, ...]:
        """Every unit that can be written, in the order of the file."""
        return tuple(self._units)

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
        """The unit as people read it: `g CO₂e/km`, `GJ/万Nm³`."""
        index = 0 if language.startswith("zh") else 1
        read = []
        for kind, text in tokens(unit.text):
            row = self._units.get(text) if kind == "name" else None
            if row is not None:
                read.append((row.zh, row.en)[index])
            elif kind == "number":
                read.append(_COUNTED.get(text, (text, text))[index])
            else:
                read.append("·" if text in (".", "*") else text)
        return "".join(read)

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


def _range(section: Section) -> tuple[Fraction | None, Fraction | None]:
    """The two ends of `plausible`; nothing when it is absent or faulty (then noted)."""
    if not section.has("plausible"):
        return None, None
    given = section.data["plausible"]
    try:
        if not isinstance(given, list) or len(given) != 2:
            raise ValueError
        low, high = (exact_number(str(end)) for end in given)
        if isinstance(given[0], bool) or isinstance(given[1], bool) or high < low:
            raise ValueError
    except (ValueError, Invalid):
        section.report(
            "plausible",
            "malformed_value",
            "应为先低后高的两个数",
            "expected two numbers, the lower one first",
        )
        return None, None
    return low, high


def quantity_of(table: UnitTable, value: str, unit: str) -> Quantity:
    """A quantity from decimal text and unit text. Refuses what either of them refuses."""
    return Quantity(exact_number(value), table.parse(unit))


Quantities = Mapping[str, Quantity]
