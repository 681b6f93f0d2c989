"""The desk of partners: registering, the contract test and approval, people, quota, keys, days."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse

from tanhui.console import shown
from tanhui.console.doors import acting, may, reading, staff
from tanhui.identity.members.commands import PARTNER, add_member, end_membership
from tanhui.kernel.refusals import Invalid
from tanhui.partners import keys as partner_keys
from tanhui.partners.binding import bind_rider
from tanhui.partners.commands import EXPECTED_HOURS, register_partner, set_expected
from tanhui.partners.contract import approve_production
from tanhui.partners.quota import set_quota
from tanhui.web import parties
from tanhui.web.desk import Refused, done, perform, show_page, typed_id, typed_number
from tanhui.web.entrance import PageRequest, entrance


@entrance
@acting
@staff
def index(request: PageRequest) -> HttpResponse:
    """All partners, and registering one."""

    def show(refused: Refused | None) -> HttpResponse:
        return show_page(
            request,
            "console/partners.html",
            refused=refused,
            page=shown.partners(),
            may=may(request.actor),
            expected_hours=EXPECTED_HOURS,
            chosen=request.POST.getlist("modes"),
            tab="partners",
        )

    return perform(request, {"register": _register}, show)


def _register(request: PageRequest) -> HttpResponse:
    modes = request.POST.getlist("modes")
    code = request.POST.get("code", "").strip().upper()
    names = [request.POST.get(name, "").strip() for name in ("name_zh", "name_en")]
    if not all(names) or not modes:
        raise Invalid(
            "partner_incomplete",
            zh="请填中文名、英文名，并至少选一种出行方式。",
            en="Give the name in Chinese and in English, and at least one mode.",
        )
    register_partner(
        actor=request.actor,
        code=code,
        name_zh=names[0],
        name_en=names[1],
        scene=shown.scene_of(modes),
        simulated=settings.TANHUI.simulated,
        at=request.at,
        expected_hours=typed_number(request, "expected_hours") or EXPECTED_HOURS,
        modes=modes,
    )
    return done("partner_registered", "console:partner", code)


@entrance
@acting
@staff
def partner(request: PageRequest, code: str) -> HttpResponse:
    """One partner: where it stands, what is missing, its people, quota, keys and deliveries."""
    shown.partner_line(code)

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.one_partner(code=code, at=request.at)
        return show_page(
            request,
            "console/partner.html",
            refused=refused,
            page=page,
            may=may(request.actor),
            tab="partners",
        )

    acts = {
        "approve": partial(_approve, code),
        "quota": partial(_set_quota, code),
        "expect": partial(_expect, code),
        "member": partial(_add_member, code),
        "end_member": partial(_end_member, code),
        "bind": partial(_bind, code),
        "revoke": partial(_revoke, code),
    }
    return perform(request, acts, show)


def _approve(code: str, request: PageRequest) -> HttpResponse:
    approve_production(
        actor=request.actor,
        partner_code=code,
        at=request.at,
        waive=request.POST.get("waive"),
    )
    return done("partner_approved", "console:partner", code)


def _set_quota(code: str, request: PageRequest) -> HttpResponse:
    set_quota(
        actor=request.actor,
        partner_code=code,
        items_per_day=typed_number(request, "items_per_day") or 0,
        requests_per_minute=typed_number(request, "requests_per_minute") or 0,
        at=request.at,
    )
    return done("quota_set", "console:partner", code)


def _expect(code: str, request: PageRequest) -> HttpResponse:
    modes = request.POST.getlist("modes")
    shown.scene_of(modes)
    set_expected(
        actor=request.actor,
        partner_code=code,
        expected_hours=typed_number(request, "expected_hours") or 0,
        modes=modes,
        at=request.at,
    )
    return done("expected_set", "console:partner", code)


def _add_member(code: str, request: PageRequest) -> HttpResponse:
    add_member(
        actor=request.actor,
        phone=request.POST.get("phone", ""),
        role=PARTNER,
        organisation_id=shown.partner_line(code).id,
        display_name=request.POST.get("display_name", ""),
        at=request.at,
    )
    return done("member_added", "console:partner", code)


def _end_member(code: str, request: PageRequest) -> HttpResponse:
    end_membership(
        actor=request.actor,
        membership_id=typed_number(request, "membership") or 0,
        organisation_id=shown.partner_line(code).id,
        at=request.at,
    )
    return done("member_ended", "console:partner", code)


def _bind(code: str, request: PageRequest) -> HttpResponse:
    bind_rider(
        actor=request.actor,
        partner_code=code,
        rider=request.POST.get("rider", ""),
        phone=request.POST.get("rider_phone", ""),
        at=request.at,
    )
    return done("rider_bound", "console:partner", code)


def _revoke(code: str, request: PageRequest) -> HttpResponse:
    partner_keys.revoke_key(
        actor=request.actor,
        partner_code=code,
        key_id=typed_id(request.POST.get("key", "")),
        reason=request.POST.get("reason", ""),
        at=request.at,
    )
    return done("key_revoked", "console:partner", code)


@entrance
@reading
@staff
def delivery(request: PageRequest, code: str, delivery_id: UUID) -> HttpResponse:
    """One delivery of a partner and what became of each of its rows."""
    page = shown.one_delivery(code=code, delivery_id=delivery_id)
    return show_page(request, "console/delivery.html", page=page, tab="partners")


@entrance
@reading
@staff
def days(request: PageRequest, code: str) -> HttpResponse:
    """Ours against theirs for each day of a partner."""
    first, last = parties.typed_days(request)
    page = shown.days(code=code, first=first, last=last, at=request.at)
    return show_page(request, "console/days.html", page=page, tab="partners")


@entrance
@reading
@staff
def days_file(request: PageRequest, code: str) -> HttpResponse:
    """The same as a file."""
    first, last = parties.typed_days(request)
    page = shown.days(code=code, first=first, last=last, at=request.at)
    return parties.days_file(code, page.rows[::-1], language=request.appearance.language)
