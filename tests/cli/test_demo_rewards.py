"""The demo's mall: opened once by commands alone, carried on, and everything adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings
from tests.cast import NOW, OPERATOR

from tanhui.behaviours.recount import recount as recount_deeds
from tanhui.cli import demo
from tanhui.config.database import Database
from tanhui.identity.queries import persona_id
from tanhui.rewards import queries
from tanhui.rewards.drops import queries as drops
from tanhui.rewards.expiry.queries import buckets
from tanhui.rewards.giving.queries import causes, reports
from tanhui.rewards.recount import recount

SHELF = 10


@pytest.mark.database
def test_the_mall_is_full_once_and_carried_on(
    books: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert books.version
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    monkeypatch.setattr(demo, "CITIZENS_COUNT", 60)
    demo.make_city(actor=OPERATOR, at=NOW)
    shelf = {each.offer.title_zh: each for each in queries.shelf(at=NOW)}
    assert len(shelf) == SHELF
    assert 3_200 < shelf["地铁单程券"].left < 3_313
    assert shelf["公交月卡 9 折"].next_units == 500
    assert all(each.sponsors for each in shelf.values())
    assert {offer.state for offer in queries.offers()} >= {"draft", "submitted", "approved"}
    assert [drop.state for drop in drops.drops()] == ["open", "settled"]
    assert len(reports()) == 1
    assert len(causes(open_only=True)) == 2
    lin = persona_id("lin-xiao")
    assert queries.spendable(lin, NOW).points > 500
    (held,) = queries.redemptions(lin, states=("confirmed",))
    assert queries.voucher_of(lin, held.id) is not None
    assert buckets(lin, NOW)[0].points == 86
    assert recount().matches, recount()
    assert recount_deeds().matches
    before = {each.offer.code: each.left for each in shelf.values()}
    demo.make_city(actor=OPERATOR, at=NOW)
    assert {each.offer.code: each.left for each in queries.shelf(at=NOW)} == before
    tomorrow = NOW + timedelta(days=1)
    demo.make_city(actor=OPERATOR, at=tomorrow)
    assert sum(each.left for each in queries.shelf(at=tomorrow)) < sum(before.values())
    assert recount().matches
