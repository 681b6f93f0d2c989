"""What a partner sees of a batch it sends."""

from __future__ import annotations

from tests.api.sending import Desk, recent_ride


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
    assert told["results"][0]["reduction_mg"] > 0
    assert told["totals"]["rows"] == 6
    assert told["totals"]["recorded"] == 2
