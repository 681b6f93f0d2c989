"""A month is closed: who owes whom, what the books say, and what both sides say of paying it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Refusal
from tanhui.ledger.queries import recount as ledger_recount
from tanhui.rewards import funding, recount, settlements, statements
from tanhui.rewards.ending import refund_redemption
from tanhui.rewards.queries import voucher_of
from tanhui.rewards.records import Redemption
from tanhui.rewards.stocking import stock_up
from tanhui.rewards.till import accept_voucher
from tanhui.rewards.windows import burnt, days_left, window
from tests.cast import NOW, OPERATOR
from tests.rewards.mall import Mall, as_owner, open_mall

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
EARLY_APRIL = datetime(2026, 4, 2, 9, 0, tzinfo=CITY_ZONE)
HOUR = timedelta(hours=1)


@pytest.fixture
def mall(db: None) -> Mall:
    """A tea at 9.00 yuan that the public fund pays for, and bus tickets handed over at once."""
    del db
    made = open_mall(points=5_000)
    made.offer(price_points=100)
    made.stock(units=40, cost_fen=900, until=NOW + timedelta(days=100))
    made.offer("R-9002", merchant="TICKETS", kind="donation", delivery="none", price_points=50)
    made.stock("R-9002", units=40, cost_fen=200)
    return made


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refusal) as caught, transaction.atomic():
        act()
    assert caught.value.code == code


def served(mall: Mall, at: datetime) -> Redemption:
    """A tea that was redeemed and drunk."""
    made = mall.redeem(at=at)
    voucher = voucher_of(mall.lin, made.id)
    assert voucher
    return accept_voucher(actor=mall.actor("merchant"), text=voucher.code, at=at + HOUR)


def close(at: datetime) -> int:
    return settlements.close_due(actor=platform_actor(), at=at)


def booked(debit: int, credit: int) -> int:
    """What the books moved for good from one kind to another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(amount), 0)::bigint FROM ledger_transfer"
            " WHERE phase IN (0, 2) AND debit_kind = %s AND credit_kind = %s",
            [debit, credit],
        )
        return int(cursor.fetchone()[0])


def told_to(person_id: int) -> list[str]:
    """Which notices lie in somebody's inbox."""
    with as_owner() as cursor:
        cursor.execute("SELECT template FROM notices_message WHERE person_id = %s", [person_id])
        return [row[0] for row in cursor.fetchall()]


def test_a_month_is_closed_paid_and_received_and_equals_the_books(mall: Mall) -> None:
    fund, tea = mall.cast.organisation("FUND"), mall.cast.organisation("TEAHOUSE")
    first = served(mall, NOW)
    served(mall, NOW)
    mall.redeem(at=NOW)
    mall.redeem("R-9002", units=3, at=NOW)
    refund_redemption(actor=OPERATOR, redemption_id=first.id, reason="坏了", at=NOW + 2 * HOUR)

    # The month that runs is told from the books; it cannot be closed.
    running = statements.lines(month=MARCH, at=NOW, sponsor_id=fund)
    told = {(line.merchant_id, line.units, line.points, line.net_fen) for line in running}
    assert told == {(tea, 2, 200, 900), (mall.cast.organisation("TICKETS"), 3, 150, 600)}
    platform = platform_actor()
    for month, at in ((MARCH, NOW), (date(2026, 3, 2), EARLY_APRIL)):
        refused(
            "month_not_over",
            partial(settlements.close_month, actor=platform, month=month, at=at),
        )
    refused(
        "not_permitted",
        lambda: settlements.close_month(actor=OPERATOR, month=MARCH, at=EARLY_APRIL),
    )
    refused("no_such_month", lambda: statements.lines(month=APRIL, at=NOW))
    assert close(datetime(2026, 4, 1, 0, 59, tzinfo=CITY_ZONE)) == 0
    assert close(EARLY_APRIL) == 2
    assert close(EARLY_APRIL) == 0
    # Both sides of both settlements were told, the sponsor's member of each.
    assert told_to(mall.cast.persons["sponsor"]) == ["settlement-ready"] * 2
    assert told_to(mall.cast.persons["merchant"]) == ["settlement-ready"]
    assert settlements.close_month(actor=platform, month=MARCH, at=EARLY_APRIL) == 0
    assert statements.lines(month=MARCH, at=EARLY_APRIL, sponsor_id=fund) == running
    assert sum(line.net_fen for line in running) == booked(111, 112) - booked(112, 111) == 1500
    (due,) = statements.settlements(merchant_id=tea)
    assert (due.state, due.due_fen, due.number) == ("open", 900, f"ST-202603-{due.id:04d}")
    months = statements.months(at=EARLY_APRIL, sponsor_id=fund)
    assert [(each.month, each.closed, each.net_fen, each.open_fen) for each in months] == [
        (APRIL, False, 0, 0),
        (MARCH, True, 1500, 1500),
    ]
    assert recount.recount().matches
    assert all(each.matches for each in ledger_recount())


