"""Seating members of staff at their desks, and ending it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity import personas, refusals
from tanhui.identity.commands import seat_personas, sure_of_person
from tanhui.identity.models import (
    ORGANISATION_ROLES,
    PLATFORM_ROLES,
    Membership,
    Organisation,
    Person,
    Session,
)
from tanhui.identity.seats.refusals import own_seat
from tanhui.identity.second_factor.commands import end_second_factor
from tanhui.kernel.actors import Actor

PARTNER = "partner"
ROLES = (*PLATFORM_ROLES, PARTNER, *ORGANISATION_ROLES)


def add_member(
    *,
    actor: Actor,
    phone: str,
    role: str,
    organisation_id: int | None,
    display_name: str,
    at: datetime,
) -> int:
    """Seats the owner of a phone at a desk, registering the person if needed; answers its id.

    The operator seats partners' and organisations' staff; `organisation_id` is the number of their
    partner or organisation, which must have that role. At a desk of
    the platform only its own command line seats somebody at once, to begin with: from then on
    `seats.commands` asks two persons. The same seat again changes nothing. Refuses
    `not_permitted`, `role_unknown`, `organisation_missing`, `phone_invalid`, `name_too_long`,
    `own_seat` and `member_elsewhere` (one desk at a time).
    """
    _require_seating(actor, role)
    return _seat(actor, phone, role, organisation_id, display_name, at, simulated=False)


def _require_seating(actor: Actor, role: str) -> None:
    if role == PARTNER:
        require(actor, "members.add_partner")
        return
    if role in ORGANISATION_ROLES:
        require(actor, "members.add_organisation")
        return
    # Nobody but the platform itself may do both halves of what takes two persons.
    require(actor, "members.propose")
    require(actor, "members.confirm")


def _seat(
    actor: Actor,
    phone: str,
    role: str,
    organisation_id: int | None,
    display_name: str,
    at: datetime,
    *,
    simulated: bool,
) -> int:
    if role not in ROLES:
        raise refusals.role_unknown()
    if (role in PLATFORM_ROLES) != (organisation_id is None):
        raise refusals.organisation_missing()
    if role in ORGANISATION_ROLES and not _plays(organisation_id or 0, role):
        raise refusals.organisation_missing()
    with transaction.atomic():
        person_id = sure_of_person(
            phone=phone, display_name=display_name, simulated=simulated, at=at
        )
        if person_id == actor.person_id:
            raise own_seat()
        # Whoever seats a person twice at the same moment waits here.
        Person.objects.select_for_update(of=("self",)).only("id").get(id=person_id)
        live = Membership.objects.filter(person_id=person_id, ended_at__isnull=True).first()
        if live is None:
            live = Membership.objects.create(
                person_id=person_id, role=role, organisation_id=organisation_id, since=at
            )
            # What was logged in as a citizen for a month must not become a desk's session.
            Session.objects.filter(person_id=person_id).delete()
            write_audit(
                actor=actor,
                action="identity.add_member",
                subject=f"person:{person_id}",
                facts={"role": role, "organisation_id": organisation_id},
                at=at,
            )
        elif (live.role, live.organisation_id) != (role, organisation_id):
            raise refusals.member_elsewhere()
        return live.id


def _plays(organisation_id: int, role: str) -> bool:
    return Organisation.objects.filter(id=organisation_id, roles__contains=[role]).exists()


def end_membership(
    *, actor: Actor, membership_id: int, organisation_id: int | None, at: datetime
) -> None:
    """Ends a membership of this organisation at once; the person stays a citizen.

    The person's second factor and sessions end with it. Refuses `not_permitted`,
    `membership_unknown` (also if it is another organisation's) and `own_seat`.
    """
    require(actor, "members.end" if organisation_id is None else "members.end_partner")
    with transaction.atomic():
        live = (
            Membership.objects.select_for_update()
            .filter(id=membership_id, organisation_id=organisation_id, ended_at__isnull=True)
            .first()
        )
        if live is None:
            raise refusals.membership_unknown()
        if live.person_id == actor.person_id:
            raise own_seat()
        live.ended_at = max(at, live.since)
        live.save(update_fields=["ended_at"])
        end_second_factor(person_id=live.person_id, at=at)
        Session.objects.filter(person_id=live.person_id).delete()
        write_audit(
            actor=actor,
            action="identity.end_membership",
            subject=f"person:{live.person_id}",
            facts={"role": live.role, "organisation_id": live.organisation_id},
            at=at,
        )


def seat_staff(*, actor: Actor, organisations: Mapping[str, int], at: datetime) -> dict[str, int]:
    """Seats the cast's staff: those of the platform, and those of the given partners.

    `organisations` holds partners' numbers by their code. Answers the memberships' ids by persona.
    Seats the cast's citizens before them. Refuses `simulated_only` and `not_permitted`.
    """
    if not settings.TANHUI.simulated:
        raise refusals.simulated_only()
    require(actor, "members.propose")
    require(actor, "members.confirm")
    with transaction.atomic():
        seat_personas(at=at)
        return {
            one.name: _seat(
                actor,
                one.phone,
                one.role,
                organisations[one.organisation] if one.organisation else None,
                one.name_zh,
                at,
                simulated=True,
            )
            for one in personas.STAFF
            if one.organisation is None or one.organisation in organisations
        }
