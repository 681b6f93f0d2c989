"""Settlement told again in plain Python, one row after the other, from the rules alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tanhui.partners.modes import ModeRule
from tests.behaviours.telling import JULY
from tests.partners.judge import judge

CITY = timezone(timedelta(hours=8))
# From this day evidence is paid by its grade for bicycles too, and a day has a limit in all.
GRADED = date(2026, 7, 1)
DAY_MAX_IN_ALL = 100
FIRST_DAY = date(2020, 1, 1)
COMPARED = ("rider", "started_at", "ended_at", "mode", "distance_m")
# What a meter counted is paid in full, a line between two places by four fifths.
PERCENT = {"A": 100, "B": 80}
Row = dict[str, Any]


@dataclass(frozen=True)
class Price:
    """Hundredths of a milligram for a metre, milligrams for a point, points a day; speed."""

    rate: int
    mg_per_point: int
    day_max: int
    max_per_hour: int
    graded_from: date = FIRST_DAY


PRICES = {
    "shared_bike": Price(4_870, 10_000, 30, 30_000, GRADED),
    "shared_ebike": Price(2_166, 10_000, 30, 30_000),
    "bus": Price(2_156, 8_000, 40, 80_000),
    "metro": Price(3_084, 10_000, 60, 140_000),
}
MODES = {mode: ModeRule("distance_m", price.max_per_hour) for mode, price in PRICES.items()}


@dataclass
class Deed:
    """What is remembered of a recorded row; `used` and `used_in_all` were paid that day before."""

    citizen: int
    day: date
    content: dict[str, Any]
    reduction_mg: int
    uncapped: int
    points: int = 0
    used: int = 0
    used_in_all: int = 0
    same_as: Deed | None = None

    def lies_on(self, other: Deed) -> bool:
        """Whether two tellings of one partner take the same time of one person."""
        start = max(self.content["started_at"], other.content["started_at"])
        end = min(self.content["ended_at"], other.content["ended_at"])
        took = min(one.content["ended_at"] - one.content["started_at"] for one in (self, other))
        return end - start > timedelta(minutes=1) or (end > start and 2 * (end - start) >= took)


@dataclass
class Model:
    """The books of one partner as they should be."""

    riders: dict[str, int]
    digests: dict[str, int]
    now: datetime = JULY
    deeds: dict[str, Deed] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    reduction_mg: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def record(self, rows: list[Row]) -> list[str]:
        """Records one chunk; answers what becomes of each row."""
        before = len(self.deeds)
        outcomes = [self._answer(row) for row in rows]
        new = dict(list(self.deeds.items())[before:])
        known = [deed for name, deed in self.deeds.items() if name not in new]
        for name in sorted(
            new, key=lambda name: (new[name].content["started_at"], self.digests[name])
        ):
            self._pay(new[name], known)
            known.append(new[name])
        merged = {name for name, deed in new.items() if deed.same_as is not None}
        for place, row in enumerate(rows):
            if outcomes[place] == "recorded" and row["reference"] in merged:
                outcomes[place] = "merged"
        return outcomes

    def _pay(self, deed: Deed, known: list[Deed]) -> None:
        mine = [other for other in known if other.citizen == deed.citizen]
        for other in mine:
            if other.same_as is None and deed.lies_on(other):
                deed.same_as = other
        today = [other for other in mine if other.day == deed.day]
        mode = deed.content["mode"]
        deed.used = sum(other.points for other in today if other.content["mode"] == mode)
        deed.used_in_all = sum(other.points for other in today)
        if deed.same_as is not None:
            deed.reduction_mg = deed.uncapped = 0
        room = PRICES[mode].day_max - deed.used
        if deed.day >= GRADED:
            room = min(room, DAY_MAX_IN_ALL - deed.used_in_all)
        deed.points = min(deed.uncapped, room)
        self.points[deed.citizen] += deed.points
        self.reduction_mg[deed.citizen] += deed.reduction_mg

    def _answer(self, row: Row) -> str:
        cells = {name: None if cell is None else str(cell) for name, cell in row.items()}
        refused, metres, _ = judge(cells, zone=None, modes=MODES, now=self.now)
        if refused:
            return refused
        citizen = self.riders.get(row["rider"])
        if citizen is None:
            return "unknown_rider"
        started = datetime.fromisoformat(row["started_at"])
        day = started.astimezone(CITY).date()
        if day < FIRST_DAY:
            return "no_rule_in_force"
        content = {
            "rider": citizen,
            "started_at": started,
            "ended_at": datetime.fromisoformat(row["ended_at"]),
            "mode": row["mode"],
            "distance_m": metres,
        }
        known = self.deeds.get(row["reference"])
        if known is None:
            price = PRICES[row["mode"]]
            mg = metres * price.rate // 100
            grade = "B" if row["distance_m"] is None else "A"
            percent = PERCENT[grade] if day >= price.graded_from else 100
            points = mg * percent // (100 * price.mg_per_point)
            self.deeds[row["reference"]] = Deed(citizen, day, content, mg, points)
            return "recorded"
        for name in COMPARED:
            if known.content[name] != content[name]:
                return f"exists_with_different_{name}"
        return "exists"
