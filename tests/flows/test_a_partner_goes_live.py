"""A partner's way from its first key to its first paid ride, through the doors it uses."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tanhui.behaviours.batch_reading import forget_prepared
from tanhui.config.database import Database
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict
from tanhui.partners.arrivals import KEYS
from tanhui.partners.commands import set_expected
from tanhui.partners.contract import CHECKS, approve_production
from tanhui.partners.desk import partner_desk
from tanhui.partners.keys import NewKey, issue_key
from tests.api.sending import Desk, recent_ride
from tests.behaviours.telling import balance
from tests.cast import BIKE, OPERATOR, seat
from tests.partners.signed import desk_of

pytestmark = pytest.mark.database
ORDER = [text.code for text in CHECKS]


def _key(environment: str, partner_id: int) -> NewKey:
    return issue_key(
        actor=desk_of(partner_id),
        partner_code=BIKE,
        environment=environment,
        algorithm="ed25519",
        at=timezone.now(),
    )


def _missing() -> list[str]:
    desk = partner_desk(partner_code=BIKE, at=timezone.now())
    return [check.text.code for check in desk.missing]


def _approve() -> None:
    approve_production(actor=OPERATOR, partner_code=BIKE, at=timezone.now())


def _rides(first: int, count: int) -> list[Any]:
    return [recent_ride(f"JC{n}", hours=2 + n) for n in range(first, first + count)]


def _play(desk: Desk) -> None:
    """What the contract asks for, one thing after the other; after each, what is still missing."""
    key, now = desk.sandbox, timezone.now()
    assert _missing() == ORDER
    assert desk.send([], key=key, at=now - timedelta(minutes=10)).code == "signature_stale"
    spoiled = {"webhook-signature": "v1a," + "A" * 86 + "=="}
    assert desk.send([], key=key, changed=spoiled).code == "signature_invalid"
    assert _missing() == [ORDER[0], *ORDER[3:]]
    assert desk.send(_rides(0, 12), key=key).results == ["recorded"] * 12
    assert _missing() == ["recorded_rows", *ORDER[4:6], "day_declared"]
    assert desk.send(_rides(0, 8), key=key).results
    again = recent_ride("JC90", hours=3)
    wrong = recent_ride("JC91", ended_at=(now - timedelta(days=1)).isoformat())
    assert desk.send([again, again, wrong], key=key).results == [
        *("recorded", "exists"),
        "refused:end_before_start",
    ]
    assert _missing() == ["day_declared"]
    with pytest.raises(Conflict, match="contract_not_passed"):
        _approve()
    body = json.dumps({"rows": 21, "amount": 51_051}).encode()
    told = desk.put(f"/api/v1/reconciliation/{city_day(now)}", body, key=key)
    assert told.status == 200, told.content
    assert _missing() == []


def test_from_the_sandbox_to_the_first_paid_ride(books: Database) -> None:
    del books
    KEYS.forget()
    forget_prepared()
    seated = seat(at=timezone.now())
    set_expected(
        actor=OPERATOR,
        partner_code=BIKE,
        expected_hours=24,
        modes=["shared_bike"],
        at=timezone.now(),
    )
    sandbox = _key("sandbox", seated.partner_id)
    with pytest.raises(Conflict, match="contract_not_passed"):
        _key("production", seated.partner_id)
    _play(Desk(seated, sandbox, sandbox))
    # Whatever was tried, nobody has been paid for it.
    assert balance(seated.lin) == (0, 0)

    _approve()
    desk = Desk(seated, _key("production", seated.partner_id), sandbox)
    day = city_day(timezone.now() - timedelta(hours=30))
    ride = recent_ride("JC1", hours=30)
    assert desk.send([ride]).results == ["recorded"]
    assert desk.send([ride]).results == ["exists"]
    points, reduction_mg = balance(seated.lin)
    assert points > 0
    assert reduction_mg > 0

    address = f"/api/v1/reconciliation?from={day}&to={day}"
    (row,) = desk.get(address).json["days"]
    assert (row["state"], row["ours_rows"], row["ours_mg"]) == ("not_declared", 1, reduction_mg)
    body = json.dumps({"rows": 1, "amount": row["ours_amount"]}).encode()
    assert desk.put(f"/api/v1/reconciliation/{day}", body).status == 200
    (row,) = desk.get(address).json["days"]
    assert row["state"] == "agreed"
