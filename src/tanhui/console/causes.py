"""The operator's desk of causes: opening and ending them, leading offers there, reporting."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse

from tanhui.console.doors import acting, path_two, reading
from tanhui.governance.permissions import is_allowed, require
from tanhui.kernel.periods import city_day
from tanhui.rewards import queries as rewards
from tanhui.rewards.expiry.months import last_day, number_of
from tanhui.rewards.expiry.queries import runs
from tanhui.rewards.giving import commands, queries, refusals
from tanhui.rewards.giving.commands import ARTS, PHOTOS_MAX, CauseWords, ReportWords
from tanhui.rewards.giving.records import Cause
from tanhui.vault.queries import open_for
from tanhui.web.desk import Act, Refused, done, perform, show_page, typed_day, typed_number
from tanhui.web.entrance import PageRequest, entrance

_WORDS = ("title_zh", "title_en", "about_zh", "about_en", "receiver_zh", "receiver_en")


@entrance
@acting
@path_two
def desk(request: PageRequest) -> HttpResponse:
    """All causes, how the last months ended, and opening another cause."""
    require(request.actor, "rewards.read")

    def show(refused: Refused | None) -> HttpResponse:
        present = number_of(city_day(request.at))
        ended = [
            (last_day(month), sorted(runs(month).values(), key=lambda run: run.begun_at))
            for month in range(present + 1, present - 3, -1)
        ]
        return show_page(
            request,
            "console/causes.html",
            refused=refused,
            causes=queries.causes(),
            ended=ended,
            may=is_allowed(request.actor, "rewards.causes"),
            arts=ARTS,
            tab="rewards",
        )

    return perform(request, {"open": _open}, show)


@entrance
@acting
@path_two
def one(request: PageRequest, cause_id: int) -> HttpResponse:
    """One cause with its reports and offers; reporting, leading an offer there, ending it."""
    require(request.actor, "rewards.read")

    def show(refused: Refused | None) -> HttpResponse:
        found = queries.cause(cause_id)
        led = {code for cause in queries.causes() for code in cause.offer_codes}
        return show_page(
            request,
            "console/cause.html",
            refused=refused,
            cause=found,
            reports=queries.reports(cause_id=cause_id),
            offers=[rewards.offer(code) for code in found.offer_codes],
            free=[
                offer
                for offer in rewards.offers()
                if offer.kind == "donation" and offer.code not in led and offer.state != "closed"
            ],
            may=is_allowed(request.actor, "rewards.causes"),
            photos_max=PHOTOS_MAX,
            today=city_day(request.at),
            tab="rewards",
        )

    acts: dict[str, Act] = {
        "report": partial(_report, cause_id),
        "lead": partial(_lead, cause_id),
        "end": partial(_end, cause_id),
    }
    return perform(request, acts, show)


@entrance
@reading
@path_two
def photo(request: PageRequest, file_id: UUID) -> HttpResponse:
    """A photo of a report."""
    if not queries.is_photo(file_id):
        raise refusals.no_such_photo()
    opened = open_for(request.actor, file_id)
    return HttpResponse(opened.data, headers=opened.headers)


def _open(request: PageRequest) -> HttpResponse:
    told = {name: request.POST.get(name, "") for name in _WORDS}
    made: Cause = commands.open_cause(
        actor=request.actor,
        words=CauseWords(**told, art=request.POST.get("art", "")),
        at=request.at,
    )
    return done("cause_opened", "console:cause", made.id)


def _report(cause_id: int, request: PageRequest) -> HttpResponse:
    quantity = typed_number(request, "quantity")
    words = ReportWords(
        happened_on=typed_day(request.POST.get("happened_on", "")),
        text_zh=request.POST.get("text_zh", ""),
        text_en=request.POST.get("text_en", ""),
        quantity=quantity,
        # Units without a figure say nothing.
        unit_zh=request.POST.get("unit_zh", "") if quantity is not None else "",
        unit_en=request.POST.get("unit_en", "") if quantity is not None else "",
    )
    photos = [file.read() for file in request.FILES.getlist("photos")]
    commands.publish_report(
        actor=request.actor, cause_id=cause_id, words=words, photos=photos, at=request.at
    )
    return done("cause_reported", "console:cause", cause_id)


def _lead(cause_id: int, request: PageRequest) -> HttpResponse:
    commands.lead_offer(
        actor=request.actor,
        cause_id=cause_id,
        offer_code=request.POST.get("offer", ""),
        at=request.at,
    )
    return done("cause_led", "console:cause", cause_id)


def _end(cause_id: int, request: PageRequest) -> HttpResponse:
    commands.end_cause(actor=request.actor, cause_id=cause_id, at=request.at)
    return done("cause_ended", "console:cause", cause_id)
