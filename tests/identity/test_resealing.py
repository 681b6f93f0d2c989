"""Keys of personal data are changed while people log in; nobody notices."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections

from tanhui.cli.keys import sealed_columns
from tanhui.identity import queries
from tanhui.identity.commands import platform_actor, register_person, seat_personas, send_login_code
from tanhui.identity.models import Person
from tanhui.identity.resealing import reseal, retire_key, rotate_key
from tanhui.identity.sms import simulated_sms
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.refusals import Conflict, Forbidden
from tanhui.runtime.keys.algorithms import Algorithm
from tests.cast import LIN_XIAO, NOW, OPERATOR

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]
PHONE_OWNER = Actor("phone", frozenset(), assurance=Assurance.PHONE)


@pytest.fixture(autouse=True)
def _own_ring(tmp_path: Path) -> Iterator[None]:
    """Each test changes keys of its own."""
    ring = settings.TANHUI.keys
    before, ring.path = ring.path, tmp_path / "keyring.toml"
    yield
    ring.path = before


def test_after_a_change_to_sm4_everyone_is_found_and_sealed_anew() -> None:
    lin, _ = seat_personas(at=NOW)
    old = bytes(Person.objects.get(id=lin).phone_index or b"")
    rotate_key(actor=platform_actor(), name="personal", algorithm=Algorithm.SM4_GCM, at=NOW)
    blind = rotate_key(actor=platform_actor(), name="blind", algorithm=None, at=NOW)
    # Between the change and the resealing: the old rows are still found, and found to exist.
    assert queries.persona_id("lin-xiao") == lin
    with pytest.raises(Conflict):
        register_person(actor=PHONE_OWNER, phone=LIN_XIAO.phone, display_name="", at=NOW)
    send_login_code(phone=LIN_XIAO.phone, at=NOW, sms=simulated_sms)
    told = reseal(actor=platform_actor(), columns=sealed_columns(), at=NOW)
    assert told["identity_person.phone_sealed"] == 2
    row = Person.objects.get(id=lin)
    assert bytes(row.phone_sealed or b"")[0] == Algorithm.SM4_GCM
    assert bytes(row.display_name_sealed or b"")[0] == Algorithm.SM4_GCM
    assert bytes(row.phone_index or b"") != old
    founding = next(key for key in settings.TANHUI.keys.listing() if key.name == "blind")
    assert founding.id != blind.id
    retire_key(actor=platform_actor(), name="blind", key_id=founding.id, at=NOW)
    assert queries.persona_id("lin-xiao") == lin
    assert queries.person(lin).name_zh == LIN_XIAO.name_zh


def test_resealing_again_finds_nothing_left_of_older_keys() -> None:
    seat_personas(at=NOW)
    rotate_key(actor=platform_actor(), name="personal", algorithm=None, at=NOW)
    reseal(actor=platform_actor(), columns=sealed_columns(), at=NOW)
    told = reseal(actor=platform_actor(), columns=sealed_columns(), at=NOW)
    assert told["identity_person.display_name_sealed"] == 0


def test_only_who_may_changes_keys() -> None:
    with pytest.raises(Forbidden):
        rotate_key(actor=OPERATOR, name="personal", algorithm=None, at=NOW)
    with pytest.raises(Forbidden):
        reseal(actor=OPERATOR, columns=sealed_columns(), at=NOW)


def test_every_sealed_column_of_the_database_is_known_to_the_resealing() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name LIKE %s",
            ["%sealed"],
        )
        found = set(cursor.fetchall())
    assert found == {(one.table, one.column) for one in sealed_columns()}


@pytest.mark.parametrize("name", ["identity_sealed_page", "identity_sealed_write"])
def test_the_application_may_not_call_what_rewrites_sealed_values(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_or(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc"
            " WHERE proname = %s",
            [name],
        )
        assert cursor.fetchone() == (False,)
