"""The mall from the first ride to the last point: earned, spent, paid for, drawn, given.

One clock tells every page and every job what time it is, and the story moves it on. Witnesses are
programs of their own, asked over the network as a city asks them.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tanhui.behaviours.commands import record_file
from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor, register_simulated
from tanhui.identity.queries import acting
from tanhui.kernel.periods import CITY_ZONE
from tanhui.ledger.chart import MERCHANT_DUE, MERCHANT_PAID, POINTS_EXPIRED, POINTS_GIVEN
from tanhui.partners.commands import bind_riders
from tanhui.rewards import queries as rewards
from tanhui.rewards.drops.commands import enter_drop
from tanhui.rewards.moving_code import moving_text
from tanhui.rulebook.publishing import found as found_rules
from tests.cast import (
    BIKE,
    LAYOUT,
    LIN_RIDER,
    OPERATOR,
    ZHOU_RIDER,
    register_bike,
    ride,
    write_rides,
)
from tests.desks import act, done, read, refused, words
from tests.flows.mall_by_clock import Clock, Town, posted, typed, witnesses
from tests.path_two import seat_path_two

pytestmark = pytest.mark.database

FOUNDED = datetime(2026, 9, 1, 9, 0, tzinfo=CITY_ZONE)
DAYS, OTHERS = 19, 6
TILL = "/portal/merchant/till"
PROGRAM = Path(__file__).resolve().parents[2] / "verify" / "tanhui_draw.py"
TEA = {
    "title_zh": "盖碗茶一位",
    "title_en": "A bowl of tea for one",
    "kind": "voucher",
    "delivery": "scan",
    "category": "food",
    "price_points": "60",
    "value": "15",
    "valid_days": "30",
    "min_level": "0",
    "art": "tea",
    "place_zh": "望江楼",
    "place_en": "Wangjiang Tower",
}
OPERA = {**TEA, "title_zh": "川剧一场", "title_en": "An evening of opera", "release": "drop"}
CAUSE = {
    "title_zh": "龙泉山的树",
    "title_en": "Trees on Longquan Hill",
    "receiver_zh": "龙泉山护林队",
    "receiver_en": "Longquan forest rangers",
    "about_zh": "在龙泉山补种乔木。",
    "about_en": "Trees are planted on Longquan Hill.",
    "art": "tree",
}


@pytest.fixture
def town(
    books: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Town]:
    """The city on the day its platform begins: rules in force, everybody at their desks."""
    assert books.version
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    clock = Clock(FOUNDED.astimezone(UTC))
    monkeypatch.setattr(timezone, "now", clock)
    found_rules(actor=platform_actor(), at=clock())
    cast = seat_path_two(at=clock())
    _, zhou, *others = register_simulated(actor=OPERATOR, count=2 + OTHERS, at=clock())
    register_bike(at=clock())
    riders = [LIN_RIDER, ZHOU_RIDER, *(f"jc-{number}" for number in range(OTHERS))]
    bind_riders(
        actor=OPERATOR,
        partner_code=BIKE,
        riders=riders,
        citizen_ids=[cast.persons["lin-xiao"], zhou, *others],
        at=clock(),
    )
    with witnesses():
        yield Town(cast, clock, tmp_path, zhou, others)


def test_the_mall_pays_out(town: Town) -> None:
    for stage in (
        she_earns,
        an_offer_comes_onto_the_shelf,
        she_redeems_and_the_shop_takes_it,
        one_goes_back_and_one_is_disputed,
        the_month_is_paid,
        a_draw_is_held_and_recomputed,
        her_inbox_tells_it_all,
        what_is_left_is_given_and_not_lost,
    ):
        stage(town)
        town.proven()


def she_earns(town: Town) -> None:
    """A month of rides comes as the partner's file; its points wait for two days."""
    rides: list[dict[str, Any]] = []
    for number, rider in enumerate([LIN_RIDER, ZHOU_RIDER, *(f"jc-{n}" for n in range(OTHERS))]):
        for day in range(DAYS if rider == LIN_RIDER else 4):
            begun = FOUNDED + timedelta(days=DAYS - day, hours=-1, minutes=7 * number + day)
            told = {"minutes": 31 + number, "distance_m": 6_900 + 70 * number + 10 * day}
            rides.append(ride(f"{rider}-{day}", started_at=begun, rider=rider, **told))
    town.clock.move(2026, 9, 21, 9, 0)
    found = record_file(
        actor=OPERATOR,
        partner_code=BIKE,
        path=write_rides(town.folder / "bike.ndjson", rides),
        layout_name=LAYOUT,
        at=timezone.now(),
    )
    assert (found.recorded, found.points) == (len(rides), 30 * len(rides))
    held = rewards.spendable(town.lin, timezone.now())
    assert (held.points, held.waiting) == (0, 30 * DAYS)
    assert "570 积分还不能用，最早 9 月 23 日起可用" in read(town.desk("lin-xiao"), "/m/mall/")
    town.work()
    town.clock.move(2026, 9, 23, 9, 0)
    after = rewards.spendable(town.lin, timezone.now())
    assert (after.points, after.waiting) == (30 * DAYS, 0)


