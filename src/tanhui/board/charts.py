"""How the board's figures are laid out: units, bars, the coloured map and the closing bar.

Lengths are whole pixels of a picture's own grid. The same layouts serve the page and the pictures
that other sites show, so what is seen there is what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tanhui.behaviours.city import Books, CityFigures, DistrictRate, Month, Rates, SceneShare
from tanhui.board.maps import CityMap, Inset, Mark, Shape, city_map
from tanhui.kernel.quantities import MG_PER_G, MG_PER_KG, decimal_text

_MG_PER_T = 1_000 * MG_PER_KG
_UNITS = (("t", _MG_PER_T), ("kg", MG_PER_KG), ("g", MG_PER_G))
# The months' picture: twelve columns, room above for labels and below for names.
MONTHS_WIDTH, MONTHS_HEIGHT = 388, 232
_SLOT, _BAR, _LEFT = 32, 23, 6
_BASE, _HIGHEST = 206, 178
# A bar that stands for something is never too thin to be seen.
_THINNEST = 2
# So many empty months at the beginning leave room to say since when there is anything.
_ROOM = 5
WHOLE = 1_000
_LEAST_PART = 6


@dataclass(frozen=True, slots=True)
class Mass:
    """Milligrams in a unit that people read: `text` is rounded towards zero."""

    text: str
    unit: str


def mass_unit(most_mg: int) -> tuple[str, int]:
    """The largest unit of which there is at least one, and its milligrams."""
    for unit, scale in _UNITS:
        if most_mg >= scale:
            return unit, scale
    return _UNITS[-1]


def mass(reduction_mg: int, most_mg: int | None = None) -> Mass:
    """With three decimals, as exact as the books tell it, in the unit that fits `most_mg`."""
    unit, scale = mass_unit(reduction_mg if most_mg is None else most_mg)
    return Mass(decimal_text(reduction_mg, scale, 3), unit)


def _short(reduction_mg: int, most_mg: int) -> str:
    """About three digits of the largest value, for labels inside a picture."""
    _, scale = mass_unit(most_mg)
    whole = most_mg // scale
    return decimal_text(reduction_mg, scale, 0 if whole >= 100 else 1 if whole >= 10 else 2)


@dataclass(frozen=True, slots=True)
class SceneBar:
    """A scene's row: `length` in thousandths of the longest."""

    share: SceneShare
    length: int
    text: str

    @property
    def percent(self) -> str:
        """The share in whole percent, rounded down; what is less than one is not nothing."""
        if self.share.percent == 0 and self.share.sum.reduction_mg:
            return "<1%"
        return f"{self.share.percent}%"


@dataclass(frozen=True, slots=True)
class SceneBars:
    """The scenes by milligrams, all in one unit."""

    unit: str
    bars: tuple[SceneBar, ...]


