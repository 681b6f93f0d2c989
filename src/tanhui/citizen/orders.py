"""What a citizen has had for points: vouchers to show, what became of them, giving them back."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tanhui.citizen import orders_shown
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.rewards.dispute_queries import disputes_of_redemption
from tanhui.rewards.disputes import (
    answer_dispute,
    give_in,
    open_dispute,
    withdraw_dispute,
)
from tanhui.rewards.redeeming import confirm_redemption, return_redemption
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, status_of

WORDS_MAX = 500


@entrance
@require_safe
@citizens_only
def orders(request: PageRequest) -> HttpResponse:
    """Everything the citizen has had for points."""
    page = orders_shown.orders_page(
        citizen_id=_citizen_id(request), shown=request.GET.get("show", ""), at=request.at
    )
    return render(request, "citizen/mall/orders.html", {"page": page, "tab": "mall"})


@entrance
@require_safe
@citizens_only
def order(request: PageRequest, order_id: UUID) -> HttpResponse:
    """One order: the voucher to show, or what became of it."""
    return _order(request, order_id)


@entrance
@require_safe
@citizens_only
def moving(request: PageRequest, order_id: UUID) -> HttpResponse:
    """The moving picture alone; a voucher that was taken or ended has the page read anew."""
    if request.headers.get("HX-Request") != "true":
        return HttpResponseRedirect(reverse("citizen:order", args=[order_id]))
    picture = orders_shown.moving_now(
        citizen_id=_citizen_id(request), order_id=order_id, at=request.at
    )
    if picture is None:
        response = HttpResponse(status=200)
        response["HX-Refresh"] = "true"
        return response
    context = {"moving": picture, "order_id": order_id}
    return render(request, "citizen/mall/moving.html", context)


@entrance
@require_POST
@citizens_only
def confirm(request: PageRequest, order_id: UUID) -> HttpResponse:
    """The yes to what was kept while the phone was proved."""
    try:
        confirm_redemption(actor=request.actor, redemption_id=order_id, at=request.at)
    except NotFound:
        raise
    except Refusal as refusal:
        return _order(request, order_id, refusal)
    return HttpResponseRedirect(reverse("citizen:order", args=[order_id]))


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def give_back(request: PageRequest, order_id: UUID) -> HttpResponse:
    """Says what comes back; gives it back."""
    if request.method == "POST":
        try:
            return_redemption(actor=request.actor, redemption_id=order_id, at=request.at)
        except NotFound:
            raise
        except Refusal as refusal:
            return _order(request, order_id, refusal)
        return HttpResponseRedirect(reverse("citizen:order", args=[order_id]))
    page = orders_shown.order_page(actor=request.actor, order_id=order_id, at=request.at)
    if not page.may_return:
        return HttpResponseRedirect(reverse("citizen:order", args=[order_id]))
    return render(request, "citizen/mall/give_back.html", {"page": page, "tab": "mall"})


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def dispute(request: PageRequest, order_id: UUID) -> HttpResponse:
    """What is wrong with an order, in one's own words; then what the shop and the operator say."""
    error, status = "", 200
    if request.method == "POST":
        try:
            _speak(request, order_id)
            return HttpResponseRedirect(reverse("citizen:order-dispute", args=[order_id]))
        except NotFound:
            raise
        except Refusal as refusal:
            error, status = refusal_text(refusal), status_of(refusal)
    page = orders_shown.order_page(actor=request.actor, order_id=order_id, at=request.at)
    context = {
        "page": page,
        "told": [orders_shown.told_of(found) for found in page.disputes],
        "words": request.POST.get("words", ""),
        "words_max": WORDS_MAX,
        "error": error,
        "tab": "mall",
    }
    return render(request, "citizen/mall/dispute.html", context, status=status)


def _speak(request: PageRequest, order_id: UUID) -> None:
    """Raises a dispute, or goes on with the one that is live."""
    act, words = request.POST.get("act", ""), request.POST.get("words", "")
    found = disputes_of_redemption(_citizen_id(request), order_id)
    live = next((one for one in found if one.is_live), None)
    if live is None or act == "open":
        open_dispute(actor=request.actor, redemption_id=order_id, words=words, at=request.at)
    elif act == "withdraw":
        withdraw_dispute(actor=request.actor, code=live.code, at=request.at)
    elif act == "agree":
        give_in(actor=request.actor, code=live.code, at=request.at)
    else:
        answer_dispute(actor=request.actor, code=live.code, words=words, at=request.at)


def _order(request: PageRequest, order_id: UUID, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "page": orders_shown.order_page(actor=request.actor, order_id=order_id, at=request.at),
        "refused": refusal.code if refusal else "",
        "error": refusal_text(refusal) if refusal else "",
        "tab": "mall",
    }
    status = status_of(refusal) if refusal else 200
    return render(request, "citizen/mall/order.html", context, status=status)


def _citizen_id(request: PageRequest) -> int:
    person_id = request.actor.person_id
    if person_id is None:
        raise Http404
    return person_id
