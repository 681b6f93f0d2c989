"""Quotas: counted once for each request, in every program at once, and apart for the sandbox."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connections
from psycopg import errors

from tanhui.config.database import Database
from tanhui.governance.models import AuditRow
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Exhausted, Forbidden, Invalid, Refusal
from tanhui.partners import quota
from tanhui.partners.quota import Allowance, set_quota
from tests.cast import BIKE, BIKE_DESK, CITIZEN, NOW, OPERATOR, register_bike

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("books")]


def _limit(items: int, requests: int, actor: Actor = OPERATOR) -> int:
    partner_id = register_bike()
    set_quota(
        actor=actor,
        partner_code=BIKE,
        items_per_day=items,
        requests_per_minute=requests,
        at=NOW,
    )
    return partner_id


def _take(partner_id: int, items: int = 1, at: datetime = NOW, **changed: Any) -> Allowance:
    told = {"environment": "production", **changed}
    return quota.take(partner_id=partner_id, items=items, at=at, **told)


def _refused(partner_id: int, items: int = 1, at: datetime = NOW, **changed: Any) -> Exhausted:
    with pytest.raises(Exhausted) as refused:
        _take(partner_id, items, at, **changed)
    assert refused.value.code == "quota_used_up"
    assert refused.value.transient
    return refused.value


def test_each_request_leaves_less() -> None:
    partner_id = _limit(1_000, 10)
    left = _take(partner_id, 400, NOW + timedelta(seconds=12))
    assert (left.items.limit, left.items.remaining) == (1_000, 600)
    assert (left.requests.limit, left.requests.remaining) == (10, 9)
    # It is noon in the city; its day has twelve hours left, less twelve seconds.
    assert left.items.reset_seconds == 12 * 3600 - 12
    assert left.requests.reset_seconds == 48
    assert (left.items.window_seconds, left.requests.window_seconds) == (86_400, 60)
    assert _take(partner_id, 600).items.remaining == 0


def test_asking_what_is_left_counts_nothing() -> None:
    partner_id = _limit(1_000, 10)
    facts: Any = {"partner_id": partner_id, "environment": "production", "at": NOW}
    assert quota.allowance(**facts).items.remaining == 1_000
    _take(partner_id, 1)
    for _ in range(3):
        assert quota.allowance(**facts).requests.remaining == 9


def test_what_does_not_fit_is_refused_and_not_counted() -> None:
    partner_id = _limit(1_000, 10)
    _take(partner_id, 900)
    refusal = _refused(partner_id, 101)
    assert (refusal.facts["remaining"], refusal.facts["retry_after_seconds"]) == (100, 12 * 3600)
    assert "100" in refusal.zh
    assert _take(partner_id, 100).items.remaining == 0


def test_a_first_request_beyond_the_day_is_refused_too() -> None:
    partner_id = _limit(10, 10)
    _refused(partner_id, 11)
    assert _take(partner_id, 10).items.remaining == 0


def test_the_minute_is_over_when_it_is_over() -> None:
    partner_id = _limit(1_000, 2)
    _take(partner_id)
    _take(partner_id)
    refusal = _refused(partner_id, at=NOW + timedelta(seconds=59))
    assert refusal.facts["retry_after_seconds"] == 1
    assert _take(partner_id, at=NOW + timedelta(seconds=60)).requests.remaining == 1


def test_the_day_is_over_at_midnight_of_the_city() -> None:
    partner_id = _limit(5, 100)
    _take(partner_id, 5)
    midnight = NOW + timedelta(hours=12)
    _refused(partner_id, at=midnight - timedelta(seconds=1))
    assert _take(partner_id, 5, midnight).items.remaining == 0


def test_several_requests_are_counted_at_once() -> None:
    partner_id = _limit(100, 10)
    assert _take(partner_id, 7, requests=7).requests.remaining == 3
    _refused(partner_id, 4, requests=4)
    _refused(partner_id, 11, requests=11)
    assert _take(partner_id, 3, requests=3).requests.remaining == 0


def test_a_clock_that_is_behind_opens_no_new_window() -> None:
    partner_id = _limit(1_000, 2)
    _take(partner_id, at=NOW + timedelta(seconds=61))
    _take(partner_id, at=NOW)
    refusal = _refused(partner_id, at=NOW)
    assert refusal.facts["retry_after_seconds"] == 120


def test_the_sandbox_is_counted_apart() -> None:
    partner_id = _limit(5, 100)
    _take(partner_id, 5)
    assert _take(partner_id, 5, environment="sandbox").items.remaining == 0
    _refused(partner_id, environment="sandbox")


def test_a_new_limit_holds_from_the_next_request_on() -> None:
    partner_id = _limit(5, 100)
    _take(partner_id, 5)
    _refused(partner_id)
    _limit(6, 100)
    assert _take(partner_id).items.remaining == 0
    # A limit that is lowered below what is used leaves nothing, never less than nothing.
    _limit(3, 100)
    refusal = _refused(partner_id)
    assert refusal.facts["remaining"] == 0
    assert AuditRow.objects.filter(action="partner.set_quota").count() == 3


def test_requests_at_once_are_all_counted_and_never_too_many() -> None:
    partner_id = _limit(1_000, 15)

    def send(_: int) -> str:
        try:
            _take(partner_id, 10)
        except Refusal as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "taken"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(send, range(24)))
    assert told == ["quota_used_up"] * 9 + ["taken"] * 15
    left = quota.allowance(partner_id=partner_id, environment="production", at=NOW)
    assert (left.items.remaining, left.requests.remaining) == (850, 0)


@pytest.mark.parametrize("limits", [(0, 1), (1, 0), (-1, 5), (2_000_000_001, 5)])
def test_a_limit_that_makes_no_sense_is_refused(limits: tuple[int, int]) -> None:
    with pytest.raises(Invalid) as refused:
        _limit(*limits)
    assert refused.value.code == "quota_out_of_range"


@pytest.mark.parametrize("actor", [CITIZEN, BIKE_DESK])
def test_only_the_operator_sets_limits(actor: Actor) -> None:
    with pytest.raises(Forbidden):
        _limit(5, 5, actor)


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("partners_use_fits", "items = item_limit + 1"),
        ("partners_use_fits", "requests = request_limit + 1"),
        ("partners_use_fits", "items = -1"),
        ("partners_use_environment", "environment = 'live'"),
    ],
)
def test_the_table_itself_refuses(books: Database, constraint: str, changed: str) -> None:
    _take(_limit(5, 5))
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.CheckViolation) as refused:
        app.execute(f"UPDATE partners_use SET {changed}")
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("constraint", "changed"),
    [
        ("partners_partner_quota", "items_per_day = 0"),
        ("partners_partner_quota", "requests_per_minute = 0"),
        ("partners_partner_expected", "expected_hours = 0"),
        ("partners_partner_expected", "expected_hours = 745"),
    ],
)
def test_a_partner_always_has_limits(books: Database, constraint: str, changed: str) -> None:
    register_bike()
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.CheckViolation) as refused:
        app.execute(f"UPDATE partners_partner SET {changed}")
    assert refused.value.diag.constraint_name == constraint


@pytest.mark.parametrize("attack", ["DELETE FROM partners_use", "TRUNCATE partners_use"])
def test_the_application_may_not(books: Database, attack: str) -> None:
    with psycopg.connect(books.app_url) as app, pytest.raises(errors.InsufficientPrivilege):
        app.execute(attack)