def scene_bars(figures: CityFigures) -> SceneBars:
    """The scenes' rows, the longest first."""
    most = max((share.sum.reduction_mg for share in figures.scenes), default=0)
    return SceneBars(
        mass_unit(most)[0],
        tuple(
            SceneBar(
                share,
                max(_THINNEST, share.sum.reduction_mg * WHOLE // most)
                if share.sum.reduction_mg
                else 0,
                _short(share.sum.reduction_mg, most),
            )
            for share in figures.scenes
        ),
    )


@dataclass(frozen=True, slots=True)
class MonthBar:
    """A month's column: left edge and top, how high, where its labels stand, and the label."""

    month: Month
    x: int
    y: int
    height: int
    middle: int
    text: str
    labelled: bool

    @property
    def label_y(self) -> int:
        """Where the label stands: above its column."""
        return self.y - 6


@dataclass(frozen=True, slots=True)
class MonthBars:
    """Twelve columns in one unit; the highest, the lowest finished and the last are labelled."""

    unit: str
    bars: tuple[MonthBar, ...]
    highest: MonthBar | None
    lowest: MonthBar | None

    @property
    def _empty(self) -> int:
        """How many months at the beginning have nothing."""
        heights = [bar.height for bar in self.bars]
        return next((place for place, height in enumerate(heights) if height), 0)

    @property
    def since(self) -> date | None:
        """The first month with anything, where there is room to say so; else None."""
        return self.bars[self._empty].month.first if self._empty >= _ROOM else None

    @property
    def since_x(self) -> int:
        """The middle of the months that have nothing."""
        return _LEFT + self._empty * _SLOT // 2

    @property
    def bar(self) -> int:
        """How wide a column is."""
        return _BAR

    @property
    def base(self) -> int:
        """Where the columns stand."""
        return _BASE


def month_bars(figures: CityFigures) -> MonthBars:
    """The twelve months as columns."""
    amounts = [month.sum.reduction_mg for month in figures.months]
    most = max(amounts, default=0)
    counted = [month for month in figures.months if month.sum.reduction_mg]
    finished = [month for month in counted if month.finished]
    highest = max(counted, key=lambda month: month.sum.reduction_mg, default=None)
    lowest = min(finished, key=lambda month: month.sum.reduction_mg, default=None)
    last = figures.months[-1] if figures.months else None
    bars = []
    for place, month in enumerate(figures.months):
        height = max(_THINNEST, month.sum.reduction_mg * _HIGHEST // most) if most else 0
        height = height if month.sum.reduction_mg else 0
        bars.append(
            MonthBar(
                month,
                _LEFT + place * _SLOT,
                _BASE - height,
                height,
                _LEFT + place * _SLOT + _BAR // 2,
                _short(month.sum.reduction_mg, most),
                height > 0 and month in (highest, lowest, last),
            )
        )
    named = {bar.month.first: bar for bar in bars}
    return MonthBars(
        mass_unit(most)[0],
        tuple(bars),
        named[highest.first] if highest else None,
        named[lowest.first] if lowest else None,
    )


@dataclass(frozen=True, slots=True)
class Coloured:
    """A district on the sheet in the colour of its class."""

    shape: Shape
    told: DistrictRate

    @property
    def short_zh(self) -> str:
        """The name without its rank, as maps of the city write it."""
        return self.shape.district.name_zh[:-1]

    @property
    def value_y(self) -> int:
        """Where the value stands: under the name."""
        return self.shape.y + 13


@dataclass(frozen=True, slots=True)
class Key:
    """One class in the legend: from which rate on; None where it begins with nothing."""

    rank: int
    begins: int | None
    x: int


@dataclass(frozen=True, slots=True)
class DrawnMap:
    """The map with its figures."""

    rates: Rates
    shapes: tuple[Coloured, ...]
    inset: Inset
    inner: tuple[Coloured, ...]
    near: tuple[Coloured, ...]
    zones: tuple[Mark, ...]
    outline: str
    keys: tuple[Key, ...]

    @property
    def named(self) -> tuple[Coloured, ...]:
        """The districts that are named in place."""
        return tuple(each for each in self.shapes if each.shape.named)


_KEY = 46


def drawn_map(figures: CityFigures, content_root: Path) -> DrawnMap:
    """The city's map coloured by the districts' rates."""
    sheet: CityMap = city_map(content_root)
    told = {each.district.number: each for each in figures.rates.districts}

    def coloured(shapes: tuple[Shape, ...]) -> tuple[Coloured, ...]:
        return tuple(Coloured(shape, told[shape.district.number]) for shape in shapes)

    begins: tuple[int | None, ...] = (None, *figures.rates.begins)
    return DrawnMap(
        figures.rates,
        coloured(sheet.shapes),
        sheet.inset,
        coloured(sheet.inset.shapes),
        coloured(sheet.inset.near),
        sheet.zones,
        sheet.outline,
        tuple(Key(rank, beginning, rank * _KEY) for rank, beginning in enumerate(begins)),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the closing bar: where it begins and how long it is, in thousandths."""

    name: str
    text: str
    x: int
    length: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The closing bar of path one, all in one unit."""

    books: Books
    unit: str
    measured: str
    parts: tuple[Part, ...]


def closing(books: Books) -> Closing:
    """What was measured, and where each part of it is; a part that exists can always be seen."""
    amounts = {
        "citizens": books.citizens_mg,
        "held": books.held_mg,
        "taken": books.taken_back_mg,
    }
    whole = sum(amounts.values())
    most = max(books.measured_mg, whole)
    lengths = {
        name: max(_LEAST_PART, amount * WHOLE // whole) if amount else 0
        for name, amount in amounts.items()
    }
    # What the small parts were given to be seen is taken from the largest.
    largest = max(lengths, key=lambda name: lengths[name])
    lengths[largest] += (WHOLE if whole else 0) - sum(lengths.values())
    parts, x = [], 0
    for name, amount in amounts.items():
        parts.append(Part(name, mass(amount, most).text, x, lengths[name]))
        x += lengths[name]
    total = mass(books.measured_mg, most)
    return Closing(books, total.unit, total.text, tuple(parts))
