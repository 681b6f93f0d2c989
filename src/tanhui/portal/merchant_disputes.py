"""Disputes about a shop's redemptions: reading, answering, giving in, taking one's own back."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse

from tanhui.portal import merchant_shown as shown
from tanhui.portal.doors import acting, merchants, reading
from tanhui.rewards import dispute_queries, disputes
from tanhui.rewards.dispute_refusals import no_such_dispute
from tanhui.web import disputes as told
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

WORDS_MAX = 500
_HERE = "portal:merchant-dispute"


@entrance
@reading
@merchants
def index(request: PageRequest) -> HttpResponse:
    """The disputes of the shop: those that wait for its word first."""
    organisation = shown.own(request.actor)
    live = request.GET.get("all", "") != "1"
    found = dispute_queries.disputes_of_merchant(organisation.id, live=True if live else None)
    return show_page(
        request,
        "portal/merchant/disputes.html",
        lines=told.lines(sorted(found, key=lambda each: each.state != "answering")),
        live=live,
        organisation=organisation,
        tab="disputes",
    )


@entrance
@acting
@merchants
def dispute(request: PageRequest, code: str) -> HttpResponse:
    """One dispute: what was said, and the shop's word."""

    def show(refused: Refused | None) -> HttpResponse:
        found = _own(request, code)
        return show_page(
            request,
            "portal/merchant/dispute.html",
            refused=refused,
            line=told.line(found),
            one=found,
            story=told.story_of(found),
            words_max=WORDS_MAX,
            organisation=shown.own(request.actor),
            tab="disputes",
        )

    acts = {
        "answer": partial(_answer, code),
        "give_in": partial(_give_in, code),
        "withdraw": partial(_withdraw, code),
    }
    return perform(request, acts, show)


def _own(request: PageRequest, code: str) -> dispute_queries.Dispute:
    """A dispute of the shop itself; those that its staff have as citizens are on their phones."""
    found = dispute_queries.readable(actor=request.actor, code=code)
    if not dispute_queries.is_of_shop(request.actor, found):
        raise no_such_dispute()
    return found


def _answer(code: str, request: PageRequest) -> HttpResponse:
    disputes.answer_dispute(
        actor=request.actor, code=code, words=request.POST.get("words", ""), at=request.at
    )
    return done("redemption_dispute_answered", _HERE, code)


def _give_in(code: str, request: PageRequest) -> HttpResponse:
    disputes.give_in(actor=request.actor, code=code, at=request.at)
    return done("redemption_dispute_given_in", _HERE, code)


def _withdraw(code: str, request: PageRequest) -> HttpResponse:
    disputes.withdraw_dispute(actor=request.actor, code=code, at=request.at)
    return done("redemption_dispute_withdrawn", _HERE, code)
