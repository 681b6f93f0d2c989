"""The deeds recomputed from rows alone: postings, references, milligrams, points and caps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db import connection

from tanhui.behaviours.measuring import NO_LIMIT, quantify
from tanhui.behaviours.totals.queries import differing_totals
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import NotFound
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    POINTS_ISSUED,
    REDUCTION_MEASURED,
)
from tanhui.methodology.document import Methodology
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.tariff import GRADES, Tariff

_ROOM = "tanhui.behaviours"


@dataclass(frozen=True, slots=True)
class Counted:
    """What counts, added up from the rows alone: not merged, not voided, no hold open or reversed.

    It equals the sum of all `sums` leaves of the public log once nothing waits to be rolled.
    """

    deeds: int
    reduction_mg: int
    points: int


@dataclass(frozen=True, slots=True)
class Recount:
    """The deeds recomputed against the books; all numbers but the first two count faults.

    `unknown_rules` are rules in the books whose documents are not in the library with the same
    digest: nothing under them can be recomputed. `lone_notes` are holds, merges and voids that do
    not fit the deed they speak of. `differing_totals` counts cells (partner, day, scene, district)
    whose prepared totals are not what the deeds come to.
    """

    deeds: int
    references: int
    differing_postings: int
    differing_chunks: int
    lone_references: int
    differing_points: int
    overstepped_days: int
    lone_notes: int
    differing_reductions: int
    differing_totals: int
    unknown_rules: int
    counted: Counted = field(kw_only=True)

    @property
    def matches(self) -> bool:
        """Whether nothing at all differs."""
        return self.deeds == self.references and not (
            self.differing_postings
            or self.differing_chunks
            or self.lone_references
            or self.differing_points
            or self.overstepped_days
            or self.lone_notes
            or self.differing_reductions
            or self.differing_totals
            or self.unknown_rules
        )


def _fetch(name: str, facts: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())


def _methodology(library: SceneLibrary, reference: str, digest: str) -> Methodology | None:
    try:
        found = library.methodologies.referenced(reference)
    except NotFound:
        return None
    return found if found.digest == digest else None


def _tariff(library: SceneLibrary, reference: str, digest: str) -> Tariff | None:
    for tariff in library.tariffs:
        if (tariff.reference, tariff.digest) == (reference, digest):
            return tariff
    return None


def _differing_reductions(
    library: SceneLibrary, methodologies: dict[int, tuple[int, Methodology]]
) -> int:
    """How many deeds hold other milligrams than their rule gives for what was counted."""
    rows = _fetch("measures")
    differing = 0
    for rule_id, (scene, methodology) in methodologies.items():
        cases = np.array([row[1:] for row in rows if row[0] == rule_id], dtype=np.int64)
        if len(cases):
            amount, detail, recorded, deeds = cases.T
            measured = quantify(methodology, library.numbered(scene), amount, detail)
            differing += int(deeds[measured != recorded].sum())
    return differing


def _limit(library: SceneLibrary, reference: str, digest: str) -> int | None:
    """The limit over all scenes by which a rule paid; None where its file is not in the library."""
    if not reference:
        return NO_LIMIT
    for limit in library.limits:
        if (limit.reference, limit.digest) == (reference, digest):
            return limit.per_day_max_in_all
    return None


def recount() -> Recount:
    """Recomputes all that follows from the deeds themselves. Reads all of them."""
    library = library_in_force()
    methodologies: dict[int, tuple[int, Methodology]] = {}
    paid_by: dict[int, tuple[Tariff, int]] = {}
    rules = _fetch("rules")
    for (
        rule_id,
        scene,
        methodology,
        digest,
        tariff_id,
        tariff_digest,
        limit_id,
        limit_digest,
    ) in rules:
        if (document := _methodology(library, methodology, digest)) is not None:
            methodologies[rule_id] = (scene, document)
        tariff = _tariff(library, tariff_id, tariff_digest)
        limit = _limit(library, limit_id, limit_digest)
        if tariff is not None and limit is not None:
            paid_by[rule_id] = (tariff, limit)
    counts = _fetch(
        "recount",
        {
            "zone": CITY_ZONE.key,
            "points_kind": CITIZEN_POINTS.number,
            "reduction_kind": CITIZEN_REDUCTION.number,
            "points_pool": POINTS_ISSUED.number,
            "reduction_pool": REDUCTION_MEASURED.number,
            "rule_ids": list(paid_by),
            "mg_per_point": [tariff.mg_per_point for tariff, _ in paid_by.values()],
            "day_max": [tariff.points_per_day_max for tariff, _ in paid_by.values()],
            "day_max_in_all": [limit for _, limit in paid_by.values()],
            **{
                grade.lower(): [tariff.percent(grade) for tariff, _ in paid_by.values()]
                for grade in GRADES
            },
        },
    )[0]
    unknown = sum(rule[0] not in methodologies or rule[0] not in paid_by for rule in rules)
    reductions = _differing_reductions(library, methodologies)
    totals = differing_totals()
    faults = (int(count) for count in (*counts, reductions, totals, unknown))
    return Recount(*faults, counted=Counted(*map(int, _fetch("counted")[0])))
