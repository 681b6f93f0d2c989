"""The city's figures as its public board tells them: periods, rates, classes and the books.

Everything comes from the prepared totals and is as of their last roll. What a figure means is
decided here and told on the page of definitions; pages and pictures only lay it out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.db import connection

from tanhui.behaviours.totals import queries as totals
from tanhui.behaviours.totals.queries import NOTHING, Cutoff, Recent, Sum
from tanhui.geo.districts import District, Districts
from tanhui.kernel.periods import city_day
from tanhui.ledger.chart import REDUCTION_MEASURED
from tanhui.publiclog import queries as publiclog
from tanhui.publiclog.queries import Checkpoint
from tanhui.rulebook.shelf import current_root
from tanhui.runtime.sql import load
from tanhui.scenes.library import city_library
from tanhui.scenes.scene import Scene

# Scenes and districts are told for the thirty days that are over: a calendar month would be empty
# on its first day, and today is not finished.
DAYS = 30
MONTHS = 12
RECENT_ROWS = 6
# Districts are compared per so many residents: the first of these that makes the highest rate
# reach _READABLE, so that neighbours can be told apart by whole numbers.
PER_RESIDENTS = (100, 1_000, 10_000, 100_000, 1_000_000)
_READABLE = 50
CLASSES = 5
# Classes begin on multiples of the largest of these of which the highest rate holds enough.
_STEPS = tuple(digit * 10**power for power in range(9) for digit in (1, 2, 5))
_STEPS_MOST = 12
# As many sets of figures as there are days on which somebody may still be looking.
_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class SceneShare:
    """A scene's part of the thirty days; `percent` of all milligrams, rounded down."""

    scene: Scene
    sum: Sum
    percent: int


@dataclass(frozen=True, slots=True)
class Month:
    """One month, named by its first day; the running one is not finished."""

    first: date
    sum: Sum
    finished: bool


@dataclass(frozen=True, slots=True)
class DistrictRate:
    """A district's deeds per so many residents, rounded half up, and its class from 0.

    `rate` is None where there were fewer deeds than may be told.
    """

    district: District
    rate: int | None
    rank: int


@dataclass(frozen=True, slots=True)
class Rates:
    """All districts in the order of their numbers, per how many residents, and where classes begin.

    `begins` are the lowest rates of the classes above the first; there may be fewer than four.
    """

    per: int
    begins: tuple[int, ...]
    districts: tuple[DistrictRate, ...]

    @property
    def by_rate(self) -> tuple[DistrictRate, ...]:
        """The districts, the highest rate first."""
        return tuple(
            sorted(self.districts, key=lambda each: (-(each.rate or 0), each.district.number))
        )

    @property
    def active(self) -> int:
        """How many districts had enough deeds to be told."""
        return sum(each.rate is not None for each in self.districts)


@dataclass(frozen=True, slots=True)
class Books:
    """The reductions of path one in milligrams, and from how many entries they were added up."""

    entries: int
    measured_mg: int
    citizens_mg: int
    held_mg: int
    taken_back_mg: int

    @property
    def closed(self) -> bool:
        """Whether what was measured is exactly what is with somebody or was taken back."""
        return self.measured_mg == self.citizens_mg + self.held_mg + self.taken_back_mg


@dataclass(frozen=True, slots=True)
class CityFigures:
    """Every figure of the board that changes with a roll alone."""

    today: date
    yesterday: Sum
    year: Sum
    in_all: Sum
    scenes: tuple[SceneShare, ...]
    months: tuple[Month, ...]
    rates: Rates
    books: Books

    @property
    def first(self) -> date:
        """The first of the thirty days."""
        return self.today - timedelta(days=DAYS)

    @property
    def last(self) -> date:
        """The last of the thirty days: yesterday."""
        return self.today - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Board:
    """The figures with what changes between two rolls: the time, what was just recorded, the log.

    `cutoff` is None before the totals were rolled for the first time, `checkpoint` before the
    public log was published for the first time.
    """

    figures: CityFigures
    cutoff: Cutoff | None
    recent: tuple[Recent, ...]
    checkpoint: Checkpoint | None

    @property
    def people(self) -> int:
        """Registered citizens."""
        return self.cutoff.people if self.cutoff else 0


