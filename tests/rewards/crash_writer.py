"""A program that redeems, uses and gives back until it is killed, and keeps a log of what it knows.

`ask N` is written before redemption N is begun and `ack N` once it was ended: every third is used
at the till, every third given back, the others stay. One that was asked and not acknowledged is in
doubt; after any interruption it is asked again first, under the same key.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TextIO

import django

django.setup()

from django.db import DatabaseError, connections  # noqa: E402

from tanhui.config.database import migrate  # noqa: E402
from tanhui.identity.queries import acting  # noqa: E402
from tanhui.kernel.actors import Actor  # noqa: E402
from tanhui.kernel.refusals import Conflict  # noqa: E402
from tanhui.rewards import queries, till  # noqa: E402
from tanhui.rewards.redeeming import redeem_reward, return_redemption  # noqa: E402
from tests.cast import NOW  # noqa: E402
from tests.ledger.crash_writer import known, note, opened_at_last  # noqa: E402
from tests.rewards.mall import give_points, open_mall  # noqa: E402

OFFER = "R-9001"
UNITS = 5_000
PEOPLE = 5


def prepare() -> None:
    """A mall with one offer and people who can pay for all of it; tells their numbers."""
    mall = open_mall(budget_fen=10**9)
    mall.offer(OFFER, price_points=1)
    mall.stock(OFFER, units=UNITS)
    names = ("lin-xiao", "operator", "operator-2", "regulator", "regulator-2")
    people = [mall.cast.persons[name] for name in names]
    give_points(people, UNITS)
    print(mall.cast.organisation("TEAHOUSE"), *people, flush=True)


def redeem(number: int, shop: int, people: list[int]) -> None:
    """Redemption `number` as a whole: begun, and ended as its number wants it."""
    person = people[number % len(people)]
    actor = acting(person, role=None, organisation_id=None)
    made = redeem_reward(actor=actor, offer_code=OFFER, units=1, key=f"n{number}", at=NOW)
    try:
        if number % 3 == 0:
            shown = queries.voucher_of(person, made.id)
            assert shown is not None
            keeper = Actor("person:0", frozenset({"merchant"}), organisation_id=shop)
            till.accept_voucher(actor=keeper, text=shown.code, at=NOW)
        elif number % 3 == 1:
            return_redemption(actor=actor, redemption_id=made.id, at=NOW)
    except Conflict as refused:
        # It was ended before the interruption; only the answer was lost.
        if refused.code not in ("voucher_used", "redemption_refunded"):
            raise


def write(log: Path, file: TextIO, shop: int, people: list[int], *, only_doubts: bool) -> None:
    """Redemption after redemption; a lost server is waited for."""
    last, in_doubt = known(log)
    number = last if in_doubt else last + 1
    while in_doubt or not only_doubts:
        note(file, "ask", number)
        while True:
            try:
                redeem(number, shop, people)
                break
            except DatabaseError:
                connections.close_all()
                time.sleep(0.02)
        note(file, "ack", number)
        number, in_doubt = number + 1, False


def main() -> None:
    """`prepare URL`, or `write|finish URL LOG SHOP PERSON…`."""
    verb, url = sys.argv[1:3]
    opened = opened_at_last(url)
    if verb == "prepare":
        migrate(opened)
        prepare()
        return
    log, shop, *people = sys.argv[3:]
    with Path(log).open("a") as file:
        numbers = [int(person) for person in people]
        write(Path(log), file, int(shop), numbers, only_doubts=verb == "finish")


if __name__ == "__main__":
    os.environ.setdefault("TANHUI_MODE", "test")
    main()
