"""The aims with their indicators as the page shows them: computed ones get their number here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tanhui.behaviours.city import Board
from tanhui.board.charts import mass
from tanhui.kernel.quantities import decimal_text
from tanhui.scenes.aims import Aim, Indicator, city_aims
from tanhui.scenes.library import city_library

_KG_PER_T = 1_000


@dataclass(frozen=True, slots=True)
class Told:
    """An indicator with its number in words of the page: `unit` names what it is counted in."""

    indicator: Indicator
    text: str
    unit: str


@dataclass(frozen=True, slots=True)
class ToldAim:
    """An aim with its indicators told; `own` and `other` are those of the first screen."""

    aim: Aim
    told: tuple[Told, ...]

    @property
    def own(self) -> Told:
        """The computed indicator of the first screen."""
        return next(each for each in self.told if each.indicator.shown and each.indicator.computed)

    @property
    def other(self) -> Told:
        """The stated indicator of the first screen."""
        return next(each for each in self.told if each.indicator.shown and each.indicator.stated)


def told_aims(board: Board, content_root: Path, issued_kg: int) -> tuple[ToldAim, ...]:
    """Every aim of the city with the numbers of today; `issued_kg` are the registry's."""
    return tuple(
        ToldAim(
            aim,
            tuple(_told(indicator, board, content_root, issued_kg) for indicator in aim.indicators),
        )
        for aim in city_aims(content_root).aims
    )


def _told(indicator: Indicator, board: Board, content_root: Path, issued_kg: int) -> Told:
    if indicator.stated is not None:
        return Told(indicator, indicator.stated.text, "")
    if indicator.computed == "credits":
        return Told(indicator, decimal_text(issued_kg, _KG_PER_T, 3), "t")
    text, unit = _computed(indicator.computed, board, content_root)
    return Told(indicator, text, unit)


def _computed(name: str, board: Board, content_root: Path) -> tuple[str, str]:
    figures = board.figures
    if name == "reduction":
        told = mass(figures.year.reduction_mg)
        return told.text, told.unit
    if name == "districts":
        return f"{figures.rates.active} / {len(figures.rates.districts)}", "districts"
    counts = {
        "people": board.people,
        "points": figures.year.points,
        "scenes": open_scenes(content_root, figures.today),
        "project-methodologies": _project_methodologies(content_root),
    }
    return f"{counts[name]:,}", name


def open_scenes(content_root: Path, today: date) -> int:
    """How many scenes are open on a day."""
    return sum(scene.valid_from <= today for scene in city_library(content_root).scenes)


def _project_methodologies(content_root: Path) -> int:
    """How many project methodologies of the city's own can be computed with."""
    documents = city_library(content_root).methodologies.methodologies()
    return len(
        {
            document.id
            for document in documents
            if document.kind == "project" and document.basis != "published"
        }
    )
