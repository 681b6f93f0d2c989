"""Settlement told again in plain Python, one row after the other, from the rules alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any

from tests.cast import NOW
from tests.partners.judge import judge

CITY = timezone(timedelta(hours=8))
# 48.7 mg for a metre, a point for ten grams, thirty points a day; since 2020.
TENTH_MG_PER_M = 487
MG_PER_POINT = 10_000
DAY_MAX = 30
FIRST_DAY = date(2020, 1, 1)
COMPARED = ("rider", "started_at", "ended_at", "mode", "distance_m")
Row = dict[str, Any]


@dataclass
class Deed:
    """What is remembered of a recorded row."""

    citizen: int
    day: date
    content: dict[str, Any]
    reduction_mg: int
    uncapped: int
    points: int = 0


@dataclass
class Model:
    """The books of one partner as they should be."""

    riders: dict[str, int]
    digests: dict[str, int]
    deeds: dict[str, Deed] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    reduction_mg: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    _used: dict[tuple[int, date], int] = field(default_factory=lambda: defaultdict(int))

    def record(self, rows: list[Row]) -> list[str]:
        """Records one chunk; answers what becomes of each row."""
        before = len(self.deeds)
        outcomes = [self._answer(row) for row in rows]
        new = list(self.deeds.items())[before:]
        new.sort(key=lambda item: (item[1].content["started_at"], self.digests[item[0]]))
        for _, deed in new:
            room = DAY_MAX - self._used[deed.citizen, deed.day]
            deed.points = min(deed.uncapped, room)
            self._used[deed.citizen, deed.day] += deed.points
            self.points[deed.citizen] += deed.points
            self.reduction_mg[deed.citizen] += deed.reduction_mg
        return outcomes

    def _answer(self, row: Row) -> str:
        cells = {name: None if cell is None else str(cell) for name, cell in row.items()}
        refused, metres = judge(cells, zone=None, modes={"shared_bike": 30}, now=NOW)
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
            mg = metres * TENTH_MG_PER_M // 10
            self.deeds[row["reference"]] = Deed(citizen, day, content, mg, mg // MG_PER_POINT)
            return "recorded"
        for name in COMPARED:
            if known.content[name] != content[name]:
                return f"exists_with_different_{name}"
        return "exists"
