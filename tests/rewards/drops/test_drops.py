"""A drop from its opening to the last point that returns; what it refuses; who is bound to what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from tanhui.behaviours.personal.erasure import erase_person
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tanhui.ledger.queries import recount as recount_books
from tanhui.notices.queries import inbox
from tanhui.publiclog import queries as publiclog
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.drawing import tell
from tanhui.rewards import queries as rewards
from tanhui.rewards.drops import commands, drawing, files, queries, running
from tanhui.rewards.recount import recount
from tanhui.rewards.redeeming import return_redemption
from tanhui.rewards.stocking import end_batch
from tests.cast import CITIZEN, NOW, OPERATOR
from tests.rewards.drops.draws import CLOSES, LATER, Draws

pytestmark = pytest.mark.django_db


def refused(act: Callable[[], object], code: str) -> None:
    with pytest.raises(Refusal) as caught:
        act()
    assert caught.value.code == code


def books_agree() -> None:
    assert all(asset.matches for asset in recount_books())
    assert recount().broken == {}


def test_a_drop_is_held_and_everybody_has_a_reward_or_the_points_and_one_more_ticket(
    draws: Draws,
) -> None:
    drop = draws.open(units=3)
    opened = json.loads(queries.leaves(drop.id)["opened"].leaf)
    assert opened["commit"] == drop.commitment.hex()
    assert len(opened["witnesses"]) == 3
    people = draws.people(8)
    entries = [draws.enter(drop, person) for person in people]
    assert [entry.number for entry in entries] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert draws.mall.points(people[0]) == (40, 260)
    assert draws.close(NOW) == 0
    assert draws.close() == 1
    # Nothing is drawn before the log and its witnesses have the frozen list.
    assert draws.draw() == 0
    assert queries.drop(drop.code).seed is None
    draws.log.publish(LATER)
    draws.silent = {"w2.example"}
    assert draws.draw() == 0
    draws.silent = set()
    assert draws.draw() == 1
    books_agree()
    assert draws.settle(limit=2) == 5
    drawn = queries.drop(drop.code)
    assert (drawn.state, drawn.entries, drawn.winners) == ("drawn", 8, 3)
    assert draws.settle() == 0
    assert queries.drop(drop.code).state == "settled"
    found = [queries.entry_of(person, drop.id) for person in people]
    won = [entry for entry in found if entry and entry.outcome == "won"]
    assert sorted(entry.place or 0 for entry in won) == [1, 2, 3]
    for entry in found:
        assert entry is not None
        made = rewards.redemption(entry.citizen_id, entry.redemption_id)
        if entry.outcome == "won":
            assert (made.state, made.cost_fen, made.reason) == ("confirmed", 900, "won")
            assert rewards.voucher_of(entry.citizen_id, made.id) is not None
            assert draws.mall.points(entry.citizen_id) == (40, 260)
            assert queries.waiting_credit(entry.citizen_id) == 0
        else:
            assert (made.state, made.reason) == ("lost", "not_drawn")
            assert draws.mall.points(entry.citizen_id) == (300, 0)
            assert queries.waiting_credit(entry.citizen_id) == 1
            steps = rewards.steps(entry.citizen_id, made.id)
            assert [step.state for step in steps] == ["entered", "lost"]
        (told,) = inbox(person_id=entry.citizen_id)
        assert told.link == f"/m/drops/{drop.code}"
        assert ("抽中" if entry.outcome == "won" else "没抽到") in told.subject_zh
    books_agree()
    assert rewards.shelved("R-9002", NOW).left == 0
    # What waited for the draw does not expire the day after it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), min(until - at) FROM rewards_restored")
        assert cursor.fetchone() == (5, timedelta(days=30))


def test_whoever_lost_has_more_tickets_next_time_up_to_the_citys_most(draws: Draws) -> None:
    (one, *others) = draws.people(5, points=600)
    for turn in range(5):
        drop = draws.open(units=1, code=f"R-910{turn}")
        tickets = [draws.enter(drop, each, key=f"k{turn}").tickets for each in (one, *others)]
        assert all(1 <= count <= 4 for count in tickets)
        draws.hold()
        for each in (one, *others):
            entry = queries.entry_of(each, drop.id)
            assert entry is not None
            want = 0 if entry.outcome == "won" else min(entry.tickets, 3)
            assert queries.waiting_credit(each) == want
            if entry.outcome == "won":
                draws.settle()
                made = rewards.redemption(each, entry.redemption_id)
                assert made.state == "confirmed"
                return_points(draws, made.id, each)
    books_agree()


def return_points(draws: Draws, redemption_id: UUID, citizen_id: int) -> None:
    return_redemption(
        actor=draws.mall.citizen(citizen_id),
        redemption_id=redemption_id,
        at=LATER,
    )


def test_one_may_leave_and_enter_again_while_entries_are_taken_and_not_afterwards(
    draws: Draws,
) -> None:
    drop = draws.open()
    (one, other) = draws.people(2)
    first = draws.enter(drop, one)
    assert draws.enter(drop, one) == first
    refused(lambda: draws.enter(drop, one, key="k2"), "already_entered")
    commands.leave_drop(actor=draws.mall.citizen(one), drop=drop.code, at=NOW)
    assert draws.mall.points(one) == (300, 0)
    refused(
        lambda: commands.leave_drop(actor=draws.mall.citizen(one), drop=drop.code, at=NOW),
        "no_such_entry",
    )
    # The key belongs to what was left.
    refused(lambda: draws.enter(drop, one), "exists_with_different_content")
    assert draws.enter(drop, one, key="k3").number == 2
    refused(lambda: draws.enter(drop, other, at=NOW - timedelta(hours=1)), "drop_not_open")
    refused(lambda: draws.enter(drop, other, at=CLOSES), "drop_closed")
    draws.close()
    refused(
        lambda: commands.leave_drop(actor=draws.mall.citizen(one), drop=drop.code, at=LATER),
        "drop_closed",
    )
    assert files.entries_file(queries.drop(drop.code)).count("\n") == 1
    draws.log.publish(LATER)
    assert draws.draw() == 1
    assert draws.settle() == 0
    books_agree()


def test_whoever_is_erased_leaves_the_draws_that_still_take_entries(draws: Draws) -> None:
    drop = draws.open()
    (one, other) = draws.people(2)
    for person in (one, other):
        draws.enter(drop, person)
    erase_person(actor=draws.mall.citizen(one), at=NOW)
    assert commands.leave_erased(actor=platform_actor(), at=NOW) == 1
    assert commands.leave_erased(actor=platform_actor(), at=NOW) == 0
    draws.close()
    assert files.entries_file(queries.drop(drop.code)).count("\n") == 1
    books_agree()


def test_with_fewer_entries_than_units_all_win_and_with_none_nobody(draws: Draws) -> None:
    few, none = draws.open(units=3), draws.open(units=3, code="R-9003")
    (one,) = draws.people(1)
    draws.enter(few, one)
    assert draws.close() == 2
    draws.log.publish(LATER)
    assert draws.draw() == 2
    draws.settle()
    entry = queries.entry_of(one, few.id)
    assert entry is not None
    assert entry.outcome == "won"
    assert queries.drop(none.code).state == "settled"
    assert rewards.shelved("R-9002", NOW).left == 2
    books_agree()


def test_called_off_everybody_has_their_points_and_nobody_a_ticket_more(draws: Draws) -> None:
    drop = draws.open(units=1)
    people = draws.people(3)
    for person in people:
        draws.enter(drop, person)
    call_off = lambda reason: commands.call_off_drop(  # noqa: E731
        actor=OPERATOR, drop=drop.code, reason=reason, at=NOW
    )
    refused(lambda: call_off(" "), "drop_reason")
    assert call_off("商家停业").state == "called_off"
    assert call_off("again").reason == "商家停业"
    draws.settle()
    assert [draws.mall.points(person) for person in people] == [(300, 0)] * 3
    assert queries.waiting_credit(people[0]) == 0
    assert json.loads(queries.leaves(drop.id)["called_off"].leaf)["t"] == "drop-called-off"
    # The stock is free for another drop.
    assert draws.open_batch("R-9002", drop.batch_id).code != drop.code
    books_agree()


def test_a_drop_whose_stock_is_gone_is_called_off_by_itself(draws: Draws) -> None:
    drop = draws.open(units=1)
    (one,) = draws.people(1)
    draws.enter(drop, one)
    draws.close()
    draws.log.publish(LATER)
    end_batch(actor=OPERATOR, batch_id=drop.batch_id, at=LATER)
    assert draws.draw() == 0
    draws.settle()
    assert queries.drop(drop.code).state == "called_off"
    assert draws.mall.points(one) == (300, 0)
    books_agree()


def test_what_cannot_be_opened_is_refused_and_what_is_drawn_stands(draws: Draws) -> None:
    open_offer = draws.mall.offer("R-9005")
    plain = draws.mall.stock(open_offer)
    refused(lambda: draws.open_batch(open_offer, plain.id), "not_by_draw")
    drop = draws.open()
    refused(lambda: draws.open_batch("R-9002", drop.batch_id), "batch_not_free")
    refused(lambda: draws.open_batch("R-9002", plain.id), "no_such_batch")
    refused(lambda: draws.open_batch("R-9999", plain.id), "no_such_offer")
    short = draws.mall.stock("R-9002", 3, until=CLOSES + timedelta(hours=2))
    refused(lambda: draws.open_batch("R-9002", short.id), "drop_times")
    many = draws.mall.stock("R-9002", 10_001, cost_fen=0)
    refused(lambda: draws.open_batch("R-9002", many.id), "drop_too_large")
    draws.silent = {"w1.example", "w2.example"}
    refused(lambda: draws.open_batch("R-9002", short.id), "witnesses_silent")
    draws.silent = {"w1.example"}
    two = draws.open(code="R-9006")
    assert [each.name for each in queries.witnesses(two.id)] == ["w2.example", "w3.example"]
    refused(lambda: queries.drop("D-9999"), "no_such_drop")
    refused(lambda: files.entries_file(drop), "entries_not_yet")
    refused(lambda: files.draw_file(drop), "draw_not_yet")
    with pytest.raises(Refusal) as caught:
        running.close_due(actor=CITIZEN, at=NOW)
    assert caught.value.code == "not_permitted"
    draws.close()
    draws.log.publish(LATER)
    draws.silent = set()
    assert draws.draw() == 2
    refused(
        lambda: commands.call_off_drop(actor=OPERATOR, drop=drop.code, reason="x", at=LATER),
        "drop_drawn",
    )


def test_a_witness_tells_its_secret_for_one_closed_list_alone(draws: Draws) -> None:
    drop = draws.open()
    (one,) = draws.people(1)
    draws.enter(drop, one)
    draws.close()
    kept = queries.leaves(drop.id)
    bound = {each.vkey: each.digest.hex() for each in queries.witnesses(drop.id)}
    ask = lambda: tell(  # noqa: E731
        kept["closed"].outbox_id, opened=kept["opened"].leaf, bound=bound, send=draws.send
    )
    assert ask() == {}
    draws.log.publish(LATER)
    first = ask()
    assert len(first) == 3
    assert ask() == first
    # Another list of the same draw, in the log as well.
    said = json.loads(kept["closed"].leaf)
    with transaction.atomic():
        other = append_leaf(leaf={**said, "n": said["n"] + 1}, at=LATER)
    draws.log.publish(LATER)
    assert publiclog.proof(other) is not None
    assert tell(other, opened=kept["opened"].leaf, bound=bound, send=draws.send) == {}
    # An opening to which this list does not belong.
    changed = kept["opened"].leaf.replace(b'"units":3', b'"units":9')
    assert changed != kept["opened"].leaf
    assert tell(kept["closed"].outbox_id, opened=changed, bound=bound, send=draws.send) == {}


@pytest.mark.database
@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("UPDATE rewards_drop SET units = 99", "permission denied"),
        ("UPDATE rewards_entry SET tickets = 21", "permission denied"),
        ("DELETE FROM rewards_entry", "permission denied"),
        ("INSERT INTO rewards_credit VALUES (1, 3, now())", "permission denied"),
        ("UPDATE rewards_drop_witness SET digest = ''", "permission denied"),
        ("DELETE FROM rewards_drop_leaf", "permission denied"),
        ("SELECT rewards_keep_leaf(%(id)s, 'opened', ''::bytea, 1)", "rewards_drop_leaf_pkey"),
        (
            "SELECT rewards_keep_told(%(id)s, vkey, sha256(''), sha256(''), now())"
            " FROM rewards_drop_witness",
            "rewards_drop_witness_bound",
        ),
        ("SELECT rewards_draw_drop(%(id)s, sha256(''), '{1}', now())", "drop_untold"),
        ("SELECT rewards_call_off_drop(%(id)s, NULL, now())", "rewards_drop_called_off"),
    ],
)
def test_the_application_cannot_steer_a_drop(draws: Draws, statement: str, why: str) -> None:
    drop = draws.open(units=1)
    draws.enter(drop, draws.people(1)[0])
    draws.close()
    with (
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match=why),
        transaction.atomic(),
    ):
        cursor.execute(statement, {"id": drop.id})


@pytest.mark.database
def test_the_database_takes_no_other_seed_winners_or_codes(draws: Draws) -> None:
    drop = draws.open(units=1)
    people = draws.people(2)
    for person in people:
        draws.enter(drop, person)
    draws.close()
    draws.log.publish(LATER)
    assert running._told(queries.drop(drop.code), LATER, draws.send)
    for seed, numbers, why in (
        (b"\0" * 32, [1], "rewards_drop_revealed"),
        (b"\0" * 32, [1, 2], "drop_winners"),
        (b"\0" * 32, [7], "drop_winners"),
    ):
        told = {"drop_id": drop.id, "seed": seed, "numbers": numbers, "at": LATER}
        with pytest.raises(DatabaseError, match=why), transaction.atomic():
            queries.rows("draw_drop", told)
    asked = {
        "citizen_id": people[0],
        "redemption_id": uuid4(),
        "drop": drop.code,
        "salt": b"\0" * 16,
        "code": drawing.code_of(b"\1" * 16, people[0]),
        "at": NOW,
    }
    with pytest.raises(DatabaseError, match="drop_closed"), transaction.atomic():
        queries.rows("enter_drop", asked)
    entry = queries.entry_of(people[0], drop.id)
    assert entry is not None
    assert entry.code == hashlib.sha256(entry.salt + str(people[0]).encode()).digest()[:16]


def test_a_list_that_was_changed_in_the_database_is_not_drawn(draws: Draws) -> None:
    drop = draws.open(units=1)
    draws.enter(drop, draws.people(1)[0])
    draws.close()
    draws.log.publish(LATER)
    found = queries.drop(drop.code)
    assert running._told(found, LATER, draws.send)
    with pytest.raises(RuntimeError, match="not what the log was told"):
        running._draw(platform_actor(), replace(found, entries_digest=b"\0" * 32), LATER)
