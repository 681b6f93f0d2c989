"""The mechanism's aims and their indicators: `content/<city>/aims.toml`, by a closed schema.

An indicator is computed here, or stated by somebody else; a stated one says when, by whom, and
whether the source itself was read. Which is which never shows in the number alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from tanhui.kernel.quantities import decimal_text
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

NAME = "aims.toml"
# What the platform can compute; the board knows how each is counted.
COMPUTED = (
    "people",
    "scenes",
    "points",
    "reduction",
    "districts",
    "project-methodologies",
    "credits",
)
CODE = r"[a-z][a-z0-9-]*"
# A year, a month or a day: no more is claimed than the source says.
AS_OF = r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?"
BASES = ("published", "unverified")
_MOST_DECIMALS = 3


@dataclass(frozen=True, slots=True)
class Stated:
    """A number that somebody else has told: exact to `decimals`, of a day, month or year."""

    amount: int
    decimals: int
    at_least: bool
    unit_zh: str
    unit_en: str
    as_of: str
    basis: Literal["published", "unverified"]
    source_zh: str
    source_en: str

    @property
    def text(self) -> str:
        """The number with commas, without its unit."""
        return decimal_text(self.amount, 10**self.decimals, self.decimals)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: `computed` names what is counted here, or `stated` holds the number."""

    code: str
    title_zh: str
    title_en: str
    shown: bool
    computed: str
    stated: Stated | None


@dataclass(frozen=True, slots=True)
class Aim:
    """One of the mechanism's aims."""

    code: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    icon: str
    indicators: tuple[Indicator, ...]

    @property
    def first_screen(self) -> tuple[Indicator, ...]:
        """The indicators that the board's first screen has room for."""
        return tuple(indicator for indicator in self.indicators if indicator.shown)


@dataclass(frozen=True, slots=True)
class Aims:
    """All aims, with where their wording comes from."""

    aims: tuple[Aim, ...]
    source_zh: str
    source_en: str


def read_aims(path: Path) -> Aims:
    """The aims of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("aims") as head:
            source_zh, source_en = head.text("source_zh"), head.text("source_en")
        found = tuple(_aim(section) for section in root.tables("aim"))
        once(root, "aim", tuple(aim.code for aim in found))
        codes = tuple(indicator.code for aim in found for indicator in aim.indicators)
        once(root, "aim", codes)
    file.finish()
    return Aims(found, source_zh, source_en)


def once(root: Section, key: str, codes: tuple[str, ...]) -> None:
    """Reports codes that stand more than once under `key`."""
    for code in sorted({code for code in codes if code and codes.count(code) > 1}):
        root.report(key, "code_taken", f"{code} 写了两次", f"{code} stands twice")


def _aim(section: Section) -> Aim:
    with section:
        aim = Aim(
            code=section.text("code", pattern=CODE),
            title_zh=section.text("title_zh"),
            title_en=section.text("title_en"),
            about_zh=section.text("about_zh"),
            about_en=section.text("about_en"),
            icon=section.text("icon", pattern=CODE),
            indicators=tuple(_indicator(part) for part in section.tables("indicator")),
        )
        shown = [indicator.stated is None for indicator in aim.first_screen]
        if sorted(shown) != [False, True]:
            section.report(
                "indicator",
                "wrong_shown",
                "shown = true 应正好标在一个自算指标和一个他处指标上",
                "shown = true belongs to exactly one computed and one stated indicator",
            )
    return aim


def _indicator(section: Section) -> Indicator:
    with section:
        computed = section.text("computed", choices=COMPUTED, required=False)
        return Indicator(
            code=section.text("code", pattern=CODE),
            title_zh=section.text("title_zh"),
            title_en=section.text("title_en"),
            shown=section.flag("shown"),
            computed=computed,
            # A computed indicator knows none of these keys: each of them is a fault there.
            stated=None if computed else _stated(section),
        )


def _stated(section: Section) -> Stated:
    decimals = section.integer("decimals", required=False)
    if not 0 <= decimals <= _MOST_DECIMALS:
        section.report("decimals", "out_of_bounds", "应为 0 至 3", "must be 0 to 3")
        decimals = 0
    amount = section.integer("amount")
    if amount < 0:
        section.report("amount", "out_of_bounds", "不能为负", "must not be negative")
    basis = section.text("basis", choices=BASES)
    return Stated(
        amount=amount,
        decimals=decimals,
        at_least=section.flag("at_least"),
        unit_zh=section.text("unit_zh"),
        unit_en=section.text("unit_en"),
        as_of=section.text("as_of", pattern=AS_OF, like="2025-05"),
        basis=cast(Literal["published", "unverified"], basis),
        source_zh=section.text("source_zh"),
        source_en=section.text("source_en"),
    )


@cache
def city_aims(content_root: Path) -> Aims:
    """The city's aims, read once for each program; raises ContentRefused."""
    (path,) = content_root.glob(f"*/{NAME}")
    return read_aims(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the aims."""
    problems: list[Problem] = []
    for path in sorted(content_root.glob(f"*/{NAME}")):
        try:
            read_aims(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