def an_offer_comes_onto_the_shelf(town: Town) -> None:
    """Four persons of three organisations bring one bowl of tea onto the shelf."""
    sponsor = town.desk("sponsor")
    window = {
        "title_zh": "秋天的茶",
        "title_en": "Tea in autumn",
        "first": "2026-09-23",
        "last": "2026-12-31",
        "budget": "300",
    }
    answer = act(sponsor, "/portal/sponsor/open", "open", **window)
    town.window = rewards.fundings()[0].id
    assert f"/portal/sponsor/windows/{town.window}" in answer["Location"]
    code = on_sale(town, TEA, units=9, cost="9.00")
    assert code == rewards.offers()[-1].code
    assert "盖碗茶一位" in read(Client(), "/funding/")


def on_sale(town: Town, fields: dict[str, str], *, units: int, cost: str) -> str:
    """Drafted by the merchant, approved, agreed to, published by another, stocked; its code."""
    shop, first, second = (town.desk(one) for one in ("merchant", "operator", "operator-2"))
    drafted = act(shop, "/portal/merchant/offers/new", "draft", **fields)
    code = drafted["Location"].partition("?")[0].rpartition("/")[2]
    assert "等平台审核" in done(shop, f"/portal/merchant/offers/{code}", "submit")
    here = f"/console/rewards/{code}"
    assert "等另一人上架" in done(first, here, "approve")
    assert "own_earlier_step" in refused(first, here, "publish")
    terms = {"funding": town.window, "cost": cost, "units": units}
    assert "等答复" in done(first, here, "ask_sponsor", words="请出资", **terms)
    window = f"/portal/sponsor/windows/{town.window}"
    agreed = {"offer": code, "cost": cost, "units": units}
    assert "已同意" in done(town.desk("sponsor"), window, "agree", **agreed)
    assert "已上架" in done(second, here, "publish")
    batch = {**terms, "until": typed(town.clock.now + timedelta(days=60))}
    assert "funding_units_above" in refused(second, here, "stock_up", **{**batch, "units": 999})
    done(second, here, "stock_up", **batch)
    return str(code)


def redeemed(town: Town, client: Client) -> tuple[str, str]:
    """Home, mall, offer, yes: answers the order's address and the eight letters it shows."""
    assert 'href="/m/mall/"' in client.get("/m/").content.decode()
    shelf = client.get("/m/mall/").content.decode()
    offer = re.search(r'href="(/m/mall/R-\d+)"', shelf)
    assert offer is not None
    page = client.get(offer[1]).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    answer = client.post(offer[1], {"key": key[1], "units": "1"})
    order = str(answer["Location"])
    letters = re.search(r"\b([0-9A-Z]{4}) ([0-9A-Z]{4})\b", read(client, order))
    assert letters is not None
    town.orders.append(order)
    return order, letters[1] + letters[2]


def she_redeems_and_the_shop_takes_it(town: Town) -> None:
    """Three clicks to a voucher; the till looks, takes, and refuses an old picture."""
    lin, shop = town.desk("lin-xiao"), town.desk("merchant")
    order, letters = redeemed(town, lin)
    town.work()
    picture = moving_text(letters, timezone.now())
    assert "确认核销" in words(act(shop, TILL, "look", text=picture).content.decode())
    assert "应付你 9.00 元" in done(shop, TILL, "accept", text=letters)
    assert "已使用" in read(lin, order)
    assert "voucher_used" in act(shop, TILL, "accept", text=letters).content.decode()
    _, letters = redeemed(town, lin)
    old = moving_text(letters, timezone.now())
    town.clock.now += timedelta(minutes=5)
    assert "voucher_stale" in act(shop, TILL, "look", text=old).content.decode()
    other = town.desk("merchant-2")
    assert "not_your_voucher" in act(other, TILL, "look", text=letters).content.decode()
    assert rewards.spendable(town.lin, timezone.now()).points == 30 * DAYS - 120


