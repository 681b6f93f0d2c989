"""What a citizen declares: a journey of which nobody else tells, at the lowest grade of evidence.

A declared journey pays what the tariff gives for grade D. It never stands in the way of a partner
that proves it later: the proved one is paid in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from django.conf import settings

from tanhui.behaviours.commands import record_chunk
from tanhui.behaviours.judging import DECLARED
from tanhui.behaviours.recording import MERGED_OUTCOME, Source
from tanhui.behaviours.report import REASONS
from tanhui.claims.areas import claimed_areas
from tanhui.governance.permissions import require
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.partners.commands import register_partner
from tanhui.partners.layouts import load_layout
from tanhui.partners.raw import LINE, TORN
from tanhui.partners.trips import check_trips
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import Scene

# The source of what citizens tell themselves, as others know a partner.
SELF = "SELF"
_LAYOUT = "tanhui-ndjson"
# Who remembers a journey tells of it soon; older days have been told by partners.
DECLARED_WITHIN_DAYS = 7


@dataclass(frozen=True, slots=True)
class Declared:
    """What became of a declaration: `recorded`, `merged` or `held`, and what it brings."""

    outcome: str
    reduction_mg: int
    points: int


def declarable(library: SceneLibrary) -> tuple[Scene, ...]:
    """The scenes whose journeys a citizen may declare: those that take a person's own time."""
    return tuple(scene for scene in library.scenes if scene.claim.rule == "trip")


def declare_trip(
    *,
    actor: Actor,
    scene: str,
    started_at: datetime,
    ended_at: datetime,
    distance_m: int,
    at: datetime,
) -> Declared:
    """Records a journey that the citizen declares.

    Refuses: `not_permitted`, `no_such_scene`, `not_declarable`, `declared_too_late`,
    `declared_already`, and as a partner's row would be (`in_future`, `too_fast`, …).
    """
    require(actor, "behaviours.declare")
    assert actor.person_id is not None, "the permission is a citizen's"
    library = library_in_force()
    chosen = library.scene(scene)
    if chosen not in declarable(library):
        raise Invalid(
            "not_declarable",
            zh="“{scene}”不能自行申报。",
            en="“{scene_en}” cannot be declared by oneself.",
            scene=chosen.title_zh,
            scene_en=chosen.title_en,
        )
    if started_at < at - timedelta(days=DECLARED_WITHIN_DAYS):
        raise Invalid(
            "declared_too_late",
            zh="只能申报最近 {days} 天的行程。",
            en="Only journeys of the last {days} days can be declared.",
            days=DECLARED_WITHIN_DAYS,
        )
    person_id = actor.person_id
    trips = _as_trips(library, chosen, person_id, started_at, ended_at, distance_m, at)
    partner = register_partner(
        actor=platform_actor(),
        code=SELF,
        name_zh="自行申报",
        name_en="Own declarations",
        scene="",
        simulated=settings.TANHUI.simulated,
        at=at,
    )
    source = Source(
        partner_id=partner.id,
        batch=f"declared-{at:%Y%m%d}",
        layout=_LAYOUT,
        library=library,
        riders=lambda rows: np.full(rows.height, person_id, dtype=np.int64),
        reference_key=settings.TANHUI.reference_key,
    )
    result = record_chunk(actor=platform_actor(), source=source, trips=trips, at=at)
    told = result.outcome[0]
    kind, _, code = (told or "recorded").partition(":")
    if kind == "refused":
        zh, en = REASONS[code]
        raise Invalid(code, zh=f"没有计入：{zh}。", en=f"Not counted: {en}.")
    if kind == "exists":
        raise Conflict(
            "declared_already",
            zh="这一程已经申报过。",
            en="This journey has been declared already.",
        )
    outcome = "merged" if kind == MERGED_OUTCOME else kind
    return Declared(outcome, int(result.row_mg[0]), int(result.row_points[0]))


def _as_trips(
    library: SceneLibrary,
    scene: Scene,
    person_id: int,
    started_at: datetime,
    ended_at: datetime,
    distance_m: int,
    at: datetime,
) -> pl.DataFrame:
    """The declaration as a partner's checked row, of the lowest grade."""
    layout = load_layout(settings.TANHUI.content_root, _LAYOUT)
    cells = {
        "reference": f"{person_id}-{scene.code}-{started_at.isoformat()}",
        "rider": str(person_id),
        "mode": scene.mode,
        "started_at": started_at.isoformat(),
        "ended_at": ended_at.isoformat(),
        "distance_m": str(distance_m),
    }
    raw = pl.DataFrame([cells]).with_columns(
        pl.lit(1, dtype=pl.Int64).alias(LINE), pl.lit(False).alias(TORN)
    )
    trips = check_trips(raw, layout, now=at, modes=library.modes(), areas=claimed_areas())
    return trips.with_columns(pl.lit(DECLARED, dtype=pl.Int64).alias("grade"))
