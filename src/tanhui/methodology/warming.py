"""Warming potentials and typed conversions: the only ways from one quantity into another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.methodology.units import Unit, UnitTable, exact_number

GASES = ("CO2", "CH4", "N2O")
STATUSES = ("published", "unverified")

_NUMBER = r"[0-9]{1,30}(?:\.[0-9]{1,30})?"


@dataclass(frozen=True, slots=True)
class WarmingSet:
    """The warming potentials of one assessment report, by gas (mass of CO2e per mass of gas)."""

    name: str
    zh: str
    en: str
    source: str
    status: str
    potentials: dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Conversion:
    """A typed conversion of one quantity into another: so many `becomes` for one `found`.

    Either `gas` is named and the document's own set says how many, or `ratio` does.
    """

    name: str
    found: Unit
    becomes: Unit
    gas: str
    zh: str
    en: str
    ratio: Fraction | None = None

    def factor(self, warming_set: WarmingSet) -> Fraction:
        """How many units of `becomes` one unit of `found` makes."""
        return warming_set.potentials[self.gas] if self.ratio is None else self.ratio


class Warming:
    """The sets and typed conversions of `content/common/gwp.toml`.

    Raises ContentRefused when that file is faulty.
    """

    def __init__(self, path: Path, units: UnitTable) -> None:
        file = TomlFile(path)
        self.sets: dict[str, WarmingSet] = {}
        self.conversions: dict[str, Conversion] = {}
        with file.root() as root:
            for name, section in root.named("set").items():
                self.sets[name] = _warming_set(name, section)
            for name, section in root.named("conversion").items():
                conversion = _conversion(name, section, units)
                if conversion is not None:
                    self.conversions[name] = conversion
        file.finish()


def _warming_set(name: str, section: Section) -> WarmingSet:
    with section:
        zh, en = section.text("zh"), section.text("en")
        source, status = section.text("source"), section.text("status", choices=STATUSES)
        potentials: dict[str, Fraction] = {}
        for gas in GASES:
            text = section.text(gas, pattern=_NUMBER)
            potentials[gas] = Fraction(text) if re.fullmatch(_NUMBER, text) else Fraction()
    return WarmingSet(name, zh, en, source, status, potentials)


def _conversion(name: str, section: Section, units: UnitTable) -> Conversion | None:
    with section:
        sides = {key: section.text(key) for key in ("from", "to")}
        gas, ratio = "", None
        if section.has("ratio"):
            ratio = _ratio(section)
            if section.has("gas"):
                section.report(
                    "gas",
                    "not_both",
                    "gas 与 ratio 只能写其一",
                    "either gas or ratio is given, not both",
                )
        else:
            gas = section.text("gas", choices=GASES)
        zh, en = section.text("zh"), section.text("en")
    read: list[Unit] = []
    for key, text in sides.items():
        try:
            read.append(units.parse(text or "1"))
        except Invalid as refusal:
            section.report(key, refusal.code, refusal.zh, refusal.en)
    return Conversion(name, read[0], read[1], gas, zh, en, ratio) if len(read) == 2 else None


def _ratio(section: Section) -> Fraction:
    """`44/12` or `3.6` or `1/3.6`, exactly; 1 in place of a faulty one, which is noted."""
    text = section.text("ratio", pattern=rf"{_NUMBER}(/{_NUMBER})?")
    if not re.fullmatch(rf"{_NUMBER}(/{_NUMBER})?", text):
        return Fraction(1)
    try:
        parts = [exact_number(part) for part in text.split("/")]
    except Invalid as refusal:
        section.report("ratio", refusal.code, refusal.zh, refusal.en)
        return Fraction(1)
    if not all(parts):
        section.report("ratio", "malformed_value", "比例须为正数", "the ratio must be positive")
        return Fraction(1)
    return parts[0] / parts[1] if len(parts) == 2 else parts[0]
