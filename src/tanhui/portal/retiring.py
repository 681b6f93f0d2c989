"""Retiring credits: how many of which, for whom and for what, then the exact numbers, then done."""

from __future__ import annotations

from django.http import HttpResponse

from tanhui.kernel.refusals import Refusal
from tanhui.portal import retiring_shown as shown
from tanhui.portal.doors import acting, holders, reading
from tanhui.portal.holdings_forms import same_again, same_numbers
from tanhui.registry import retiring
from tanhui.registry.commands import Line
from tanhui.web.desk import Refused, done, perform, refused_by, show_page
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.refusals import status_of


@entrance
@acting
@holders
def retire(request: PageRequest) -> HttpResponse:
    """Asked, shown with the numbers and the words of the certificate, confirmed, done."""

    def show(refused: Refused | None) -> HttpResponse:
        return _page(request, refused, None)

    acts = {"preview": _preview, "edit": lambda _: show(None), "retire": _retire}
    return perform(request, acts, show)


def _page(
    request: PageRequest, refused: Refused | None, preview: shown.Preview | None
) -> HttpResponse:
    page = shown.form(
        actor=request.actor,
        typed=request.POST.dict(),
        chosen=request.GET.get("holding", ""),
    )
    return show_page(
        request,
        "portal/holdings/retire.html",
        refused=refused,
        page=page,
        preview=preview,
        wish=request.POST or shown.usual_wish(page.organisation),
        organisation=page.organisation,
        tab="retire",
    )


def _asked(request: PageRequest) -> shown.Preview:
    return shown.preview(actor=request.actor, typed=request.POST.dict())


def _preview(request: PageRequest) -> HttpResponse:
    return _page(request, None, _asked(request))


def _retire(request: PageRequest) -> HttpResponse:
    preview = _asked(request)
    try:
        same_again(request, preview.kg)
        same_numbers(request, preview.shown)
    except Refusal as refusal:
        # What was typed wrongly is typed again beside the numbers, not from the beginning.
        response = _page(request, refused_by(refusal, "retire"), preview)
        response.status_code = status_of(refusal)
        return response
    made = retiring.retire_credits(
        actor=request.actor,
        lines=[
            Line(line.holding.project_code, line.holding.vintage, line.kg) for line in preview.lines
        ],
        wish=preview.wish,
        waive_undo=preview.waive,
        reference=preview.reference,
        at=request.at,
    )
    return done("credits_retired", "portal:retirement", made.number)


@entrance
@reading
@holders
def retirements(request: PageRequest) -> HttpResponse:
    """The organisation's own retirements, the newest first."""
    organisation, page = shown.own_retirements(actor=request.actor)
    return show_page(
        request,
        "portal/holdings/retirements.html",
        page=page,
        organisation=organisation,
        tab="retirements",
    )


@entrance
@acting
@holders
def retirement(request: PageRequest, number: str) -> HttpResponse:
    """One of its retirements: its numbers, its certificate, undoing it while that can be."""

    def show(refused: Refused | None) -> HttpResponse:
        organisation, page = shown.own_retirement(actor=request.actor, number=number)
        return show_page(
            request,
            "portal/holdings/retirement.html",
            refused=refused,
            page=page,
            organisation=organisation,
            tab="retirements",
        )

    def undo(request: PageRequest) -> HttpResponse:
        retiring.undo_retirement(actor=request.actor, number=number, at=request.at)
        return done("retirement_undone", "portal:retirement", number)

    return perform(request, {"undo": undo}, show)
