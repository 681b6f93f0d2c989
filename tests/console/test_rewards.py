"""The operator's desk of rewards: onto the shelf by two persons, stock, windows, what runs out."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from tanhui.identity import commands as identity
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.rewards import catalogue, queries, watching
from tanhui.rewards.codes import import_codes
from tanhui.rewards.funding import agree_to_batch, open_funding
from tanhui.rewards.redeeming import redeem_reward, return_redemption
from tests.desks import done, read, refused
from tests.path_two import seat_path_two
from tests.rewards import offers
from tests.rewards.mall import Mall, give_points
from tests.rewards.offers import METRO, TICKETS

pytestmark = [pytest.mark.django_db]

DESK = "/console/rewards/"


@dataclass(frozen=True)
class Desks:
    """The mall of today, and browsers of those who work for it."""

    mall: Mall
    at: datetime

    def client(self, persona: str) -> Client:
        """A browser that is logged in as one of the cast."""
        token = identity.open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
        client = Client()
        client.get(f"/login/{token}")
        return client

    def agreed(self, code: str, units: int = 100, cost_fen: int = 1_000) -> None:
        """The public fund says that it pays for an offer."""
        agree_to_batch(
            actor=self.mall.actor("sponsor"),
            funding_id=self.mall.funding_id,
            offer_code=code,
            cost_fen=cost_fen,
            units=units,
            at=self.at,
        )

    def stock(self, code: str, units: int) -> None:
        """Puts units on sale, for which the public fund says that it pays."""
        self.agreed(code)
        self.mall.stock(code, units, at=self.at)


@pytest.fixture
def desks(db: None, settings: Settings, tmp_path: Path) -> Desks:
    """Pages act now, so the mall was opened an hour ago."""
    del db
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    at = timezone.now() - timedelta(hours=1)
    cast = seat_path_two(at=at)
    funding_id = open_funding(
        actor=cast.actor("sponsor"),
        title_zh="公益出行",
        title_en="Rides for all",
        opens_at=at,
        until=at + timedelta(days=90),
        budget_fen=100_000,
        at=at,
    )
    mall = Mall(cast, cast.persons["lin-xiao"], funding_id)
    give_points([mall.lin], 5_000, at - timedelta(days=30))
    return Desks(mall, at)


def typed(instant: datetime) -> str:
    """A moment as a form sends it."""
    return instant.astimezone(CITY_ZONE).strftime("%Y-%m-%dT%H:%M")


def test_two_persons_put_an_offer_on_the_shelf_from_their_pages(desks: Desks) -> None:
    code = offers.submitted(desks.mall.cast, at=desks.at)
    here = f"{DESK}{code}"
    first, second = desks.client("operator"), desks.client("operator-2")
    assert here in first.get(DESK).content.decode()
    assert here in first.get("/console/").content.decode()
    told = read(first, here)
    assert "盖碗茶一位" in told
    assert "到店扫码核销" in told
    assert "reason_missing" in refused(first, here, "return", words=" ")
    assert "已退回" in done(first, here, "return", words="英文名再短些")
    merchant = desks.mall.actor("merchant")
    catalogue.submit_offer(actor=merchant, offer_code=code, at=timezone.now())
    assert "等另一人上架" in done(first, here, "approve")
    assert "这是你审核的" in read(first, here)
    assert "own_earlier_step" in refused(first, here, "publish")
    assert here in second.get(DESK).content.decode()
    told = done(second, here, "publish")
    assert "已上架" in told
    assert "英文名再短些" in told
    assert queries.offer(code).state == "published"
    assert "已空" in read(second, f"{DESK}?view=alarms")
    assert "没兑换的不再能换" in done(second, here, "close")
    assert "已下架" in read(second, f"{DESK}?view=all")


def test_stock_is_put_on_sale_within_what_the_sponsor_agreed(desks: Desks) -> None:
    code = offers.approved(desks.mall.cast, at=desks.at)
    here, operator = f"{DESK}{code}", desks.client("operator")
    until = typed(timezone.now() + timedelta(days=30))
    ask = {"funding": desks.mall.funding_id, "cost": "9.00", "units": "50", "words": "新店开张"}
    assert "还没有出资方同意" in read(operator, here)
    assert "yuan_malformed" in refused(operator, here, "ask_sponsor", **{**ask, "cost": "9元"})
    assert "等答复" in done(operator, here, "ask_sponsor", **ask)
    desks.agreed(code, units=50, cost_fen=900)
    batch = {"funding": desks.mall.funding_id, "cost": "9", "units": "40", "until": until}
    assert "moment_malformed" in refused(operator, here, "stock_up", **{**batch, "until": "明天"})
    assert "funding_units_above" in refused(operator, here, "stock_up", **{**batch, "units": "51"})
    told = done(operator, here, "stock_up", **batch)
    assert "还可投 10 份，每份最多 9.00 元" in told
    assert "剩 40 张" in told
    assert "640.00" in read(operator, f"{DESK}?view=budgets")
    number = queries.batches(offer_ids=[queries.offer(code).id])[0].id
    assert operator.post(here, {"act": "end_batch", "batch": number + 1}).status_code == 404
    assert "预算回到窗口" in done(operator, here, "end_batch", batch=number)
    assert "1,000.00" in read(operator, f"{DESK}?view=budgets")


def test_the_desk_says_what_runs_out_and_what_nobody_wants(desks: Desks) -> None:
    cast, long_ago = desks.mall.cast, desks.at - timedelta(days=20)
    tea = offers.published(cast, at=desks.at).code
    metro = offers.published(cast, METRO, by=TICKETS, at=desks.at).code
    cup = offers.published(cast, at=long_ago, title_zh="手作陶杯", title_en="A cup").code
    lines = "\n".join(f"CD-{n:04}" for n in range(6)).encode()
    import_codes(actor=cast.actor(TICKETS), offer_code=metro, data=lines, at=desks.at)
    for code, units in ((tea, 3), (metro, 6), (cup, 5)):
        desks.stock(code, units)
    lin = desks.mall.citizen()
    for number in range(2):
        redeem_reward(actor=lin, offer_code=tea, units=1, key=f"t{number}", at=desks.at)
    back = redeem_reward(actor=lin, offer_code=tea, units=1, key="t9", at=desks.at)
    return_redemption(actor=lin, redemption_id=back.id, at=timezone.now())
    now = timezone.now()
    alarms = {each.offer.code: each.alarm for each in watching.watched(now)}
    assert alarms == {tea: "soon", metro: "", cup: "unwanted"}
    operator = desks.client("operator")
    told = read(operator, f"{DESK}?view=alarms")
    assert "约 3 天后空" in told
    assert "没人换" in told
    days = watching.days_of(queries.offer(tea).id, now)
    assert len(days) == watching.DAYS_SHOWN
    assert sum(day.units for day in days) == 3
    assert days[-1].left == 1
    page = read(operator, f"{DESK}{tea}")
    assert "换出 3 份" in page
    assert "空闲 6 个" in read(operator, f"{DESK}{metro}")


def test_the_picture_is_shown_and_nobody_but_the_operator_acts(desks: Desks) -> None:
    cast, drawn = desks.mall.cast, io.BytesIO()
    code = offers.drafted(cast, at=desks.at)
    here = f"{DESK}{code}"
    auditor = desks.client("auditor")
    assert auditor.get(f"{here}/picture").status_code == 404
    Image.new("RGB", (60, 40), "teal").save(drawn, "PNG")
    merchant = cast.actor("merchant")
    catalogue.set_picture(actor=merchant, offer_code=code, data=drawn.getvalue(), at=desks.at)
    catalogue.submit_offer(actor=merchant, offer_code=code, at=desks.at)
    assert auditor.get(f"{here}/picture")["Content-Type"] == "image/png"
    for persona in ("auditor", "regulator"):
        client = desks.client(persona)
        for page in (DESK, f"{DESK}?view=budgets", f"{DESK}?view=shelf", here):
            answer = client.get(page)
            assert answer.status_code == 200
            assert 'name="act"' not in answer.content.decode()
        assert client.post(here, {"act": "approve"}).status_code == 403
    assert desks.client("merchant").get(DESK).status_code == 403
    assert desks.client("operator").get(f"{DESK}R-0000").status_code == 404


def test_the_desk_reads_in_english(desks: Desks) -> None:
    code = offers.published(desks.mall.cast, at=desks.at).code
    desks.stock(code, 5)
    client = desks.client("operator")
    client.cookies["django_language"] = "en"
    for page in (f"{DESK}?view={view}" for view in ("mine", "alarms", "shelf", "budgets", "all")):
        assert client.get(page).status_code == 200
    assert "A bowl of tea for one" in read(client, f"{DESK}{code}")
