"""Whom a person works for: seats, what they open, how they end, and that there is one at a time."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg import errors
from pytest_django import Settings

from tanhui.config.settings import Mode
from tanhui.governance.models import AuditRow
from tanhui.identity import commands, queries
from tanhui.identity.commands import platform_actor
from tanhui.identity.members.commands import add_member, end_membership, seat_staff
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PHONE = "13912345678"
ORGANISATIONS = {"BIKE": 3, "METRO": 4}


def _signed_in(persona: str, at: datetime = AT) -> queries.SignedIn:
    link = commands.open_login_link(actor=platform_actor(), persona=persona, at=at)
    found = queries.signed_in(commands.log_in_by_link(token=link, at=at), at)
    assert found is not None
    return found


def _add(phone: str = PHONE, role: str = "partner", organisation_id: int | None = 3) -> int:
    return add_member(
        actor=platform_actor(),
        phone=phone,
        role=role,
        organisation_id=organisation_id,
        display_name="数据员",
        at=AT,
    )


@pytest.mark.django_db
def test_the_cast_sits_down_and_everyone_acts_with_their_own_role() -> None:
    seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT)
    bike, metro = _signed_in("bike").actor, _signed_in("metro").actor
    assert bike.roles == {"citizen", "partner"}
    assert (bike.organisation_id, metro.organisation_id) == (3, 4)
    assert _signed_in("operator").actor.roles == {"citizen", "operator"}
    assert _signed_in("operator").actor.organisation_id is None
    assert _signed_in("regulator").actor.roles == {"citizen", "regulator"}
    assert _signed_in("lin-xiao").actor.roles == {"citizen"}
    assert _signed_in("lin-xiao").person.name_zh == "林晓"
    assert _signed_in("bike").person.simulated


@pytest.mark.django_db
def test_seating_twice_changes_nothing_and_a_partner_that_is_missing_has_no_staff() -> None:
    once = seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT)
    assert seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT) == once
    with pytest.raises(Conflict) as refused:
        _signed_in("steps")
    assert refused.value.code == "persona_not_seated"


@pytest.mark.django_db
def test_staff_are_nobodys_riders_and_lin_xiao_stays_the_first_citizen() -> None:
    seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT)
    citizens = commands.register_simulated(actor=platform_actor(), count=20, at=AT)
    assert queries.person(citizens[0]).name_zh == "林晓"
    assert queries.person(citizens[1]).name_zh == "周师傅"
    assert len(set(citizens)) == 20
    assert queries.persona_id("bike") not in citizens
    assert commands.register_simulated(actor=platform_actor(), count=20, at=AT) == citizens


@pytest.mark.django_db
def test_a_session_is_one_query_also_of_staff() -> None:
    seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT)
    link = commands.open_login_link(actor=platform_actor(), persona="bike", at=AT)
    token = commands.log_in_by_link(token=link, at=AT)
    with CaptureQueriesContext(connection) as asked:
        assert queries.signed_in(token, AT) is not None
    assert len(asked) == 1


@pytest.mark.django_db
def test_staff_log_in_again_every_working_day_and_citizens_do_not() -> None:
    seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT)
    for persona, after_a_day in (("operator", False), ("lin-xiao", True)):
        link = commands.open_login_link(actor=platform_actor(), persona=persona, at=AT)
        token = commands.log_in_by_link(token=link, at=AT)
        later = queries.signed_in(token, AT + timedelta(days=1))
        assert (later is not None) is after_a_day


@pytest.mark.django_db
def test_a_citizens_old_session_does_not_become_a_desks() -> None:
    link = commands.open_login_link(actor=platform_actor(), persona="lin-xiao", at=AT)
    token = commands.log_in_by_link(token=link, at=AT)
    assert queries.signed_in(token, AT) is not None
    _add(phone="13800000001", role="operator", organisation_id=None)
    assert queries.signed_in(token, AT) is None


@pytest.mark.django_db
def test_a_citizen_who_is_seated_keeps_the_person_and_the_end_counts_at_once() -> None:
    person_id = commands.register_person(
        actor=platform_actor(), phone=PHONE, display_name="王五", at=AT
    )
    membership = _add()
    assert _add() == membership
    (member,) = queries.members(role="partner", organisation_id=3)
    assert (member.id, member.person.id, member.person.name_zh) == (membership, person_id, "王五")
    end_membership(actor=platform_actor(), membership_id=membership, organisation_id=3, at=AT)
    assert queries.members(role="partner", organisation_id=3) == []
    assert _add(role="operator", organisation_id=None) != membership
    told = AuditRow.objects.values_list("action", flat=True).order_by("id")
    assert list(told) == [
        "identity.add_member",
        "identity.end_membership",
        "identity.add_member",
    ]


@pytest.mark.django_db
def test_one_person_sits_at_one_desk() -> None:
    _add()
    for role, organisation_id in (("partner", 4), ("operator", None), ("regulator", None)):
        with pytest.raises(Conflict) as refused:
            _add(role=role, organisation_id=organisation_id)
        assert refused.value.code == "member_elsewhere"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("phone", "role", "organisation_id", "code"),
    [
        (PHONE, "citizen", None, "role_unknown"),
        (PHONE, "platform", None, "role_unknown"),
        (PHONE, "partner", None, "organisation_missing"),
        (PHONE, "operator", 3, "organisation_missing"),
        ("12345", "operator", None, "phone_invalid"),
    ],
)
def test_a_seat_that_makes_no_sense_is_refused(
    phone: str, role: str, organisation_id: int | None, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        _add(phone=phone, role=role, organisation_id=organisation_id)
    assert refused.value.code == code


@pytest.mark.django_db
def test_who_may_seat_and_what_belongs_to_another_organisation() -> None:
    membership = _add()
    for role in ("citizen", "partner", "regulator"):
        actor = Actor("x", frozenset({role}), person_id=1, organisation_id=3)
        with pytest.raises(Forbidden):
            add_member(
                actor=actor,
                phone="13912345679",
                role="operator",
                organisation_id=None,
                display_name="",
                at=AT,
            )
        with pytest.raises(Forbidden):
            end_membership(actor=actor, membership_id=membership, organisation_id=3, at=AT)
    with pytest.raises(NotFound) as refused:
        end_membership(actor=platform_actor(), membership_id=membership, organisation_id=4, at=AT)
    assert refused.value.code == "membership_unknown"


@pytest.mark.django_db
def test_production_has_no_cast_at_its_desks(settings: Settings) -> None:
    settings.TANHUI = dataclasses.replace(settings.TANHUI, mode=Mode.PRODUCTION)
    with pytest.raises(Refusal) as refused:
        seat_staff(actor=platform_actor(), organisations=ORGANISATIONS, at=AT)
    assert refused.value.code == "simulated_only"


_PERSON = "INSERT INTO identity_person (registered_at) VALUES (now()) RETURNING id"
_SEAT = (
    "INSERT INTO identity_membership (person_id, role, organisation_id, since, ended_at)"
    " VALUES ({person}, {role}, {organisation}, now(), {ended})"
)


@pytest.mark.parametrize(
    ("role", "organisation", "ended", "constraint"),
    [
        ("'partner'", "NULL", "NULL", "identity_membership_role_and_organisation"),
        ("'operator'", "3", "NULL", "identity_membership_role_and_organisation"),
        ("'platform'", "NULL", "NULL", "identity_membership_role_and_organisation"),
        (
            "'operator'",
            "NULL",
            "now() - interval '1 day'",
            "identity_membership_ends_after_it_began",
        ),
    ],
)
def test_each_constraint_holds(
    database_url: DatabaseUrl, role: str, organisation: str, ended: str, constraint: str
) -> None:
    with psycopg.connect(database_url.app) as books:
        (person,) = books.execute(_PERSON).fetchone() or (0,)
        statement = _SEAT.format(person=person, role=role, organisation=organisation, ended=ended)
        with pytest.raises(errors.CheckViolation, match=constraint):
            books.execute(statement)
        books.rollback()


def test_the_database_itself_allows_one_seat_at_a_time(database_url: DatabaseUrl) -> None:
    with psycopg.connect(database_url.app) as books:
        (person,) = books.execute(_PERSON).fetchone() or (0,)
        seat = _SEAT.format(person=person, role="'operator'", organisation="NULL", ended="NULL")
        books.execute(seat)
        with pytest.raises(errors.UniqueViolation, match="identity_membership_one_at_a_time"):
            books.execute(seat)
        books.rollback()


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM identity_membership",
        "UPDATE identity_membership SET role = 'operator', organisation_id = NULL",
        "UPDATE identity_membership SET since = now()",
        "TRUNCATE identity_membership",
    ],
)
def test_the_application_may_not(database_url: DatabaseUrl, attack: str) -> None:
    with (
        psycopg.connect(database_url.app) as books,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        books.execute(attack)
