"""A sponsor's desk: its windows, its word on offers, what it owes and what it paid.

A merchant that pays for its own rewards sits at its merchant's desk and comes here from there.
"""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse

from tanhui.kernel.periods import day_end, day_start
from tanhui.portal import sponsor_shown as shown
from tanhui.portal.doors import acting, reading
from tanhui.rewards import funding
from tanhui.web import settlements
from tanhui.web.desk import (
    Refused,
    done,
    perform,
    show_page,
    typed_day,
    typed_number,
    typed_yuan,
)
from tanhui.web.entrance import PageRequest, entrance, staff_only
from tanhui.web.settlements import Desk

_SHELL = "portal/sponsor_shell.html"
payers = staff_only("sponsor", "merchant", login="portal:login")


@entrance
@reading
@payers
def home(request: PageRequest) -> HttpResponse:
    """The windows, and what waits for the sponsor."""
    page = shown.home(actor=request.actor, at=request.at)
    return show_page(
        request,
        "portal/sponsor/home.html",
        page=page,
        organisation=page.organisation,
        tab="sponsor",
    )


@entrance
@acting
@payers
def opening(request: PageRequest) -> HttpResponse:
    """Opening a window."""

    def show(refused: Refused | None) -> HttpResponse:
        organisation = shown.own(request.actor)
        return show_page(
            request,
            "portal/sponsor/open.html",
            refused=refused,
            organisation=organisation,
            tab="sponsor",
        )

    return perform(request, {"open": _open}, show)


def _open(request: PageRequest) -> HttpResponse:
    number = funding.open_funding(
        actor=request.actor,
        title_zh=request.POST.get("title_zh", ""),
        title_en=request.POST.get("title_en", ""),
        opens_at=day_start(typed_day(request.POST.get("first", ""))),
        until=day_end(typed_day(request.POST.get("last", ""))),
        budget_fen=typed_yuan(request.POST.get("budget", "")),
        at=request.at,
    )
    return done("funding_opened", "portal:sponsor-window", number)


@entrance
@acting
@payers
def window(request: PageRequest, funding_id: int) -> HttpResponse:
    """One window: where its money is, what it pays for, what it is asked for."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.one_window(actor=request.actor, funding_id=funding_id, at=request.at)
        return show_page(
            request,
            "portal/sponsor/window.html",
            refused=refused,
            page=page,
            organisation=page.organisation,
            tab="sponsor",
        )

    acts = {
        "add": partial(_add, funding_id=funding_id),
        "take_back": partial(_take_back, funding_id=funding_id),
        "agree": partial(_agree, funding_id=funding_id),
        "deny": partial(_deny, funding_id=funding_id),
        "end": partial(_end, funding_id=funding_id),
    }
    return perform(request, acts, show)


def _add(request: PageRequest, *, funding_id: int) -> HttpResponse:
    fen = typed_yuan(request.POST.get("amount", ""))
    funding.add_budget(actor=request.actor, funding_id=funding_id, fen=fen, at=request.at)
    return done("budget_added", "portal:sponsor-window", funding_id)


def _take_back(request: PageRequest, *, funding_id: int) -> HttpResponse:
    fen = typed_yuan(request.POST.get("amount", ""))
    funding.take_back_budget(actor=request.actor, funding_id=funding_id, fen=fen, at=request.at)
    return done("budget_taken_back", "portal:sponsor-window", funding_id)


def _agree(request: PageRequest, *, funding_id: int) -> HttpResponse:
    funding.agree_to_batch(
        actor=request.actor,
        funding_id=funding_id,
        offer_code=request.POST.get("offer", ""),
        cost_fen=typed_yuan(request.POST.get("cost", "")),
        units=typed_number(request, "units") or 0,
        at=request.at,
    )
    return done("batch_agreed", "portal:sponsor-window", funding_id)


def _deny(request: PageRequest, *, funding_id: int) -> HttpResponse:
    funding.deny_batch(
        actor=request.actor,
        funding_id=funding_id,
        offer_code=request.POST.get("offer", ""),
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("batch_denied", "portal:sponsor-window", funding_id)


def _end(request: PageRequest, *, funding_id: int) -> HttpResponse:
    funding.end_agreement(
        actor=request.actor,
        funding_id=funding_id,
        offer_code=request.POST.get("offer", ""),
        at=request.at,
    )
    return done("agreement_ended", "portal:sponsor-window", funding_id)


@entrance
@reading
@payers
def months(request: PageRequest) -> HttpResponse:
    """The months of statements."""
    return settlements.months_page(request, _desk(request))


@entrance
@acting
@payers
def month(request: PageRequest, month: str) -> HttpResponse:
    """One month's statement, on which the sponsor says what it paid."""
    return settlements.month_page(request, _desk(request), month)


@entrance
@reading
@payers
def month_csv(request: PageRequest, month: str) -> HttpResponse:
    """One month as CSV."""
    return settlements.csv_file(request, _desk(request), month)


@entrance
@reading
@payers
def month_pdf(request: PageRequest, month: str) -> HttpResponse:
    """One month on paper."""
    return settlements.pdf_file(request, _desk(request), month)


def _desk(request: PageRequest) -> Desk:
    return Desk("sponsor", shown.own(request.actor), _SHELL, tab="sponsor_statements")
