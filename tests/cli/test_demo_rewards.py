"""The demo's mall: opened once by commands alone, carried on, and everything adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.cast import NOW, OPERATOR
from tests.path_two import seat_path_two
from tests.rewards.mall import give_points

from tanhui.cli.demo_rewards import play_rewards
from tanhui.config.database import Database
from tanhui.identity.commands import register_simulated
from tanhui.rewards import queries
from tanhui.rewards.drops import queries as drops
from tanhui.rewards.expiry.queries import buckets
from tanhui.rewards.giving.queries import causes, reports
from tanhui.rewards.recount import recount
from tanhui.rewards.statements import differences, settlements

SHELF, PERSONS, POINTS = 10, 60, 1_600


# Late in a month the mall opened in it; early in one it opened in the month before.
@pytest.mark.database
@pytest.mark.parametrize("back", [0, 15])
def test_the_mall_is_full_once_and_carried_on(
    books: Database, settings: Settings, tmp_path: Path, back: int
) -> None:
    assert books.version
    at = NOW - timedelta(days=back)
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    organisations = seat_path_two(at=at).organisations
    citizens = register_simulated(actor=OPERATOR, count=PERSONS, at=at - timedelta(days=30))
    give_points(citizens, POINTS, at)
    lin = citizens[0]
    made, _ = play_rewards(organisations=organisations, citizens=citizens, at=at)
    shelf = {each.offer.title_zh: each for each in queries.shelf(at=at)}
    assert len(shelf) == SHELF
    assert 3_200 < shelf["地铁单程券"].left < 3_313
    assert shelf["公交月卡 9 折"].next_units == 500
    assert all(each.sponsors for each in shelf.values())
    assert {offer.state for offer in queries.offers()} >= {"draft", "submitted", "approved"}
    assert [drop.state for drop in drops.drops()] == ["open", "settled"]
    assert (len(reports()), len(causes(open_only=True))) == (1, 2)
    assert queries.spendable(lin, at).points > 1_000
    held = queries.redemptions(lin, states=("confirmed",))
    assert all(queries.voucher_of(lin, each.id) for each in held)
    assert buckets(lin, at)[0].points == 86
    assert made > PERSONS // 2
    assert {each.state for each in settlements()} >= {"settled", "paid"}
    assert differences() == []
    assert recount().matches, recount()
    again = play_rewards(organisations=organisations, citizens=citizens, at=at)
    assert again[0] == 0
    tomorrow = at + timedelta(days=1)
    assert play_rewards(organisations=organisations, citizens=citizens, at=tomorrow)[0] > 0
    assert recount().matches, recount()
