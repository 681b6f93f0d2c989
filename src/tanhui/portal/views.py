"""A partner's own desk: each view parses, asks once or acts once, and renders."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tanhui.behaviours.changes import VOID_REASONS, void_behaviour
from tanhui.identity.personas import PORTAL_ROLES
from tanhui.kernel.refusals import Invalid
from tanhui.partners import keys as partner_keys
from tanhui.partners.statements import declare_day
from tanhui.portal import shown
from tanhui.web import parties
from tanhui.web.desk import (
    Refused,
    done,
    perform,
    show_page,
    typed_day,
    typed_id,
    typed_number,
)
from tanhui.web.entrance import PageRequest, entrance, staff_only

# Where those begin who are no partners.
_DESKS = {
    "owner": "portal:projects",
    "buyer": "portal:holdings",
    "verifier": "portal:verifications",
    "merchant": "portal:merchant",
    "sponsor": "portal:sponsor",
}
_partners_only = staff_only("partner", login="portal:login")
_reading = require_http_methods(["GET", "HEAD"])
_acting = require_http_methods(["GET", "HEAD", "POST"])


@entrance
@_reading
@staff_only(*sorted(PORTAL_ROLES), login="portal:login")
def home(request: PageRequest) -> HttpResponse:
    """The way to the own desk; of a partner, where it stands, today's rows, what is open."""
    for role, desk in _DESKS.items():
        if role in request.actor.roles:
            return HttpResponseRedirect(reverse(desk))
    page = shown.home(actor=request.actor, at=request.at)
    return show_page(request, "portal/home.html", page=page, own=page.own, tab="home")


@entrance
@_acting
@_partners_only
def keys(request: PageRequest) -> HttpResponse:
    """The keys, and issuing, registering and revoking them."""

    def show(refused: Refused | None) -> HttpResponse:
        own = shown.own(actor=request.actor, at=request.at)
        return show_page(request, "portal/keys.html", refused=refused, own=own, tab="keys")

    return perform(
        request, {"issue": _issue, "register": _register_public, "revoke": _revoke}, show
    )


def _issue(request: PageRequest) -> HttpResponse:
    made = partner_keys.issue_key(
        actor=request.actor,
        partner_code=shown.own_code(request.actor),
        environment=request.POST.get("environment", ""),
        algorithm=request.POST.get("algorithm", ""),
        at=request.at,
    )
    # The secret is in this one answer, which nobody may keep; going back finds no trace of it.
    response = show_page(
        request, "portal/secret.html", made=made, back=reverse("portal:keys"), tab="keys"
    )
    response["Cache-Control"] = "no-store"
    return response


def _register_public(request: PageRequest) -> HttpResponse:
    partner_keys.register_public_key(
        actor=request.actor,
        partner_code=shown.own_code(request.actor),
        environment=request.POST.get("environment", ""),
        public_key=request.POST.get("public_key", ""),
        at=request.at,
    )
    return done("key_registered", "portal:keys")


def _revoke(request: PageRequest) -> HttpResponse:
    partner_keys.revoke_key(
        actor=request.actor,
        partner_code=shown.own_code(request.actor),
        key_id=typed_id(request.POST.get("key", "")),
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    return done("key_revoked", "portal:keys")


@entrance
@_reading
@_partners_only
def sandbox(request: PageRequest) -> HttpResponse:
    """The contract test: what has been shown, what to do next, and a line to try it with."""
    own = shown.own(actor=request.actor, at=request.at)
    host = request.build_absolute_uri("/").rstrip("/")
    sample = shown.sample_of(own.partner, request.at)
    return show_page(
        request, "portal/sandbox.html", own=own, host=host, sample=sample, tab="sandbox"
    )


@entrance
@_reading
@_partners_only
def quota(request: PageRequest) -> HttpResponse:
    """How much was sent and how much may still be."""
    own = shown.own(actor=request.actor, at=request.at)
    return show_page(request, "portal/quota.html", own=own, tab="quota")


@entrance
@_reading
@_partners_only
def deliveries(request: PageRequest) -> HttpResponse:
    """The deliveries of the last month."""
    own = shown.own(actor=request.actor, at=request.at)
    return show_page(request, "portal/deliveries.html", own=own, tab="deliveries")


@entrance
@_reading
@_partners_only
def delivery(request: PageRequest, delivery_id: UUID) -> HttpResponse:
    """One delivery and what became of each of its rows."""
    page = shown.one_delivery(actor=request.actor, delivery_id=delivery_id)
    return show_page(request, "portal/delivery.html", page=page, own=page, tab="deliveries")


def _asked_days(request: PageRequest) -> shown.Days:
    first, last = parties.typed_days(request)
    return shown.days(actor=request.actor, first=first, last=last, at=request.at)


@entrance
@_acting
@_partners_only
def days(request: PageRequest) -> HttpResponse:
    """Ours against theirs for each day, and declaring theirs."""

    def show(refused: Refused | None) -> HttpResponse:
        page = _asked_days(request)
        return show_page(
            request, "portal/days.html", refused=refused, page=page, own=page, tab="days"
        )

    return perform(request, {"declare": _declare}, show)


def _declare(request: PageRequest) -> HttpResponse:
    rows = typed_number(request, "rows")
    if rows is None:
        raise Invalid(
            "rows_missing", zh="请填当天的条数，没有就填 0。", en="Give the day's rows; 0 for none."
        )
    declare_day(
        actor=request.actor,
        partner_code=shown.own_code(request.actor),
        day=typed_day(request.POST.get("day", "")),
        rows=rows,
        amount=typed_number(request, "amount"),
        mode=request.POST.get("mode", ""),
        modes=shown.city_modes(),
        at=request.at,
    )
    return done("day_declared", "portal:days")


@entrance
@_reading
@_partners_only
def days_file(request: PageRequest) -> HttpResponse:
    """The same as a file."""
    page = _asked_days(request)
    return parties.days_file(
        page.partner.code, page.rows[::-1], language=request.appearance.language
    )


@entrance
@_acting
@_partners_only
def corrections(request: PageRequest) -> HttpResponse:
    """Taking a record back, and what was taken back."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.corrections(actor=request.actor)
        return show_page(
            request,
            "portal/corrections.html",
            refused=refused,
            page=page,
            own=page,
            reasons=parties.void_choices(VOID_REASONS, request.appearance.language),
            tab="corrections",
        )

    return perform(request, {"void": _void}, show)


def _void(request: PageRequest) -> HttpResponse:
    void_behaviour(
        actor=request.actor,
        partner_code=shown.own_code(request.actor),
        reference=request.POST.get("reference", "").strip(),
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    return done("deed_voided", "portal:corrections")
