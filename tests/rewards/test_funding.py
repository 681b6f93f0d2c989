"""Sponsors give their word and take it back; nothing goes on sale without it; windows end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.rewards import funding, queries, statements
from tanhui.rewards.redeeming import return_redemption
from tanhui.rewards.stocking import end_batch, stock_up
from tanhui.rewards.windows import Window, agreements, asks, window, windows
from tests.cast import CITIZEN, NOW, OPERATOR
from tests.rewards.mall import MONTH, Mall, as_owner, open_mall
from tests.rewards.test_settlements import told_to

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def mall(db: None) -> Mall:
    del db
    return open_mall(budget_fen=100_000)


def refused(code: str, act: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as caught, transaction.atomic():
        act()
    assert caught.value.code == code
    return caught.value


def on_sale(mall: Mall, units: int, cost_fen: int, code: str = "R-9001") -> object:
    return stock_up(
        actor=OPERATOR,
        offer_code=code,
        funding_id=mall.funding_id,
        units=units,
        cost_fen=cost_fen,
        opens_at=NOW,
        until=NOW + MONTH,
        at=NOW,
    )


def now(mall: Mall) -> Window:
    return window(mall.funding_id)


def test_a_sponsor_opens_a_window_adds_to_it_and_takes_back_what_is_not_on_sale(
    mall: Mall,
) -> None:
    sponsor = mall.actor("sponsor")
    mine: dict[str, Any] = {"actor": sponsor, "funding_id": mall.funding_id, "at": NOW}
    funding.add_budget(**mine, fen=50_000)
    funding.take_back_budget(**mine, fen=30_000)
    mall.offer()
    mall.stock(units=100, cost_fen=900)
    found = now(mall)
    assert (found.promised_fen, found.on_sale_fen, found.free_fen) == (120_000, 90_000, 30_000)
    refused("budget_stocked", lambda: funding.take_back_budget(**mine, fen=30_001))
    refused("amount_invalid", lambda: funding.add_budget(**mine, fen=0))
    refused("amount_invalid", lambda: funding.add_budget(**mine, fen=10**12 + 1))
    # Another sponsor's window is nobody else's to touch, and a tea house is no public fund.
    for other in ("sponsor-2", "merchant"):
        refused(
            "no_such_funding",
            partial(
                funding.add_budget,
                actor=mall.actor(other),
                funding_id=mall.funding_id,
                fen=1,
                at=NOW,
            ),
        )
    opening: dict[str, Any] = {
        "title_zh": "茶",
        "title_en": "Tea",
        "opens_at": NOW,
        "until": NOW + DAY,
        "at": NOW,
    }
    own = funding.open_funding(actor=mall.actor("merchant"), budget_fen=1, **opening)
    assert window(own).free_fen == 1
    for persona, code in (("merchant-2", "sponsor_only"), ("buyer", "not_permitted")):
        refused(
            code,
            partial(funding.open_funding, actor=mall.actor(persona), budget_fen=1, **opening),
        )
    for wrong in (
        {"title_zh": " "},
        {"title_en": "x" * 41},
        {"until": NOW},
        {"budget_fen": 0},
        {"until": NOW + timedelta(days=2_000)},
    ):
        refused(
            "funding_invalid",
            partial(funding.open_funding, actor=sponsor, **{**opening, "budget_fen": 1, **wrong}),
        )
    assert not statements.differences()


def test_nothing_goes_on_sale_that_the_sponsor_did_not_agree_to(mall: Mall) -> None:
    sponsor, code = mall.actor("sponsor"), mall.offer()
    asked: dict[str, Any] = {"funding_id": mall.funding_id, "offer_code": code, "at": NOW}
    with as_owner() as cursor:
        cursor.execute("DELETE FROM rewards_funding_offer")
    refused("funding_not_agreed", lambda: on_sale(mall, 10, 200))
    ask: dict[str, Any] = {
        "actor": OPERATOR,
        "cost_fen": 300,
        "units": 50,
        "words": "十一月补货",
        **asked,
    }
    funding.ask_sponsor(**ask)
    refused("agreement_asked", lambda: funding.ask_sponsor(**ask))
    assert [(each.cost_fen, each.units, each.words) for each in asks([mall.funding_id])] == [
        (300, 50, "十一月补货")
    ]
    refused("funding_not_agreed", lambda: on_sale(mall, 10, 200))
    refused("agreement_invalid", lambda: funding.deny_batch(actor=sponsor, words=" ", **asked))
    funding.deny_batch(actor=sponsor, words="这批不合适", **asked)
    refused(
        "agreement_not_asked",
        lambda: funding.deny_batch(actor=sponsor, words="再说一次", **asked),
    )
    refused("funding_not_agreed", lambda: funding.end_agreement(actor=sponsor, **asked))
    funding.agree_to_batch(actor=sponsor, cost_fen=200, units=20, **asked)
    told = refused("funding_cost_above", lambda: on_sale(mall, 10, 201))
    assert "2.00" in told.zh
    batch = on_sale(mall, 15, 200)
    assert "5" in refused("funding_units_above", lambda: on_sale(mall, 6, 200)).zh
    # A question about more, and a no to it, leave the earlier yes.
    funding.ask_sponsor(**ask)
    funding.deny_batch(actor=sponsor, words="够了", **asked)
    on_sale(mall, 5, 200)
    # What nobody took counts no more.
    assert end_batch(actor=OPERATOR, batch_id=batch.id, at=NOW) == 15  # type: ignore[attr-defined]
    on_sale(mall, 15, 100)
    agreed = agreements(mall.funding_id)[0]
    assert (agreed.state, agreed.units, agreed.stocked_units) == ("agreed", 20, 20)
    funding.end_agreement(actor=sponsor, **asked)
    refused("funding_not_agreed", lambda: on_sale(mall, 1, 100))
    draft = mall.offer("R-9002", state="draft", published_at=None)
    refused(
        "offer_closed",
        lambda: funding.agree_to_batch(
            actor=sponsor, **{**asked, "offer_code": draft}, cost_fen=1, units=1
        ),
    )
    for wrong in ({"units": 0}, {"cost_fen": -1}):
        refused(
            "agreement_invalid",
            partial(
                funding.agree_to_batch,
                actor=sponsor,
                **{"cost_fen": 1, "units": 1, **asked, **wrong},
            ),
        )


def test_a_window_that_ends_takes_its_rewards_off_and_gives_the_rest_back(mall: Mall) -> None:
    code, platform = mall.offer(), platform_actor()
    mall.stock(units=10, cost_fen=900)
    shared = mall.offer("R-9002")
    mall.stock(shared, units=5, cost_fen=100)
    made = mall.redeem()
    bank = funding.open_funding(
        actor=mall.actor("sponsor-2"),
        title_zh="银行",
        title_en="Bank",
        opens_at=NOW,
        until=NOW + 24 * MONTH,
        budget_fen=10_000,
        at=NOW,
    )
    funding.agree_to_batch(
        actor=mall.actor("sponsor-2"),
        funding_id=bank,
        offer_code=shared,
        cost_fen=100,
        units=5,
        at=NOW,
    )
    with pytest.raises(Refusal):
        funding.end_fundings(actor=CITIZEN, at=NOW)
    assert funding.end_fundings(actor=platform, at=NOW) == 0
    over = NOW + 12 * MONTH
    assert funding.end_fundings(actor=platform, at=over) == 1
    # The offer nobody pays for any more is closed; the one that the bank pays for too is not.
    assert queries.offer(code).state == "closed"
    assert told_to(mall.cast.persons["merchant"]) == ["offer-closed"]
    assert told_to(mall.cast.persons["sponsor"]) == ["offer-closed"]
    assert queries.offer(shared).state == "published"
    ended = window(mall.funding_id)
    assert ended.funding.ended_at == over
    assert (ended.free_fen, ended.on_sale_fen) == (0, 0)
    assert ended.promised_fen == ended.set_aside_fen == 900
    refused(
        "funding_ended",
        lambda: funding.add_budget(
            actor=mall.actor("sponsor"), funding_id=mall.funding_id, fen=1, at=over
        ),
    )
    refused("offer_closed", lambda: mall.redeem(at=over))
    # A voucher that comes back brings its money back, and the next round sweeps it.
    return_redemption(actor=mall.citizen(), redemption_id=made.id, at=NOW + DAY)
    assert window(mall.funding_id).free_fen == 900
    assert funding.end_fundings(actor=platform, at=over) == 1
    assert funding.end_fundings(actor=platform, at=over) == 0
    assert window(mall.funding_id).promised_fen == 0
    assert not statements.differences()
    assert [each.funding.id for each in windows(mall.cast.organisation("BANK"), at=over)] == [bank]


@pytest.mark.database
def test_what_sponsors_said_is_only_added_to(mall: Mall) -> None:
    mall.offer()
    mall.stock()
    for statement in (
        "UPDATE rewards_funding_change SET fen = 1",
        "DELETE FROM rewards_funding_offer",
        "INSERT INTO rewards_funding_change VALUES (1, 9, 5, gen_random_uuid(), 'x', now())",
        "INSERT INTO rewards_funding (sponsor_id, title_zh, title_en, opens_at, until, opened_at)"
        " SELECT sponsor_id, 'x', 'x', opens_at, until, opened_at FROM rewards_funding",
        "UPDATE rewards_funding SET until = until + interval '1 year'",
        "INSERT INTO rewards_settlement_month VALUES ('2026-01-01', now())",
        "UPDATE rewards_settlement SET due_fen = 0",
        "DELETE FROM rewards_settlement_act",
        "SELECT rewards_move_budget(1, 5, gen_random_uuid(), 16::smallint, 'x', now())",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
    # Not even its owner puts units on sale without the sponsor's word.
    with as_owner() as cursor:
        cursor.execute("DELETE FROM rewards_funding_offer")
        with pytest.raises(DatabaseError, match="funding_not_agreed"), transaction.atomic():
            cursor.execute(
                "INSERT INTO rewards_batch (offer_id, funding_id, units, cost_fen, opens_at,"
                " until, stocked_at) SELECT offer_id, funding_id, 1, 0, opens_at, until,"
                " stocked_at FROM rewards_batch LIMIT 1"
            )
    # What is not in the books is found.
    with as_owner() as cursor:
        cursor.execute("UPDATE rewards_funding_change SET fen = fen + 1")
    assert [(each.what, each.told - each.booked) for each in statements.differences()] == [
        ("budget", 1)
    ]
