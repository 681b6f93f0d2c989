"""What an owner might earn: kilograms times enquiry prices, apart from any trade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from tanhui.methodology.document import Label
from tanhui.methodology.parts import read_label
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

PRICES = "*/enquiry-prices.toml"
STATUSES = ("published", "unverified", "assumed")
_KG_PER_TONNE = 1_000


@dataclass(frozen=True, slots=True)
class EnquiryPrice:
    """A price that was asked or paid elsewhere or earlier, in fen a tonne of CO2e."""

    name: str
    label: Label
    fen_per_tonne: int
    day: date
    status: str
    source: Label


@dataclass(frozen=True, slots=True)
class Estimate:
    """What `kg` would bring at one price, in whole fen rounded down."""

    price: EnquiryPrice
    kg: int
    fen: int


@dataclass(frozen=True, slots=True)
class Prices:
    """The enquiry prices of a city, the latest first, and what they are not."""

    about: Label
    rows: tuple[EnquiryPrice, ...]


def estimates(kg: int, prices: Prices) -> list[Estimate]:
    """What `kg` kilograms would bring at each enquiry price."""
    return [Estimate(price, kg, kg * price.fen_per_tonne // _KG_PER_TONNE) for price in prices.rows]


def read_prices(path: Path) -> Prices:
    """The prices of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("prices") as head:
            about = Label(head.text("about_zh"), head.text("about_en"))
        rows = [_price(section) for section in root.tables("price")]
        names = [row.name for row in rows]
        for name in {name for name in names if names.count(name) > 1}:
            root.report("price", "name_taken", f"{name} 重复", f"{name} is there twice")
    file.finish()
    return Prices(about, tuple(sorted(rows, key=lambda row: row.day, reverse=True)))


def _price(section: Section) -> EnquiryPrice:
    with section:
        fen = section.integer("fen_per_tonne")
        if fen <= 0:
            section.report("fen_per_tonne", "wrong_value", "须大于 0", "must be above 0")
        return EnquiryPrice(
            name=section.text("name"),
            label=read_label(section),
            fen_per_tonne=fen,
            day=section.day("day") or date.min,
            status=section.text("status", choices=STATUSES),
            source=Label(section.text("source_zh"), section.text("source_en")),
        )


@cache
def city_prices(content_root: Path) -> Prices:
    """The city's enquiry prices, read once for each program; empty where it has none."""
    for path in sorted(content_root.glob(PRICES)):
        return read_prices(path)
    return Prices(Label("", ""), ())


def check_prices(content_root: Path) -> list[Problem]:
    """Every fault of the enquiry prices."""
    problems: list[Problem] = []
    for path in sorted(content_root.glob(PRICES)):
        try:
            read_prices(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
