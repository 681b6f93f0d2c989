"""The claims recounted from the deeds: is anybody paid twice for the same time?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from tanhui.claims.areas import recount_areas
from tanhui.claims.tolerance import city_tolerance
from tanhui.runtime.sql import load
from tanhui.scenes.library import city_library


@dataclass(frozen=True, slots=True)
class ClaimsRecount:
    """`differing_time` counts rows of four hours whose bits are not those of the trips that stand;
    `double_paid` counts trips that stand and take the same time as the one before them,
    `areas_early` areas claimed for days that citizens may have been paid for, `areas_shared` pairs
    of projects that claim the same journeys."""

    differing_time: int
    double_paid: int
    areas_early: int = 0
    areas_shared: int = 0

    @property
    def matches(self) -> bool:
        """Whether nothing differs."""
        return not (
            self.differing_time or self.double_paid or self.areas_early or self.areas_shared
        )


def recount_claims() -> ClaimsRecount:
    """Reads all deeds, all taken time and all claimed areas."""
    root = settings.TANHUI.content_root
    scenes = [scene for scene in city_library(root).scenes if scene.claim.rule == "trip"]
    tolerance = city_tolerance(root)
    facts: dict[str, Any] = {
        "scenes": [scene.number for scene in scenes],
        "groupings": [scene.claim.group for scene in scenes],
        "overlap_percent": tolerance.overlap_percent,
        "other_group_us": tolerance.other_group_us,
    }
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.behaviours", "double_paid"), facts)
        differing, paid_twice = map(int, cursor.fetchall()[0])
    areas = recount_areas()
    return ClaimsRecount(differing, paid_twice, areas.early, areas.shared)
