"""Choosing a language, a theme or a view, from any page and without a script."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tanhui.identity import commands
from tanhui.kernel.refusals import Invalid
from tanhui.web.entrance import (
    THEME_COOKIE,
    THEMES,
    VIEW_COOKIE,
    VIEWS,
    PageRequest,
    entrance,
)

_YEAR_SECONDS = 365 * 24 * 3600
_LOCALES = tuple(code for code, _ in settings.LANGUAGES)
_OFFERED = {
    "language": (settings.LANGUAGE_COOKIE_NAME, _LOCALES),
    "theme": (THEME_COOKIE, THEMES),
    "view": (VIEW_COOKIE, VIEWS),
}


def keep_choice(response: HttpResponse, name: str, value: str) -> None:
    """Puts one choice into the browser's cookie."""
    cookie, _ = _OFFERED[name]
    response.set_cookie(
        cookie,
        value,
        max_age=_YEAR_SECONDS,
        secure=not settings.TANHUI.simulated,
        httponly=True,
        samesite="Lax",
    )


def safe_next(request: PageRequest, fallback: str) -> str:
    """Where to go afterwards: an address of this very host, or `fallback`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else fallback


@entrance
@require_POST
def choose(request: PageRequest) -> HttpResponse:
    """Keeps one choice in the browser and, of a person, in the books of persons."""
    response = HttpResponseRedirect(safe_next(request, "/"))
    for name, (_, values) in _OFFERED.items():
        value = request.POST.get(name)
        if value is None:
            continue
        if value not in values:
            raise Invalid("choice_unknown", zh="没有这个选项。", en="There is no such choice.")
        if request.actor.person_id is not None and name == "language":
            commands.choose_locale(actor=request.actor, locale=value, at=request.at)
        if request.actor.person_id is not None and name == "view":
            commands.choose_view(actor=request.actor, view=value, at=request.at)
        keep_choice(response, name, value)
    return response
