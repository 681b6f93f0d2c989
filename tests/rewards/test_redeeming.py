"""A citizen redeems, shows the voucher, gives it back; the merchant takes it; the books agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tanhui.behaviours.personal.erasure import erase_person
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import Refusal
from tanhui.ledger.queries import recount
from tanhui.rewards import moving_code, queries, till
from tanhui.rewards import recount as rewards_recount
from tanhui.rewards.ending import end_batches, end_due, refund_redemption
from tanhui.rewards.redeeming import confirm_redemption, redeem_reward, return_redemption
from tests.cast import NOW, OPERATOR
from tests.rewards.mall import Mall, as_owner, give_points, open_mall

pytestmark = pytest.mark.django_db


@pytest.fixture
def mall(db: None) -> Mall:
    del db
    return open_mall()


def fen(mall: Mall) -> dict[int, int]:
    """Balances of the reward's money: budget (4), stocked (111), due (112), pending left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, sum(credits_posted - debits_posted)::bigint FROM"
            " (SELECT kind, credits_posted, debits_posted FROM ledger_account WHERE kind = 4"
            " UNION ALL SELECT kind, credits_posted, debits_posted FROM ledger_pool_entry"
            " WHERE kind IN (111, 112)) AS each GROUP BY kind"
        )
        found = dict(cursor.fetchall())
    assert mall.funding_id
    return {kind: found.get(kind, 0) for kind in (4, 111, 112)}