def city_board(at: datetime) -> Board:
    """The city's board as of the last look at the totals before `at`."""
    cutoff = totals.cutoff()
    roll = (cutoff.roll, cutoff.rolled_at) if cutoff else None
    return Board(
        _figures(current_root(), city_day(at), roll),
        cutoff,
        tuple(totals.recent(limit=RECENT_ROWS)),
        publiclog.checkpoint(),
    )


@lru_cache(maxsize=_REMEMBERED)
def _figures(content_root: Path, today: date, roll: tuple[int, datetime] | None) -> CityFigures:
    # Nothing here changes before the next roll, so a roll and a day are read once.
    del roll
    first, last = today - timedelta(days=DAYS), today - timedelta(days=1)
    return CityFigures(
        today=today,
        yesterday=totals.by_day(last, last).get(last, NOTHING),
        year=_added(totals.by_scene(date(today.year, 1, 1), today).values()),
        in_all=totals.in_all(),
        scenes=shares(city_library(content_root).scenes, totals.by_scene(first, last)),
        months=tuple(
            Month(begun, month, (begun.year, begun.month) != (today.year, today.month))
            for begun, month in totals.by_month(until=today, months=MONTHS)
        ),
        rates=rates(Districts.load(content_root).all, totals.by_district(first, last)),
        books=path_one_books(),
    )


def _added(sums: Iterable[Sum]) -> Sum:
    parts = [(each.deeds, each.held, each.merged, each.reduction_mg, each.points) for each in sums]
    return Sum(*map(sum, zip(*parts, strict=True))) if parts else NOTHING


def shares(scenes: Sequence[Scene], sums: Mapping[int, Sum]) -> tuple[SceneShare, ...]:
    """What each scene brought, the most milligrams first; scenes without a deed come last."""
    whole = sum(each.reduction_mg for each in sums.values())
    found = [
        SceneShare(scene, own, own.reduction_mg * 100 // whole if whole else 0)
        for scene in scenes
        for own in (sums.get(scene.number, NOTHING),)
    ]
    return tuple(sorted(found, key=lambda each: (-each.sum.reduction_mg, each.scene.number)))


def rates(districts: Sequence[District], sums: Mapping[int, Sum]) -> Rates:
    """The districts' deeds per residents, and the classes by which a map colours them."""
    deeds = [sums.get(each.number, NOTHING).deeds for each in districts]
    told = [count if count >= totals.FEWEST else 0 for count in deeds]
    for per in PER_RESIDENTS:
        found = [
            (2 * count * per + each.residents) // (2 * each.residents)
            for count, each in zip(told, districts, strict=True)
        ]
        if max(found, default=0) >= _READABLE:
            break
    begins = class_beginnings([rate for rate, count in zip(found, told, strict=True) if count])
    return Rates(
        per,
        begins,
        tuple(
            DistrictRate(
                each, rate if count else None, sum(rate >= beginning for beginning in begins)
            )
            for each, rate, count in zip(districts, found, told, strict=True)
        ),
    )


def class_beginnings(found: Sequence[int]) -> tuple[int, ...]:
    """Where the classes above the first begin: at fifths of the districts, on round numbers.

    Fifths show differences where most are low and few are high. A beginning that would repeat
    another after rounding moves up a step, or is left out where no rate is that high.
    """
    if not found:
        return ()
    ordered = sorted(found)
    step = max((each for each in _STEPS if each * _STEPS_MOST <= ordered[-1]), default=1)
    beginnings: list[int] = []
    for fifth in range(1, CLASSES):
        value = ordered[len(ordered) * fifth // CLASSES] // step * step
        least = beginnings[-1] + step if beginnings else (ordered[0] // step + 1) * step
        beginning = max(value, least)
        if beginning <= ordered[-1]:
            beginnings.append(beginning)
    return tuple(beginnings)


def path_one_books() -> Books:
    """The reductions of path one as they stand at this instant, from rows of four kinds."""
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.behaviours", "city_books"), {"pool": REDUCTION_MEASURED.number})
        (row,) = cursor.fetchall()
    return Books(*(int(value) for value in row))
