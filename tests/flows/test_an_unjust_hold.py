"""An unjust hold, as everyone sees it: held, to be refused, objected to, released by another."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from tanhui.behaviours.appeals import run_clocks
from tanhui.behaviours.desk import open_holds
from tanhui.behaviours.holds import release_overdue
from tanhui.behaviours.recount import recount
from tanhui.identity.commands import log_in_by_link, open_login_link, platform_actor
from tanhui.ledger.queries import recount as recount_ledger
from tests.behaviours.telling import spend
from tests.cast import OPERATOR
from tests.desks import Desks, act, done, open_desks, read, record_fast_ride, refused

pytestmark = [pytest.mark.database, pytest.mark.django_db]

REASON = "平均时速 27 公里，一路没有停车，像是坐车。"
HERS = "从龙泉山一路下坡，没有开车。"
ANSWER = "看了坡度，是骑行。已计入。"


@pytest.fixture
def desks(db: None, tmp_path: Path) -> Desks:
    """The small city with its staff, and 林晓's ride as fast as a car."""
    del db
    desks = open_desks(tmp_path)
    record_fast_ride(desks, tmp_path)
    return desks


def test_an_unjust_hold_is_objected_to_and_released(desks: Desks) -> None:
    (hold,) = open_holds(actor=OPERATOR, at=desks.city.at)
    address = f"/console/holds/{hold.id}"
    lin = desks.client("lin-xiao")
    points = spendable(desks)

    # The operator looks and does not believe it. Nothing is decided yet.
    operator = desks.client("operator")
    assert address in operator.get("/console/").content.decode()
    told = done(operator, address, "decide", outcome="intend", reason=REASON)
    assert "已告知市民拟驳回" in told
    assert "没有等你决定的" in told

    # Her home says so. One click leads to the page where she objects.
    home = lin.get("/m/").content.decode()
    assert "有一条记录拟驳回" in read(lin, "/m/")
    found = re.search(r'href="(/m/behaviours/[^"]+/appeal)"', home)
    assert found is not None
    page = read(lin, found[1])
    assert REASON in page
    assert REASON in read(lin, "/m/statement")
    empty = lin.post(found[1], {"words": "  "})
    assert (empty.status_code, "说说当时的情况" in empty.content.decode()) == (422, True)
    answer = lin.post(found[1], {"words": HERS, "photo": photo()})
    assert answer.status_code == 302
    card = read(lin, answer["Location"])
    assert "申诉处理中" in card
    assert HERS in card

    # Her own programs read the same.
    key = found[1].split("/")[3]
    told_by_api = Client(headers={"authorization": f"Bearer {token(desks)}"}).get(
        f"/api/v1/me/behaviours/{key}/why"
    )
    note = told_by_api.json()["hold"]
    assert (note["appeal"], note["intended_reason"], note["said"]) == ("objected", REASON, [HERS])
    assert (note["outcome"], note["may"]) == (None, None)

    # Whoever meant to refuse it may not decide on it; the deadline of the hold releases nothing.
    assert "拟驳回是你提的" in read(operator, address)
    assert "own_earlier_step" in refused(operator, address, "decide", outcome="grant", reason="x")
    assert release_overdue(at=hold.deadline + timedelta(days=1)) == 0

    # The other operator reads both sides, and grants it.
    second = desks.client("operator-2")
    assert "待我 1" in read(second, "/console/holds/")
    case = read(second, address)
    assert HERS in case
    assert "另一位复核员拟驳回" in case
    assert "林晓" not in case
    # Her photo is there for whoever may decide, and for nobody else.
    shown = re.search(r'<img class="photo" src="([^"]+)"', second.get(address).content.decode())
    assert shown is not None
    assert second.get(shown[1])["Content-Type"] in ("image/png", "image/jpeg", "image/webp")
    assert desks.client("bike").get(shown[1]).status_code in (302, 403, 404)
    assert second.get(f"{address}/photos/{hold.id}").status_code == 404
    assert "已支持申诉" in done(second, address, "decide", outcome="grant", reason=ANSWER)

    # She is told, in the reviewer's words; the points are hers to spend, and the books agree.
    assert "申诉有结果" in read(lin, "/m/")
    assert ANSWER in read(lin, "/m/statement")
    assert spendable(desks) == points + hold.points
    assert spend(desks.city.lin_xiao, points + hold.points) == "ok"
    assert recount().matches
    assert all(asset.matches for asset in recount_ledger())
    assert act(second, address, "decide", outcome="uphold", reason="x").status_code == 404
    assert run_clocks(at=desks.city.at + timedelta(days=60)) == 0


def test_who_does_not_object_reads_the_reason_of_the_refusal(desks: Desks) -> None:
    (hold,) = open_holds(actor=OPERATOR, at=desks.city.at)
    done(
        desks.client("operator"),
        f"/console/holds/{hold.id}",
        "decide",
        outcome="intend",
        reason=REASON,
    )
    assert run_clocks(at=desks.city.at + timedelta(days=20)) == 1
    told = read(desks.client("lin-xiao"), "/m/statement")
    assert f"核实后没有计入，不扣分。{REASON}" in told
    assert recount().matches


def token(desks: Desks) -> str:
    """A bearer token of 林晓's."""
    link = open_login_link(actor=platform_actor(), persona="lin-xiao", at=timezone.now())
    assert desks.city.lin_xiao
    return log_in_by_link(token=link, at=timezone.now())


def photo() -> BytesIO:
    """A small picture, as a browser sends it."""
    stream = BytesIO()
    Image.new("RGB", (40, 30), "green").save(stream, "PNG")
    stream.name = "slope.png"
    stream.seek(0)
    return stream


def spendable(desks: Desks) -> int:
    """The points on 林晓's home."""
    page = desks.client("lin-xiao").get("/m/").content.decode()
    found = re.search(r'id="balance">.*?class="num">([\d,]+)<', page, re.S)
    assert found is not None
    return int(found[1].replace(",", ""))