def refused(act: object, code: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        act()  # type: ignore[operator]
    assert caught.value.code == code
    return caught.value


def test_a_voucher_goes_from_the_shelf_to_the_till_and_everybody_is_told_who_owes_what(
    mall: Mall,
) -> None:
    mall.offer()
    mall.stock(units=10, cost_fen=900)
    assert fen(mall) == {4: 991_000, 111: 9_000, 112: 0}
    made = mall.redeem()
    assert (made.state, made.points, made.cost_fen) == ("confirmed", 260, 900)
    assert made.valid_until == day_start(city_day(NOW)) + timedelta(days=30)
    assert mall.points() == (740, 260)
    assert fen(mall) == {4: 991_000, 111: 9_000, 112: 0}
    assert queries.shelved("R-9001", NOW).left == 9
    shown = queries.voucher_of(mall.lin, made.id)
    assert shown is not None
    keeper = mall.actor("merchant")
    text = moving_code.moving_text(shown.code, NOW)
    assert till.look_at(actor=keeper, text=text, at=NOW).offer.code == "R-9001"
    later = NOW + timedelta(seconds=50)
    used = till.accept_voucher(actor=keeper, text=text, at=later)
    assert used.state == "delivered"
    assert mall.points() == (740, 0)
    assert fen(mall) == {4: 991_000, 111: 8_100, 112: 900}
    why = refused(
        lambda: till.accept_voucher(actor=keeper, text=shown.code, at=later), "voucher_used"
    )
    assert "12:00" in why.zh
    assert [step.state for step in queries.steps(mall.lin, made.id)] == ["confirmed", "delivered"]
    assert all(asset.matches for asset in recount())
    assert rewards_recount.recount().broken == {}


def test_the_till_takes_no_old_picture_no_foreign_voucher_and_no_misread_letters(
    mall: Mall,
) -> None:
    mall.offer()
    mall.stock()
    code = queries.voucher_of(mall.lin, mall.redeem().id).code  # type: ignore[union-attr]
    text = moving_code.moving_text(code, NOW)
    keeper, other = mall.actor("merchant"), mall.actor("merchant-2")
    for given, at, why in (
        (text, NOW + timedelta(seconds=70), "voucher_stale"),
        (text, NOW - timedelta(seconds=40), "voucher_stale"),
        (text[:-1] + ("0" if text[-1] != "0" else "1"), NOW, "no_such_voucher"),
        ("TH1", NOW, "no_such_voucher"),
        ("ZZZZZZZ", NOW, "no_such_voucher"),
        ("你好你好你好你好", NOW, "no_such_voucher"),
    ):
        refused(lambda given=given, at=at: till.look_at(actor=keeper, text=given, at=at), why)
    refused(lambda: till.look_at(actor=other, text=code, at=NOW), "not_your_voucher")
    refused(lambda: till.look_at(actor=mall.citizen(), text=code, at=NOW), "not_permitted")
    typed = f" {code[:4].lower()}-{code[4:]} ".replace("0", "o").replace("1", "l")
    assert till.look_at(actor=keeper, text=typed, at=NOW).code == code


def test_what_is_given_back_or_never_used_restores_points_stock_and_budget(mall: Mall) -> None:
    mall.offer()
    mall.stock(units=3)
    first, second = mall.redeem(), mall.redeem()
    back = return_redemption(actor=mall.citizen(), redemption_id=first.id, at=NOW)
    assert (back.state, back.reason) == ("refunded", "returned")
    assert queries.shelved("R-9001", NOW).left == 2
    refused(
        lambda: return_redemption(actor=mall.citizen(), redemption_id=first.id, at=NOW),
        "redemption_refunded",
    )
    after = NOW + timedelta(days=31)
    assert end_batches(actor=platform_actor(), at=after) == 1
    assert fen(mall)[4] == 1_000_000 - 900
    assert end_due(actor=platform_actor(), at=after) == 1
    assert end_due(actor=platform_actor(), at=after) == 0
    over = queries.redemption(mall.lin, second.id)
    assert (over.state, over.reason) == ("refunded", "not_used")
    assert mall.points(at=after) == (1_000, 0)
    assert fen(mall) == {4: 1_000_000, 111: 0, 112: 0}
    assert all(asset.matches for asset in recount())
    assert rewards_recount.recount().broken == {}


def test_what_an_erased_person_left_open_is_for_others_again(mall: Mall) -> None:
    mall.offer()
    mall.stock(units=2)
    made = mall.redeem()
    assert end_due(actor=platform_actor(), at=NOW) == 0
    assert erase_person(actor=mall.citizen(), at=NOW)
    assert end_due(actor=platform_actor(), at=NOW) == 1
    assert end_due(actor=platform_actor(), at=NOW) == 0
    over = queries.redemption(mall.lin, made.id)
    assert (over.state, over.reason) == ("refunded", "account_closed")
    assert queries.shelved("R-9001", NOW).left == 2
    assert rewards_recount.recount().broken == {}


def test_a_refund_after_delivery_reverses_points_and_what_is_owed(mall: Mall) -> None:
    mall.offer(kind="coupon", delivery="code", merchant="TICKETS")
    refused(lambda: mall.stock(), "codes_missing")
    with as_owner() as cursor:
        for number in range(2):
            cursor.execute(
                "INSERT INTO rewards_code (merchant_id, offer_id, code_hash, code_sealed,"
                " imported_at) VALUES (%s, %s, %s, '', %s)",
                [mall.cast.organisation("TICKETS"), mall.offers["R-9001"], bytes([number]), NOW],
            )
    mall.stock(units=2)
    made = mall.redeem()
    assert made.state == "delivered"
    assert fen(mall)[112] == 900
    back = refund_redemption(actor=OPERATOR, redemption_id=made.id, reason="not_given", at=NOW)
    assert back.state == "refunded"
    assert mall.points() == (1_000, 0)
    # The code is gone, so it does not come back into stock; its money is the sponsor's again.
    assert queries.shelved("R-9001", NOW).left == 1
    assert fen(mall) == {4: 1_000_000 - 900, 111: 900, 112: 0}
    assert all(asset.matches for asset in recount())
    assert rewards_recount.recount().broken == {}


def test_a_key_answers_again_and_another_wish_under_it_is_refused(mall: Mall) -> None:
    mall.offer()
    mall.stock()
    first = mall.redeem(key="order-1")
    assert mall.redeem(key="order-1").id == first.id
    assert mall.points() == (740, 260)
    refused(lambda: mall.redeem(key="order-1", units=2), "exists_with_different_content")
    refused(lambda: mall.redeem(key="何"), "key_invalid")
    refused(lambda: mall.redeem(units=0), "units_invalid")
    refused(lambda: mall.redeem(units=11), "units_invalid")


def test_refusals_name_what_is_missing_and_move_nothing(mall: Mall) -> None:
    mall.offer(price_points=600)
    mall.stock(units=1, opens_at=NOW + timedelta(days=1))
    when = refused(lambda: redeem(mall, proved=True), "sold_out")
    assert "3 月 21 日 12:00" in when.zh
    mall.stock(units=1)
    refused(lambda: mall.redeem("R-0404"), "no_such_offer")
    assert mall.redeem().state == "reserved"
    missing = refused(lambda: redeem(mall, proved=True), "points_missing")
    assert missing.facts["missing"] == 200
    refused(lambda: mall.redeem("R-9001", citizen_id=mall.cast.persons["merchant"]), "own_offer")
    mall.offer("R-9002", person_max=1, price_points=1)
    mall.stock("R-9002")
    mall.redeem("R-9002")
    refused(lambda: mall.redeem("R-9002"), "person_limit")
    mall.offer("R-9003", person_day_max=1, price_points=1)
    mall.stock("R-9003")
    mall.redeem("R-9003")
    refused(lambda: mall.redeem("R-9003"), "day_limit")
    assert mall.redeem("R-9003", at=NOW + timedelta(days=1)).state == "confirmed"
    mall.offer("R-9004", min_level=2, price_points=1)
    mall.stock("R-9004")
    assert "3" in refused(lambda: mall.redeem("R-9004"), "level_too_low").zh
    mall.offer("R-9005", state="closed", price_points=1)
    refused(lambda: mall.redeem("R-9005"), "offer_closed")
    mall.offer("R-9006", release="drop", price_points=1)
    refused(lambda: mall.redeem("R-9006"), "by_draw_only")


def redeem(mall: Mall, *, proved: bool) -> object:
    """Two at once by somebody whose phone was just proved."""
    actor = replace(mall.citizen(), proved_at=NOW if proved else None)
    return redeem_reward(actor=actor, offer_code="R-9001", units=1, key=f"p{id(actor)}", at=NOW)


def test_much_at_once_asks_for_the_phone_and_for_a_device_that_is_known(mall: Mall) -> None:
    mall.offer(price_points=600)
    mall.stock(units=2)
    held = mall.redeem()
    assert held.state == "reserved"
    assert queries.shelved("R-9001", NOW).left == 1
    confirm = {"redemption_id": held.id, "at": NOW + timedelta(minutes=5)}
    refused(lambda: confirm_redemption(actor=mall.citizen(), **confirm), "step_up_needed")
    new = replace(mall.citizen(), proved_at=NOW, device_since=NOW - timedelta(hours=1))
    why = refused(lambda: confirm_redemption(actor=new, **confirm), "device_too_new")
    assert "3 月 22 日 11:00" in why.zh
    known = replace(new, device_since=NOW - timedelta(hours=48))
    assert confirm_redemption(actor=known, **confirm).state == "confirmed"
    assert confirm_redemption(actor=known, **confirm).state == "confirmed"
    give_points([mall.lin], 1_000)
    late = mall.redeem()
    after = NOW + timedelta(minutes=10)
    sure = replace(known, proved_at=after)
    refused(lambda: confirm_redemption(actor=sure, redemption_id=late.id, at=after), "hold_over")
    assert end_due(actor=platform_actor(), at=after) == 1
    assert queries.redemption(mall.lin, late.id).reason == "not_confirmed"
    assert queries.shelved("R-9001", NOW).left == 1


def test_many_small_ones_ask_for_what_one_large_one_asks_for(mall: Mall) -> None:
    give_points([mall.lin], 1_000)
    mall.offer(price_points=200)
    mall.stock(units=20)
    assert [mall.redeem().state for _ in range(5)] == ["confirmed"] * 4 + ["reserved"]
    assert mall.redeem(at=NOW + timedelta(hours=24)).state == "confirmed"
    held = queries.redemptions(mall.lin, states=("reserved",))[0]
    refused(
        lambda: confirm_redemption(actor=mall.citizen(), redemption_id=held.id, at=NOW),
        "step_up_needed",
    )
    new = replace(mall.citizen(), proved_at=NOW, device_since=NOW - timedelta(hours=1))

    def again() -> object:
        return redeem_reward(actor=new, offer_code="R-9001", units=1, key="new", at=NOW)

    refused(again, "device_too_new")
    known = replace(new, device_since=NOW - timedelta(hours=48))
    assert confirm_redemption(actor=known, redemption_id=held.id, at=NOW).state == "confirmed"


def test_the_recount_sees_what_somebody_changed_behind_the_functions(mall: Mall) -> None:
    mall.offer()
    mall.stock(units=3)
    mall.redeem()
    for statement, promise in (
        ("UPDATE rewards_stock SET left_units = left_units + 1", "batch_does_not_add_up"),
        ("UPDATE rewards_redemption SET points = points - 1", "redemption_differs_from_its_points"),
        (
            "UPDATE rewards_redemption SET state = 'delivered', ended_at = at",
            "redemption_differs_from_its_points",
        ),
        ("DELETE FROM rewards_redemption", "points_were_spent_for_nothing"),
        ("UPDATE rewards_batch SET cost_fen = 1", "stocked_money_differs"),
    ):
        with transaction.atomic():
            with as_owner() as cursor:
                cursor.execute(statement)
            assert promise in rewards_recount.recount().broken
            transaction.set_rollback(True)
        assert rewards_recount.recount().matches
