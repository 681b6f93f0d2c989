"""The organisations of path two: who they are, who sits at their desks, registering and seating."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse

from tanhui.console.doors import acting, path_two
from tanhui.governance.permissions import is_allowed, require
from tanhui.identity import queries as identity
from tanhui.identity.members.commands import add_member, end_membership
from tanhui.identity.organisations import queries
from tanhui.identity.organisations.commands import register_organisation
from tanhui.identity.organisations.queries import Organisation
from tanhui.identity.queries import Member
from tanhui.web.desk import Refused, done, perform, show_page, typed_number
from tanhui.web.entrance import PageRequest, entrance

ROLES = ("owner", "verifier", "buyer")


@dataclass(frozen=True, slots=True)
class Line:
    """An organisation and who sits at its desks now."""

    organisation: Organisation
    members: list[Member]


@entrance
@acting
@path_two
def desk(request: PageRequest) -> HttpResponse:
    """All organisations by role; registering one, seating and unseating its staff."""

    def show(refused: Refused | None) -> HttpResponse:
        return _page(request, refused)

    acts = {"register": _register, "seat": _seat, "unseat": _unseat}
    return perform(request, acts, show)


def _page(request: PageRequest, refused: Refused | None) -> HttpResponse:
    actor = request.actor
    require(actor, "organisations.read")
    role = request.GET.get("role", "")
    chosen = role if role in ROLES else ""
    found = queries.organisations(role=chosen or None)
    return show_page(
        request,
        "console/organisations.html",
        refused=refused,
        lines=[Line(one, _members(one)) for one in found.values()],
        role=chosen,
        typed_roles=request.POST.getlist("roles"),
        may_register=is_allowed(actor, "organisations.register"),
        may_seat=is_allowed(actor, "members.add_organisation"),
        tab="organisations",
    )


def _members(organisation: Organisation) -> list[Member]:
    return [
        member
        for role in organisation.roles
        for member in identity.members(role=role, organisation_id=organisation.id)
    ]


def _register(request: PageRequest) -> HttpResponse:
    sent = request.POST
    register_organisation(
        actor=request.actor,
        code=sent.get("code", "").strip().upper(),
        name_zh=sent.get("name_zh", ""),
        name_en=sent.get("name_en", ""),
        credit_code=sent.get("credit_code", "").strip().upper(),
        roles=sent.getlist("roles"),
        small=sent.get("small") == "yes",
        simulated=settings.TANHUI.simulated,
        at=request.at,
    )
    return done("organisation_registered", "console:organisations")


def _seat(request: PageRequest) -> HttpResponse:
    add_member(
        actor=request.actor,
        phone=request.POST.get("phone", ""),
        role=request.POST.get("role", ""),
        organisation_id=typed_number(request, "organisation") or 0,
        display_name=request.POST.get("display_name", ""),
        at=request.at,
    )
    return done("member_added", "console:organisations")


def _unseat(request: PageRequest) -> HttpResponse:
    end_membership(
        actor=request.actor,
        membership_id=typed_number(request, "member") or 0,
        organisation_id=typed_number(request, "organisation") or 0,
        at=request.at,
    )
    return done("member_ended", "console:organisations")
