"""Who may send: signatures, clocks, rotation, revocation."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tanhui.partners.commands import register_partner
from tanhui.partners.keys import issue_key, register_public_key, revoke_key
from tanhui.partners.signing import new_pair, sign
from tests.api.sending import BATCH, Desk, recent_ride
from tests.behaviours.telling import balance
from tests.cast import BIKE, OPERATOR


def _refused(desk: Desk, **how: Any) -> tuple[int, str]:
    sent = desk.send([recent_ride("a")], **how)
    assert sent.headers["www-authenticate"]
    assert sent.headers["cache-control"] == "no-store"
    assert balance(desk.seated.lin) == (0, 0)
    return sent.status, sent.code


@pytest.mark.parametrize("missing", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_every_header_must_be_there(desk: Desk, missing: str) -> None:
    assert _refused(desk, changed={missing: None}) == (401, "signature_missing")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("webhook-signature", "v1,AAAA"),
        ("webhook-signature", "v2," + "A" * 44),
        ("webhook-signature", "nonsense"),
        ("webhook-id", "another"),
        ("webhook-id", "with.stop"),
        ("webhook-timestamp", "yesterday"),
        ("webhook-timestamp", "-1"),
    ],
)
def test_what_was_not_signed_is_refused(desk: Desk, name: str, text: str) -> None:
    assert _refused(desk, changed={name: text}) == (401, "signature_invalid")


def test_a_changed_body_is_refused(desk: Desk) -> None:
    headers = desk.headers(b"[]")
    answer = desk.client.post(BATCH, b"[1]", content_type="application/json", headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_clock_may_not_be_far_away(desk: Desk, minutes: int) -> None:
    at = desk.now + timedelta(minutes=minutes)
    assert _refused(desk, at=at) == (401, "signature_stale")


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_clock_may_be_a_little_away(desk: Desk, minutes: int) -> None:
    assert desk.send([recent_ride("a")], at=desk.now + timedelta(minutes=minutes)).status == 200


def test_a_partner_that_does_not_exist_or_did_not_sign_is_refused(desk: Desk) -> None:
    register_partner(
        actor=OPERATOR,
        code="METRO",
        name_zh="地铁",
        name_en="Metro",
        scene="metro",
        simulated=True,
        at=desk.now,
    )
    assert _refused(desk, partner="METRO") == (401, "signature_invalid")
    assert _refused(desk, partner="NOBODY") == (401, "partner_unknown")


def test_without_a_code_the_key_says_who_sends(desk: Desk) -> None:
    assert desk.send([recent_ride("a")], partner=None).results == ["recorded"]


def test_keys_are_changed_without_a_gap(desk: Desk) -> None:
    old = desk.production
    new = issue_key(
        actor=OPERATOR, partner_code=BIKE, environment="production", algorithm="hmac", at=desk.now
    )
    assert desk.send([recent_ride("a")], key=old).status == 200
    assert desk.send([recent_ride("b", hours=6)], key=new).status == 200
    both = desk.headers(b"[7]", key=old)
    signed_anew = sign(
        secret=new.secret,
        message_id=both["webhook-id"],
        timestamp=int(both["webhook-timestamp"]),
        body=b"[7]",
    )
    both["webhook-signature"] += f" {signed_anew}"
    revoke_key(actor=OPERATOR, partner_code=BIKE, key_id=old.id, reason="rotation", at=desk.now)
    refused = desk.send([recent_ride("c", hours=8)], key=old)
    assert (refused.status, refused.code) == (401, "key_revoked")
    told = desk.client.post(BATCH, b"[7]", content_type="application/json", headers=both)
    assert told.status_code == 200
    assert desk.send([recent_ride("c", hours=8)], key=new).results == ["recorded"]


def test_a_pair_of_the_partner_signs_too(desk: Desk) -> None:
    secret, public = new_pair()
    register_public_key(
        actor=OPERATOR, partner_code=BIKE, environment="production", public_key=public, at=desk.now
    )
    body = b"[7]"
    headers = desk.headers(body)
    headers["webhook-signature"] = sign(
        secret=secret,
        message_id=headers["webhook-id"],
        timestamp=int(headers["webhook-timestamp"]),
        body=body,
    )
    assert headers["webhook-signature"].startswith("v1a,")
    told = desk.client.post(BATCH, body, content_type="application/json", headers=headers)
    assert told.status_code == 200


def test_a_signature_is_read_again_for_reading(desk: Desk) -> None:
    assert desk.client.get("/api/v1/batches/any").status_code == 401
    assert desk.get("/api/v1/batches/any").status == 404
