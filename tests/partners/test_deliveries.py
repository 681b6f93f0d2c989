"""The same message gets the same answer, whoever sends it again and however often, for a month."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import connections, transaction
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance.models import AuditRow
from tanhui.kernel.refusals import Forbidden, NotFound, Refusal
from tanhui.partners import deliveries
from tanhui.partners.deliveries import Counts, forget_old_deliveries
from tanhui.partners.keys import revoke_key
from tanhui.partners.messages import Message, new_answer, open_messages, record_messages
from tests.cast import BIKE, BIKE_DESK, NOW, OPERATOR
from tests.partners.signed import answered, approved_bike, message, new_key

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]
RESULT = b'{"results":[{"reference":"JC1","status":"recorded"}]}'


def _open(told: Message) -> bytes | Refusal | None:
    with transaction.atomic():
        return open_messages([told])[0]


def _code(told: Message) -> str:
    refusal = _open(told)
    assert isinstance(refusal, Refusal)
    assert refusal.zh
    return refusal.code


def test_a_message_sent_again_gets_its_answer() -> None:
    approved_bike()
    _, key = new_key("production")
    told = message(key)
    kept = answered(told, result=RESULT)
    assert kept.result == RESULT
    assert _open(told) == RESULT
    assert (kept.counts, kept.took_ms) == (Counts(1, 1, 0, 0, 0), 12)


def test_another_body_under_the_same_id_is_refused() -> None:
    approved_bike()
    _, key = new_key("production")
    answered(message(key, body=b"[1]"))
    assert _code(message(key, body=b"[2]")) == "message_id_reused"


def test_the_same_id_in_the_sandbox_is_another_message() -> None:
    approved_bike()
    answered(message(new_key("production")[1]))
    assert _open(message(new_key("sandbox")[1])) is None


def test_another_key_of_the_partner_may_repeat_a_message() -> None:
    approved_bike()
    answered(message(new_key("production")[1]), result=RESULT)
    assert _open(message(new_key("production", "ed25519")[1])) == RESULT


def test_a_key_that_ended_since_it_was_verified_opens_nothing() -> None:
    approved_bike()
    made, key = new_key("production")
    revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=made.id, reason="lost", at=NOW)
    assert _code(message(key)) == "key_revoked"


def test_a_twin_waits_until_the_first_is_answered() -> None:
    approved_bike()
    told = message(new_key("production")[1])

    def send(_: int) -> bytes | None:
        try:
            with transaction.atomic():
                found = open_messages([told])[0]
                if found is None:
                    # Long enough that the others would all find it new, did they not wait.
                    time.sleep(0.1)
                    answer = new_answer(RESULT, Counts(1, 1, 0, 0, 0))
                    record_messages([told], [answer], received_at=NOW, took_ms=1)
                assert not isinstance(found, Refusal)
                return found
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(send, range(4)))
    assert sorted(each or b"" for each in found) == [b"", RESULT, RESULT, RESULT]


def test_a_partner_sees_its_own_deliveries_newest_first() -> None:
    partner_id = approved_bike()
    _, key = new_key("production")
    kept = [
        answered(message(key, f"msg_{n}"), at=NOW + timedelta(minutes=n), result=RESULT)
        for n in range(3)
    ]
    shown = deliveries.deliveries(partner_id=partner_id, limit=2)
    assert [each.id for each in shown] == [kept[2].id, kept[1].id]
    assert {each.result for each in shown} == {None}
    one = deliveries.delivery(delivery_id=kept[0].id, partner_id=partner_id)
    assert (one.result, one.message_id) == (RESULT, "msg_0")
    assert deliveries.deliveries(partner_id=partner_id + 1) == []
    for delivery_id, owner in ((kept[0].id, partner_id + 1), (uuid4(), partner_id)):
        with pytest.raises(NotFound) as refused:
            deliveries.delivery(delivery_id=delivery_id, partner_id=owner)
        assert refused.value.code == "no_such_delivery"


@pytest.mark.parametrize("message_id", ["\0", "a.b", "", "x" * 129, "编号"])
def test_an_id_that_no_message_has_is_not_looked_for(message_id: str) -> None:
    partner_id = approved_bike()
    found = deliveries.find_delivery(
        partner_id=partner_id, environment="production", message_id=message_id
    )
    assert found is None


def test_a_month_later_a_delivery_is_forgotten() -> None:
    partner_id = approved_bike()
    _, key = new_key("production")
    answered(message(key, "old"), at=NOW)
    answered(message(key, "new"), at=NOW + timedelta(seconds=1))
    later = NOW + timedelta(days=31, seconds=1)
    assert forget_old_deliveries(actor=OPERATOR, at=later) == 1
    assert [each.message_id for each in deliveries.deliveries(partner_id=partner_id)] == ["new"]
    assert forget_old_deliveries(actor=OPERATOR, at=later) == 0
    assert AuditRow.objects.filter(action="partner.forget_deliveries").count() == 1
    with pytest.raises(Forbidden):
        forget_old_deliveries(actor=BIKE_DESK, at=later)


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("partners_delivery_message_once", {"message_id": "'msg_1'"}),
        ("partners_delivery_environment", {"environment": "'live'"}),
        ("partners_delivery_digest", {"body_digest": "'\\x01'"}),
        ("partners_delivery_accounts_for_every_row", {"row_count": "7"}),
        ("partners_delivery_accounts_for_every_row", {"row_count": "0", "recorded_count": "-1"}),
        ("partners_delivery_accounts_for_every_row", {"took_ms": "-1"}),
        ("partners_delivery_key_id_fkey", {"key_id": "gen_random_uuid()"}),
    ],
)
def test_the_table_itself_refuses(
    books: Database, constraint: str, changed: dict[str, str]
) -> None:
    approved_bike()
    answered(message(new_key("production")[1]))
    columns = {
        **{"id": "gen_random_uuid()", "message_id": "'msg_2'"},
        **{
            name: name
            for name in (
                *("partner_id", "environment", "body_digest", "key_id", "received_at", "took_ms"),
                *("row_count", "recorded_count", "exists_count", "held_count", "refused_count"),
                *("reduction_mg", "points", "result"),
            )
        },
        **changed,
    }
    attack = (
        f"INSERT INTO partners_delivery ({', '.join(columns)})"
        f" SELECT {', '.join(columns.values())} FROM partners_delivery"
    )
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.IntegrityError) as refused:
        app.execute(attack)
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    # The answer alone may be rewritten: a person who is forgotten is taken out of it.
    "attack",
    ["UPDATE partners_delivery SET received_at = now()", "TRUNCATE partners_delivery"],
)
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
