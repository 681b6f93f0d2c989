"""The page that asks for the phone once more, before something that would hurt to lose."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tanhui.identity.sms import gateway, simulated_sms
from tanhui.identity.step_up.commands import ask_step_up, give_step_up
from tanhui.identity.step_up.queries import own_phone
from tanhui.kernel.refusals import Refusal
from tanhui.web.choices import safe_next
from tanhui.web.entrance import (
    PageRequest,
    citizens_only,
    client_address,
    entrance,
    session_cookie,
)
from tanhui.web.login import put_session
from tanhui.web.refusals import refusal_text, retry_after, status_of

_TEMPLATE = "web/prove.html"
_FIELD_OF = {"code_wrong": "code"}
# After these there is no code that could still be typed.
_SEND_AGAIN = frozenset({"code_expired", "code_used_up", "phone_missing"})


@entrance
@never_cache
@citizens_only
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: PageRequest) -> HttpResponse:
    """Sends a code to one's own phone, takes it and goes on to `next`; works without a script.

    With `?have` one may type a code that was sent before.
    """
    if request.method != "POST":
        return _show(request, "code" if "have" in request.GET else "send")
    try:
        if "code" not in request.POST:
            ask_step_up(
                actor=request.actor,
                at=request.at,
                sms=gateway(),
                address=client_address(request),
            )
            return _show(request, "code")
        token = give_step_up(
            actor=request.actor,
            session_token=request.COOKIES.get(session_cookie(), ""),
            code=request.POST["code"],
            at=request.at,
        )
    except Refusal as refusal:
        return _refused(request, refusal)
    response = HttpResponseRedirect(_next(request))
    put_session(response, token)
    return response


def _next(request: PageRequest) -> str:
    return safe_next(request, reverse("citizen:home"))


def _refused(request: PageRequest, refusal: Refusal) -> HttpResponse:
    step = "code" if "code" in request.POST and refusal.code not in _SEND_AGAIN else "send"
    response = _show(
        request,
        step,
        status=status_of(refusal),
        sentence=refusal_text(refusal),
        field=_FIELD_OF.get(refusal.code, ""),
    )
    return retry_after(response, refusal)


def _show(request: PageRequest, step: str, *, status: int = 200, **error: str) -> HttpResponse:
    context: dict[str, Any] = {
        "step": step,
        "masked": request.person.phone_masked if request.person else None,
        "next": _next(request),
        "error": error,
    }
    if settings.TANHUI.simulated and step == "code" and context["masked"]:
        context["simulated_code"] = simulated_sms.code_for(own_phone(request.actor))
    return render(request, _TEMPLATE, context, status=status)
