"""The mall: what may be had for points, and the yes to one thing of it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tanhui.citizen import mall_shown
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.rewards import queries
from tanhui.rewards.catalogue import picture as picture_of
from tanhui.rewards.redeeming import redeem_reward
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, retry_after, status_of

_UNITS_DIGITS = 3


@entrance
@require_safe
@citizens_only
def mall(request: PageRequest) -> HttpResponse:
    """The shelf, all of it or one category."""
    if request.actor.person_id is None:
        raise Http404
    page = mall_shown.mall_page(
        citizen_id=request.actor.person_id, category=request.GET.get("kind", ""), at=request.at
    )
    return render(request, "citizen/mall/mall.html", {"page": page, "tab": "mall"})


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def offer(request: PageRequest, code: str) -> HttpResponse:
    """One offer and what it costs; a yes leads to the voucher, or first to proving the phone."""
    refused: Refusal | None = None
    units = _units(request.GET.get("units", ""), otherwise=1)
    if request.method == "POST":
        # What is sent must be a number; none that can be had is, and the command says so.
        units = _units(request.POST.get("units", ""), otherwise=0)
        try:
            made = redeem_reward(
                actor=request.actor,
                offer_code=code,
                units=units,
                key=request.POST.get("key", ""),
                at=request.at,
            )
        except NotFound:
            raise
        except Refusal as refusal:
            refused = refusal
        else:
            order = reverse("citizen:order", args=[made.id])
            if made.state == "reserved":
                prove = f"{reverse('citizen:prove')}?{urlencode({'next': order})}"
                return HttpResponseRedirect(prove)
            return HttpResponseRedirect(order)
    # Read after the attempt: what was refused may have gone meanwhile.
    page = mall_shown.offer_page(actor=request.actor, code=code, units=units, at=request.at)
    context = {
        "page": page,
        "refused": refused.code if refused else "",
        "error": refusal_text(refused) if refused else "",
        "tab": "mall",
    }
    status = status_of(refused) if refused else 200
    response = render(request, "citizen/mall/offer.html", context, status=status)
    return retry_after(response, refused) if refused else response


@entrance
@require_safe
@citizens_only
def picture(request: PageRequest, code: str) -> HttpResponse:
    """The photograph of a published offer."""
    found = queries.shelved(code, request.at).offer
    opened = picture_of(found)
    if opened is None:
        raise Http404
    return HttpResponse(opened.data, headers=opened.headers)


def _units(text: str, *, otherwise: int) -> int:
    """How many are wanted; `otherwise` for whatever is no small number."""
    plain = text.isascii() and text.isdigit() and len(text) <= _UNITS_DIGITS
    return int(text) if plain else otherwise
