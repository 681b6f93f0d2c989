"""The river of one kilogram: the ranges that held its number, each narrower, drawn as SVG.

A range's breadth follows the square of the logarithm of its kilograms, so that a million and a
single one can be seen in one picture; the numbers beside it are exact. A wide sheet runs to the
right, a tall one for phones runs down. Lengths are whole pixels of a picture's own grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

# The wide sheet: where the last range ends, and where the kilogram itself is.
WIDE_WIDTH, WIDE_HEIGHT = 1200, 260
_WIDE_END, _WIDE_MARK = 1040, 1130
_WIDE_MIDDLE, _WIDE_MOST = 134, 208
# The tall sheet: one stretch for each range, words to the right of the water.
TALL_WIDTH = 358
_TALL_STRETCH, _TALL_MIDDLE, _TALL_MOST, _TALL_TEXT = 112, 60, 108, 136
_LEAST = 6
# Of a stretch, so many hundredths run straight before the water narrows.
_STRAIGHT = 62
# So many ranges find room for their words.
MOST_REACHES = 5
# Words inside the water need so much of it above and below its middle.
_ROOM_FOR_WORDS, _ROOM_FOR_NUMBERS = 56, 34
_CJK, _LATIN = 13, 7
_WIDE_SIGNS = "\u2e80"


@dataclass(frozen=True, slots=True)
class Reach:
    """One range on the kilogram's way: what happened to it, its kilograms and its numbers.

    `kind` is the event's. `skipped` tells how many ranges before it are not drawn.
    """

    kind: str
    title_zh: str
    title_en: str
    kg: int
    first: int
    last: int
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A range on a sheet: its words as they fit, and where they stand."""

    reach: Reach
    fit_zh: str
    fit_en: str
    x: int
    title_y: int
    kg_y: int
    numbers_y: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """The water, the seams where a range begins or narrows, the line, and the kilogram's mark."""

    width: int
    height: int
    water: str
    seams: str
    line: str
    reaches: tuple[Drawn, ...]
    mark_x: int
    mark_y: int


@dataclass(frozen=True, slots=True)
class River:
    """The same way twice: for wide windows and for phones."""

    wide: Sheet
    tall: Sheet

    @property
    def skipped(self) -> int:
        """How many ranges found no room; the list below the picture has them all."""
        return sum(each.reach.skipped for each in self.wide.reaches)


