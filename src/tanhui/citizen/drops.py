"""Fair drops: what is scarce is entered for, and what came of it is told here."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tanhui.citizen import drops_shown as shown
from tanhui.kernel.refusals import Invalid, NotFound, Refusal
from tanhui.rewards.drops.commands import enter_drop, leave_drop
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, retry_after, status_of


@entrance
@require_safe
@citizens_only
def index(request: PageRequest) -> HttpResponse:
    """What may be entered, what one has entered, and what came of it."""
    if request.actor.person_id is None:
        raise Http404
    page = shown.drops_page(citizen_id=request.actor.person_id, at=request.at)
    return render(request, "citizen/drops/index.html", {"page": page, "tab": "mall"})


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def drop(request: PageRequest, code: str) -> HttpResponse:
    """One drop: entering it, leaving it, its result."""
    if request.actor.person_id is None:
        raise Http404
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            _act(request, code)
            return HttpResponseRedirect(reverse("citizen:drop", args=[code]))
        except NotFound:
            raise
        except Refusal as refusal:
            refused = refusal
    # Read after the attempt: what was refused may have closed meanwhile.
    page = shown.drop_page(citizen_id=request.actor.person_id, code=code, at=request.at)
    context = {
        "page": page,
        "refused": refused.code if refused else "",
        "error": refusal_text(refused) if refused else "",
        "tab": "mall",
    }
    status = status_of(refused) if refused else 200
    response = render(request, "citizen/drops/drop.html", context, status=status)
    return retry_after(response, refused) if refused else response


def _act(request: PageRequest, code: str) -> None:
    act = request.POST.get("act", "")
    if act == "enter":
        key = request.POST.get("key", "")
        enter_drop(actor=request.actor, drop=code, key=key, at=request.at)
    elif act == "leave":
        leave_drop(actor=request.actor, drop=code, at=request.at)
    else:
        raise Invalid("act_unknown", zh="没有这个操作。", en="There is no such act.")
