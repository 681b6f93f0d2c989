"""What the city chose for spending points: `content/<city>/rewards.toml`, by a closed schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from tanhui.kernel.quantities import MG_PER_KG
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

_NAME = "rewards.toml"


@dataclass(frozen=True, slots=True)
class Level:
    """A citizen's level: from how many milligrams of reduction on one has it."""

    number: int
    title_zh: str
    title_en: str
    from_mg: int


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of redemption, expiry and drops.

    Points are for all units of one redemption; those of a day are for all of 24 hours together.
    """

    hold: timedelta
    units_max: int
    refund_min: timedelta
    step_up_points: int
    step_up_day_points: int
    step_up: timedelta
    device_wait_points: int
    device_wait_day_points: int
    device_wait: timedelta
    expiry_months: int
    notice_days: tuple[int, ...]
    pause_months_max: int
    pause_every_months: int
    waiting_tickets_max: int
    dispute_days: int
    levels: tuple[Level, ...]

    @property
    def levels_mg(self) -> list[int]:
        """From what reduction on each level after the first is reached."""
        return [level.from_mg for level in self.levels[1:]]


def read_terms(path: Path) -> Terms:
    """The terms of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("rewards") as head:
            head.day("valid_from")
            head.text("basis", choices=("placeholder", "published", "official"))
            head.text("source_zh")
            head.text("source_en")
        with root.table("redemption") as part:
            hold = _within(part, "hold_minutes", 1, 120)
            units = _within(part, "units_max", 1, 100)
            refund = _within(part, "refund_days_min", 0, 366)
            _reasons(part, "hold", "units", "refund")
        with root.table("safety") as part:
            step_up = _within(part, "step_up_points", 1, 10**6)
            step_up_day = _within(part, "step_up_day_points", step_up, 10**7)
            proof = _within(part, "step_up_minutes", 1, 120)
            wait_points = _within(part, "device_wait_points", 1, 10**6)
            wait_day = _within(part, "device_wait_day_points", wait_points, 10**7)
            wait = _within(part, "device_wait_hours", 0, 24 * 31)
            _reasons(part, "step_up", "device_wait", "day")
        with root.table("expiry") as part:
            months = _within(part, "months", 1, 120)
            days = part.integers("notice_days", 3)
            pause = _within(part, "pause_months_max", 0, 24)
            every = _within(part, "pause_every_months", 1, 60)
            _reasons(part, "", "pause")
        with root.table("drop") as part:
            tickets = _within(part, "waiting_tickets_max", 0, 20)
            _reasons(part, "waiting")
        with root.table("dispute") as part:
            disputed = _within(part, "days", 1, 366)
            _reasons(part, "")
        levels: list[Level] = []
        for number, each in enumerate(root.tables("level")):
            with each as part:
                kilograms = _within(part, "from_kg", 0, 10**6)
                titles = part.text("title_zh"), part.text("title_en")
                before = levels[-1].from_mg if levels else -1
                levels.append(Level(number, *titles, kilograms * MG_PER_KG))
                if levels[-1].from_mg <= before or levels[0].from_mg:
                    part.report(
                        "from_kg",
                        "level_order",
                        "等级从 0 起，一级比一级高",
                        "Levels begin at 0 and rise",
                    )
    file.finish()
    return Terms(
        timedelta(minutes=hold),
        units,
        timedelta(days=refund),
        step_up,
        step_up_day,
        timedelta(minutes=proof),
        wait_points,
        wait_day,
        timedelta(hours=wait),
        months,
        tuple(sorted(days, reverse=True)),
        pause,
        every,
        tickets,
        disputed,
        tuple(levels),
    )


def _within(part: Section, name: str, least: int, most: int) -> int:
    found = part.integer(name)
    if not least <= found <= most:
        part.report(
            name,
            "out_of_range",
            f"{found} 不在 {least} 到 {most} 之间",
            f"{found} is not between {least} and {most}",
        )
    return found


def _reasons(part: Section, *names: str) -> None:
    for name in names:
        for language in ("zh", "en"):
            part.text(f"{name}_why_{language}" if name else f"why_{language}")


def _files(content_root: Path) -> Iterator[Path]:
    return iter(sorted(content_root.glob(f"*/{_NAME}")))


@cache
def city_terms(content_root: Path) -> Terms:
    """The city's terms, read once for each program; raises ContentRefused."""
    found = list(_files(content_root))
    return read_terms(found[0] if found else content_root / "city" / _NAME)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the city's terms."""
    problems: list[Problem] = []
    for path in _files(content_root):
        try:
            read_terms(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
