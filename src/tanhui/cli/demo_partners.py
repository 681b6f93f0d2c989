"""The demo city's partners: registered, and let into production on an operator's word."""

from __future__ import annotations

from datetime import datetime

from tanhui.kernel.actors import Actor
from tanhui.partners import commands, contract, quota

# Code, names, main scene, modes it brings, and within how many hours it delivers.
PARTNERS = (
    ("BIKE", "锦城单车", "Jincheng Bikes", "shared-bike", ("shared_bike", "shared_ebike"), 24),
    ("METRO", "成都地铁", "Chengdu Metro", "metro", ("metro",), 24),
    ("BUS", "成都公交", "Chengdu Bus", "bus", ("bus",), 24),
    ("EV", "蓉城充电", "Rongcheng Charging", "nev", ("nev_km", "nev_kwh"), 48),
    ("APP", "天府出行", "Tianfu Mobility", "carpool", ("carpool", "shared_bike"), 24),
    ("STEPS", "步数来源", "Step counter", "walking", ("walking",), 24),
)
# One has not come that far: whoever logs in there sees what a new partner sees.
IN_SANDBOX = "APP"
# Whoever tries how much the platform bears should not meet a quota first.
ITEMS_PER_DAY, REQUESTS_PER_MINUTE = 50_000_000, 600_000
# The audit rows say so: nobody played the contract test of invented partners.
WAIVED = "演示城市的模拟数据方，未做沙箱验收 / simulated partner of the demo city, no contract test"


def seat_partners(*, actor: Actor, at: datetime) -> None:
    """Registers the demo's partners and approves them; what is there already stays."""
    for code, name_zh, name_en, scene, modes, expected_hours in PARTNERS:
        partner = commands.register_partner(
            actor=actor,
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            scene=scene,
            simulated=True,
            at=at,
            expected_hours=expected_hours,
            modes=modes,
        )
        if not partner.modes:
            # A city that was made before partners named their modes.
            commands.set_expected(
                actor=actor,
                partner_code=code,
                expected_hours=expected_hours,
                modes=modes,
                at=at,
            )
        quota.set_quota(
            actor=actor,
            partner_code=code,
            items_per_day=ITEMS_PER_DAY,
            requests_per_minute=REQUESTS_PER_MINUTE,
            at=at,
        )
        if code != IN_SANDBOX:
            contract.approve_production(actor=actor, partner_code=code, at=at, waive=WAIVED)
