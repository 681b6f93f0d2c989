"""The second factor's page: enrolling a device, giving its code, recovering without it.

It stands between the phone code and every desk. Nothing on it is kept by browsers, and the secret
is in no address.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tanhui.identity.personas import PORTAL_ROLES
from tanhui.identity.second_factor import codes, commands, queries
from tanhui.identity.second_factor.refusals import seat_missing
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.web.choices import safe_next
from tanhui.web.entrance import PageRequest, entrance, session_cookie
from tanhui.web.login import put_session
from tanhui.web.refusals import refusal_text, retry_after, status_of

_TEMPLATE = "web/desk/second_factor.html"
_HOMES = dict.fromkeys(PORTAL_ROLES, "portal:home")
_LOGINS = dict.fromkeys(PORTAL_ROLES, "portal:login")
_CONSOLE_HOME, _CONSOLE_LOGIN = "console:home", "console:login"


@entrance
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PageRequest) -> HttpResponse:
    """Asks a member of staff for the second factor, or lets them enrol one. Works without a script.

    Refuses `seat_missing` to citizens and `act_unknown`.
    """
    if request.actor.person_id is None:
        return HttpResponseRedirect(reverse(_CONSOLE_LOGIN))
    if request.seat is None:
        raise seat_missing()
    if request.method != "POST":
        return _show(request)
    act = _ACTS.get(request.POST.get("act", ""))
    if act is None:
        raise Invalid("act_unknown", zh="没有这个操作。", en="There is no such act.")
    try:
        return act(request)
    except Refusal as refusal:
        error = {"sentence": refusal_text(refusal), "code": refusal.code}
        response = _show(request, error=error, status=status_of(refusal))
        return retry_after(response, refusal)


@entrance
@never_cache
@require_safe
def picture(request: PageRequest) -> HttpResponse:
    """The QR code to enrol with, until the device's first code was taken; 404 to everyone else."""
    shown = _enrolment(request)
    if shown is None or request.seat is None:
        raise Http404
    return HttpResponse(codes.picture(shown.address), content_type="image/svg+xml")


def _enrolment(request: PageRequest) -> queries.Enrolment | None:
    if request.person is None:
        return None
    account = request.person.phone_masked or request.actor.name
    return queries.enrolment(person_id=request.person.id, account=account)


def _show(request: PageRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    person_id = request.actor.person_id or 0
    state = queries.state(person_id=person_id)
    opened = request.seat in request.actor.roles
    context: dict[str, Any] = {
        "state": state,
        "opened": opened,
        "home": _home(request),
        "login": reverse(_LOGINS.get(request.seat or "", _CONSOLE_LOGIN)),
        "next": safe_next(request, ""),
        "recover": "recover" in request.GET or request.POST.get("act") == "recover",
        **more,
    }
    if state.confirmed_at is None:
        commands.begin_enrolment(actor=request.actor, at=request.at)
        context["enrolment"] = _enrolment(request)
    context["simulated_code"] = queries.simulated_now(person_id=person_id, at=request.at)
    return render(request, _TEMPLATE, context, status=status)


def _home(request: PageRequest) -> str:
    return safe_next(request, reverse(_HOMES.get(request.seat or "", _CONSOLE_HOME)))


def _token(request: PageRequest) -> str:
    return request.COOKIES.get(session_cookie(), "")


def _entered(request: PageRequest, token: str) -> HttpResponse:
    response = HttpResponseRedirect(_home(request))
    put_session(response, token)
    return response


def _give(request: PageRequest) -> HttpResponse:
    token = commands.give_code(
        actor=request.actor,
        session_token=_token(request),
        code=request.POST.get("code", ""),
        at=request.at,
    )
    return _entered(request, token)


def _recover(request: PageRequest) -> HttpResponse:
    token = commands.give_recovery_code(
        actor=request.actor,
        session_token=_token(request),
        code=request.POST.get("code", ""),
        at=request.at,
    )
    return _entered(request, token)


def _confirm(request: PageRequest) -> HttpResponse:
    token, shown = commands.confirm_enrolment(
        actor=request.actor,
        session_token=_token(request),
        code=request.POST.get("code", ""),
        at=request.at,
    )
    response = _recovery_codes(request, shown)
    put_session(response, token)
    return response


def _renew(request: PageRequest) -> HttpResponse:
    shown = commands.renew_recovery_codes(
        actor=request.actor, code=request.POST.get("code", ""), at=request.at
    )
    return _recovery_codes(request, shown)


def _recovery_codes(request: PageRequest, shown: list[str]) -> HttpResponse:
    return render(request, _TEMPLATE, {"recovery_codes": shown, "home": _home(request)})


_ACTS: dict[str, Callable[[PageRequest], HttpResponse]] = {
    "give": _give,
    "recover": _recover,
    "confirm": _confirm,
    "renew": _renew,
}
