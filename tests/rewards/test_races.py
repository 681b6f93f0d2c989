"""Everybody at once: nothing is sold, paid or taken twice, and nobody waits in a circle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from random import Random

import pytest

from tanhui.identity.commands import platform_actor, register_simulated
from tanhui.kernel.refusals import Refusal
from tanhui.ledger import queries as books
from tanhui.rewards import moving_code, queries, till
from tanhui.rewards.ending import end_batches, end_due, refund_redemption
from tanhui.rewards.recount import recount
from tanhui.rewards.redeeming import return_redemption
from tanhui.rewards.stocking import end_batch
from tests.cast import NOW, OPERATOR
from tests.ledger.threads import at_once
from tests.rewards.mall import Mall, give_points

pytestmark = [pytest.mark.database]


def told(act: Callable[[], object]) -> str:
    """`ok`, or the code of the refusal."""
    try:
        act()
    except Refusal as refused:
        return refused.code
    return "ok"


def closed() -> None:
    """The books and the mall agree on everything."""
    assert all(asset.matches for asset in books.recount())
    assert recount().broken == {}


def test_many_people_and_few_items_make_exactly_as_many_redemptions_as_items(
    busy_mall: Mall,
) -> None:
    busy_mall.offer()
    busy_mall.stock(units=25)
    people = register_simulated(actor=OPERATOR, count=100, at=NOW)
    give_points(people, 300)
    answers = at_once(
        10,
        lambda place: [
            told(lambda person=person: busy_mall.redeem(citizen_id=person))  # type: ignore[misc]
            for person in people[place::10]
        ],
    )
    assert Counter(chain.from_iterable(answers)) == {"ok": 25, "sold_out": 75}
    assert queries.shelved("R-9001", NOW).left == 0
    closed()


def test_one_request_many_times_at_once_is_one_redemption(busy_mall: Mall) -> None:
    busy_mall.offer()
    busy_mall.stock()
    found = at_once(12, lambda _: busy_mall.redeem(key="the-same").id)
    assert len(set(found)) == 1
    assert busy_mall.points() == (740, 260)
    closed()


def test_the_last_points_are_spent_once(busy_mall: Mall) -> None:
    busy_mall.offer()
    busy_mall.stock(units=20)
    answers = at_once(12, lambda _: told(busy_mall.redeem))
    assert Counter(answers) == {"ok": 3, "points_missing": 9}
    assert busy_mall.points() == (220, 780)
    closed()


def test_two_tills_and_a_change_of_mind_end_a_voucher_once(busy_mall: Mall) -> None:
    busy_mall.offer(price_points=10)
    busy_mall.stock(units=20)
    keeper = busy_mall.actor("merchant")
    for _ in range(8):
        made = busy_mall.redeem()
        shown = queries.voucher_of(busy_mall.lin, made.id)
        assert shown is not None
        text = moving_code.moving_text(shown.code, NOW)
        acts: list[Callable[[], object]] = [
            lambda: till.accept_voucher(actor=keeper, text=text, at=NOW),  # noqa: B023
            lambda: till.accept_voucher(actor=keeper, text=shown.code, at=NOW),  # noqa: B023
            lambda: return_redemption(
                actor=busy_mall.citizen(),
                redemption_id=made.id,  # noqa: B023
                at=NOW,
            ),
        ]
        answers = at_once(3, lambda place: told(acts[place]))  # noqa: B023
        assert sum(answer == "ok" for answer in answers) == 1
    closed()


def test_whatever_is_done_at_once_everything_adds_up(busy_mall: Mall) -> None:
    busy_mall.offer("R-9001", price_points=20)
    busy_mall.offer("R-9002", price_points=30, kind="donation", delivery="none")
    batches = [busy_mall.stock(code, units=60) for code in ("R-9001", "R-9002")]
    people = register_simulated(actor=OPERATOR, count=12, at=NOW)
    give_points(people, 200)
    keeper = busy_mall.actor("merchant")

    def live(place: int) -> int:
        chance, done = Random(place), 0
        for turn in range(14):
            person = chance.choice(people)
            acts: list[Callable[[], object]] = [
                lambda: busy_mall.redeem(
                    chance.choice(["R-9001", "R-9002"]),
                    citizen_id=person,  # noqa: B023
                    units=chance.randint(1, 3),
                ),
                lambda: _use(busy_mall, keeper, person),  # noqa: B023
                lambda: _give_back(busy_mall, person),  # noqa: B023
                lambda: _refund(person),  # noqa: B023
                lambda: end_due(actor=platform_actor(), at=NOW + timedelta(days=40)),
            ]
            weights = [6, 3, 2, 1, 0.2]
            done += told(chance.choices(acts, weights)[0]) == "ok"
            if place == 0 and turn == 10:
                end_batch(actor=OPERATOR, batch_id=batches[0].id, at=NOW)
        return done

    assert sum(at_once(6, live)) > 20
    closed()
    end_batches(actor=platform_actor(), at=NOW + timedelta(days=40))
    end_due(actor=platform_actor(), at=NOW + timedelta(days=40), limit=1_000)
    closed()


def _use(mall: Mall, keeper: object, person: int) -> None:
    for made in queries.redemptions(person, states=("confirmed",), limit=1):
        shown = queries.voucher_of(person, made.id)
        assert shown is not None
        till.accept_voucher(actor=keeper, text=shown.code, at=NOW)  # type: ignore[arg-type]
    assert mall.lin


def _give_back(mall: Mall, person: int) -> None:
    for made in queries.redemptions(person, states=("confirmed",), limit=1):
        return_redemption(actor=mall.citizen(person), redemption_id=made.id, at=NOW)


def _refund(person: int) -> None:
    for made in queries.redemptions(person, states=("delivered",), limit=1):
        refund_redemption(actor=OPERATOR, redemption_id=made.id, reason="not_given", at=NOW)
