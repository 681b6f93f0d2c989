"""Logging in: a phone number, then the six digits; or a one-time link of the demo."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tanhui.identity import commands, personas, queries
from tanhui.identity.sms import gateway, simulated_sms
from tanhui.kernel.refusals import Refusal
from tanhui.web.choices import keep_choice, safe_next
from tanhui.web.entrance import PageRequest, client_address, entrance, session_cookie
from tanhui.web.refusals import refusal_text, retry_after, status_of

_FIELD_OF = {"phone_invalid": "phone", "code_wrong": "code"}
_BACK_TO_PHONE = frozenset({"phone_invalid", "code_expired", "code_used_up"})


@entrance
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: PageRequest) -> HttpResponse:
    """Asks for the phone, sends the code, asks for the code; works without a script."""
    if request.method != "POST":
        if request.person is not None:
            return HttpResponseRedirect(safe_next(request, reverse("citizen:home")))
        return _form(request, "phone")
    try:
        if "code" in request.POST:
            token = commands.log_in(
                phone=request.POST.get("phone", ""), code=request.POST["code"], at=request.at
            )
            return _logged_in(request, token)
        phone = commands.send_login_code(
            phone=request.POST.get("phone", ""),
            at=request.at,
            sms=gateway(),
            address=client_address(request),
        )
    except Refusal as refusal:
        return _refused(request, refusal)
    return _form(request, "code", phone=phone)


def _refused(request: PageRequest, refusal: Refusal) -> HttpResponse:
    step = "code" if "code" in request.POST and refusal.code not in _BACK_TO_PHONE else "phone"
    response = _form(
        request,
        step,
        status=status_of(refusal),
        sentence=refusal_text(refusal),
        code=refusal.code,
        field=_FIELD_OF.get(refusal.code, ""),
    )
    return retry_after(response, refusal)


def _form(
    request: PageRequest, step: str, *, phone: str = "", status: int = 200, **error: str
) -> HttpResponse:
    phone = phone or request.POST.get("phone", "")
    context: dict[str, Any] = {
        "step": step,
        "phone": phone,
        "error": error,
        "next": safe_next(request, ""),
    }
    if settings.TANHUI.simulated:
        context["cast"] = personas.CITIZENS
        context["simulated_code"] = simulated_sms.code_for(phone)
    return render(request, "citizen/login.html", context, status=status)


def _logged_in(request: PageRequest, token: str) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request, reverse("citizen:home")))
    response.set_cookie(
        session_cookie(),
        token,
        max_age=int(commands.SESSION_LIFE.total_seconds()),
        path="/",
        secure=not settings.TANHUI.simulated,
        httponly=True,
        samesite="Lax",
    )
    found = queries.signed_in(token, request.at)
    # Whoever has once chosen English reads English on every device.
    if found and found.person.locale != settings.LANGUAGE_CODE:
        keep_choice(response, "language", found.person.locale)
    return response


@entrance
@never_cache
@require_GET
def follow_link(request: PageRequest, token: str) -> HttpResponse:
    """Uses a one-time link up and logs the browser in."""
    return _logged_in(request, commands.log_in_by_link(token=token, at=request.at))
