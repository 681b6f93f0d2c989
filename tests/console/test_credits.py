"""The bureau's desk of credits: freezing, doubting and cancelling, each where it is looked at."""

from __future__ import annotations

import pytest

from tanhui.registry import queries
from tests.desks import acts_within, done, read, refused
from tests.desks_two import DesksTwo
from tests.projects import acts

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DESK = "/console/credits/"


def test_credits_are_found_frozen_doubted_and_cancelled(two: DesksTwo) -> None:
    furnace = acts.registered(two.cast)
    issued = two.issued(furnace)
    first, second = two.client("regulator"), two.client("regulator-2")
    told = read(first, DESK)
    assert "账已闭合" in told
    assert f"{furnace.code} 2026" in told
    for wanted, page in (
        (f"№ {issued.first:,}", f"{DESK}numbers/{issued.first}"),
        ("glass", f"{DESK}holders/GLASS"),
        (furnace.code.lower(), f"/console/projects/{furnace.code}"),
    ):
        assert first.get(DESK, {"find": wanted})["Location"] == page
    assert "nothing_found" in read(first, f"{DESK}?find=THERE-IS-NONE")
    assert "no_such_credit" in read(first, f"{DESK}?find=999999999")

    # Frozen credits stay with their holder, and nobody uses them until they are released.
    holder = f"{DESK}holders/GLASS"
    frozen = {
        "kind": "court",
        "holding": f"{furnace.code}/2026",
        "kg": "1,000",
        "reason": "（2026）川01民初1号",
        "reference": "court-1",
    }
    assert "credits_insufficient" in refused(
        first, holder, "set_aside", **{**frozen, "kg": "999999999", "reference": "court-0"}
    )
    assert "司法冻结 1.000 t" in done(first, holder, "set_aside", **frozen)
    assert "司法冻结 1.000 t" in done(first, holder, "set_aside", **frozen)
    (aside,) = queries.asides()
    assert "已解除" in done(second, DESK, "release", aside=aside.id, reason="案件办结")

    vintage = f"{DESK}{furnace.code}/2026"
    assert "已标为有争议" in done(first, vintage, "dispute", reason="有人举报数据作假")
    assert "有争议" in read(two.client("auditor"), DESK)
    assert "争议已结束" in done(first, vintage, "close_dispute", reason="查无实据")

    # Two persons cancel; whoever proposed may only take it back.
    part = {"first": issued.first, "last": issued.first + 99, "reason": "重复计量"}
    told = done(first, f"{DESK}numbers/{issued.first}", "propose_cancel", **part)
    assert "你提请的" in told
    # It stands on the first page of whoever may confirm it, and of nobody else.
    assert "等第二个人的作废" in read(second, "/console/")
    assert "等第二个人的作废" not in read(first, "/console/")
    assert "等第二个人的作废" not in read(two.client("operator"), "/console/")
    (waiting,) = queries.cancellations()
    sent = {"cancellation": waiting.id}
    assert "same_person_decides" in refused(first, DESK, "confirm_cancel", **sent)
    assert "已作废" in done(second, DESK, "confirm_cancel", **sent)
    assert queries.equation(furnace.code, 2026).cancelled_kg == 100
    assert queries.equation().closed
    done(second, vintage, "propose_cancel", **{**part, "first": issued.last, "last": issued.last})
    (again,) = queries.cancellations()
    assert "提请已撤回" in done(second, DESK, "withdraw_cancel", cancellation=again.id)


def test_every_act_is_within_three_clicks_of_the_first_page(two: DesksTwo) -> None:
    furnace = acts.registered(two.cast)
    two.issued(furnace)
    acts.heard(two.cast, "owner-forest", hall_number=40)
    found = acts_within(two.client("regulator"), "/console/", 2)
    assert {"assign", "propose_strike", "propose_refusal"} <= found
    assert {"set_aside", "dispute", "propose_cancel"} <= found
    assert acts_within(two.client("auditor"), "/console/", 2) <= {"check"}
