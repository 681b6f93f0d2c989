"""A batch costs what its items cost: no plan may compare every item with every other."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.db import transaction

from tanhui.ledger import chart, commands
from tanhui.ledger.chart import CITY_HOLDER_ID, CREDIT_HELD, Reason
from tanhui.ledger.transfers import AccountKey, Transfer
from tests.ledger.tables import START

HOLDERS = 8_000
# Sixteen times the items; a cost that grew with their square would be sixteen times as much each.
SMALL, LARGE = 250, 4_000
TIMES_MAX = 4.0


def seconds_per_item(items: int) -> float:
    """The best of three, for a busy machine only ever adds."""
    taken = []
    for _ in range(3):
        batch = [
            Transfer(
                uuid4(),
                AccountKey(CITY_HOLDER_ID, chart.CREDIT_ISSUED)
                if number % 2
                else AccountKey(HOLDERS - number, CREDIT_HELD),
                AccountKey(number + 1, CREDIT_HELD),
                1,
                Reason.POINTS_SPENT,
            )
            for number in range(items)
        ]
        started = time.perf_counter()
        with transaction.atomic():
            assert len(commands.post_transfers(transfers=batch, at=START)) == items
        taken.append(time.perf_counter() - started)
    return min(taken) / items


@pytest.mark.database
@pytest.mark.django_db
def test_the_cost_of_an_item_does_not_grow_with_its_batch() -> None:
    commands.open_accounts(holder_ids=range(1, HOLDERS + 1), kinds=[CREDIT_HELD])
    small = seconds_per_item(SMALL)
    assert seconds_per_item(LARGE) < TIMES_MAX * small
