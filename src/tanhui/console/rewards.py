"""The operator's desk of rewards: what comes onto the shelf, what is on it, and who pays for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.http import Http404, HttpResponse

from tanhui.console import rewards_shown as shown
from tanhui.console.doors import acting, path_two, reading
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Invalid
from tanhui.rewards import catalogue, funding, offer_acts, stocking
from tanhui.web.desk import Act, Refused, done, perform, show_page, typed_number, typed_yuan
from tanhui.web.entrance import PageRequest, entrance

WORDS_MAX, ASK_WORDS_MAX = 500, funding.WORDS_MOST
_HERE = "console:reward"


@entrance
@reading
@path_two
def desk(request: PageRequest) -> HttpResponse:
    """Whose turn it is, what runs out, the shelf, the windows, and every offer."""
    page = shown.desk(actor=request.actor, view=request.GET.get("view", ""), at=request.at)
    return show_page(request, "console/rewards.html", page=page, tab="rewards")


@entrance
@acting
@path_two
def offer(request: PageRequest, code: str) -> HttpResponse:
    """One offer as citizens see it, its stock and windows, and what may be decided."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.one_offer(actor=request.actor, code=code, at=request.at)
        return show_page(
            request,
            "console/reward.html",
            refused=refused,
            page=page,
            words_max=WORDS_MAX,
            ask_words_max=ASK_WORDS_MAX,
            today=request.at.astimezone(CITY_ZONE).date(),
            tab="rewards",
        )

    acts: dict[str, Act] = {
        **{
            name: partial(_decide, command, told, code)
            for name, (command, told) in _DECIDED.items()
        },
        "stock_up": partial(_stock_up, code),
        "end_batch": partial(_end_batch, code),
        "ask_sponsor": partial(_ask_sponsor, code),
    }
    return perform(request, acts, show)


@entrance
@reading
@path_two
def picture(request: PageRequest, code: str) -> HttpResponse:
    """The picture of an offer. Refuses `no_such_offer`; 404 where it has none."""
    opened = catalogue.picture(offer_acts.readable(request.actor, code))
    if opened is None:
        raise Http404
    return HttpResponse(opened.data, headers=opened.headers)


def _decide(
    command: Callable[..., object], told: str, code: str, request: PageRequest
) -> HttpResponse:
    words = {"words": request.POST["words"]} if "words" in request.POST else {}
    command(actor=request.actor, offer_code=code, at=request.at, **words)
    return done(told, _HERE, code)


_DECIDED: dict[str, tuple[Callable[..., object], str]] = {
    "approve": (catalogue.approve_offer, "offer_approved"),
    "return": (catalogue.return_offer, "offer_returned"),
    "refuse": (catalogue.refuse_offer, "offer_refused"),
    "publish": (catalogue.publish_offer, "offer_published"),
    "close": (catalogue.close_offer, "offer_closed"),
}


def _stock_up(code: str, request: PageRequest) -> HttpResponse:
    stocking.stock_up(
        actor=request.actor,
        offer_code=code,
        funding_id=typed_number(request, "funding") or 0,
        units=typed_number(request, "units") or 0,
        cost_fen=typed_yuan(request.POST.get("cost", "")),
        opens_at=_typed_moment(request.POST.get("opens", ""), request.at),
        until=_typed_moment(request.POST.get("until", ""), None),
        at=request.at,
    )
    return done("batch_stocked", _HERE, code)


def _end_batch(code: str, request: PageRequest) -> HttpResponse:
    page = shown.one_offer(actor=request.actor, code=code, at=request.at)
    wanted = typed_number(request, "batch")
    if wanted not in {each.batch.id for each in page.batches}:
        raise Http404
    stocking.end_batch(actor=request.actor, batch_id=wanted or 0, at=request.at)
    return done("batch_ended", _HERE, code)


def _ask_sponsor(code: str, request: PageRequest) -> HttpResponse:
    funding.ask_sponsor(
        actor=request.actor,
        funding_id=typed_number(request, "funding") or 0,
        offer_code=code,
        cost_fen=typed_yuan(request.POST.get("cost", "")),
        units=typed_number(request, "units") or 0,
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("sponsor_asked", _HERE, code)


def _typed_moment(text: str, otherwise: datetime | None) -> datetime:
    """A moment of the city as `2026-12-01T09:00`; refuses `moment_malformed`."""
    if not text.strip() and otherwise is not None:
        return otherwise
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=CITY_ZONE)
    except ValueError:
        raise Invalid(
            "moment_malformed",
            zh="时间要写成 2026-12-01T09:00 这样。",
            en="Write the time like 2026-12-01T09:00.",
        ) from None
