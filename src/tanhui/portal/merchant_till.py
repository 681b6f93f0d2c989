"""The till: a voucher is scanned or its eight letters typed, looked at, and taken for good."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.http import HttpResponse

from tanhui.kernel.refusals import Refusal
from tanhui.portal import merchant_shown as shown
from tanhui.portal.doors import acting, merchants
from tanhui.rewards import till as tills
from tanhui.rewards.merchant_queries import Taken
from tanhui.rewards.records import Voucher
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

# What a scanner sends is at most a moving code; more is no voucher.
TEXT_MOST = 80
_View = Callable[..., HttpResponse]


def _with_camera(view: _View) -> _View:
    """Lets this one page ask the browser for its camera; every other page may not."""

    @wraps(view)
    def answer(request: object, *args: object, **kwargs: object) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        return response

    return answer


@_with_camera
@entrance
@acting
@merchants
def till(request: PageRequest) -> HttpResponse:
    """One field and one button; what was taken stands above it, large, with its time."""

    def show(refused: Refused | None) -> HttpResponse:
        return _page(request, refused, None)

    return perform(request, {"look": _look, "accept": _accept}, show)


def _page(request: PageRequest, refused: Refused | None, voucher: Voucher | None) -> HttpResponse:
    organisation = shown.own(request.actor)
    return show_page(
        request,
        "portal/merchant/till.html",
        refused=refused,
        voucher=voucher,
        taken=None if refused or voucher else _taken(request),
        today=shown.today(organisation.id, request.at),
        organisation=organisation,
        text_most=TEXT_MOST,
        tab="till",
    )


def _look(request: PageRequest) -> HttpResponse:
    text = request.POST.get("text", "")[: TEXT_MOST + 1]
    return _page(request, None, tills.look_at(actor=request.actor, text=text, at=request.at))


def _accept(request: PageRequest) -> HttpResponse:
    text = request.POST.get("text", "")[: TEXT_MOST + 1]
    made = tills.accept_voucher(actor=request.actor, text=text, at=request.at)
    return done("voucher_taken", "portal:merchant-till", taken=made.id)


def _taken(request: PageRequest) -> Taken | None:
    """What the last act took; nothing where the address was made up or was changed since."""
    try:
        found = shown.one(actor=request.actor, redemption_id=UUID(request.GET.get("taken", "")))
    except (Refusal, ValueError):
        return None
    return found if found.state == "delivered" else None
