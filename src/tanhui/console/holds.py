"""The desk of holds: what a detector asks about, and deciding it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse

from tanhui.behaviours.appeals import intend_to_refuse
from tanhui.behaviours.holds import release_hold
from tanhui.console import shown
from tanhui.console.doors import acting, may, staff
from tanhui.kernel.refusals import Invalid
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance

REASON_MAX = 500


@entrance
@acting
@staff
def desk(request: PageRequest, hold_id: UUID | None = None) -> HttpResponse:
    """The list of open holds, the one that is chosen, and its decision."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.holds(
            actor=request.actor,
            hold_id=hold_id,
            by_points=request.GET.get("by") == "points",
            language=request.appearance.language,
            at=request.at,
        )
        return show_page(
            request,
            "console/holds.html",
            refused=refused,
            page=page,
            may=may(request.actor),
            reason_max=REASON_MAX,
            tab="holds",
        )

    return perform(request, {"decide": partial(_decide, hold_id)}, show)


def _decide(hold_id: UUID | None, request: PageRequest) -> HttpResponse:
    decided = {
        "release": (release_hold, "hold_released"),
        "intend": (intend_to_refuse, "hold_intended"),
    }
    chosen = decided.get(request.POST.get("outcome", ""))
    if chosen is None or hold_id is None:
        raise Invalid(
            "outcome_missing",
            zh="请选一个：放行，还是驳回。",
            en="Choose one: release, or refuse.",
        )
    command, told = chosen
    command(
        actor=request.actor,
        hold_id=hold_id,
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    return done(told, "console:holds")
