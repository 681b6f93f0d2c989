"""In a demo points can be made to expire soon, or at once; elsewhere not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.config.settings import Mode
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Refusal
from tanhui.rewards.expiry import queries
from tanhui.rewards.expiry.hastening import hasten_expiry
from tanhui.rewards.expiry.months import last_day, number_of
from tests.cast import NOW, OPERATOR, seat
from tests.rewards.expiry.steps import one
from tests.rewards.mall import give_points

MARCH = number_of(city_day(NOW))


@pytest.mark.database
def test_points_expire_soon_or_now_only_where_everything_is_invented(
    books: Database, settings: Settings
) -> None:
    del books
    lin = seat().lin
    give_points([lin], 100)
    platform = platform_actor()
    soon = hasten_expiry(actor=platform, citizen_id=lin, points=30, days=40, at=NOW)
    assert (soon.points, soon.expires_on, soon.gone) == (30, last_day(MARCH + 1), False)
    assert one("SELECT template FROM notices_message WHERE person_id = %s", lin) == "expiry-60"
    # What goes now is older than what goes soon, and takes nothing from it.
    gone = hasten_expiry(actor=platform, citizen_id=lin, points=12, now=True, at=NOW)
    assert (gone.expires_on, gone.gone) == (last_day(MARCH - 1), True)
    assert [(each.points, each.expired_on) for each in queries.expired(lin)] == [
        (12, last_day(MARCH - 1))
    ]
    assert [(each.points, each.expires_on) for each in queries.buckets(lin, NOW)] == [
        (30, last_day(MARCH + 1)),
        (58, last_day(MARCH + 24)),
    ]
    for told, code in (
        ({"points": 1, "now": True}, "expired_this_month"),
        ({"points": 101}, "hasten_points_invalid"),
        ({"points": 0}, "hasten_points_invalid"),
        ({"points": 1, "actor": OPERATOR}, "not_permitted"),
    ):
        with pytest.raises(Refusal) as caught:
            hasten_expiry(**{"actor": platform, "citizen_id": lin, "at": NOW, **told})  # type: ignore[arg-type]
        assert caught.value.code == code
    settings.TANHUI = replace(settings.TANHUI, mode=Mode.PRODUCTION)
    with pytest.raises(Refusal, match="simulated_only"):
        hasten_expiry(actor=platform, citizen_id=lin, points=1, at=NOW)
