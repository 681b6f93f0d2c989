"""The inbox, and what a citizen chooses to be told outside of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from tanhui.identity.consents.purposes import NOTICES, purpose_of
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.notices import choosing, commands, queries
from tanhui.notices.content import Purpose, templates_of, terms_of
from tanhui.notices.gateways.chosen import ways
from tanhui.notices.queries import Reached
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, status_of

_STAFF = frozenset({"merchant", "sponsor"})
_CODE = re.compile(r"[0-9]{6}")
_DONE = ("chosen", "sent", "proved", "removed", "allowed", "read")


@dataclass(frozen=True, slots=True)
class Tick:
    """One box: a purpose by a way."""

    channel: str
    value: str
    on: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One purpose and its boxes, those ways alone by which the person can be reached."""

    purpose: Purpose
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """One way outside: whether this installation has it, and where it reaches the person."""

    channel: str
    open: bool
    reached: Reached | None


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def inbox(request: PageRequest) -> HttpResponse:
    """What the person was told, the newest first; a post notes that all of it was read."""
    person_id = _person_id(request.actor)
    if request.method == "POST":
        commands.mark_read(actor=request.actor, at=request.at)
        return HttpResponseRedirect(f"{reverse('citizen:notices')}?done=read")
    found = queries.inbox(person_id=person_id)
    context = {
        "messages": found,
        "now": request.at,
        "unread": sum(one.read_at is None for one in found),
        "purposes": {one.id: one for one in terms_of(settings.TANHUI.content_root).purposes},
        "done": _done(request),
        "tab": "me",
    }
    return render(request, "citizen/notices/inbox.html", context)


@entrance
@require_POST
@citizens_only
def open_message(request: PageRequest, message_id: UUID) -> HttpResponse:
    """Notes that one message was read, and leads to the page that it is about."""
    message = queries.message(person_id=_person_id(request.actor), message_id=message_id)
    if message is None:
        raise Http404
    commands.mark_read(actor=request.actor, message_id=message_id, at=request.at)
    to = message.link
    if not to or not url_has_allowed_host_and_scheme(to, allowed_hosts=None):
        to = reverse("citizen:notices")
    return HttpResponseRedirect(to)


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def settings_page(request: PageRequest) -> HttpResponse:
    """Which purposes go out by which ways, where to, and when not."""
    error, field, status = "", "", 200
    if request.method == "POST":
        act = _ACTS.get(request.POST.get("act", ""))
        try:
            if act is None:
                raise Invalid("act_unknown", zh="没有这个操作。", en="There is no such act.")
            done = act(request)
            told = {"done": done}
            if done == "sent" and settings.TANHUI.simulated:
                told["code"] = _simulated_mail(request)
            return HttpResponseRedirect(f"{reverse('citizen:notices-settings')}?{urlencode(told)}")
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
            field = "mail" if refusal.code.startswith("mail_") else ""
    context = {**_settings(request), "error": error, "field": field, "done": _done(request)}
    return render(request, "citizen/notices/settings.html", context, status=status)


def _settings(request: PageRequest) -> dict[str, object]:
    person_id = _person_id(request.actor)
    terms = terms_of(settings.TANHUI.content_root)
    reached, wanted = queries.addresses(person_id), queries.wanted(person_id)
    open_ways = ways().open
    proving = queries.mail_to_prove(person_id, request.at)
    return {
        "rows": _rows(request.actor, wanted, set(reached) & set(open_ways)),
        "ways": [Way(one, one in open_ways, reached.get(one)) for one in choosing.CHANNELS],
        "mail": reached.get("mail"),
        "proving": proving,
        "simulated_mail": _simulated_mail(request) if proving else "",
        "allowed": sum(queries.grants_left(person_id).values()),
        "consent": purpose_of(settings.TANHUI.content_root, NOTICES),
        "terms": terms,
        "simulated": settings.TANHUI.simulated,
        "tab": "me",
    }


def _rows(actor: Actor, wanted: set[tuple[str, str]], ways_there: set[str]) -> list[Row]:
    """Each purpose with a box for each way; what is for staff is shown to staff alone."""
    return [
        Row(
            purpose,
            tuple(
                Tick(channel, f"{purpose.id}/{channel}", (purpose.id, channel) in wanted)
                for channel in choosing.CHANNELS
                if channel in ways_there
            ),
        )
        for purpose in terms_of(settings.TANHUI.content_root).purposes
        if not purpose.staff or actor.roles & _STAFF
    ]


def _choose(request: PageRequest) -> str:
    person_id = _person_id(request.actor)
    there = set(queries.addresses(person_id)) & set(ways().open)
    asked = request.POST.getlist("want")
    rows = _rows(request.actor, set(), there)
    shown = {tick.value for row in rows for tick in row.ticks}
    # A box that the page did not show is named to the command, which refuses what it may not be.
    choices = {_pair(value): value in asked for value in {*shown, *asked}}
    choosing.choose(actor=request.actor, choices=choices, at=request.at)
    return "chosen"


def _pair(value: str) -> tuple[str, str]:
    purpose, _, channel = value.partition("/")
    return purpose, channel


def _add_mail(request: PageRequest) -> str:
    address = request.POST.get("mail", "")
    choosing.add_mail(actor=request.actor, address=address, at=request.at)
    return "sent"


def _prove_mail(request: PageRequest) -> str:
    choosing.prove_mail(actor=request.actor, code=request.POST.get("code", ""), at=request.at)
    return "proved"


def _remove_mail(request: PageRequest) -> str:
    choosing.remove_mail(actor=request.actor, at=request.at)
    return "removed"


def _allow(request: PageRequest) -> str:
    """What the mini-program does when somebody says yes in it; in a demo there is none."""
    if not settings.TANHUI.simulated:
        raise Http404
    actor, at = request.actor, request.at
    choosing.bind_wechat(actor=actor, code=f"demo-{actor.person_id}", at=at)
    choosing.grant_subscribe(
        actor=actor, templates=sorted(templates_of(settings.TANHUI.content_root)), at=at
    )
    return "allowed"


_ACTS = {
    "choose": _choose,
    "mail": _add_mail,
    "prove": _prove_mail,
    "remove-mail": _remove_mail,
    "allow": _allow,
}


def _simulated_mail(request: PageRequest) -> str:
    """In a demo, the code of the last mail, as no mail was sent."""
    if not settings.TANHUI.simulated:
        return ""
    # Only the process that pretended to send knows the code; others are told it by the address.
    code = request.GET.get("code", "")
    found = queries.simulated_code(_person_id(request.actor), request.at)
    return found or (code if _CODE.fullmatch(code) else "")


def _done(request: PageRequest) -> str:
    done = request.GET.get("done", "")
    return done if done in _DONE else ""


def _person_id(actor: Actor) -> int:
    if actor.person_id is None:
        raise Http404
    return actor.person_id
