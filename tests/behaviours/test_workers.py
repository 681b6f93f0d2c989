"""A chunk divided among workers comes out as one that a single worker settles."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest

from tanhui.behaviours import commands
from tanhui.behaviours.recording import divide
from tanhui.behaviours.recount import recount
from tanhui.ledger.queries import recount as recount_ledger
from tests.behaviours.telling import City, add_up, balance, told
from tests.cast import LIN_RIDER, NOW, ZHOU_RIDER, ride, seat
from tests.conftest import empty

pytestmark = pytest.mark.database


def mixed_rides(count: int) -> list[dict[str, Any]]:
    """Rides of both citizens, some repeated, some of them under the other's name, some wrong."""
    draw = Random(2026)
    rides = [
        ride(
            f"mixed-{number}",
            rider=draw.choice((LIN_RIDER, ZHOU_RIDER, "jc-nobody")),
            distance_m=draw.randrange(0, 5_000),
            started_at=NOW - timedelta(days=draw.randrange(1, 4), minutes=number),
        )
        for number in range(count)
    ]
    repeats = [dict(draw.choice(rides)) for _ in range(count // 4)]
    for repeat in repeats:
        repeat["rider"] = draw.choice((LIN_RIDER, ZHOU_RIDER, repeat["rider"]))
    mixed = rides + repeats
    draw.shuffle(mixed)
    return mixed


def test_however_many_settle_a_file_the_answer_is_the_same(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "_DIVIDED_ROWS_MIN", 1)
    answers = []
    for workers in (1, 2, 3):
        rides = mixed_rides(400)
        result = city.ingest(rides, workers=workers)
        assert add_up(result)
        again = city.ingest(rides, workers=workers)
        assert (again.recorded, again.points, again.reduction_mg) == (0, 0, 0)
        paid = balance(city.seated.lin), balance(city.seated.zhou)
        answers.append((result.recorded, result.exists, result.refused, told(result), paid))
        assert recount().matches
        assert all(asset.matches for asset in recount_ledger())
        empty(city.books.owner_url)
        city.seated = seat()
    assert answers[0] == answers[1] == answers[2]


def test_nobody_is_shared_and_a_repeat_meets_its_first() -> None:
    draw = np.random.default_rng(1)
    citizen = draw.integers(1, 2_000, 3_000)
    digest = np.where(draw.random(3_000) < 0.01, 7, draw.permutation(3_000) + 10)
    parts = divide(pl.DataFrame({"citizen": citizen, "digest": digest}), 3)
    assert sorted(np.concatenate(parts)) == list(range(3_000))
    homes = [{int(citizen[place]) for place in part} for part in parts]
    assert sum(map(len, homes)) == len(set.union(*homes))
    assert all(place in set(parts[0]) for place in np.flatnonzero(digest == 7))
    assert min(map(len, parts)) > 900
