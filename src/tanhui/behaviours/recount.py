"""The deeds recomputed from rows alone: postings, references, milligrams, points and caps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings
from django.db import connection

from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import NotFound
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    POINTS_ISSUED,
    REDUCTION_MEASURED,
)
from tanhui.methodology.document import Methodology
from tanhui.methodology.kernel.rows import compile_kernel
from tanhui.runtime.sql import load
from tanhui.scenes.library import SceneLibrary, city_library
from tanhui.scenes.tariff import Tariff

_ROOM = "tanhui.behaviours"


@dataclass(frozen=True, slots=True)
class Recount:
    """The deeds recomputed against the books; all but the first two count faults.

    `unknown_rules` are rules in the books whose documents are not in the library with the same
    digest: nothing under them can be recomputed.
    """

    deeds: int
    references: int
    differing_postings: int
    differing_chunks: int
    lone_references: int
    differing_points: int
    overstepped_days: int
    differing_reductions: int
    unknown_rules: int

    @property
    def matches(self) -> bool:
        """Whether nothing at all differs."""
        return self.deeds == self.references and not (
            self.differing_postings
            or self.differing_chunks
            or self.lone_references
            or self.differing_points
            or self.overstepped_days
            or self.differing_reductions
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


def _differing_reductions(methodologies: dict[int, Methodology]) -> int:
    """How many deeds hold other milligrams than their rule gives for their metres."""
    rows = _fetch("measures")
    differing = 0
    for rule_id, methodology in methodologies.items():
        cases = [row[1:] for row in rows if row[0] == rule_id]
        frame = pl.DataFrame(
            cases,
            schema={"distance_m": pl.Int64, "recorded": pl.Int64, "deeds": pl.Int64},
            orient="row",
        )
        measured = compile_kernel(methodology).quantify(frame.select("distance_m"))
        wrong = measured.ne_missing(frame["recorded"])
        differing += int(frame.filter(wrong)["deeds"].sum())
    return differing


def recount() -> Recount:
    """Recomputes all that follows from the deeds themselves. Reads all of them."""
    library = city_library(settings.TANHUI.content_root)
    methodologies: dict[int, Methodology] = {}
    tariffs: dict[int, Tariff] = {}
    rules = _fetch("rules")
    for rule_id, methodology, methodology_digest, tariff, tariff_digest in rules:
        if (document := _methodology(library, methodology, methodology_digest)) is not None:
            methodologies[rule_id] = document
        if (paid_by := _tariff(library, tariff, tariff_digest)) is not None:
            tariffs[rule_id] = paid_by
    counts = _fetch(
        "recount",
        {
            "zone": CITY_ZONE.key,
            "points_kind": CITIZEN_POINTS.number,
            "reduction_kind": CITIZEN_REDUCTION.number,
            "points_pool": POINTS_ISSUED.number,
            "reduction_pool": REDUCTION_MEASURED.number,
            "rule_ids": list(tariffs),
            "mg_per_point": [tariff.mg_per_point for tariff in tariffs.values()],
            "day_max": [tariff.points_per_day_max for tariff in tariffs.values()],
        },
    )[0]
    unknown = sum(rule[0] not in methodologies or rule[0] not in tariffs for rule in rules)
    faults = [int(count) for count in (*counts, _differing_reductions(methodologies), unknown)]
    return Recount(*faults)
