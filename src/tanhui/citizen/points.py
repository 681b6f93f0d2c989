"""A citizen's expiring points: when they end, who gets them, pausing; and giving."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tanhui.citizen import points_shown as shown
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.rewards.expiry import choosing
from tanhui.rewards.giving import queries as giving
from tanhui.rewards.giving import refusals as giving_refusals
from tanhui.vault.queries import open_for
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, status_of

_DONE = frozenset({"heir", "pause", "resume"})


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def points(request: PageRequest) -> HttpResponse:
    """When points end, month by month; choosing who gets them, pausing and going on."""
    error, status = "", 200
    if request.method == "POST":
        try:
            return _done(_act(request), reverse("citizen:points"))
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
    context = {
        "page": shown.points_page(citizen_id=_citizen_id(request), at=request.at),
        "error": error,
        "done": _told(request),
        "tab": "mall",
    }
    return render(request, "citizen/points/points.html", context, status=status)


@entrance
@require_safe
@citizens_only
def give(request: PageRequest) -> HttpResponse:
    """Where points may be given, what became of it, and the reader's own gifts."""
    page = shown.give_page(citizen_id=_citizen_id(request))
    return render(request, "citizen/points/give.html", {"page": page, "tab": "mall"})


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def cause(request: PageRequest, cause_id: int) -> HttpResponse:
    """One cause with its reports; choosing it for points that expire."""
    error, status = "", 200
    if request.method == "POST":
        try:
            choosing.choose_heir(actor=request.actor, cause_id=cause_id, at=request.at)
            return _done("heir", reverse("citizen:cause", args=[cause_id]))
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
    context = {
        "page": shown.cause_page(citizen_id=_citizen_id(request), cause_id=cause_id),
        "error": error,
        "done": _told(request),
        "tab": "mall",
    }
    return render(request, "citizen/points/cause.html", context, status=status)


@entrance
@require_safe
@citizens_only
def photo(request: PageRequest, file_id: UUID) -> HttpResponse:
    """A photo of a report."""
    if not giving.is_photo(file_id):
        raise giving_refusals.no_such_photo()
    opened = open_for(request.actor, file_id)
    return HttpResponse(opened.data, headers=opened.headers)


def _act(request: PageRequest) -> str:
    name = request.POST.get("act", "")
    if name == "heir":
        chosen = request.POST.get("cause", "")
        choosing.choose_heir(
            actor=request.actor, cause_id=_number(chosen) if chosen else None, at=request.at
        )
    elif name == "pause":
        months = _number(request.POST.get("months", ""))
        choosing.pause_expiry(actor=request.actor, months=months, at=request.at)
    elif name == "resume":
        choosing.resume_expiry(actor=request.actor, at=request.at)
    else:
        raise Invalid("act_unknown", zh="没有这个操作。", en="There is no such act.")
    return name


def _number(text: str) -> int:
    """A number of a form; zero, which nothing is called, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


def _done(name: str, page: str) -> HttpResponse:
    return HttpResponseRedirect(f"{page}?{urlencode({'done': name})}")


def _told(request: PageRequest) -> str:
    name = request.GET.get("done", "")
    return name if name in _DONE else ""


def _citizen_id(request: PageRequest) -> int:
    if request.actor.person_id is None:
        raise Http404
    return request.actor.person_id
