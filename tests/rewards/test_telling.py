"""Citizens hear of their vouchers: there it is, it ends soon, the points are back; once each."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Forbidden
from tanhui.notices import queries
from tanhui.rewards.redeeming import return_redemption
from tanhui.rewards.telling import tell_redemptions
from tests.cast import NOW, OPERATOR
from tests.rewards.mall import Mall, open_mall

PLATFORM = platform_actor()


@pytest.fixture
def mall(db: None) -> Mall:
    """林晓 with points, and tea on the shelf."""
    del db
    mall = open_mall()
    mall.offer()
    mall.stock()
    return mall


def templates(mall: Mall) -> list[str]:
    """What 林晓 was told, the newest first."""
    return [message.template for message in queries.inbox(person_id=mall.lin)]


def test_a_voucher_is_told_once_and_again_a_week_before_it_ends(mall: Mall) -> None:
    made = mall.redeem()
    minute = NOW + timedelta(minutes=1)
    assert tell_redemptions(actor=PLATFORM, at=minute) == 1
    assert tell_redemptions(actor=PLATFORM, at=minute) == 0
    assert templates(mall) == ["redemption-confirmed"]
    assert made.valid_until is not None
    assert tell_redemptions(actor=PLATFORM, at=made.valid_until - timedelta(days=8)) == 0
    soon = made.valid_until - timedelta(days=7)
    assert tell_redemptions(actor=PLATFORM, at=soon) == 1
    assert tell_redemptions(actor=PLATFORM, at=soon) == 0
    assert templates(mall) == ["voucher-expiring", "redemption-confirmed"]
    first = queries.inbox(person_id=mall.lin)[0]
    assert first.link == f"/m/mall/orders/{made.id}"
    with pytest.raises(Forbidden):
        tell_redemptions(actor=OPERATOR, at=NOW)


def test_points_that_come_back_are_told_with_it(mall: Mall) -> None:
    made = mall.redeem()
    return_redemption(actor=mall.citizen(), redemption_id=made.id, at=NOW)
    (told,) = queries.inbox(person_id=mall.lin)
    assert told.template == "redemption-refunded"
    assert told.subject_zh == "260 积分已退回"
    assert tell_redemptions(actor=PLATFORM, at=NOW) == 0
