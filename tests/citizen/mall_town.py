"""A small town with a mall: 林晓 has points, and there is something of every kind on the shelf."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tanhui.identity import commands as identity
from tanhui.identity.commands import platform_actor
from tests.rewards.mall import Mall, open_mall

TEA, METRO, CUP, BUS, GIFT, FEW = "R-9001", "R-9002", "R-9003", "R-9004", "R-9005", "R-9006"


def open_town(*, points: int = 1_338, at: datetime | None = None) -> Mall:
    """Tea to be scanned, a dear cup, a pass that is gone until later, a gift, one last book."""
    at = at or timezone.now()
    # Long enough ago that the first device of everybody may spend much.
    mall = open_mall(points=points, at=at - timedelta(days=3))
    told: dict[str, Any] = {
        "made_at": at - timedelta(days=1),
        "published_at": at - timedelta(hours=1),
    }
    mall.offer(
        TEA,
        about_zh="望江楼临江的座位，一位一碗。",
        about_en="A seat by the river, one bowl.",
        place_zh="望江楼",
        place_en="Wangjiang Tower",
        art="tea",
        person_max=4,
        **told,
    )
    mall.stock(TEA, 12, at=at - timedelta(minutes=30))
    mall.offer(
        CUP,
        title_zh="手作陶杯一只",
        title_en="A hand-made cup",
        kind="goods",
        category="daily",
        price_points=1_350,
        art="cup",
        **told,
    )
    mall.stock(CUP, 40, at=at - timedelta(minutes=30))
    mall.offer(
        BUS,
        merchant="TICKETS",
        title_zh="公交月卡 9 折",
        title_en="Bus pass at 10% off",
        kind="coupon",
        category="travel",
        price_points=180,
        art="bus",
        **told,
    )
    mall.stock(BUS, 500, at=at, opens_at=at + timedelta(days=8), until=at + timedelta(days=40))
    mall.offer(
        GIFT,
        title_zh="给山里的书",
        title_en="Books for the hills",
        kind="donation",
        delivery="none",
        category="giving",
        price_points=100,
        art="book",
        **told,
    )
    mall.stock(GIFT, 100, cost_fen=0, at=at - timedelta(minutes=30))
    mall.offer(
        FEW,
        title_zh="城市绘本一册",
        title_en="A picture book of the city",
        kind="goods",
        category="culture",
        price_points=240,
        art="book",
        **told,
    )
    mall.stock(FEW, 1, at=at - timedelta(minutes=30))
    return mall


def browser_of(persona: str = "lin-xiao", **headers: object) -> Client:
    """A browser that is logged in as one of the cast."""
    client = Client(**headers)  # type: ignore[arg-type]
    client.get(f"/login/{link(persona)}")
    return client


def link(persona: str = "lin-xiao") -> str:
    """The token of a one-time link."""
    return identity.open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
