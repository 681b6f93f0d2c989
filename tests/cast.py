"""The one cast of all tests: 林晓, 周师傅, the bike partner, the operator; what they send."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tanhui.identity.commands import seat_personas
from tanhui.identity.personas import BY_NAME
from tanhui.kernel.actors import Actor, Assurance
from tanhui.kernel.periods import CITY_ZONE
from tanhui.partners.commands import bind_riders, register_partner

LIN_XIAO = BY_NAME["lin-xiao"]
ZHOU_SHIFU = BY_NAME["zhou-shifu"]
OPERATOR = Actor("operator:tests", frozenset({"operator"}), assurance=Assurance.MACHINE)
BIKE_DESK = Actor("partner:BIKE", frozenset({"partner"}), assurance=Assurance.KEY)
CITIZEN = Actor("person:1", frozenset({"citizen"}), person_id=1, assurance=Assurance.PHONE)

BIKE = "BIKE"
LAYOUT = "tanhui-ndjson"
# What the bike partner calls them.
LIN_RIDER = "jc-lin"
ZHOU_RIDER = "jc-zhou"
# A Friday noon of the city. Everything told here happened before.
NOW = datetime(2026, 3, 20, 12, 0, tzinfo=CITY_ZONE)


@dataclass(frozen=True)
class Seated:
    """The numbers of those who are in the books."""

    lin: int
    zhou: int
    partner_id: int


def register_bike(*, at: datetime = NOW) -> int:
    """Registers the bike partner; answers its number."""
    return register_partner(
        actor=OPERATOR,
        code=BIKE,
        name_zh="锦城单车",
        name_en="Jincheng Bikes",
        scene="shared-bike",
        simulated=True,
        at=at,
    ).id


def seat(*, at: datetime = NOW) -> Seated:
    """Seats 林晓 and 周师傅, registers the bike partner and binds its two riders to them."""
    partner_id = register_bike(at=at)
    lin, zhou = seat_personas(at=at)
    bind_riders(
        actor=OPERATOR,
        partner_code=BIKE,
        riders=[LIN_RIDER, ZHOU_RIDER],
        citizen_ids=[lin, zhou],
        at=at,
    )
    return Seated(lin, zhou, partner_id)


def ride(
    reference: str,
    *,
    started_at: datetime = NOW - timedelta(hours=4),
    minutes: float = 12,
    distance_m: object = 2_431,
    rider: str = LIN_RIDER,
    **changed: object,
) -> dict[str, Any]:
    """One ride as the bike partner tells it; `changed` overrides or adds any cell."""
    return {
        "reference": reference,
        "rider": rider,
        "mode": "shared_bike",
        "started_at": started_at.isoformat(),
        "ended_at": (started_at + timedelta(minutes=minutes)).isoformat(),
        "distance_m": distance_m,
        **changed,
    }


def write_rides(path: Path, rides: Iterable[dict[str, Any]]) -> Path:
    """Writes rides as the partner's file: one JSON object a line."""
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rides), encoding="utf-8"
    )
    return path
