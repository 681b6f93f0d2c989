"""What a partner's program sent, as its staff reads it afterwards."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from tanhui.behaviours.batch_reading import forget_prepared
from tanhui.config.database import Database
from tanhui.partners.arrivals import KEYS
from tests.api.sending import Desk, open_desk, recent_ride
from tests.cast import BIKE, Seated
from tests.desks import Desks, open_desks, read

pytestmark = pytest.mark.database


@pytest.fixture
def town(books: Database, tmp_path: Path) -> tuple[Desks, Desk]:
    """The desks, committed, and the bike partner's own program."""
    del books
    KEYS.forget()
    forget_prepared()
    desks = open_desks(tmp_path)
    city = desks.city
    return desks, open_desk(Seated(city.lin_xiao, city.zhou, desks.bike_id))


def _delivery(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    found = re.search(r'href="([^"]*/deliveries/[0-9a-f-]{36})"', page)
    assert found is not None
    return found[1]


def test_a_delivery_is_read_row_by_row_with_the_reason_of_each(town: tuple[Desks, Desk]) -> None:
    desks, program = town
    ride = recent_ride("A1", rider="lin", hours=6)
    sent = program.send(
        [ride, ride, recent_ride("A2", rider="nobody"), recent_ride("A3", rider="lin", minutes=0)]
    )
    assert [result.partition(":")[0] for result in sent.results] == [
        "recorded",
        "exists",
        "refused",
        "refused",
    ]
    client = desks.client("bike")
    told = read(client, "/portal/")
    assert "最近一次推送 4" in told
    address = _delivery(client, "/portal/deliveries/")
    told = read(client, address)
    assert "A1 入账" in told
    assert "此前已记录，不再重复计入" in told
    assert "A2 拒收 骑行者未绑定市民账户 unknown_rider" in told
    assert "A3 拒收 时长为零 zero_duration" in told
    # The operator reads the same, another partner finds nothing there.
    operator = desks.client("operator")
    there = _delivery(operator, f"/console/partners/{BIKE}/")
    assert "unknown_rider" in read(operator, there)
    assert desks.client("metro").get(address).status_code == 404
    assert operator.get(there.replace(BIKE, "METRO")).status_code == 404


def test_what_the_sandbox_saw_is_ticked_on_the_page(town: tuple[Desks, Desk]) -> None:
    desks, program = town
    program.send([recent_ride("S1", rider="lin", hours=6)], key=program.sandbox)
    told = read(desks.client("bike"), "/portal/sandbox")
    assert "1 / 20" in told
    assert told.count("通过") >= 2
    assert "已用 1 / 2,000,000" in read(desks.client("bike"), "/portal/quota")
