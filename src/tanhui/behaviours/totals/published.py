"""The totals as they are given away: by day, scene and district, with small cells told together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from tanhui.behaviours.totals.queries import FEWEST, Sum, cells


@dataclass(frozen=True, slots=True)
class Cell:
    """What one scene came to on one day in one district.

    `district` is 0 where the deeds have no place in the city. With `together` it stands for all
    districts that had fewer than FEWEST deeds each, and `district` is 0: their sum says no more
    than the day's published total of the scene less what is told of other districts.
    """

    day: date
    scene: int
    district: int
    together: bool
    sum: Sum


def published_cells(last: date) -> Iterator[Cell]:
    """All cells until `last`, by day and scene; those of one day and scene add up to its total."""
    for (day, scene), group in groupby(
        cells(date(1900, 1, 1), last), key=lambda cell: (cell[0], cell[1])
    ):
        told = [(district, amounts) for _, _, district, amounts in group if amounts.deeds > 0]
        small = [amounts for _, amounts in told if amounts.deeds < FEWEST]
        for district, amounts in told:
            if amounts.deeds >= FEWEST:
                yield Cell(day, scene, district, False, amounts)
        if small:
            yield Cell(day, scene, 0, True, _added(small))


def _added(sums: list[Sum]) -> Sum:
    return Sum(
        deeds=sum(one.deeds for one in sums),
        held=sum(one.held for one in sums),
        merged=sum(one.merged for one in sums),
        reduction_mg=sum(one.reduction_mg for one in sums),
        points=sum(one.points for one in sums),
    )
