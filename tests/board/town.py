"""A small town for the board: rides of yesterday with places, one of them held, one taken back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from tanhui.behaviours.commands import record_file
from tanhui.behaviours.totals.rolling import roll
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import city_day, day_start
from tests.cast import BIKE, LAYOUT, LIN_RIDER, OPERATOR, ZHOU_RIDER, seat

# 天府广场 in Qingyang, and the middle of Pidu; WGS84, as a partner tells them.
QINGYANG, PIDU = (104.0636, 30.6598), (103.8850, 30.8080)


def make_town(folder: Path) -> datetime:
    """Seats the cast, records eight rides of yesterday, and rolls; answers when."""
    at = timezone.now()
    seat(at=at - timedelta(days=2))
    begun = day_start(city_day(at) - timedelta(days=1)) + timedelta(hours=7)
    rows = [
        _ride(place, QINGYANG if place < 5 else PIDU, begun + timedelta(hours=place))
        for place in range(8)
    ]
    path = folder / "rides.ndjson"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    result = record_file(actor=OPERATOR, partner_code=BIKE, path=path, layout_name=LAYOUT, at=at)
    assert result.recorded + sum(result.held.values()) == 8, result
    roll(actor=platform_actor(), at=timezone.now())
    return at


def _ride(place: int, start: tuple[float, float], begun: datetime) -> dict[str, object]:
    longitude, latitude = start
    return {
        "reference": f"B{place}",
        "rider": LIN_RIDER if place % 2 else ZHOU_RIDER,
        "mode": "shared_bike",
        "started_at": begun.isoformat(),
        "ended_at": (begun + timedelta(minutes=12)).isoformat(),
        "distance_m": 2_000 + place,
        "start_lng": longitude,
        "start_lat": latitude,
        "end_lng": longitude + 0.01,
        "end_lat": latitude + 0.01,
    }
