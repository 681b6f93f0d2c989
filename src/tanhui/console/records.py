"""The first page of the console, and taking one record back."""

from __future__ import annotations

from django.http import HttpResponse

from tanhui.behaviours.changes import VOID_REASONS, void_behaviour
from tanhui.console import credits_shown, projects_desk, rewards_shown, rules_shown, shown
from tanhui.console.doors import acting, everyone, may, reading, staff
from tanhui.console.staff import duty
from tanhui.governance.permissions import is_allowed
from tanhui.kernel.refusals import NotFound
from tanhui.web.desk import Refused, done, perform, refused_by, show_page
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.parties import void_choices


@entrance
@reading
@everyone
def home(request: PageRequest) -> HttpResponse:
    """What waits for somebody: holds, rules, partners in the sandbox, days; or one's duty."""
    if not is_allowed(request.actor, "holds.read"):
        return show_page(request, "console/duty.html", page=duty(), tab="home")
    page = shown.home(actor=request.actor, language=request.appearance.language, at=request.at)
    return show_page(
        request,
        "console/home.html",
        page=page,
        rules=rules_shown.awaited(actor=request.actor),
        projects=list(projects_desk.awaited(actor=request.actor)),
        cancellations=credits_shown.awaited(actor=request.actor),
        offers=rewards_shown.awaited(actor=request.actor),
        may=may(request.actor),
        tab="home",
    )


@entrance
@acting
@staff
def record(request: PageRequest) -> HttpResponse:
    """Looking for a record by its partner and reference, and taking it back."""
    asked = request.POST if request.method == "POST" else request.GET
    code, reference = asked.get("partner", ""), asked.get("reference", "").strip()

    def show(refused: Refused | None) -> HttpResponse:
        try:
            page = shown.record(actor=request.actor, code=code, reference=reference)
        except NotFound as missing:
            refused = refused or refused_by(missing, "find")
            page = shown.record(actor=request.actor, code="", reference="")
        return show_page(
            request,
            "console/record.html",
            refused=refused,
            page=page,
            asked={"partner": code, "reference": reference},
            reasons=void_choices(VOID_REASONS, request.appearance.language),
            may=may(request.actor),
            tab="record",
        )

    return perform(request, {"void": _void}, show)


def _void(request: PageRequest) -> HttpResponse:
    code, reference = request.POST.get("partner", ""), request.POST.get("reference", "").strip()
    void_behaviour(
        actor=request.actor,
        partner_code=code,
        reference=reference,
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    return done("deed_voided", "console:record", partner=code, reference=reference)
