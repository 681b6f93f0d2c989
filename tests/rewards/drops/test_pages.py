"""The pages of a draw: the operator opens it, citizens enter and leave, anybody recomputes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.identity import commands as identity
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import CITY_ZONE
from tanhui.rewards.drops import commands, queries, running
from tests.cast import OPERATOR
from tests.publiclog import logs
from tests.rewards.drops.draws import Draws
from tests.rewards.mall import open_mall

pytestmark = pytest.mark.django_db
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def today(db: None, tmp_path: Path) -> Iterator[Draws]:
    """The mall as it is now, since pages act when they are asked."""
    del db
    for log in logs.made(tmp_path / "var"):
        yield Draws(open_mall(at=timezone.now() - timedelta(days=5)), log)


def browser(persona: str, **headers: str) -> Client:
    token = identity.open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
    client = Client(headers=headers)
    client.get(f"/login/{token}")
    return client


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, (path, answer.status_code, answer.get("Location"))
    return " ".join(answer.content.decode().split())


def local(instant: datetime) -> str:
    return instant.astimezone(CITY_ZONE).strftime("%Y-%m-%dT%H:%M")


def opened(draws: Draws, *, units: int = 2) -> str:
    """A drop that takes entries now."""
    now = timezone.now()
    offer = draws.mall.offer("R-9002", release="drop", place_zh="望江楼", place_en="Wangjiang")
    batch = draws.mall.stock(offer, units, at=now)
    return commands.open_drop(
        actor=OPERATOR,
        offer_code=offer,
        batch_id=batch.id,
        opens_at=now,
        closes_at=now + timedelta(days=2),
        at=now,
        send=draws.send,
    ).code


def test_a_citizen_enters_in_two_clicks_sees_the_own_code_and_may_leave(today: Draws) -> None:
    lin = browser("lin-xiao")
    assert "现在没有要抽签的" in read(lin, "/m/drops/")
    code = opened(today)
    html = read(lin, "/m/drops/")
    assert "可以报名" in html
    assert f"/m/drops/{code}" in html
    html = read(lin, f"/m/drops/{code}")
    assert "用 260 积分报名" in html
    assert "之后可用" in html
    key = re.search(r'name="key" value="(\w+)"', html)
    assert key
    # Sent twice by a slip it is one entry.
    for _ in range(2):
        answer = lin.post(f"/m/drops/{code}", {"act": "enter", "key": key[1]})
        assert answer.status_code == 302
    html = read(lin, f"/m/drops/{code}")
    entry = queries.entry_of(today.mall.lin, queries.drop(code).id)
    assert entry is not None
    assert entry.code.hex() in html
    assert "260 积分已留出来" in html
    again = lin.post(f"/m/drops/{code}", {"act": "enter", "key": "another"})
    assert again.status_code == 409
    assert "你已经报过名了" in again.content.decode()
    assert lin.post(f"/m/drops/{code}", {"act": "nonsense"}).status_code == 422
    assert lin.post(f"/m/drops/{code}", {"act": "leave"}).status_code == 302
    assert "用 260 积分报名" in read(lin, f"/m/drops/{code}")
    zhou = browser("zhou-shifu")
    assert "还差 260 积分" in read(zhou, f"/m/drops/{code}")
    short = zhou.post(f"/m/drops/{code}", {"act": "enter", "key": "k"})
    assert short.status_code == 429
    assert "还差" in short.content.decode()
    assert Client().get(f"/m/drops/{code}").status_code == 302
    read(lin, "/m/drops/D-9999", 404)


def test_what_came_of_it_is_told_to_each_and_everybody_may_recompute_it(today: Draws) -> None:
    code = opened(today, units=1)
    drop = queries.drop(code)
    lin, public = browser("lin-xiao"), Client()
    commands.enter_drop(actor=today.mall.citizen(), drop=code, key="k", at=timezone.now())
    later = drop.closes_at + timedelta(minutes=1)
    assert "报名中" in read(public, "/draws/")
    html = read(public, f"/draws/{code}")
    assert drop.commitment.hex() in html
    assert read(public, f"/draws/{code}/entries.txt", 404)
    assert read(public, f"/draws/{code}/draw.json", 404)
    running.close_due(actor=platform_actor(), at=later)
    assert "名单不再变动" in read(lin, f"/m/drops/{code}")
    assert lin.post(f"/m/drops/{code}", {"act": "leave"}).status_code == 409
    today.log.publish(later)
    running.draw_due(actor=platform_actor(), at=later, send=today.send)
    running.settle_due(actor=platform_actor(), at=later)
    today.log.publish(later)
    assert "中了，是你的了" in read(lin, f"/m/drops/{code}")
    assert "中了" in read(lin, "/m/drops/")
    html = read(public, f"/draws/{code}")
    assert '<circle class="won"' in html
    assert "tanhui_draw.py" in html
    entry = queries.entry_of(today.mall.lin, drop.id)
    assert entry is not None
    listed = public.get(f"/draws/{code}/entries.txt").content.decode()
    assert listed == f"1 {entry.code.hex()} 1\n"
    file = json.loads(public.get(f"/draws/{code}/draw.json").content)
    assert file["entries"] == listed
    program = public.get("/verify/tanhui_draw.py")
    assert program.status_code == 200
    assert "attachment" in program["Content-Disposition"]
    read(public, "/draws/D-9999", 404)


def test_the_operator_opens_follows_and_calls_off_and_others_only_read(today: Draws) -> None:
    desk = browser("operator")
    now = timezone.now()
    assert "没有可以抽的库存" in read(desk, "/console/drops/")
    offer = today.mall.offer("R-9002", release="drop")
    batch = today.mall.stock(offer, 3, at=now)
    html = read(desk, "/console/drops/")
    assert f'<option value="{batch.id}">' in html
    closes = local(now + timedelta(days=2))
    # Witnesses are asked over the network, and none answers here.
    told = {"act": "open", "batch": str(batch.id), "opens": "", "closes": closes}
    silent = desk.post("/console/drops/", told)
    assert silent.status_code == 409
    assert "见证方不够" in silent.content.decode()
    assert desk.post("/console/drops/", {**told, "batch": "999"}).status_code == 404
    assert desk.post("/console/drops/", {**told, "closes": "soon"}).status_code == 422
    code = commands.open_drop(
        actor=OPERATOR,
        offer_code=offer,
        batch_id=batch.id,
        opens_at=now,
        closes_at=now + timedelta(days=2),
        at=now,
        send=today.send,
    ).code
    assert code in read(desk, "/console/drops/")
    html = read(desk, f"/console/drops/{code}")
    assert "取消这次抽签" in html
    auditor = browser("auditor")
    assert "取消这次抽签" not in read(auditor, f"/console/drops/{code}")
    off = {"act": "call_off", "reason": "商家停业"}
    assert auditor.post(f"/console/drops/{code}", off).status_code == 403
    assert desk.post(f"/console/drops/{code}", {**off, "reason": ""}).status_code == 422
    assert desk.post(f"/console/drops/{code}", off).status_code == 302
    html = read(desk, f"/console/drops/{code}")
    assert "商家停业" in html
    assert "取消这次抽签" not in html
    assert "商家停业" in read(Client(), f"/draws/{code}")
    lin = browser("lin-xiao")
    assert "这次抽签取消了" in read(lin, f"/m/drops/{code}")
    assert Client().get("/console/drops/").status_code == 302


def test_every_page_of_it_is_in_english_too(today: Draws) -> None:
    code = opened(today)
    lin = browser("lin-xiao", accept_language="en")
    desk = browser("operator", accept_language="en")
    public = Client(headers={"accept-language": "en"})
    for client, path in (
        (lin, "/m/drops/"),
        (lin, f"/m/drops/{code}"),
        (desk, "/console/drops/"),
        (desk, f"/console/drops/{code}"),
        (public, "/draws/"),
        (public, f"/draws/{code}"),
    ):
        html = re.sub(r'lang="zh[^>]*>[^<]*<', "", read(client, path))
        main = html[html.index("<main") : html.index("</main")]
        assert not CHINESE.search(main), (path, CHINESE.findall(main)[:20])
