"""Registering persons: one by one, the cast, and a city of simulated ones at once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

import psycopg
import pytest
from django.conf import settings
from psycopg import errors, sql
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.config.settings import Mode
from tanhui.identity import commands, queries
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from tanhui.ledger.models import Account
from tests.conftest import DatabaseUrl

pytestmark = pytest.mark.database

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
VERIFIED = Actor(name="phone", roles=frozenset(), assurance=Assurance.PHONE)


@pytest.mark.django_db
def test_a_phone_is_registered_once() -> None:
    commands.register_person(actor=VERIFIED, phone="13912345678", display_name="王五", at=AT)
    with pytest.raises(Conflict) as refused:
        commands.register_person(actor=VERIFIED, phone="139 12345678", display_name="", at=AT)
    assert refused.value.code == "phone_already_registered"


@pytest.mark.django_db
def test_registering_needs_a_verified_phone_and_a_short_name() -> None:
    nobody = Actor(name="public", roles=frozenset())
    with pytest.raises(Forbidden):
        commands.register_person(actor=nobody, phone="13912345678", display_name="", at=AT)
    with pytest.raises(Invalid) as refused:
        commands.register_person(actor=VERIFIED, phone="13912345678", display_name="长" * 41, at=AT)
    assert refused.value.code == "name_too_long"


@pytest.mark.django_db
def test_simulated_persons_are_added_up_to_a_number_and_the_cast_comes_first() -> None:
    few = commands.register_simulated(actor=platform_actor(), count=5, at=AT)
    more = commands.register_simulated(actor=platform_actor(), count=50, at=AT)
    again = commands.register_simulated(actor=platform_actor(), count=20, at=AT)
    assert more[:5] == few
    assert more[:20] == again
    assert more == sorted(set(more))
    assert queries.person(more[0]).name_zh == "林晓"
    assert queries.person(more[1]).name_zh == "周师傅"
    assert queries.person(more[1]).view == "elder"
    assert queries.persona_id("lin-xiao") == more[0]
    assert queries.person(more[7]).name_zh == f"市民 {more[7]:04d}"
    assert queries.person(more[7]).phone_masked is None
    assert Account.objects.filter(holder_id__in=more).count() == 100


@pytest.mark.django_db
def test_seating_the_cast_twice_changes_nothing() -> None:
    assert commands.seat_personas(at=AT) == commands.seat_personas(at=AT)


@pytest.mark.django_db
def test_real_persons_are_not_counted_as_simulated() -> None:
    commands.register_person(actor=VERIFIED, phone="13912345678", display_name="", at=AT)
    ids = commands.register_simulated(actor=platform_actor(), count=3, at=AT)
    assert all(queries.person(person_id).simulated for person_id in ids)
    assert len(ids) == 3


@pytest.mark.django_db
def test_production_has_no_simulated_persons(settings: Settings) -> None:
    settings.TANHUI = dataclasses.replace(settings.TANHUI, mode=Mode.PRODUCTION)
    for refused_call in (
        lambda: commands.register_simulated(actor=platform_actor(), count=1, at=AT),
        lambda: commands.seat_personas(at=AT),
        lambda: commands.open_login_link(actor=platform_actor(), persona="lin-xiao", at=AT),
        lambda: commands.log_in_by_link(token="x", at=AT),
    ):
        with pytest.raises(Forbidden) as refused:
            refused_call()
        assert refused.value.code == "simulated_only"


@pytest.mark.django_db
@pytest.mark.parametrize("count", [0, -1, commands.SIMULATED_MAX + 1])
def test_a_number_of_simulated_persons_makes_sense(count: int) -> None:
    with pytest.raises(Invalid):
        commands.register_simulated(actor=platform_actor(), count=count, at=AT)


@pytest.mark.django_db
def test_a_citizen_makes_no_simulated_persons_and_unknown_ones_are_named() -> None:
    citizen = Actor(name="x", roles=frozenset({"citizen"}), person_id=1)
    with pytest.raises(Forbidden):
        commands.register_simulated(actor=citizen, count=1, at=AT)
    for unknown in (lambda: queries.person(10**12), lambda: queries.persona_id("bike")):
        with pytest.raises(NotFound) as refused:
            unknown()
        assert isinstance(refused.value, Refusal)


def test_no_table_holds_a_phone_or_a_name_in_plain(books: Database) -> None:
    phone, name = "13987654321", "查无此名"
    commands.register_person(actor=VERIFIED, phone=phone, display_name=name, at=AT)
    with psycopg.connect(books.owner_url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        ).fetchall()
        assert ("identity_person",) in tables
        for (table,) in tables:
            for plain in (phone, name):
                found = connection.execute(
                    sql.SQL(
                        "SELECT count(*) FROM {} AS t WHERE t::text LIKE %s OR t::text LIKE %s"
                    ).format(sql.Identifier(table)),
                    [f"%{plain}%", f"%{plain.encode().hex()}%"],
                ).fetchone()
                assert found == (0,), f"{table} holds {plain}"


@pytest.mark.parametrize(
    "attack",
    [
        "DELETE FROM identity_person",
        "UPDATE identity_person SET simulated = false",
        "UPDATE identity_person SET registered_at = now()",
        "TRUNCATE identity_session CASCADE",
        "UPDATE identity_logincode SET expires_at = now() + interval '1 year'",
    ],
)
def test_the_application_may_not(database_url: DatabaseUrl, attack: str) -> None:
    with (
        psycopg.connect(database_url.app) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(attack)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ("locale = 'tlh'", "identity_person_locale"),
        ("view = 'x'", "identity_person_view"),
        ("phone_sealed = 'x'", "identity_person_phone_and_index_together"),
        (
            "display_name_sealed = 'x', erased_at = now()",
            "identity_person_erased_holds_nothing",
        ),
    ],
)
def test_each_constraint_holds(database_url: DatabaseUrl, values: str, constraint: str) -> None:
    with psycopg.connect(database_url.app) as connection:
        connection.execute("INSERT INTO identity_person (registered_at) VALUES (now())")
        with pytest.raises(errors.CheckViolation, match=constraint):
            connection.execute(f"UPDATE identity_person SET {values}")
        connection.rollback()


def test_settings_show_no_key() -> None:
    assert settings.TANHUI.secrets.personal_key.hex() not in repr(settings.TANHUI)
