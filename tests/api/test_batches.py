"""What a partner sees of a batch it sends."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection

from tanhui.partners.quota import set_quota
from tests.api.sending import JSON, NDJSON, Desk, recent_ride
from tests.behaviours.telling import balance
from tests.cast import BIKE, OPERATOR, ZHOU_RIDER


def test_each_item_is_answered_in_its_place(desk: Desk) -> None:
    sent = desk.send(
        [
            recent_ride("a", hours=9),
            {"reference": "b"},
            recent_ride("c", hours=7, rider="nobody"),
            recent_ride("a", hours=9),
            7,
            recent_ride("d", hours=5),
        ]
    )
    assert sent.results == [
        "recorded",
        "refused:malformed",
        "refused:unknown_rider",
        "exists",
        "refused:malformed",
        "recorded",
    ]
    told = sent.json
    assert [item["reference"] for item in told["results"]] == ["a", "b", "c", "a", None, "d"]
    assert told["environment"] == "production"
    totals = told["totals"]
    assert (totals["rows"], totals["recorded"], totals["exists"], totals["refused"]) == (6, 2, 1, 3)
    assert totals["reduction_mg"] == sum(item["reduction_mg"] for item in told["results"])
    assert sum(day["rows"] for day in told["days"]) == 6
    assert balance(desk.seated.lin) == (totals["points"], totals["reduction_mg"])


def test_lines_are_read_as_an_array_is(desk: Desk) -> None:
    rows = [recent_ride("a"), recent_ride("b", hours=6)]
    body = b"\n".join(json.dumps(row).encode() for row in rows) + b"\n\nnot json\n"
    sent = desk.send(body, content_type=f"{NDJSON}; charset=utf-8")
    assert sent.results == ["recorded", "recorded", "refused:malformed"]


def test_two_reports_of_one_journey_are_paid_once(desk: Desk) -> None:
    sent = desk.send([recent_ride("a"), recent_ride("b")])
    # Which of two that begin at once is paid, their digests decide.
    assert sorted(sent.results) == ["merged", "recorded"]
    merged = sent.json["results"][sent.results.index("merged")]
    assert (merged["points"], merged["reduction_mg"]) == (0, 0)
    assert sent.json["totals"]["recorded"] == 2
    assert sent.json["totals"]["merged"] == 1


def test_a_message_sent_again_gets_the_same_answer(desk: Desk) -> None:
    rows = [recent_ride("a")]
    first = desk.send(rows, message_id="msg_again")
    again = desk.send(rows, message_id="msg_again")
    assert first.results == again.results == ["recorded"]
    assert again.content == first.content
    assert "tanhui-replayed" not in first.headers
    assert again.headers["tanhui-replayed"] == "true"
    assert desk.send(rows).results == ["exists"]


def test_a_message_id_is_good_for_one_body(desk: Desk) -> None:
    desk.send([recent_ride("a")], message_id="msg_one")
    other = desk.send([recent_ride("b")], message_id="msg_one")
    assert (other.status, other.code) == (409, "message_id_reused")


def test_the_sandbox_answers_alike_and_books_nothing(desk: Desk) -> None:
    rows = [recent_ride("a"), recent_ride("a"), {"reference": "b"}]
    tried = desk.send(rows, key=desk.sandbox)
    assert tried.json["environment"] == "sandbox"
    assert tried.results == ["recorded", "exists", "refused:malformed"]
    assert balance(desk.seated.lin) == (0, 0)
    meant = desk.send(rows)
    assert meant.results == tried.results
    assert meant.json["results"] == tried.json["results"]
    assert balance(desk.seated.lin)[0] > 0


def _in_the_books() -> list[int]:
    with connection.cursor() as cursor:
        counts = []
        for table in ("ledger_account", "partners_rider", "behaviours_behaviour"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts.append(cursor.fetchone()[0])
    return counts


def test_the_sandbox_takes_a_rider_who_is_not_bound_as_one_who_is(desk: Desk) -> None:
    before = _in_the_books()
    rows = [
        recent_ride("a", rider="nobody"),
        recent_ride("b", hours=8, rider="nobody either"),
        recent_ride("c", hours=11, rider="nobody", replaces="a"),
        recent_ride("d", hours=14),
    ]
    tried = desk.send(rows, key=desk.sandbox)
    assert tried.results == ["recorded"] * 4
    first, *others = tried.json["results"]
    assert first["points"] > 0
    assert {told["points"] for told in others} == {first["points"]}
    assert _in_the_books() == before
    # Sent again it is as if it had never been sent, and production knows none of them.
    assert desk.send(rows, key=desk.sandbox).json["results"] == tried.json["results"]
    assert desk.send(rows[:1]).results == ["refused:unknown_rider"]


def test_a_correction_takes_the_earlier_one_back(desk: Desk) -> None:
    desk.send([recent_ride("a", distance_m=2_431)])
    corrected = recent_ride("a2", distance_m=1_000, replaces="a")
    sent = desk.send([corrected])
    assert sent.results == ["recorded"]
    assert balance(desk.seated.lin)[1] == sent.json["results"][0]["reduction_mg"]
    # Sent again it is known; a second correction of what is gone is none.
    assert desk.send([corrected]).results == ["exists"]
    assert desk.send([recent_ride("a3", replaces="a")]).results == ["refused:already_voided"]
    assert desk.send([recent_ride("a4", replaces="never")]).results == ["refused:no_such_behaviour"]
    assert balance(desk.seated.lin)[1] == sent.json["results"][0]["reduction_mg"]


def test_a_correction_that_is_refused_changes_nothing(desk: Desk) -> None:
    before = desk.send([recent_ride("a")])
    sent = desk.send(
        [
            recent_ride("b", rider="nobody", replaces="a"),
            recent_ride("c", distance_m=-1, replaces="a"),
            recent_ride("d", hours=8, replaces=7),
            recent_ride("e", hours=10),
        ]
    )
    assert sent.results == [
        "refused:unknown_rider",
        "refused:malformed",
        "refused:malformed",
        "recorded",
    ]
    kept = before.json["results"][0]["reduction_mg"]
    assert balance(desk.seated.lin)[1] == kept + sent.json["results"][3]["reduction_mg"]


def test_fields_that_are_not_asked_for_are_passed_over(desk: Desk) -> None:
    added: dict[str, Any] = {
        "points": 10**6,
        "reduction_mg": 10**9,
        "grade": "A",
        "state": "recorded",
        "citizen_id": desk.seated.zhou,
        "partner_id": 99,
        "verified": True,
    }
    sent = desk.send([recent_ride("a", **added), recent_ride("b", hours=8)])
    told = sent.json["results"]
    assert told[0]["points"] == told[1]["points"]
    assert balance(desk.seated.zhou) == (0, 0)


@pytest.mark.parametrize(
    "changed",
    [
        {"distance_m": float("nan")},
        {"distance_m": float("inf")},
        {"distance_m": -1},
        {"distance_m": "1e999"},
        {"distance_m": True},
        {"distance_m": [2431]},
        {"distance_m": "two"},
        {"reference": "x" * 129},
        {"reference": "a\u0000b"},
        {"reference": {"a": 1}},
        {"rider": ""},
        {"started_at": "2026-05-13"},
        {"started_at": "2026-05-13T08:00:00"},
        {"ended_at": 1e18},
        {"mode": None},
    ],
    ids=str,
)
def test_an_unfit_item_is_refused_alone(desk: Desk, changed: dict[str, Any]) -> None:
    sent = desk.send([{**recent_ride("bad"), **changed}, recent_ride("good", hours=6)])
    assert sent.results == ["refused:malformed", "recorded"]


def test_wild_numbers_and_times_are_refused_by_name(desk: Desk) -> None:
    sent = desk.send(
        [
            recent_ride("a", distance_m=1e18),
            recent_ride("b", distance_m=10**30),
            recent_ride("c", distance_m=0),
            recent_ride("d", mode="teleport"),
            recent_ride("e", hours=-4),
            recent_ride("f", minutes=-5),
            recent_ride("g", hours=60, minutes=1_500),
            recent_ride("h", hours=24 * 365 * 60),
        ]
    )
    assert sent.results == [
        "refused:too_fast",
        "refused:too_fast",
        "refused:no_distance",
        "refused:unknown_mode",
        "refused:in_future",
        "refused:end_before_start",
        "refused:too_long",
        "refused:no_rule_in_force",
    ]


def test_what_is_left_of_the_quota_is_told_and_kept(desk: Desk) -> None:
    set_quota(
        actor=OPERATOR,
        partner_code=BIKE,
        items_per_day=3,
        requests_per_minute=50,
        at=desk.now,
    )
    first = desk.send([recent_ride("a"), recent_ride("b", hours=6)])
    assert first.headers["ratelimit-policy"] == '"requests";q=50;w=60, "items";q=3;w=86400'
    assert '"requests";r=49;' in first.headers["ratelimit"]
    assert '"items";r=1;' in first.headers["ratelimit"]
    over = desk.send([recent_ride("c", hours=8), recent_ride("d", hours=10)])
    assert (over.status, over.code) == (429, "quota_used_up")
    assert int(over.headers["retry-after"]) > 0
    assert '"items";r=1;' in over.headers["ratelimit"]
    assert desk.send([recent_ride("c", hours=8, rider=ZHOU_RIDER)]).results == ["recorded"]


def test_a_batch_can_be_read_again(desk: Desk) -> None:
    sent = desk.send([recent_ride("a")], message_id="msg_kept")
    again = desk.get("/api/v1/batches/msg_kept")
    assert again.content == sent.content
    assert "ratelimit" in again.headers
    assert desk.get("/api/v1/batches/msg_never").code == "no_such_batch"
    # What was sent to the sandbox is another message.
    assert desk.get("/api/v1/batches/msg_kept", key=desk.sandbox).status == 404


def test_a_batch_of_a_thousand_is_taken_and_one_more_is_not(desk: Desk) -> None:
    rows = [recent_ride(f"n{number}", hours=4 + number / 2) for number in range(1_001)]
    over = desk.send(rows)
    assert (over.status, over.code) == (422, "too_many_items")
    assert len(desk.send(rows[:1_000], content_type=JSON).results) == 1_000
