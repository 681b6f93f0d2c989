"""A merchant's first page, what was given out, and one redemption of it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse

from tanhui.portal import merchant_shown as shown
from tanhui.portal.doors import acting, merchants, reading
from tanhui.rewards import dispute_queries, queries
from tanhui.rewards.disputes import can_dispute, open_dispute
from tanhui.web import disputes as told
from tanhui.web import parties
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

WORDS_MAX = 500


@entrance
@reading
@merchants
def home(request: PageRequest) -> HttpResponse:
    """Today's redemptions, whose turn it is, what runs low."""
    page = shown.home(actor=request.actor, at=request.at)
    return show_page(
        request,
        "portal/merchant/home.html",
        page=page,
        organisation=page.organisation,
        tab="home",
    )


@entrance
@reading
@merchants
def history(request: PageRequest) -> HttpResponse:
    """What was given out in some days."""
    page = _history(request)
    return show_page(
        request,
        "portal/merchant/history.html",
        page=page,
        organisation=page.organisation,
        tab="history",
    )


@entrance
@reading
@merchants
def history_file(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    page = _history(request)
    text = shown.history_csv(page, request.appearance.language)
    response = HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8")
    name = f"tanhui-redemptions-{page.first}-{page.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@entrance
@acting
@merchants
def redemption(request: PageRequest, redemption_id: UUID) -> HttpResponse:
    """One redemption at the shop, and disputing it."""

    def show(refused: Refused | None) -> HttpResponse:
        found = shown.one(actor=request.actor, redemption_id=redemption_id)
        made = queries.redemption_by_id(redemption_id)
        offer = queries.offer(found.offer_code)
        return show_page(
            request,
            "portal/merchant/redemption.html",
            refused=refused,
            one=found,
            lines=told.lines(dispute_queries.disputes_of_redemption(made.citizen_id, made.id)),
            may=can_dispute(made, offer, request.at),
            words_max=WORDS_MAX,
            organisation=shown.own(request.actor),
            tab="history",
        )

    return perform(request, {"dispute": partial(_dispute, redemption_id)}, show)


def _dispute(redemption_id: UUID, request: PageRequest) -> HttpResponse:
    made = open_dispute(
        actor=request.actor,
        redemption_id=redemption_id,
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("redemption_disputed", "portal:merchant-dispute", made.code)


def _history(request: PageRequest) -> shown.History:
    first, last = parties.typed_days(request)
    return shown.history(
        actor=request.actor,
        first=first,
        last=last,
        offer_code=request.GET.get("offer", "")[:12],
        at=request.at,
    )
