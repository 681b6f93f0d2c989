"""A very small city: two citizens of the cast and a few rides of the bike partner."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.test import Client
from django.utils import timezone

from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.commands import record_file
from tanhui.behaviours.rows import BehaviourRow
from tanhui.identity import commands as identity
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.partners.commands import bind_riders, register_partner

OPERATOR = Actor(name="operator", roles=frozenset({"operator"}))


@dataclass(frozen=True)
class City:
    """Who lives there, and when it was made."""

    lin_xiao: int
    zhou: int
    at: datetime

    @property
    def yesterday(self) -> date:
        """The city's day before this one: its rides are over whenever a test runs."""
        return city_day(self.at) - timedelta(days=1)

    def deed(self, metres: int) -> BehaviourRow:
        """林晓's ride of so many metres."""
        home = behaviours.home(citizen_id=self.lin_xiao, at=self.at)
        return next(row for row in home.latest if row.amount == metres)

    def latest_key(self, citizen_id: int) -> str:
        """The name of someone's latest deed."""
        return behaviours.home(citizen_id=citizen_id, at=self.at).latest[0].key

    def client(self, persona: str = "lin-xiao", **headers: Any) -> Client:
        """A browser that is logged in as one of the cast."""
        client = Client(**headers)
        client.get(f"/login/{self.link(persona)}")
        return client

    def link(self, persona: str) -> str:
        """The token of a one-time link."""
        return identity.open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())


def _trip(number: int, rider: str, day: date, hour: int, minutes: int, metres: int) -> str:
    begun = day_start(day) + timedelta(hours=hour)
    return json.dumps(
        {
            "reference": f"T{number:04d}",
            "rider": rider,
            "mode": "shared_bike",
            "started_at": begun.isoformat(),
            "ended_at": (begun + timedelta(minutes=minutes)).isoformat(),
            "distance_m": metres,
        }
    )


def make_city(folder: Path) -> City:
    """Rides of yesterday, of the day before (beyond the daily limit) and of forty days ago."""
    at = timezone.now()
    register_partner(
        actor=OPERATOR,
        code="BIKE",
        name_zh="锦城单车",
        name_en="Jincheng Bikes",
        scene="shared-bike",
        simulated=True,
        at=at,
    )
    lin_xiao, zhou = identity.seat_personas(at=at)
    bind_riders(
        actor=OPERATOR,
        partner_code="BIKE",
        riders=["lin", "zhou"],
        citizen_ids=[lin_xiao, zhou],
        at=at,
    )
    city = City(lin_xiao, zhou, at)
    before = city.yesterday - timedelta(days=1)
    path = folder / "rides.ndjson"
    path.write_text(
        "\n".join(
            [
                _trip(1, "lin", city.yesterday, 8, 13, 2_431),
                _trip(2, "lin", city.yesterday, 18, 6, 1_000),
                _trip(3, "lin", before, 9, 40, 9_000),
                _trip(4, "lin", city.yesterday - timedelta(days=40), 9, 10, 1_500),
                _trip(5, "zhou", city.yesterday, 7, 9, 1_200),
            ]
        ),
        encoding="utf-8",
    )
    result = record_file(
        actor=OPERATOR, partner_code="BIKE", path=path, layout_name="tanhui-ndjson", at=at
    )
    assert result.recorded == 5, result
    return city