def one_goes_back_and_one_is_disputed(town: Town) -> None:
    """What is not wanted goes back; what was not given comes back by a decision."""
    town.work()
    lin, shop = town.desk("lin-xiao"), town.desk("merchant")
    back = town.orders[-1]
    assert "到期日不变" in read(lin, f"{back}/return")
    assert lin.post(f"{back}/return").status_code == 302
    assert "60 积分已退回" in read(lin, back)
    order, letters = redeemed(town, lin)
    done(shop, TILL, "accept", text=letters)
    lin.post(f"{order}/dispute", {"act": "open", "words": "店里说今天不接待。"})
    waiting = shop.get("/portal/merchant/disputes/").content.decode()
    link = re.search(r'href="/portal/merchant/disputes/([A-Z]+-\d+)"', waiting)
    assert link is not None
    code = link[1]
    here = f"/portal/merchant/disputes/{code}"
    assert "等平台裁定" in done(shop, here, "answer", words="当天停电。")
    decided = {"decision": "refund", "words": "没有给到，退回。"}
    desk = f"/console/disputes/{code}"
    assert "已裁定退回" in done(town.desk("operator"), desk, "decide", **decided)
    assert "没有给到，退回。" in read(lin, f"{order}/dispute")
    town.work()
    assert rewards.spendable(town.lin, timezone.now()).points == 30 * DAYS - 60