def test_the_sponsor_says_that_it_paid_the_merchant_that_it_came_and_the_books_move(
    mall: Mall,
) -> None:
    served(mall, NOW)
    mall.redeem(at=NOW)
    mall.redeem("R-9002", units=3, at=NOW)
    close(EARLY_APRIL)
    (due,) = statements.settlements(merchant_id=mall.cast.organisation("TEAHOUSE"))
    sponsor, merchant = mall.actor("sponsor"), mall.actor("merchant")
    this: dict[str, Any] = {"settlement_id": due.id, "at": EARLY_APRIL}
    refused("settlement_unpaid", lambda: settlements.say_received(actor=merchant, **this))
    for reference in ("", " ", "x" * 65, "a\nb"):
        refused(
            "settlement_said_invalid",
            partial(settlements.say_paid, actor=sponsor, reference=reference, **this),
        )
    refused(
        "settlement_not_yours",
        lambda: settlements.say_paid(actor=merchant, reference="1", **this),
    )
    refused(
        "no_such_settlement",
        lambda: settlements.say_paid(actor=mall.actor("sponsor-2"), reference="1", **this),
    )
    refused("not_permitted", lambda: settlements.say_paid(actor=OPERATOR, reference="1", **this))
    settlements.say_paid(actor=sponsor, reference="ICBC-0402-77", **this)
    refused(
        "settlement_said_paid",
        lambda: settlements.say_paid(actor=sponsor, reference="again", **this),
    )
    refused(
        "settlement_not_disputed",
        lambda: settlements.answer_settlement(actor=sponsor, words="?", **this),
    )
    settlements.dispute_settlement(actor=merchant, words="没有到账", **this)
    assert statements.settlement(due.id).state == "disputed"
    refused(
        "settlement_not_disputed",
        lambda: settlements.answer_settlement(actor=merchant, words="?", **this),
    )
    settlements.answer_settlement(actor=sponsor, words="隔日到", **this)
    settlements.dispute_settlement(actor=merchant, words="还是没有", **this)
    settlements.say_paid(actor=sponsor, reference="ICBC-0402-78", **this)
    assert window(mall.funding_id).paid_fen == 0
    settlements.say_received(actor=merchant, **this)
    paid = statements.settlement(due.id)
    assert (paid.state, paid.reference, booked(112, 113)) == ("settled", "ICBC-0402-78", 900)
    for act in (
        lambda: settlements.say_received(actor=merchant, **this),
        lambda: settlements.dispute_settlement(actor=merchant, words="x", **this),
    ):
        refused("settlement_settled", act)

    money = window(mall.funding_id)
    assert (money.paid_fen, money.owed_fen, money.set_aside_fen) == (900, 600, 900)
    assert recount.recount().matches


