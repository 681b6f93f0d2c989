"""The city's public face: the board, its definitions, and how the mechanism works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tanhui.behaviours.city import Board, city_board
from tanhui.board.aims import ToldAim, told_aims
from tanhui.board.charts import (
    Closing,
    DrawnMap,
    Mass,
    MonthBars,
    SceneBars,
    closing,
    drawn_map,
    mass,
    month_bars,
    scene_bars,
)
from tanhui.board.equations import Count, counted
from tanhui.board.registry_projects import STAGES
from tanhui.geo.districts import District, Districts, Origin
from tanhui.kernel.periods import city_day
from tanhui.kernel.quantities import decimal_text
from tanhui.projects import queries as projects
from tanhui.rulebook.shelf import current_root
from tanhui.scenes.aims import city_aims
from tanhui.scenes.governing import city_documents
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.scenes.sketch import Sketch, city_sketch
from tanhui.web.entrance import THEMES, PageRequest, entrance

# A screen in a hall asks again by itself.
HALL_SECONDS = 900
KG_PER_T = 1_000


@dataclass(frozen=True, slots=True)
class Happened:
    """What was recorded in ten minutes, with its scene and district; None where several."""

    since: datetime
    scene: Scene | None
    district: District | None
    deeds: int
    today: bool


@dataclass(frozen=True, slots=True)
class PathTwo:
    """The second path at a glance: the registry's equation, and how many projects it has."""

    counted: Count
    registered: int
    under_way: int

    @property
    def issued(self) -> str:
        """Tonnes that were issued, exactly."""
        return decimal_text(self.counted.whole.equation.issued_kg, KG_PER_T, 3)

    @property
    def retired(self) -> str:
        """Tonnes that were retired, exactly."""
        return decimal_text(self.counted.whole.equation.retired_kg, KG_PER_T, 3)


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything the board shows, laid out."""

    board: Board
    year: Mass
    scenes: SceneBars
    months: MonthBars
    map: DrawnMap
    closing: Closing
    aims: tuple[ToldAim, ...]
    happened: tuple[Happened, ...]
    sketch: Sketch
    origin: Origin
    path_two: PathTwo


def path_two(at: datetime) -> PathTwo:
    """The registry's figures as of now."""
    by_state = projects.counts()
    registered = sum(by_state.get(state, 0) for state in STAGES["registered"])
    return PathTwo(counted(at), registered, sum(by_state.get(state, 0) for state in STAGES["open"]))


def shown_board(at: datetime) -> Shown:
    """The city's board, read and laid out."""
    root = current_root()
    board = city_board(at)
    districts, second = Districts.load(root), path_two(at)
    scenes = {scene.number: scene for scene in library_in_force().scenes}
    return Shown(
        board=board,
        year=mass(board.figures.year.reduction_mg),
        scenes=scene_bars(board.figures),
        months=month_bars(board.figures),
        map=drawn_map(board.figures, root),
        closing=closing(board.figures.books),
        aims=told_aims(board, root, second.counted.whole.equation.issued_kg),
        happened=tuple(
            Happened(
                each.since,
                scenes.get(each.scene),
                districts.numbered(each.district),
                each.deeds,
                city_day(each.since) == city_day(at),
            )
            for each in board.recent
        ),
        sketch=city_sketch(root),
        origin=districts.origin,
        path_two=second,
    )


@entrance
@require_safe
def front(request: PageRequest) -> HttpResponse:
    """The board; `?hall=light` or `?hall=dark` is the first screen alone, for a wall."""
    hall = request.GET.get("hall", "")
    hall = hall if hall in THEMES else ""
    if hall:
        # A wall looks as its address says, whatever was chosen in its browser.
        request.appearance = replace(request.appearance, theme=hall, view="standard")
    context = {
        "shown": shown_board(request.at),
        "hall": hall,
        "hall_seconds": HALL_SECONDS,
        "documents": city_documents(current_root()),
        "aims": city_aims(current_root()),
    }
    return render(request, "board/front.html", context)


@entrance
@require_safe
def definitions(request: PageRequest) -> HttpResponse:
    """What every number of the board means, where it comes from, and as of when."""
    return render(request, "board/definitions.html", {"shown": shown_board(request.at)})


@entrance
@require_safe
def about(request: PageRequest) -> HttpResponse:
    """How the mechanism works, with the scenes that are open today."""
    scenes = tuple(
        scene for scene in library_in_force().scenes if scene.valid_from <= city_day(request.at)
    )
    return render(request, "board/about.html", {"scenes": scenes, "path_two": path_two(request.at)})
