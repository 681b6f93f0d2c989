"""The way into every page: who asks, how they like to read, refusals as pages, safe headers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from tanhui.identity import queries
from tanhui.identity.commands import SEEN_EVERY, keep_session
from tanhui.identity.queries import Person
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Refusal
from tanhui.web.refusals import refusal_page

THEMES = ("light", "dark")
VIEWS = ("standard", "elder")
THEME_COOKIE = "tanhui_theme"
VIEW_COOKIE = "tanhui_view"
# Everything a page needs comes from its own host; styles and scripts are files, never inline.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'"
)
_NOBODY = Actor(name="public", roles=frozenset({"public"}))


@dataclass(frozen=True, slots=True)
class Appearance:
    """How a page is dressed for the one who reads it."""

    language: str
    theme: str
    view: str
    simulated: bool

    @property
    def chosen(self) -> dict[str, bool]:
        """Which of the offered choices is the present one, for the buttons that offer them."""
        present = (self.language, self.theme, self.view)
        return {name: name in present for name in ("zh", "en", *THEMES, *VIEWS)}


class PageRequest(HttpRequest):
    """A request that has come through the entrance."""

    at: datetime
    actor: Actor
    person: Person | None
    # The role of the person's desk, also while the second factor is still missing.
    seat: str | None
    appearance: Appearance


View = Callable[..., HttpResponse]


def session_cookie() -> str:
    """The cookie's name; the prefix makes browsers refuse it from any other host or over http."""
    return "tanhui_session" if settings.TANHUI.simulated else "__Host-tanhui_session"


def device_cookie() -> str:
    """The name of the cookie that stays when one logs out: the browser is known by it."""
    return "tanhui_device" if settings.TANHUI.simulated else "__Host-tanhui_device"


def entrance(view: View) -> Callable[..., HttpResponse]:
    """Lets a request in: tells the view who acts and how they read, and answers refusals."""

    @wraps(view)
    def enter(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        receive(request)
        try:
            response = view(request, *args, **kwargs)
        except Refusal as refusal:
            response = refusal_page(request, refusal)
        return _guarded(request, response)

    return enter


def receive(request: Any) -> None:
    """Finds out who asks and how they like to read."""
    request.at = timezone.now()
    token = request.COOKIES.get(session_cookie())
    found = queries.signed_in(token, request.at) if token else None
    request.actor = found.actor if found else _NOBODY
    request.person = found.person if found else None
    request.seat = found.seat if found else None
    if token and found and found.seat and found.unseen >= SEEN_EVERY:
        keep_session(session_token=token, at=request.at)
    request.appearance = appearance_of(request, request.person)


def appearance_of(request: HttpRequest, person: Person | None) -> Appearance:
    """The reader's language, theme and view; what a person has chosen wins over the browser's."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    theme = request.COOKIES.get(THEME_COOKIE, "")
    view = person.view if person else request.COOKIES.get(VIEW_COOKIE, "")
    return Appearance(
        language=language,
        theme=theme if theme in THEMES else "light",
        view=view if view in VIEWS else "standard",
        simulated=settings.TANHUI.simulated,
    )


def citizens_only(view: View) -> View:
    """Sends everyone who is not logged in to the log-in page, and back afterwards."""

    @wraps(view)
    def guard(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "citizen" not in request.actor.roles:
            query = urlencode({"next": request.get_full_path()})
            return HttpResponseRedirect(f"{reverse('citizen:login')}?{query}")
        return view(request, *args, **kwargs)

    return guard


def staff_only(*roles: str, login: str) -> Callable[[View], View]:
    """Lets in whoever holds one of `roles`; sends nobody to the page `login`, and back afterwards.

    Whoever has such a desk and has given the phone code alone is asked for the second factor.
    Anyone else is told so (403), and may log in there as somebody who may.
    """

    def guarded(view: View) -> View:
        @wraps(view)
        def guard(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.actor.person_id is None:
                query = urlencode({"next": request.get_full_path()})
                return HttpResponseRedirect(f"{reverse(login)}?{query}")
            if request.actor.roles.isdisjoint(roles):
                if request.seat in roles and request.seat not in request.actor.roles:
                    query = urlencode({"next": request.get_full_path()})
                    return HttpResponseRedirect(f"{reverse('second-factor')}?{query}")
                other = {"login": f"{reverse(login)}?{urlencode({'next': request.path})}"}
                return render(request, "web/desk/closed.html", other, status=403)
            return view(request, *args, **kwargs)

        return guard

    return guarded


def _guarded(request: PageRequest, response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.person is not None or request.method != "GET":
        response["Cache-Control"] = "no-store"
    return response


def client_address(request: HttpRequest) -> str | None:
    """The network address of the one who asks.

    Behind our own proxy it is the last one that the proxy wrote down; what stands before it was
    sent by the client and proves nothing.
    """
    if settings.TANHUI.behind_proxy:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return forwarded.rpartition(",")[2].strip() or None
    return request.META.get("REMOTE_ADDR") or None