def test_what_comes_back_after_it_was_paid_for_is_carried_to_the_next_settlement(
    mall: Mall,
) -> None:
    tea = mall.cast.organisation("TEAHOUSE")
    drunk = [served(mall, NOW), served(mall, NOW)]
    close(EARLY_APRIL)
    for made in drunk:
        refund_redemption(actor=OPERATOR, redemption_id=made.id, reason="x", at=EARLY_APRIL)
    served(mall, EARLY_APRIL)
    assert close(datetime(2026, 5, 2, tzinfo=CITY_ZONE)) == 1
    served(mall, datetime(2026, 5, 2, tzinfo=CITY_ZONE))
    served(mall, datetime(2026, 5, 2, tzinfo=CITY_ZONE))
    assert close(datetime(2026, 6, 2, tzinfo=CITY_ZONE)) == 1
    june = datetime(2026, 6, 3, tzinfo=CITY_ZONE)
    assert [
        (each.month, each.brought_fen, each.due_fen, each.carried_fen, each.state)
        for each in statements.settlements(merchant_id=tea)
    ] == [
        (MAY, -900, 900, 0, "open"),
        (APRIL, 0, 0, -900, "nothing"),
        (MARCH, 0, 1800, 0, "open"),
    ]
    nothing = statements.settlements(merchant_id=tea, month=APRIL)[0]
    refused(
        "nothing_to_settle",
        lambda: settlements.say_paid(
            actor=mall.actor("sponsor"), settlement_id=nothing.id, reference="1", at=june
        ),
    )
    refused(
        "month_out_of_order",
        lambda: settlements.close_month(actor=platform_actor(), month=date(2026, 2, 1), at=june),
    )
    assert recount.recount().matches


def test_who_pays_itself_owes_nobody(mall: Mall) -> None:
    own = mall.actor("merchant")
    tea = funding.open_funding(
        actor=own,
        title_zh="自家的茶",
        title_en="Our own tea",
        opens_at=NOW,
        until=NOW + timedelta(days=300),
        budget_fen=10_000,
        at=NOW,
    )
    code = mall.offer("R-9003", kind="donation", delivery="none", price_points=10)
    terms: dict[str, Any] = {
        "funding_id": tea,
        "offer_code": code,
        "cost_fen": 500,
        "units": 5,
        "at": NOW,
    }
    funding.agree_to_batch(actor=own, **terms)
    stock_up(actor=OPERATOR, opens_at=NOW, until=NOW + timedelta(days=30), **terms)
    mall.redeem(code, units=2)
    close(EARLY_APRIL)
    (due,) = statements.settlements(sponsor_id=mall.cast.organisation("TEAHOUSE"))
    assert (due.state, due.due_fen, booked(112, 113)) == ("settled", 1_000, 1_000)
    assert window(tea).paid_fen == 1_000
    assert recount.recount().matches


def test_a_speed_tells_when_a_window_runs_out(mall: Mall) -> None:
    for day in range(1, 8):
        mall.redeem("R-9002", at=NOW + timedelta(days=day))
    at = NOW + timedelta(days=8)
    taken = burnt([mall.funding_id], since=NOW.date())
    assert [each.fen for each in taken] == [200] * 7
    assert days_left(2_000, taken, at=at) == 10
    assert days_left(2_000, [], at=at) is None


@pytest.mark.database
def test_a_statement_that_is_not_what_the_books_say_is_found(mall: Mall) -> None:
    served(mall, NOW)
    close(EARLY_APRIL)
    for table, change, what in (
        ("rewards_settlement_line", "points = points + 1", {"settlement_line"}),
        ("rewards_settlement", "owed_fen = owed_fen + 1, due_fen = due_fen + 1", {"settlement"}),
        ("rewards_redemption", "cost_fen = cost_fen + 1", {"settlement_line", "statement"}),
    ):
        with transaction.atomic():
            with as_owner() as cursor:
                cursor.execute(f"UPDATE {table} SET {change}")
            assert {each.what for each in statements.differences()} == what
            transaction.set_rollback(True)
    assert not statements.differences()