def chosen(reaches: Sequence[Reach]) -> tuple[Reach, ...]:
    """At most as many ranges as find room: the first, the last, and where it narrowed most."""
    if len(reaches) <= MOST_REACHES:
        return tuple(reaches)
    # How many times narrower than the one before, in thousandths; the later one first on a tie.
    narrowed = sorted(
        range(1, len(reaches) - 1),
        key=lambda at: (-(reaches[at - 1].kg * 1_000 // max(1, reaches[at].kg)), -at),
    )
    kept = sorted([0, len(reaches) - 1, *narrowed[: MOST_REACHES - 2]])
    return tuple(
        replace(reaches[at], skipped=at - before - 1)
        for before, at in zip([-1, *kept[:-1]], kept, strict=True)
    )


def breadth(kg: int, issued_kg: int, most: int) -> int:
    """How broad a range is drawn, from `_LEAST` to `most` pixels."""
    if issued_kg <= 1:
        return most
    part = math.log(max(1, kg)) / math.log(issued_kg)
    return _LEAST + round((most - _LEAST) * min(1, part * part))


def fitted(text: str, room: int) -> str:
    """The words as far as there is room for them, in pixels."""
    used = 0
    for place, sign in enumerate(text):
        used += _CJK if sign >= _WIDE_SIGNS else _LATIN
        if used > room:
            return text[: max(1, place - 1)].rstrip() + "…"
    return text


def drawn_river(reaches: Sequence[Reach]) -> River:
    """The picture of a kilogram's way; there is at least the range in which it was issued."""
    shown = chosen(reaches)
    return River(_wide(shown), _tall(shown))


def _halves(reaches: Sequence[Reach], most: int) -> list[int]:
    """Half the breadth of every range, and of the kilogram at the end."""
    halves = [breadth(each.kg, reaches[0].kg, most) // 2 for each in reaches]
    return [*halves, _LEAST // 2]


def _wide(reaches: Sequence[Reach]) -> Sheet:
    stretch = _WIDE_END // len(reaches)
    straight, middle = stretch * _STRAIGHT // 100, _WIDE_MIDDLE
    halves = _halves(reaches, _WIDE_MOST)
    upper, lower, seams = f"M0 {middle - halves[0]}", "", ""
    for at, half in enumerate(halves[:-1]):
        begin, end, after = at * stretch, at * stretch + straight, (at + 1) * stretch
        bend, narrow = (after - end) * 2 // 5, halves[at + 1]
        upper += f"H{end}C{end + bend} {middle - half} {after - bend} {middle - narrow}"
        upper += f" {after} {middle - narrow}"
        lower = (
            f"H{after}C{after - bend} {middle + narrow} {end + bend} {middle + half}"
            f" {end} {middle + half}" + lower
        )
        for x in (begin, end) if at else (end,):
            seams += f"M{x} {middle - half}V{middle + half}"
    end = WIDE_WIDTH - 10
    return Sheet(
        WIDE_WIDTH,
        WIDE_HEIGHT,
        f"{upper}H{end}V{middle + halves[-1]}{lower}H0z",
        seams,
        _wave(end, middle),
        tuple(
            _placed(reach, halves[at], at * stretch, stretch) for at, reach in enumerate(reaches)
        ),
        _WIDE_MARK,
        middle,
    )


def _wave(end: int, middle: int) -> str:
    """A calm line along the middle, straight where the kilogram is."""
    crests, crest = 8, 7
    step = _WIDE_END // crests
    line = f"M0 {middle}"
    for at in range(crests):
        line += f"q{step // 2} {crest if at % 2 else -crest} {step} 0"
    return f"{line}L{end} {middle}"


def _placed(reach: Reach, half: int, begin: int, stretch: int) -> Drawn:
    middle = _WIDE_MIDDLE
    top = middle - 42 if half >= _ROOM_FOR_WORDS else middle - half - 32
    numbers = middle + half - 14 if half >= _ROOM_FOR_NUMBERS else middle + half + 22
    room = stretch - 22
    return Drawn(
        reach,
        fitted(reach.title_zh, room),
        fitted(reach.title_en, room),
        begin + 16,
        top,
        top + 22,
        numbers,
    )


def _tall(reaches: Sequence[Reach]) -> Sheet:
    straight, middle = _TALL_STRETCH * _STRAIGHT // 100, _TALL_MIDDLE
    halves = _halves(reaches, _TALL_MOST)
    left, right, seams = f"M{middle - halves[0]} 0", "", ""
    for at, half in enumerate(halves[:-1]):
        begin = at * _TALL_STRETCH
        end, after, narrow = begin + straight, begin + _TALL_STRETCH, halves[at + 1]
        bend = (after - end) * 2 // 5
        left += f"V{end}C{middle - half} {end + bend} {middle - narrow} {after - bend}"
        left += f" {middle - narrow} {after}"
        right = (
            f"V{after}C{middle + narrow} {after - bend} {middle + half} {end + bend}"
            f" {middle + half} {end}" + right
        )
        for y in (begin, end) if at else (end,):
            seams += f"M{middle - half} {y}H{middle + half}"
    end = len(reaches) * _TALL_STRETCH
    return Sheet(
        TALL_WIDTH,
        end + 66,
        f"{left}V{end + 60}H{middle + halves[-1]}{right}V0z",
        seams,
        f"M{middle} 0V{end + 60}",
        tuple(_beside(reach, at * _TALL_STRETCH) for at, reach in enumerate(reaches)),
        middle,
        end + 32,
    )


def _beside(reach: Reach, begin: int) -> Drawn:
    room = TALL_WIDTH - _TALL_TEXT
    return Drawn(
        reach,
        fitted(reach.title_zh, room),
        fitted(reach.title_en, room),
        _TALL_TEXT,
        begin + 22,
        begin + 46,
        begin + 66,
    )
