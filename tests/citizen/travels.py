"""A day of 林晓 with every way of moving, and every thing that may become of a deed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.commands import record_file
from tanhui.behaviours.rows import BehaviourRow
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import NotFound
from tanhui.partners.commands import bind_riders, register_partner
from tanhui.partners.queries import partner
from tests.citizen.city import OPERATOR

# Code, names, the scene named at first, modes.
PARTNERS = (
    ("METRO", "成都地铁", "Chengdu Metro", "metro", ("metro",)),
    ("BUS", "成都公交", "Chengdu Bus", "bus", ("bus",)),
    ("EV", "蓉城充电", "Rongcheng Charging", "nev-km", ("nev_km", "nev_kwh")),
    ("STEPS", "步数来源", "Step counter", "walking", ("walking",)),
    ("SHARE", "顺路合乘", "Shunlu Rides", "carpool", ("carpool",)),
    ("BIKE-2", "青羊单车", "Qingyang Bikes", "shared-bike", ("shared_bike", "shared_ebike")),
)
RIDER = "lin-travels"


@dataclass(frozen=True)
class Travels:
    """Whose day it is, which, and when it was told."""

    citizen_id: int
    day: date
    at: datetime

    @property
    def rows(self) -> tuple[BehaviourRow, ...]:
        """The citizen's deeds of the day, newest first."""
        found = behaviours.statement(
            citizen_id=self.citizen_id, month=self.day.replace(day=1), at=self.at
        )
        return tuple(row for row in found.rows if city_day(row.started_at) == self.day)

    def of(self, scene: str, state: str = "recorded") -> BehaviourRow:
        """The deed of a scene in a state."""
        return next(row for row in self.rows if (row.scene, row.state) == (scene, state))


def told(
    reference: str, mode: str, day: date, clock: str, minutes: int, **cells: Any
) -> dict[str, Any]:
    """One row of a partner; `clock` is the city's time of its start."""
    hour, minute = clock.split(":")
    begun = day_start(day) + timedelta(hours=int(hour), minutes=int(minute))
    return {
        "reference": reference,
        "rider": RIDER,
        "mode": mode,
        "started_at": begun.isoformat(),
        "ended_at": (begun + timedelta(minutes=minutes)).isoformat(),
        **cells,
    }


def send(folder: Path, code: str, rows: Iterable[dict[str, Any]], at: datetime) -> Any:
    """A partner's file, recorded."""
    rows = list(rows)
    path = folder / f"{code}-{rows[0]['reference']}.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return record_file(
        actor=OPERATOR, partner_code=code, path=path, layout_name="tanhui-ndjson", at=at
    )


def join(citizen_id: int, at: datetime) -> None:
    """Registers the partners that are not there yet, and binds the citizen to all of them."""
    for code, name_zh, name_en, scene, modes in PARTNERS:
        try:
            partner(code)
        except NotFound:
            register_partner(
                actor=OPERATOR,
                code=code,
                name_zh=name_zh,
                name_en=name_en,
                scene=scene,
                modes=modes,
                simulated=True,
                at=at,
            )
    for code in ("BIKE", *(line[0] for line in PARTNERS)):
        bind_riders(
            actor=OPERATOR, partner_code=code, riders=[RIDER], citizen_ids=[citizen_id], at=at
        )


def travel(folder: Path, *, citizen_id: int, day: date, at: datetime) -> Travels:
    """A day by metro, bus, shared car, own electric car, on foot and by bicycle.

    One bicycle ride is as fast as a car (held), one is told twice (merged), one metro ride was
    not taken (voided).
    """
    join(citizen_id, at)
    fast = [told("Q2", "shared_bike", day, "10:00", 12, distance_m=5_700)]
    send(folder, "BIKE-2", fast, at)
    send(folder, "BIKE", [told("K1", "shared_bike", day, "21:00", 12, distance_m=2_000)], at)
    twice = [told("Q1", "shared_bike", day, "21:01", 12, distance_m=1_950)]
    send(folder, "BIKE-2", twice, at)
    metro = [
        told("M1", "metro", day, "09:10", 30, distance_m=12_000),
        told("M2", "metro", day, "12:00", 10, distance_m=3_000),
    ]
    send(folder, "METRO", metro, at)
    void_behaviour(actor=OPERATOR, partner_code="METRO", reference="M2", reason="not_taken", at=at)
    send(folder, "BUS", [told("B1", "bus", day, "17:00", 25, distance_m=6_000)], at)
    shared = [told("C1", "carpool", day, "20:00", 30, distance_m=10_000, persons=3)]
    send(folder, "SHARE", shared, at)
    send(folder, "STEPS", [told("S1", "walking", day, "00:00", 1_440, steps=7_250)], at)
    charge = [told("E1", "nev_kwh", day, "13:00", 40, energy_wh=32_500, car_class="medium")]
    send(folder, "EV", charge, at)
    return Travels(citizen_id, day, at)
