"""The desk of holds and objections: what a detector asks about, what was said, and deciding it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.utils.http import urlencode

from tanhui.behaviours import desk_evidence
from tanhui.behaviours.appeals import ask_for_more, decide_appeal, intend_to_refuse
from tanhui.behaviours.holds import release_hold
from tanhui.console import hold_desk
from tanhui.console.doors import acting, reading, staff
from tanhui.kernel.refusals import Invalid
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

REASON_MAX = 500
_TOLD = {
    "release": "hold_released",
    "intend": "hold_intended",
    "grant": "appeal_granted",
    "uphold": "appeal_upheld",
    "ask": "appeal_asked",
}


@entrance
@acting
@staff
def desk(request: PageRequest, hold_id: UUID | None = None) -> HttpResponse:
    """A queue, the case that is open with its evidence, and its decision."""
    queue, page = request.GET.get("queue", "mine"), _page(request.GET.get("page", ""))

    def show(refused: Refused | None) -> HttpResponse:
        shown = hold_desk.show_desk(
            actor=request.actor,
            queue=queue,
            page=page,
            hold_id=hold_id,
            language=request.appearance.language,
            at=request.at,
        )
        return show_page(
            request,
            "console/holds.html",
            refused=refused,
            page=shown,
            query=urlencode({"queue": str(shown.queue), "page": str(shown.page)}),
            reason_max=REASON_MAX,
            tab="holds",
        )

    return perform(request, {"decide": partial(_decide, hold_id, queue)}, show)


@entrance
@reading
@staff
def photo(request: PageRequest, hold_id: UUID, file_id: UUID) -> HttpResponse:
    """A photo that came with an objection."""
    opened = desk_evidence.open_photo(actor=request.actor, hold_id=hold_id, file_id=file_id)
    return HttpResponse(opened.data, headers=opened.headers)


@entrance
@reading
@staff
def quality(request: PageRequest) -> HttpResponse:
    """How holds ended, by month and detector."""
    rows = hold_desk.show_quality(
        actor=request.actor, language=request.appearance.language, at=request.at
    )
    return show_page(request, "console/quality.html", rows=rows, tab="holds")


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _decide(hold_id: UUID | None, queue: str, request: PageRequest) -> HttpResponse:
    outcome = request.POST.get("outcome", "")
    words = request.POST.get("reason", "")
    if outcome not in _TOLD or hold_id is None:
        raise Invalid("outcome_missing", zh="请选一个决定。", en="Choose a decision.")
    actor, at = request.actor, request.at
    if outcome == "release":
        release_hold(actor=actor, hold_id=hold_id, reason=words, at=at)
    elif outcome == "intend":
        intend_to_refuse(actor=actor, hold_id=hold_id, reason=words, at=at)
    elif outcome == "ask":
        ask_for_more(actor=actor, hold_id=hold_id, question=words, at=at)
    else:
        decide_appeal(actor=actor, hold_id=hold_id, decision=outcome, message=words, at=at)
    return done(_TOLD[outcome], "console:holds", queue=queue)
