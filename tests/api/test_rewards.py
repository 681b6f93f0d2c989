"""Rewards by program: the shelf, one key for one redemption, the phone proved, one's own points."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from tanhui.config.database import Database
from tanhui.identity.commands import log_in_by_link, open_login_link, platform_actor
from tanhui.identity.personas import BY_NAME
from tanhui.identity.sms import simulated_sms
from tests.rewards.mall import Mall, open_mall

LIN = BY_NAME["lin-xiao"].phone
AT_ONCE = 50


def _open() -> tuple[Mall, str]:
    now = timezone.now()
    mall = open_mall(points=2_000, at=now - timedelta(days=3))
    mall.offer()
    mall.stock(units=5, at=now)
    return mall, _token()


def _token() -> str:
    at = timezone.now()
    link = open_login_link(actor=platform_actor(), persona="lin-xiao", at=at)
    return log_in_by_link(token=link, at=at)


def _call(method: str, path: str, token: str = "", *, key: str = "", **body: Any) -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if key:
        headers["Idempotency-Key"] = key
    client = Client(headers=headers)
    if method == "get":
        return client.get(f"/api/v1{path}")
    return client.post(f"/api/v1{path}", body, content_type="application/json")


def _told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", answer.json().get("state"))


@pytest.mark.django_db
def test_the_shelf_is_public_and_tells_who_pays() -> None:
    mall, _ = _open()
    mall.offer("R-9002", price_points=40, state="closed")
    (reward,) = _call("get", "/rewards").json()["rewards"]
    assert (reward["code"], reward["points"], reward["left"]) == ("R-9001", 260, 5)
    (batch,) = reward["batches"]
    assert (batch["sponsor"]["code"], batch["cost_fen"]) == ("FUND", 900)
    assert _call("get", "/rewards?category=travel").json() == {"rewards": []}
    assert _call("get", "/rewards/R-9001").json() == reward
    assert _call("get", "/rewards/R-9002").json()["state"] == "closed"
    assert _told(_call("get", "/rewards/R-9003")) == (404, "no_such_offer")
    assert _told(_call("get", "/rewards/%00")) == (404, "no_such_offer")


@pytest.mark.django_db
def test_one_key_is_one_redemption_from_the_shelf_to_its_return() -> None:
    _, token = _open()
    asked = {"reward": "R-9001"}
    assert _call("post", "/redemptions", key="a", **asked).status_code == 401
    assert _told(_call("post", "/redemptions", token, **asked)) == (400, "idempotency_key_missing")
    assert _told(_call("post", "/redemptions", token, key="a b", **asked)) == (422, "key_invalid")
    first = _call("post", "/redemptions", token, key="a", **asked)
    assert _told(first) == (201, "confirmed")
    made = first.json()
    assert len(made["voucher"]["code"]) == 8
    assert made["voucher"]["moving"].startswith(f"TH1.{made['voucher']['code']}.")
    again = _call("post", "/redemptions", token, key="a", **asked)
    assert (again.status_code, again.json()["id"]) == (200, made["id"])
    other = _call("post", "/redemptions", token, key="a", units=2, **asked)
    assert _told(other) == (422, "exists_with_different_content")
    for wrong in ("1", True, 1.5, 10**30):
        badly = _call("post", "/redemptions", token, key="b", units=wrong, **asked)
        assert _told(badly) == (422, "parameters_wrong")
    unknown = _call("post", "/redemptions", token, key="b", reward="R-9009")
    assert _told(unknown) == (404, "no_such_offer")
    (listed,) = _call("get", "/me/redemptions", token).json()["redemptions"]
    assert listed == {name: made[name] for name in listed}
    assert _call("get", f"/me/redemptions/{made['id']}", token).json()["steps"] == made["steps"]
    back = _call("post", f"/redemptions/{made['id']}/return", token)
    assert _told(back) == (200, "refunded")
    assert back.json()["voucher"] is None
    twice = _call("post", f"/redemptions/{made['id']}/return", token)
    assert _told(twice) == (409, "redemption_refunded")
    late_yes = _call("post", f"/redemptions/{made['id']}/confirm", token)
    assert _told(late_yes) == (409, "redemption_refunded")
    nobodys = _call("post", f"/redemptions/{uuid4()}/confirm", token)
    assert _told(nobodys) == (404, "no_such_redemption")


@pytest.mark.django_db
def test_what_cannot_be_had_is_a_conflict_that_moves_no_point() -> None:
    mall, token = _open()
    mall.offer("R-9002", price_points=2_001)
    mall.stock("R-9002", units=1, at=timezone.now())
    mall.offer("R-9003", price_points=10, person_max=1)
    mall.stock("R-9003", units=2, at=timezone.now())
    sold_out = _call("post", "/redemptions", token, key="a", reward="R-9001", units=6)
    assert _told(sold_out) == (409, "sold_out")
    missing = _call("post", "/redemptions", token, key="b", reward="R-9002")
    assert _told(missing) == (409, "points_missing")
    assert _call("post", "/redemptions", token, key="c", reward="R-9003").status_code == 201
    more = _call("post", "/redemptions", token, key="d", reward="R-9003")
    assert _told(more) == (409, "person_limit")
    points = _call("get", "/me/points", token).json()
    assert (points["spendable"], points["reserved"]) == (1_990, 10)
    assert sum(bucket["points"] for bucket in points["buckets"]) <= 2_000
    assert points["paused_until"] is None


@pytest.mark.django_db
def test_much_is_spent_only_with_the_phone_proved() -> None:
    _, token = _open()
    made = _call("post", "/redemptions", token, key="a", reward="R-9001", units=2).json()
    assert (made["state"], made["voucher"]) == ("reserved", None)
    address = f"/redemptions/{made['id']}/confirm"
    assert _told(_call("post", address, token)) == (403, "step_up_needed")
    assert _call("post", "/me/proof/code", token).json() == {"sent": True, "phone": "138****0001"}
    code = simulated_sms.code_for(LIN) or ""
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert _told(_call("post", "/me/proof", token, code=wrong)) == (422, "code_wrong")
    proved = _call("post", "/me/proof", token, code=code).json()["token"]
    assert _call("get", "/me", token).status_code == 401
    assert _told(_call("post", address, proved)) == (200, "confirmed")
    assert _told(_call("post", address, proved)) == (200, "confirmed")


def test_fifty_equal_requests_at_once_are_one_redemption(books: Database) -> None:
    del books
    mall, token = _open()
    begin = Barrier(AT_ONCE)

    def redeem(_: int) -> tuple[int, str]:
        begin.wait()
        try:
            answer = _call("post", "/redemptions", token, key="same", reward="R-9001")
            return answer.status_code, answer.json()["id"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = list(pool.map(redeem, range(AT_ONCE)))
    assert sorted(status for status, _ in told) == [200] * (AT_ONCE - 1) + [201]
    assert len({number for _, number in told}) == 1
    assert mall.points(at=timezone.now()) == (2_000 - 260, 260)
