"""The operator's desk of disputes about redemptions: both sides read, then decided."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse

from tanhui.console.doors import acting, reading, staff
from tanhui.governance.permissions import is_allowed
from tanhui.identity.organisations import queries as organisations
from tanhui.kernel.actors import Actor
from tanhui.rewards import dispute_queries
from tanhui.rewards.dispute_queries import Dispute
from tanhui.rewards.disputes import decide_dispute
from tanhui.web import disputes as told
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

WORDS_MAX = 500
QUEUES = ("mine", "live", "closed")
_TOLD = {"refund": "redemption_dispute_refund", "uphold": "redemption_dispute_uphold"}


@entrance
@reading
@staff
def desk(request: PageRequest) -> HttpResponse:
    """What waits for a decision, what waits for a word, and what is over."""
    asked = request.GET.get("queue", "")
    queue = asked if asked in QUEUES else "mine"
    live = dispute_queries.all_disputes(actor=request.actor, live=True)
    mine = [each for each in live if each.state == "deciding"]
    if queue == "closed":
        found = dispute_queries.all_disputes(actor=request.actor, live=False)
    else:
        # Whose term ends first is first.
        chosen = mine if queue == "mine" else live
        found = sorted(chosen, key=lambda each: (each.clock_at or each.at, each.number))
    return show_page(
        request,
        "console/disputes.html",
        lines=told.lines(found),
        shops=organisations.organisations(ids={each.merchant_id for each in found}),
        queue=queue,
        waiting=len(mine),
        tab="disputes",
    )


@entrance
@acting
@staff
def dispute(request: PageRequest, code: str) -> HttpResponse:
    """One dispute with both sides' words, and deciding it."""

    def show(refused: Refused | None) -> HttpResponse:
        found = dispute_queries.readable(actor=request.actor, code=code)
        earlier = [
            each
            for each in dispute_queries.disputes_of_merchant(found.merchant_id)
            if each.number != found.number
        ]
        return show_page(
            request,
            "console/dispute.html",
            refused=refused,
            one=found,
            line=told.line(found),
            story=told.story_of(found),
            shop=organisations.organisation(found.merchant_id),
            others=len(earlier),
            others_refunded=sum(each.state == "refunded" for each in earlier),
            may=_may(found, request.actor),
            words_max=WORDS_MAX,
            tab="disputes",
        )

    return perform(request, {"decide": partial(_decide, code)}, show)


def _may(found: Dispute, actor: Actor) -> bool:
    """Whether this reader decides it now: the operator, once heard, and not in their own case."""
    own = actor.person_id is not None and actor.person_id == found.citizen_id
    return found.state == "deciding" and is_allowed(actor, "rewards.decide") and not own


def _decide(code: str, request: PageRequest) -> HttpResponse:
    decision = request.POST.get("decision", "")
    decide_dispute(
        actor=request.actor,
        code=code,
        decision=decision,
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done(_TOLD[decision], "console:disputes")
