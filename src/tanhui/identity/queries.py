"""What one may know of persons and sessions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, FilteredRelation, Q

from tanhui.identity import personas, refusals
from tanhui.identity.codes.commands import PHONE_FIELD
from tanhui.identity.commands import NAME_FIELD
from tanhui.identity.models import Membership as MembershipRow
from tanhui.identity.models import Person as PersonRow
from tanhui.identity.models import Session as SessionRow
from tanhui.identity.phones import masked
from tanhui.identity.sealing import blind_indexes, token_hash, unseal
from tanhui.kernel.actors import Actor, Assurance
from tanhui.runtime import binary
from tanhui.runtime.sql import load

# Staff who leave their desk are logged out.
IDLE_MAX = timedelta(minutes=30)
_PHONES_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Person:
    """A citizen as pages know one; the phone is masked."""

    id: int
    name_zh: str
    name_en: str
    phone_masked: str | None
    locale: str
    view: str
    simulated: bool
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is behind a session: the actor for commands, the person for pages.

    `seat` is the role of the person's desk, which the actor holds once the second factor was given
    (`opened`). `unseen` is how long the session was not noted as used.
    """

    actor: Actor
    person: Person
    seat: str | None
    opened: bool
    unseen: timedelta


@dataclass(frozen=True, slots=True)
class Member:
    """One seat at a desk and who sits there."""

    id: int
    person: Person
    role: str
    since: datetime


def signed_in(session_token: str, at: datetime) -> SignedIn | None:
    """The actor and the person behind a session that has not expired, in one query.

    Staff's ends after half an hour without use. Until the second factor is given they act as
    citizens and as nothing else.
    """
    session = (
        SessionRow.objects.select_related("person")
        .filter(
            token_hash=token_hash(session_token),
            expires_at__gt=at,
            person__erased_at__isnull=True,
        )
        .annotate(
            seat=FilteredRelation(
                "person__memberships", condition=Q(person__memberships__ended_at__isnull=True)
            ),
            role=F("seat__role"),
            organisation_id=F("seat__organisation_id"),
        )
        .first()
    )
    if session is None:
        return None
    unseen = at - (session.seen_at or session.created_at)
    if session.role and unseen >= IDLE_MAX:
        return None
    opened = session.second_factor_at is not None
    actor = replace(
        acting(
            session.person_id,
            role=session.role if opened else None,
            organisation_id=session.organisation_id if opened else None,
        ),
        proved_at=session.proved_at,
        device_since=session.device_since,
    )
    return SignedIn(actor, _person(session.person), session.role, opened, unseen)


def acting(person_id: int, *, role: str | None, organisation_id: int | None) -> Actor:
    """How a person acts who sits at this desk, or at none: whoever works here is a citizen too."""
    return Actor(
        name=f"person:{person_id}",
        roles=frozenset({"citizen", *((role,) if role else ())}),
        person_id=person_id,
        organisation_id=organisation_id,
        assurance=Assurance.PHONE,
    )


def actor_of(session_token: str, at: datetime) -> Actor | None:
    """Who acts in a session, or None when it has ended."""
    found = signed_in(session_token, at)
    return found.actor if found else None


def person(person_id: int) -> Person:
    """One person; raises NotFound `person_unknown`."""
    row = PersonRow.objects.filter(id=person_id, erased_at__isnull=True).first()
    if row is None:
        raise refusals.person_unknown()
    return _person(row)


def persons(person_ids: Iterable[int | None]) -> dict[int, Person]:
    """Several persons at once, also erased ones, by their numbers."""
    wanted = {number for number in person_ids if number is not None}
    return {row.id: _person(row) for row in PersonRow.objects.filter(id__in=wanted)}


def members(*, role: str, organisation_id: int | None) -> list[Member]:
    """Who sits at a desk now, the longest first."""
    rows = (
        MembershipRow.objects.select_related("person")
        .filter(role=role, organisation_id=organisation_id, ended_at__isnull=True)
        .order_by("since", "id")
    )
    return [Member(row.id, _person(row.person), row.role, row.since) for row in rows]


def unregistered(person_ids: binary.Int8Array) -> int:
    """How many of these numbers belong to nobody who is registered."""
    with binary.cursor(connection) as cursor:
        cursor.execute(load("tanhui.identity", "unregistered"), {"person_ids": person_ids})
        return int(cursor.fetchall()[0][0])


def persona_id(name: str) -> int:
    """The person's id of one of the cast; NotFound `persona_unknown` if not seated."""
    persona = personas.BY_NAME.get(name)
    if persona is None:
        raise refusals.persona_unknown(name)
    indexes = blind_indexes(persona.phone, field=PHONE_FIELD)
    found = PersonRow.objects.filter(phone_index__in=indexes).values_list("id", flat=True).first()
    if found is None:
        raise refusals.persona_unknown(name)
    return found


def _person(row: PersonRow) -> Person:
    name = unseal(row.display_name_sealed, field=NAME_FIELD) if row.display_name_sealed else None
    return Person(
        id=row.id,
        name_zh=name or f"市民 {row.id:04d}",
        name_en=personas.english_name(name) if name else f"Citizen {row.id:04d}",
        phone_masked=(
            masked(unseal(row.phone_sealed, field=PHONE_FIELD)) if row.phone_sealed else None
        ),
        locale=row.locale,
        view=row.view,
        simulated=row.simulated,
        registered_at=row.registered_at,
    )


def phones() -> Iterator[tuple[int, str]]:
    """Number and phone of everyone who has one, in no order; for keyed tokens and nothing else."""
    rows = PersonRow.objects.filter(phone_sealed__isnull=False, erased_at__isnull=True)
    for number, sealed in rows.values_list("id", "phone_sealed").iterator():
        if sealed is not None:
            yield number, unseal(sealed, field=PHONE_FIELD)


def registered_phones(phones: Collection[str]) -> dict[str, int]:
    """The number of everyone who has one of these phones (eleven digits), by the phone."""
    asked = {index: phone for phone in phones for index in blind_indexes(phone, field=PHONE_FIELD)}
    indexes = list(asked)
    found: dict[str, int] = {}
    for begin in range(0, len(indexes), _PHONES_AT_ONCE):
        rows = PersonRow.objects.filter(
            phone_index__in=indexes[begin : begin + _PHONES_AT_ONCE], erased_at__isnull=True
        )
        for number, index in rows.values_list("id", "phone_index"):
            if index is not None:
                found[asked[bytes(index)]] = number
    return found
