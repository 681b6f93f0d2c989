"""Keys are shown once, hold several at a time, and end for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connections
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance.models import AuditRow
from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal
from tanhui.partners import arrivals, keys, signing
from tanhui.partners.keys import ACTIVE_KEYS_MAX, issue_key, register_public_key, revoke_key
from tanhui.runtime.keys.algorithms import Unsealable
from tests.cast import BIKE, CITIZEN, NOW, OPERATOR, register_bike
from tests.partners.signed import approved_bike, desk_of, headers, new_key

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]
BODY = b"[]"


def _arrive(told: dict[str, str], partner_code: str | None = BIKE) -> signing.Key:
    return arrivals.authenticate(**told, partner_code=partner_code, body=BODY, at=NOW)


def _knock(code: str, told: dict[str, str], partner_code: str | None = BIKE) -> None:
    with pytest.raises(Forbidden) as refused:
        _arrive(told, partner_code)
    assert refused.value.code == code


@pytest.mark.parametrize("algorithm", signing.ALGORITHMS)
@pytest.mark.parametrize("partner_code", [BIKE, None])
def test_a_new_key_opens_the_interface(algorithm: str, partner_code: str | None) -> None:
    partner_id = register_bike()
    made, key = new_key(algorithm=algorithm)
    found = _arrive(headers(made.secret, BODY), partner_code)
    assert found == key
    assert (found.partner_id, found.environment) == (partner_id, "sandbox")
    actor = arrivals.actor_of(found)
    assert (actor.name, actor.organisation_id) == ("partner:BIKE", partner_id)
    assert actor.roles == {"partner"}


def test_a_secret_is_shown_once_and_kept_sealed(books: Database) -> None:
    register_bike()
    made, _ = new_key()
    material = signing.parse_secret(made.secret)
    assert made.secret not in repr(made)
    with psycopg.connect(books.app_url) as app:
        rows = app.execute("SELECT secret_sealed, public_key FROM partners_key").fetchall()
        told = app.execute("SELECT facts::text FROM governance_audit").fetchall()
    assert material not in bytes(rows[0][0])
    assert not any(made.secret in facts for (facts,) in told)
    assert [row.public for row in keys.keys_of(register_bike())] == [""]


def test_a_sealed_secret_does_not_open_in_another_row(books: Database) -> None:
    register_bike()
    new_key()
    with psycopg.connect(books.owner_url) as owner:
        owner.execute("UPDATE partners_key SET id = %s", [uuid4()])
    with pytest.raises(Unsealable):
        keys.active_keys(BIKE)


def test_the_private_half_of_a_pair_is_not_kept(books: Database) -> None:
    register_bike()
    made, key = new_key(algorithm="ed25519")
    seed = signing.parse_private_key(made.secret)
    with psycopg.connect(books.owner_url) as owner:
        row = owner.execute("SELECT partners_key::text FROM partners_key").fetchone()
    assert row is not None
    assert seed.hex() not in row[0]
    assert signing.public_text(key.material) == made.public


def test_a_partner_registers_its_own_public_key() -> None:
    partner_id = register_bike()
    private, public = signing.new_pair()
    made = register_public_key(
        actor=desk_of(partner_id),
        partner_code=BIKE,
        environment="sandbox",
        public_key=f" {public}\n",
        at=NOW,
    )
    assert (made.secret, made.public) == ("", public)
    assert _arrive(headers(private, BODY)).id == made.id


def test_one_pair_is_one_key() -> None:
    register_bike()
    _, public = signing.new_pair()
    told = {"actor": OPERATOR, "partner_code": BIKE, "public_key": public, "at": NOW}
    register_public_key(environment="sandbox", **told)
    with pytest.raises(Conflict) as refused:
        register_public_key(environment="sandbox", **told)
    assert refused.value.code == "key_known"


def test_old_and_new_keys_hold_together_until_the_old_one_is_revoked() -> None:
    partner_id = register_bike()
    old, _ = new_key()
    new, _ = new_key(at=NOW + timedelta(seconds=1))
    assert _arrive(headers(old.secret, BODY)).id == old.id
    assert _arrive(headers(new.secret, BODY)).id == new.id
    revoke_key(
        actor=desk_of(partner_id), partner_code=BIKE, key_id=old.id, reason="rotation", at=NOW
    )
    _knock("key_revoked", headers(old.secret, BODY))
    assert _arrive(headers(new.secret, BODY)).id == new.id
    shown = keys.keys_of(partner_id)
    assert [(row.id, row.reason) for row in shown] == [(new.id, None), (old.id, "rotation")]
    assert shown[1].ended_by == "partner:BIKE"


def test_a_key_revoked_long_ago_is_no_longer_named() -> None:
    register_bike()
    made, _ = new_key()
    long_ago = NOW - timedelta(days=32)
    revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=made.id, reason="lost", at=long_ago)
    _knock("signature_invalid", headers(made.secret, BODY))


def test_a_key_that_was_read_lately_is_taken_only_by_who_looks_again() -> None:
    register_bike()
    arrivals.KEYS.forget()
    old, _ = new_key()

    def lately(secret: str) -> signing.Key:
        told = headers(secret, BODY)
        return arrivals.authenticate(**told, partner_code=BIKE, body=BODY, at=NOW, lately=True)

    assert lately(old.secret).id == old.id
    new, _ = new_key()
    assert lately(new.secret).id == new.id
    revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=old.id, reason="lost", at=NOW)
    assert lately(old.secret).id == old.id
    _knock("key_revoked", headers(old.secret, BODY))
    with pytest.raises(Forbidden) as refused:
        lately(old.secret)
    assert refused.value.code == "key_revoked"


def test_revoking_twice_is_once() -> None:
    register_bike()
    made, _ = new_key()
    for reason in ("lost", "again"):
        revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=made.id, reason=reason, at=NOW)
    assert keys.keys_of(register_bike())[0].reason == "lost"
    assert AuditRow.objects.filter(action="partner.revoke_key").count() == 1


def test_a_key_that_is_not_there_is_not_revoked() -> None:
    register_bike()
    with pytest.raises(NotFound) as refused:
        revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=uuid4(), reason="", at=NOW)
    assert refused.value.code == "no_such_key"


def test_strangers_are_told_their_names() -> None:
    register_bike()
    made, _ = new_key()
    told = headers(made.secret, BODY)
    for code in ("HOVER", "bike", "B\0KE", "骑行", "B" * 10_000):
        _knock("partner_unknown", told, code)
    _knock("signature_missing", {**told, "signatures": ""})
    _knock("signature_invalid", headers(signing.new_secret(), BODY), None)
    _knock("signature_stale", headers(made.secret, BODY, late_s=600))


def test_without_an_approval_there_is_no_production_key() -> None:
    register_bike()
    with pytest.raises(Conflict) as refused:
        new_key("production")
    assert refused.value.code == "contract_not_passed"
    approved_bike()
    made, key = new_key("production")
    assert (made.environment, key.environment) == ("production", "production")


def test_five_keys_hold_at_most_in_each_environment() -> None:
    partner_id = approved_bike()
    made = [new_key()[0] for _ in range(ACTIVE_KEYS_MAX)]
    with pytest.raises(Exhausted) as refused:
        new_key()
    assert refused.value.code == "too_many_keys"
    assert new_key("production")
    revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=made[0].id, reason="", at=NOW)
    assert new_key()
    assert len(keys.active_keys(BIKE)) == ACTIVE_KEYS_MAX + 1
    assert len(keys.keys_of(partner_id)) == ACTIVE_KEYS_MAX + 2


def test_the_sixth_key_loses_also_when_all_come_at_once() -> None:
    register_bike()

    def issue(_: int) -> str:
        try:
            new_key()
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "issued"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(issue, range(8)))
    assert told == ["issued"] * ACTIVE_KEYS_MAX + ["too_many_keys"] * 3


@pytest.mark.parametrize(
    ("environment", "algorithm"), [("test", "hmac"), ("sandbox", "rsa"), ("", "")]
)
def test_other_kinds_of_keys_do_not_exist(environment: str, algorithm: str) -> None:
    register_bike()
    with pytest.raises(Invalid) as refused:
        new_key(environment, algorithm)
    assert refused.value.code == "key_kind_unknown"


def test_only_the_partner_itself_and_the_operator_have_to_do_with_its_keys() -> None:
    partner_id = register_bike()
    made, _ = new_key()
    for actor in (CITIZEN, desk_of(partner_id + 1)):
        with pytest.raises(Forbidden):
            issue_key(
                actor=actor, partner_code=BIKE, environment="sandbox", algorithm="hmac", at=NOW
            )
        with pytest.raises(Forbidden):
            revoke_key(actor=actor, partner_code=BIKE, key_id=made.id, reason="", at=NOW)
    assert len(keys.active_keys(BIKE)) == 1


def test_every_act_leaves_its_row() -> None:
    register_bike()
    made, _ = new_key()
    revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=made.id, reason="lost", at=NOW)
    told = AuditRow.objects.filter(action__contains="key").order_by("id")
    assert [row.action for row in told] == ["partner.add_key", "partner.revoke_key"]
    assert {row.facts["key"] for row in told} == {str(made.id)}


INSERT = (
    "INSERT INTO partners_key (id, partner_id, environment, algorithm, secret_sealed, public_key,"
    " created_at, created_by) VALUES (gen_random_uuid(), {partner}, '{environment}', '{algorithm}',"
    " {secret}, {public}, now(), 'x')"
)
USUAL = {
    "partner": "(SELECT min(id) FROM partners_partner)",
    "environment": "sandbox",
    "algorithm": "hmac",
    "secret": "'\\x01'",
    "public": "NULL",
}


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("partners_key_approved", {"environment": "production"}),
        ("partners_key_environment", {"environment": "live"}),
        ("partners_key_material", {"algorithm": "rsa"}),
        ("partners_key_material", {"secret": "NULL"}),
        ("partners_key_material", {"algorithm": "ed25519"}),
        ("partners_key_material", {"public": "decode(repeat('01', 32), 'hex')"}),
        ("partners_key_material", {"algorithm": "ed25519", "secret": "NULL"}),
        (
            "partners_key_material",
            {"algorithm": "ed25519", "secret": "NULL", "public": "decode(repeat('01', 31), 'hex')"},
        ),
        ("partners_key_partner_id_fkey", {"partner": "999999"}),
    ],
)
def test_the_table_itself_refuses(
    books: Database, constraint: str, changed: dict[str, str]
) -> None:
    register_bike()
    with (
        psycopg.connect(books.app_url) as app,
        pytest.raises(errors.IntegrityError) as refused,
    ):
        app.execute(INSERT.format(**USUAL | changed))
    assert refused.value.diag.constraint_name == constraint


def test_one_public_key_stands_once(books: Database) -> None:
    register_bike()
    told = INSERT.format(
        **USUAL
        | {
            "algorithm": "ed25519",
            "secret": "NULL",
            "public": "decode(repeat('01', 32), 'hex')",
        }
    )
    with psycopg.connect(books.app_url) as app:
        app.execute(told)
        with pytest.raises(errors.UniqueViolation) as refused:
            app.execute(told)
    assert refused.value.diag.constraint_name == "partners_key_public_once"


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE partners_key SET environment = 'sandbox'",
        "DELETE FROM partners_key",
        "TRUNCATE partners_key CASCADE",
        "UPDATE partners_key_end SET ended_at = now()",
        "DELETE FROM partners_key_end",
        "UPDATE partners_approval SET waived = 'x'",
        "DELETE FROM partners_approval",
    ],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
