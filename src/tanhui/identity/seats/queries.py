"""Who sits where, who is proposed, and how it stands with their log-in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Max, Q

from tanhui.governance.permissions import require
from tanhui.identity import personas, refusals
from tanhui.identity.commands import NAME_FIELD
from tanhui.identity.models import PLATFORM_ROLES, Membership, SeatProposal, SecondFactor, Session
from tanhui.identity.models import Person as PersonRow
from tanhui.identity.queries import Person, acting, persons
from tanhui.identity.sealing import unseal
from tanhui.kernel.actors import Actor

# The desks of the platform and the authority, for which seats are proposed.
SEAT_ROLES = PLATFORM_ROLES
DECIDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Seat:
    """One live seat and how its owner logs in."""

    id: int
    person: Person
    role: str
    organisation_id: int | None
    since: datetime
    enrolled_at: datetime | None
    locked_until: datetime | None
    sessions: int
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed seat; `outcome` is None while it is open."""

    id: int
    person: Person
    role: str
    proposed_by: Person
    proposed_at: datetime
    outcome: str | None
    decided_by: Person | None
    decided_at: datetime | None


def seats(*, actor: Actor, at: datetime) -> list[Seat]:
    """Everybody who has a desk now, by role and time. Refuses `not_permitted`."""
    require(actor, "members.read")
    rows = list(Membership.objects.filter(ended_at__isnull=True).order_by("role", "since", "id"))
    people = [row.person_id for row in rows]
    known = persons(people)
    factors = {
        factor.person_id: factor
        for factor in SecondFactor.objects.filter(
            person_id__in=people, ended_at__isnull=True, confirmed_at__isnull=False
        )
    }
    used = {
        row["person_id"]: row
        for row in Session.objects.filter(person_id__in=people, expires_at__gt=at)
        .values("person_id")
        .annotate(count=Count("token_hash"), seen=Max(F("seen_at")), begun=Max(F("created_at")))
    }
    found = []
    for row in rows:
        factor, session = factors.get(row.person_id), used.get(row.person_id)
        found.append(
            Seat(
                id=row.id,
                person=known[row.person_id],
                role=row.role,
                organisation_id=row.organisation_id,
                since=row.since,
                enrolled_at=factor.confirmed_at if factor else None,
                locked_until=factor.locked_until if factor else None,
                sessions=session["count"] if session else 0,
                seen_at=(session["seen"] or session["begun"]) if session else None,
            )
        )
    return found


def proposals(*, actor: Actor) -> list[Proposal]:
    """Open proposals, then the last ones that were decided. Refuses `not_permitted`."""
    require(actor, "members.read")
    rows = [
        *SeatProposal.objects.filter(outcome__isnull=True).order_by("id"),
        *SeatProposal.objects.filter(outcome__isnull=False).order_by("-decided_at")[:DECIDED_SHOWN],
    ]
    known = persons(
        {one for row in rows for one in (row.person_id, row.proposed_by_id, row.decided_by_id)}
    )
    return [
        Proposal(
            id=row.id,
            person=known[row.person_id],
            role=row.role,
            proposed_by=known[row.proposed_by_id],
            proposed_at=row.proposed_at,
            outcome=row.outcome,
            decided_by=known[row.decided_by_id] if row.decided_by_id else None,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def open_proposals() -> int:
    """How many proposals wait for a second person."""
    return SeatProposal.objects.filter(outcome__isnull=True).count()


def actor_at_desk(*, actor: Actor, person_id: int) -> tuple[Person, str, Actor]:
    """A member of staff, the role of the desk, and how they act there once fully logged in.

    For asking the permission table. Refuses `not_permitted` and `membership_unknown`.
    """
    require(actor, "permissions.read")
    seat = Membership.objects.filter(person_id=person_id, ended_at__isnull=True).first()
    if seat is None:
        raise refusals.membership_unknown()
    there = acting(person_id, role=seat.role, organisation_id=seat.organisation_id)
    return persons([person_id])[person_id], seat.role, there


def staff_names(*, person_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """The names in Chinese and English of those who have or had a desk; of nobody else."""
    ever = PersonRow.objects.filter(
        Q(memberships__isnull=False), id__in=list(person_ids), display_name_sealed__isnull=False
    ).distinct()
    found = {}
    for row in ever:
        if row.display_name_sealed is not None:
            name = unseal(row.display_name_sealed, field=NAME_FIELD)
            found[row.id] = (name, personas.english_name(name))
    return found


def staff_choices(*, actor: Actor) -> list[tuple[Person, str]]:
    """Everybody with a desk and its role, for a list to choose from. Refuses `not_permitted`."""
    require(actor, "permissions.read")
    rows = list(Membership.objects.filter(ended_at__isnull=True).order_by("role", "since", "id"))
    known = persons([row.person_id for row in rows])
    return [(known[row.person_id], row.role) for row in rows]
