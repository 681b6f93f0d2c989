"""The demo city's organisations: owners, verification bodies, buyers, merchants and sponsors."""

from __future__ import annotations

from datetime import datetime

from tanhui.identity.organisations.commands import register_organisation
from tanhui.kernel.actors import Actor

# Code, names, an invented credit code, roles, and whether it is a small firm. The three owners
# carry the names of the first signed projects; everything told of them here is invented, which
# their names say wherever they stand.
ORGANISATIONS = (
    (
        "GLASS",
        "平原尼普洛药包玻璃厂（模拟）",
        "Plain Nipro glassworks (simulated)",
        "91510100MA00DEMO01",
        ("owner",),
        False,
    ),
    (
        "FOREST",
        "龙泉山城市森林公园经营公司（模拟）",
        "Longquan Mountain urban forest park company (simulated)",
        "91510100MA00DEMO02",
        ("owner",),
        False,
    ),
    (
        "GREENWAY",
        "天府绿道建设公司（模拟）",
        "Tianfu Greenway construction company (simulated)",
        "91510100MA00DEMO03",
        ("owner",),
        False,
    ),
    (
        "VILLAGE",
        "川西林盘合作社（模拟）",
        "Linpan village cooperative (simulated)",
        "93510100MA00DEMO04",
        ("owner",),
        True,
    ),
    (
        "VERIFY-A",
        "蓉信审核机构（模拟）",
        "Rongxin verification body (simulated)",
        "91510100MA00DEMO05",
        ("verifier",),
        False,
    ),
    (
        "VERIFY-B",
        "天衡审核机构（模拟）",
        "Tianheng verification body (simulated)",
        "91510100MA00DEMO06",
        ("verifier",),
        False,
    ),
    (
        "EXPO",
        "锦城会展公司（模拟）",
        "Jincheng exhibition company (simulated)",
        "91510100MA00DEMO07",
        ("buyer",),
        False,
    ),
    (
        "FACTORY",
        "蓉东电子厂（模拟）",
        "Rongdong electronics factory (simulated)",
        "91510100MA00DEMO08",
        ("buyer",),
        False,
    ),
    (
        "TEAHOUSE",
        "望江楼茶驿（模拟）",
        "Wangjianglou tea house (simulated)",
        "91510100MA00DEMO09",
        ("merchant", "sponsor"),
        True,
    ),
    (
        "TICKETS",
        "天府轨道票务公司（模拟）",
        "Tianfu transit ticket company (simulated)",
        "91510100MA00DEMO10",
        ("merchant",),
        False,
    ),
    (
        "RIDEPASS",
        "锦城骑行运营公司（模拟）",
        "Jincheng ride company (simulated)",
        "91510100MA00DEMO11",
        ("merchant", "sponsor"),
        False,
    ),
    (
        "FUND",
        "市级公益资金（模拟）",
        "City public-good fund (simulated)",
        "91510100MA00DEMO12",
        ("sponsor",),
        False,
    ),
    (
        "BANK",
        "蓉城绿色银行（模拟）",
        "Rongcheng green bank (simulated)",
        "91510100MA00DEMO13",
        ("sponsor",),
        False,
    ),
)


def seat_organisations(*, actor: Actor, at: datetime) -> dict[str, int]:
    """Registers the organisations; answers their numbers by code. What is there already stays."""
    return {
        code: register_organisation(
            actor=actor,
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            credit_code=credit_code,
            roles=roles,
            small=small,
            simulated=True,
            at=at,
        )
        for code, name_zh, name_en, credit_code, roles, small in ORGANISATIONS
    }
