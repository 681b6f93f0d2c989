"""What the public, a citizen and a partner's accountant may read."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.behaviours.recount import recount
from tanhui.behaviours.totals.rolling import roll
from tanhui.identity.commands import log_in_by_link, log_out, open_login_link, platform_actor
from tanhui.identity.queries import actor_of
from tanhui.kernel.periods import city_day
from tests.api.sending import Desk, Sent, recent_ride, told
from tests.cast import ZHOU_RIDER

_CLIENT = Client(headers={"accept-language": "en"})


def _public(address: str) -> Sent:
    return told(_CLIENT.get(address))


def test_scenes_say_what_an_item_may_be(desk: Desk) -> None:
    del desk
    told_scenes = _public("/api/v1/scenes").json
    bike = next(each for each in told_scenes["scenes"] if each["mode"] == "shared_bike")
    assert bike["measure"] == "distance_m"
    assert bike["max_per_hour"] == 30_000
    assert bike["tariff"]["mg_per_point"] > 0
    assert {each["mode"] for each in told_scenes["scenes"]} >= {"metro", "bus", "walking"}


def test_the_totals_are_the_books_own(desk: Desk) -> None:
    assert desk.send([recent_ride("a")]).results == ["recorded"]
    roll(actor=platform_actor(), at=timezone.now())
    told_totals = _public("/api/v1/totals").json
    counted = recount().counted
    assert told_totals["in_all"] == {
        "deeds": counted.deeds,
        "reduction_mg": counted.reduction_mg,
        "points": counted.points,
    }
    assert told_totals["books"]["closed"]
    assert told_totals["credits"]["issued_kg"] == 0


def test_methodologies_and_factors_are_public(desk: Desk) -> None:
    del desk
    listed = _public("/api/v1/methodologies").json["methodologies"]
    assert len(listed) > 10
    reference = listed[0]["reference"]
    one = _public(f"/api/v1/methodologies/{reference}").json
    assert one["digest"] == listed[0]["digest"]
    assert _public(f"/api/v1/methodologies/{listed[0]['id']}").status == 200
    factors = _public("/api/v1/factors").json["factors"]
    assert len(factors) > 50
    of_one = _public(f"/api/v1/factors?table={factors[0]['table']}").json["factors"]
    assert 0 < len(of_one) < len(factors)
    assert {row["table"] for row in of_one} == {factors[0]["table"]}


def _token(persona: str) -> str:
    at = timezone.now()
    link = open_login_link(actor=platform_actor(), persona=persona, at=at)
    return log_in_by_link(token=link, at=at)


def _mine(address: str, token: str) -> Sent:
    return told(_CLIENT.get(address, headers={"authorization": f"Bearer {token}"}))


def test_a_citizen_reads_balance_statement_and_why(desk: Desk) -> None:
    sent = desk.send([recent_ride("a")]).json["results"][0]
    token = _token("lin-xiao")
    me = _mine("/api/v1/me", token)
    assert me.headers["cache-control"] == "no-store"
    assert me.json["points"] == sent["points"]
    assert me.json["reduction_mg"] == sent["reduction_mg"]
    assert "13800000001" not in me.content.decode()
    rows = _mine("/api/v1/me/statement", token).json["behaviours"]
    assert [row["points"] for row in rows] == [sent["points"]]
    why = _mine(f"/api/v1/me/behaviours/{rows[0]['key']}/why", token).json
    assert why["inputs"] == {"distance_m": 2431}
    assert why["points"]["points"] == sent["points"]
    assert why["steps"]
    month = rows[0]["started_at"][:7]
    assert _mine(f"/api/v1/me/statement?month={month}", token).status == 200
    assert _mine("/api/v1/me/statement?month=may", token).code == "month_unreadable"


def test_nobody_reads_anothers_deeds(desk: Desk) -> None:
    desk.send([recent_ride("a")])
    rows = _mine("/api/v1/me/statement", _token("lin-xiao")).json["behaviours"]
    zhou = _token("zhou-shifu")
    assert _mine(f"/api/v1/me/behaviours/{rows[0]['key']}/why", zhou).code == "no_such_behaviour"
    assert _mine("/api/v1/me/statement", zhou).json["behaviours"] == []


def test_a_token_that_ended_is_refused_at_once(desk: Desk) -> None:
    del desk
    token = _token("lin-xiao")
    assert _mine("/api/v1/me", token).status == 200
    at = timezone.now()
    actor = actor_of(token, at)
    assert actor is not None
    log_out(actor=actor, session_token=token, at=at)
    ended = _mine("/api/v1/me", token)
    assert (ended.status, ended.code) == (401, "token_invalid")
    assert _mine("/api/v1/me", "nonsense").status == 401


def test_days_are_compared_and_declared(desk: Desk) -> None:
    desk.send([recent_ride("a", hours=1), recent_ride("b", hours=1, rider=ZHOU_RIDER)])
    today = city_day(timezone.now() - timedelta(hours=1))
    address = f"/api/v1/reconciliation?from={today}&to={today}"
    before = desk.get(address).json
    assert before["partner"] == "BIKE"
    assert [(day["ours_rows"], day["state"]) for day in before["days"]] == [(2, "not_declared")]
    body = json.dumps({"rows": 3, "amount": 7_293, "mode": "shared_bike"}).encode()
    declared = desk.put(f"/api/v1/reconciliation/{today}", body)
    assert (declared.json["rows"], declared.json["version"]) == (3, 1)
    day = desk.get(address).json["days"][0]
    assert (day["state"], day["difference_rows"], day["difference_amount"]) == ("differs", 1, 2431)
    text = desk.get(address, accept="text/csv")
    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(text.content.decode())))
    assert rows[0]["theirs_rows"] == "3"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "unreadable_body"),
        (b"[]", "parameters_wrong"),
        (b"{}", "parameters_wrong"),
        (b'{"rows":-1}', "parameters_wrong"),
        (b'{"rows":1.5}', "parameters_wrong"),
        (b'{"rows":"7"}', "parameters_wrong"),
        (b'{"rows":1e18}', "parameters_wrong"),
        (b'{"rows":1,"mode":"teleport"}', "mode_unknown"),
        (b'{"rows":1,"partner_id":2}', "parameters_wrong"),
    ],
)
def test_a_declaration_needs_its_form(desk: Desk, body: bytes, code: str) -> None:
    sent = desk.put(f"/api/v1/reconciliation/{city_day(timezone.now())}", body)
    assert (sent.status, sent.code) == (422, code)


def test_days_need_an_order(desk: Desk) -> None:
    wrong = desk.get("/api/v1/reconciliation?from=2026-05-02&to=2026-05-01")
    assert (wrong.status, wrong.code) == (422, "days_out_of_range")
    assert desk.get("/api/v1/reconciliation?from=x&to=2026-05-01").code == "parameters_wrong"
    assert desk.put("/api/v1/reconciliation/tomorrow", b"{}").code == "parameters_wrong"