def the_month_is_paid(town: Town) -> None:
    """September is over: the statement is the ledger's, paid and received by word of both."""
    town.clock.move(2026, 9, 30, 21, 0)
    town.work()
    town.clock.move(2026, 10, 1, 9, 0)
    town.work()
    sponsor, shop = town.desk("sponsor"), town.desk("merchant")
    here, theirs = (f"/portal/{side}/statements/2026-09" for side in ("sponsor", "merchant"))
    owed = posted(MERCHANT_DUE) - posted(MERCHANT_DUE, side="debit")
    assert owed == 900
    for client, address in ((sponsor, here), (shop, theirs)):
        assert "9.00 元" in read(client, address)
        text = client.get(f"{address}.csv").content.decode("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert rows[-1]["net_yuan"] == f"{owed / 100:.2f}"
        assert (rows[0]["owed_yuan"], rows[0]["returned_yuan"]) == ("18.00", "9.00")
        assert client.get(f"{address}.pdf").content.startswith(b"%PDF-")
    (settlement,) = re.findall(
        r'name="settlement" value="(\d+)"', sponsor.get(here).content.decode()
    )[:1]
    done(sponsor, here, "paid", settlement=settlement, reference="ICBC-20261001")
    assert "ICBC-20261001" in read(shop, theirs)
    assert "结清" in done(shop, theirs, "received", settlement=settlement)
    assert posted(MERCHANT_PAID) == owed


def a_draw_is_held_and_recomputed(town: Town) -> None:
    """Two seats and eight entries; a stranger finds the same two with one file."""
    code = on_sale(town, OPERA, units=2, cost="30.00")
    desk = town.desk("operator")
    batch = rewards.batches(offer_ids=[rewards.offer(code).id])[0].id
    closes = typed(town.clock.now + timedelta(days=2))
    told = act(desk, "/console/drops/", "open", batch=batch, opens="", closes=closes)
    assert told.status_code == 302, words(told.content.decode())
    drop = told["Location"].partition("?")[0].rpartition("/")[2]
    for persona in ("lin-xiao", "zhou-shifu"):
        client, here = town.desk(persona), f"/m/drops/{drop}"
        key = re.search(r'name="key" value="(\w+)"', client.get(here).content.decode())
        assert key is not None
        assert client.post(here, {"act": "enter", "key": key[1]}).status_code == 302
        assert "60 积分已留出来" in read(client, here)
    for citizen in town.others:
        someone = acting(citizen, role=None, organisation_id=None)
        enter_drop(actor=someone, drop=drop, key="k", at=timezone.now())
    town.work()
    town.clock.move(2026, 10, 4, 9, 0)
    # The list is frozen and told to the log first; only what the log holds is drawn from.
    for _ in range(2):
        town.work()
    page = read(town.desk("lin-xiao"), f"/m/drops/{drop}")
    assert "中了，是你的了" in page or "没中" in page
    recomputed(town, drop)


def recomputed(town: Town, drop: str) -> None:
    """The program, the draw's file and the keys lie elsewhere; nothing of the platform is near."""
    elsewhere, reader = town.folder / "elsewhere", Client()
    elsewhere.mkdir()
    program = Path(shutil.copy(PROGRAM, elsewhere / "check.py"))
    assert program.read_bytes() == b"".join(reader.get("/verify/tanhui_draw.py"))
    (elsewhere / "keys").write_bytes(reader.get("/verify/policy").content)
    data = reader.get(f"/draws/{drop}/draw.json").content

    def checked(file: bytes) -> list[str]:
        (elsewhere / "draw.json").write_bytes(file)
        told = subprocess.run(
            [sys.executable, "-I", str(program), "draw.json", "--keys", "keys"],
            capture_output=True,
            text=True,
            check=False,
            cwd=elsewhere,
            env={"PATH": os.environ["PATH"]},
        )
        assert told.stdout, told.stderr
        return told.stdout.splitlines()

    said = checked(data)
    assert said[-1] == "valid"
    entries = json.loads(data)["entries"]
    assert len(entries.splitlines()) == 2 + OTHERS
    won = [line for line in entries.splitlines() if line.split()[1] in "\n".join(said)]
    assert len(won) == 2
    # One letter of one code.
    place = data.index(entries.split()[1].encode())
    other = b"0" if data[place : place + 1] != b"0" else b"1"
    wrong = checked(data[:place] + other + data[place + 1 :])
    assert wrong[-1] == "invalid: the list is not the frozen one"


def her_inbox_tells_it_all(town: Town) -> None:
    """Everything that happened to her lies in her inbox, and leads to where it happened."""
    lin = town.desk("lin-xiao")
    page = read(lin, "/m/notices/")
    for title in ("换好了：盖碗茶一位", "争议有结果：盖碗茶一位", "川剧一场", "积分已退回"):
        assert title in page, (title, page)
    inbox = lin.get("/m/notices/").content.decode()
    links = re.findall(r'action="(/m/notices/[0-9a-f-]{36})"', inbox)
    assert f"{len(links)} 条没看" in page
    assert lin.post(links[0])["Location"].startswith("/m/")
    assert f"{len(links) - 1} 条没看" in read(lin, "/m/notices/")


def what_is_left_is_given_and_not_lost(town: Town) -> None:
    """Two years later: told three times, then hers go where she chose, and 周师傅's are gone."""
    desk = town.desk("operator")
    done(desk, "/console/rewards/causes/", "open", **CAUSE)
    lin = town.desk("lin-xiao")
    cause = re.search(r'name="cause" value="(\d+)"', lin.get("/m/points/").content.decode())
    assert cause is not None
    lin.post("/m/points/", {"act": "heir", "cause": cause[1]})
    assert "2028 年 9 月 30 日" in read(lin, "/m/points/")
    both = (town.lin, town.zhou)
    for moment in (
        *((2026, 10, 31, 21), (2028, 8, 1, 9), (2028, 8, 31, 9), (2028, 9, 23, 9)),
        *((2028, 9, 30, 21), (2028, 10, 1, 2)),
    ):
        town.clock.move(*moment)
        before = [rewards.spendable(each, timezone.now()).points for each in both]
        town.work()
    assert before[0] > 0
    after = [rewards.spendable(each, timezone.now()).points for each in both]
    assert after == [0, 0]
    assert (posted(POINTS_GIVEN), posted(POINTS_EXPIRED) > 0) == (before[0], True)
    lin = town.desk("lin-xiao")
    page = read(lin, "/m/notices/")
    ends = f"你有 {before[0]} 积分在 2028 年 9 月 30 日到期"
    assert page.count(ends) == 3, page
    assert "龙泉山的树" in read(lin, "/m/points/give")
