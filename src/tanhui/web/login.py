"""The log-in of every door: a phone number, then the six digits; or a one-time link of the demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from tanhui.identity import commands, queries
from tanhui.identity.personas import Persona
from tanhui.identity.sessions.commands import DEVICE_LIFE, SESSION_LIFE, new_device
from tanhui.identity.sms import gateway, simulated_sms
from tanhui.kernel.refusals import Refusal
from tanhui.web.choices import keep_choice, safe_next
from tanhui.web.entrance import PageRequest, client_address, device_cookie, session_cookie
from tanhui.web.refusals import refusal_text, retry_after, status_of

_FIELD_OF = {"phone_invalid": "phone", "code_wrong": "code"}
_BACK_TO_PHONE = frozenset({"phone_invalid", "code_expired", "code_used_up"})


@dataclass(frozen=True, slots=True)
class Door:
    """One door's log-in: its page, where one arrives, and whom the demo offers to be."""

    template: str
    home: str
    cast: tuple[Persona, ...]
    # Whoever is logged in without one of these roles may still log in here as another.
    roles: frozenset[str]


def log_in_at(request: PageRequest, door: Door) -> HttpResponse:
    """Asks for the phone, sends the code, asks for the code; works without a script."""
    if request.method != "POST":
        if request.actor.roles & door.roles:
            return HttpResponseRedirect(safe_next(request, reverse(door.home)))
        return _form(request, door, "phone")
    try:
        if "code" in request.POST:
            device = device_of(request)
            token = commands.log_in(
                phone=request.POST.get("phone", ""),
                code=request.POST["code"],
                device=device,
                at=request.at,
            )
            return logged_in(request, token, device=device, home=door.home)
        phone = commands.send_login_code(
            phone=request.POST.get("phone", ""),
            at=request.at,
            sms=gateway(),
            address=client_address(request),
        )
    except Refusal as refusal:
        return _refused(request, door, refusal)
    return _form(request, door, "code", phone=phone)


def _refused(request: PageRequest, door: Door, refusal: Refusal) -> HttpResponse:
    step = "code" if "code" in request.POST and refusal.code not in _BACK_TO_PHONE else "phone"
    response = _form(
        request,
        door,
        step,
        status=status_of(refusal),
        sentence=refusal_text(refusal),
        code=refusal.code,
        field=_FIELD_OF.get(refusal.code, ""),
    )
    return retry_after(response, refusal)


def _form(
    request: PageRequest, door: Door, step: str, *, phone: str = "", status: int = 200, **error: str
) -> HttpResponse:
    phone = phone or request.POST.get("phone", "")
    context: dict[str, Any] = {
        "step": step,
        "phone": phone,
        "error": error,
        "next": safe_next(request, ""),
    }
    if settings.TANHUI.simulated:
        context["cast"] = door.cast
        context["simulated_code"] = simulated_sms.code_for(phone)
    return render(request, door.template, context, status=status)


def logged_in(request: PageRequest, token: str, *, device: str, home: str) -> HttpResponse:
    """Puts the session into the browser and goes where the person wanted to go."""
    response = HttpResponseRedirect(safe_next(request, reverse(home)))
    put_session(response, token)
    _put(response, device_cookie(), device, life=DEVICE_LIFE)
    found = queries.signed_in(token, request.at)
    # Whoever has once chosen English reads English on every device.
    if found and found.person.locale != settings.LANGUAGE_CODE:
        keep_choice(response, "language", found.person.locale)
    return response


def device_of(request: PageRequest) -> str:
    """The token of the browser that logs in; a new one where it has none yet."""
    return new_device(known=request.COOKIES.get(device_cookie()))


def put_session(response: HttpResponse, token: str) -> None:
    """Puts a session's token into the browser, out of reach of scripts and of other hosts."""
    _put(response, session_cookie(), token, life=SESSION_LIFE)


def _put(response: HttpResponse, name: str, token: str, *, life: timedelta) -> None:
    response.set_cookie(
        name,
        token,
        max_age=int(life.total_seconds()),
        path="/",
        secure=not settings.TANHUI.simulated,
        httponly=True,
        samesite="Lax",
    )


def log_out_of(request: PageRequest, *, login: str) -> HttpResponse:
    """Ends the session here and shows the door's log-in page."""
    commands.log_out(
        actor=request.actor,
        session_token=request.COOKIES.get(session_cookie(), ""),
        at=request.at,
    )
    response = HttpResponseRedirect(reverse(login))
    response.delete_cookie(session_cookie())
    return response
