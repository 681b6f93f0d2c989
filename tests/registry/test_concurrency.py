"""Everybody at once: nothing is sold twice, retired twice, or issued past its cap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from django.db import OperationalError

from tanhui.kernel.refusals import Refusal
from tanhui.registry import queries
from tanhui.registry.cancelling import confirm_cancellation, propose_cancellation
from tanhui.registry.recount import recount
from tests.cast import NOW
from tests.ledger.threads import at_once
from tests.registry.register import Register

pytestmark = [pytest.mark.database]


def _told(act: Callable[[], object]) -> str:
    """`ok`, or the code of the refusal; who lost a race tries again, as every caller may."""
    while True:
        try:
            act()
        except Refusal as refused:
            return refused.code
        except OperationalError as error:
            if "race_lost" not in str(error):
                raise
        else:
            return "ok"


def test_of_five_racing_transfers_exactly_one_is_made(register: Register) -> None:
    for turn in range(6):
        register.issue(1_000, vintage=2021 + turn)
        told = at_once(
            5,
            lambda number, turn=turn: _told(  # type: ignore[misc]
                lambda: register.transfer(600, f"race-{turn}-{number}", vintage=2021 + turn)
            ),
        )
        assert Counter(told) == {"ok": 1, "credits_insufficient": 4}
    assert queries.holdings(register.cast.organisation("EXPO"))[0].held_kg == 600
    assert recount().matches


def test_one_request_three_times_at_once_is_one_retirement(register: Register) -> None:
    register.issue(1_000)
    found = at_once(3, lambda _: register.retire(300, "the-same"))
    assert len({one.number for one in found}) == 1
    assert queries.equation().retired_kg == 300
    again = at_once(3, lambda number: _told(lambda: register.retire(300, f"other-{number}")))
    assert Counter(again) == {"ok": 2, "credits_insufficient": 1}
    assert recount().matches


def test_issuing_at_once_never_passes_the_cap_nor_shares_a_number(register: Register) -> None:
    periods = [register.open_period(register.furnace, 2025) for _ in range(8)]
    told = at_once(
        8,
        lambda number: _told(lambda: register.issue(500, cap_kg=1_200, period_id=periods[number])),
    )
    assert Counter(told) == {"ok": 2, "cap_exceeded": 6}
    issued = queries.issuances()
    assert sorted((one.first, one.last) for one in issued) == [(1, 500), (501, 1_000)]
    same = register.open_period(register.forest, 2025)
    twice = at_once(
        2,
        lambda _: _told(lambda: register.issue(10, project=register.forest, period_id=same)),
    )
    assert Counter(twice) == {"ok": 1, "period_issued": 1}
    assert recount().matches


def test_what_is_sold_while_it_is_cancelled_is_either_not_both(register: Register) -> None:
    register.issue(1_000)
    proposal = propose_cancellation(
        actor=register.actor("regulator"), first=1, last=1_000, reason="表计有误", at=NOW
    )

    def act(number: int) -> str:
        if number == 0:
            return _told(
                lambda: confirm_cancellation(
                    actor=register.actor("regulator-2"), cancellation_id=proposal, at=NOW
                )
            )
        return _told(lambda: register.retire(100, f"sale-{number}"))

    told = at_once(4, act)
    assert told[0] == "ok"
    sold = told.count("ok") - 1
    whole = queries.equation()
    assert (whole.retired_kg, whole.cancelled_kg) == (100 * sold, 1_000 - 100 * sold)
    assert sum(one.invalid_kg for one in queries.retirements()) == 100 * sold
    assert recount().matches


def test_a_busy_hour_leaves_every_kilogram_somewhere_once(register: Register) -> None:
    register.issue(5_000, buffer_kg=500)
    register.issue(5_000, project=register.forest)
    desks = (("owner-glass", "GLASS"), ("owner-forest", "FOREST"), ("buyer", "EXPO"))

    def once(rng: Random, name: str) -> str:
        persona, own = rng.choice(desks)
        to = rng.choice([code for _, code in desks if code != own])
        project = rng.choice([register.furnace, register.forest])
        kg, waive = rng.randint(1, 400), rng.random() < 0.5
        if rng.random() < 0.7:
            return _told(
                lambda: register.transfer(kg, name, persona=persona, to=to, project=project)
            )
        return _told(
            lambda: register.retire(
                kg // 10 + 1, name, persona=persona, project=project, waive=waive
            )
        )

    def trade(number: int) -> Counter[str]:
        rng = Random(number)
        return Counter(once(rng, f"{number}-{turn}") for turn in range(25))

    told = sum(at_once(4, trade), Counter[str]())
    assert set(told) == {"ok", "credits_insufficient"}
    assert queries.equation().issued_kg == 10_000
    assert recount().matches
