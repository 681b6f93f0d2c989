"""The city's totals: what the board shows, in numbers, with where the log says the same."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import Field

from tanhui.api.description import PUBLIC
from tanhui.api.forms import Form
from tanhui.behaviours.city import city_board
from tanhui.behaviours.totals.queries import Sum
from tanhui.registry.counting import counted

router = Router(tags=["library"])


class SumForm(Form):
    """What some deeds come to: paid ones that stand, neither held nor merged nor taken back."""

    deeds: int
    reduction_mg: int
    points: int


class SceneTotalForm(SumForm):
    """One scene's part of the thirty days before today."""

    scene: str


class BooksForm(Form):
    """The reductions of path one: measured = with citizens + held + taken back."""

    measured_mg: int
    citizens_mg: int
    held_mg: int
    taken_back_mg: int
    closed: bool


class CreditsForm(Form):
    """Path two, in kilograms: issued = held + reserved + retired + cancelled."""

    issued_kg: int
    held_kg: int
    reserved_kg: int
    retired_kg: int
    cancelled_kg: int


class TotalsForm(Form):
    """The totals as of the last look at them; `at` is null before the first."""

    at: datetime | None
    simulated: bool
    people: int = Field(description="Registered citizens.")
    in_all: SumForm
    year: SumForm
    yesterday: SumForm
    yesterday_is: date
    scenes: list[SceneTotalForm]
    books: BooksForm
    credits: CreditsForm
    log_index: int | None = Field(description="The log's entry that brought the last change.")


def _form(found: Sum) -> SumForm:
    return SumForm(deeds=found.deeds, reduction_mg=found.reduction_mg, points=found.points)


@router.get("/totals", response=TotalsForm, operation_id="totals", openapi_extra=PUBLIC)
def totals(request: HttpRequest) -> TotalsForm:
    """The figures of the city's board; each can be checked in the public log."""
    del request
    at = timezone.now()
    board = city_board(at)
    figures, books, cutoff = board.figures, board.figures.books, board.cutoff
    return TotalsForm(
        at=cutoff.at if cutoff else None,
        simulated=settings.TANHUI.simulated,
        people=board.people,
        in_all=_form(figures.in_all),
        year=_form(figures.year),
        yesterday=_form(figures.yesterday),
        yesterday_is=figures.last,
        scenes=[
            SceneTotalForm(scene=one.scene.code, **_form(one.sum).model_dump())
            for one in figures.scenes
        ],
        books=BooksForm(
            measured_mg=books.measured_mg,
            citizens_mg=books.citizens_mg,
            held_mg=books.held_mg,
            taken_back_mg=books.taken_back_mg,
            closed=books.closed,
        ),
        credits=CreditsForm(**asdict(counted(at).whole)),
        log_index=cutoff.log_index if cutoff else None,
    )
