"""Which projects are like one, here and in the registers that were imported."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import shapely
from django.conf import settings
from django.db import connection

from tanhui.geo.ground import NEAR_DEGREES, ground
from tanhui.kernel.refusals import Conflict
from tanhui.projects.likeness.names import alike_names
from tanhui.projects.likeness.scoring import Likeness, Traits, compare
from tanhui.projects.likeness.weights import Weights, city_weights
from tanhui.runtime.sql import load

_ROOM = "tanhui.projects.likeness"
# Nobody reads more; the likeliest come first.
SHOWN_MAX = 50
_LOOKED_AT_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Waiver:
    """That a likeness is none, in a person's words; `score` is what it scored then."""

    other: str
    score: int
    words: str
    person_id: int
    outbox_id: int
    at: datetime


def findings(project_id: int) -> list[Likeness]:
    """The projects that are like this one, the likeliest first; at most `SHOWN_MAX`.

    Drafts, and what was withdrawn or refused, are compared with nothing. `barred` of each says
    whether it keeps this project from being registered.
    """
    weights = city_weights(settings.TANHUI.content_root)
    own = _traits([project_id], project_id, weights).get(project_id)
    if own is None:
        return []
    numbers = {*_by_signs(project_id, own, weights), *_by_names(project_id, own, weights)}
    waived = {waiver.other: waiver for waiver in waivers(project_id)}
    found = []
    for number, other in _traits(sorted(numbers), project_id, weights).items():
        if number == project_id:
            continue
        likeness = compare(own, other, weights)
        if likeness.score >= weights.shown:
            waiver = waived.get(likeness.other)
            found.append(
                replace(
                    likeness,
                    barred=waiver is None and likeness.score >= weights.refused,
                    waived=waiver.words if waiver else "",
                )
            )
    found.sort(key=lambda likeness: (-likeness.score, likeness.other))
    return found[:SHOWN_MAX]


def require_distinct(project_id: int) -> None:
    """Refuses `same_project_suspected` while a likeness that bars registration is not waived."""
    barred = [likeness for likeness in findings(project_id) if likeness.barred]
    if barred:
        first = barred[0]
        raise Conflict(
            "same_project_suspected",
            zh="与 {other}“{name}”疑似同一项目（{score} 分）。核实后书面放弃，或不予登记。",
            en="This may be the same project as {other} “{name}” (score {score}). Waive it in"
            " writing after a look, or do not register.",
            other=first.other,
            name=first.other_name,
            score=first.score,
        )


def waivers(project_id: int) -> list[Waiver]:
    """What was said to be no likeness, in order."""
    return [Waiver(*row) for row in _rows("waivers", {"id": project_id})]


def _rows(name: str, facts: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())


def _traits(numbers: Sequence[int], own: int, weights: Weights) -> dict[int, Traits]:
    facts = {"numbers": list(numbers), "id": own, "kinds": list(weights.documents_passed_over)}
    return {
        number: Traits(
            ref=ref,
            register=register,
            name_zh=name_zh,
            name_en=name_en,
            owners=tuple(owner for owner in owners if owner),
            credit_code=credit_code,
            meters=frozenset(meters),
            documents=frozenset(documents),
            shape=ground(json.loads(shapes)) if shapes else None,
            methodology=methodology,
        )
        for (
            number,
            ref,
            register,
            name_zh,
            name_en,
            owners,
            credit_code,
            methodology,
            meters,
            documents,
            shapes,
        ) in _rows("traits", facts)
    }


def _by_signs(project_id: int, own: Traits, weights: Weights) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.projects", "project"), {"code": None, "id": project_id})
        owner_id = cursor.fetchall()[0][2]
    facts = {
        "id": project_id,
        "boxes": [_box(part) for part in shapely.get_parts(own.shape)] if own.shape else [],
        "meters": sorted(own.meters),
        "sums": [bytes.fromhex(each) for each in sorted(own.documents)],
        "kinds": list(weights.documents_passed_over),
        "owner_id": owner_id,
        "rows_max": _LOOKED_AT_MAX,
    }
    return [number for (number,) in _rows("candidates", facts)]


def _box(part: shapely.Geometry) -> str:
    """The rectangle around a part as PostgreSQL writes it, wide enough for points beside it."""
    west, south, east, north = part.bounds
    near = NEAR_DEGREES
    return f"({west - near},{south - near}),({east + near},{north + near})"


def _by_names(project_id: int, own: Traits, weights: Weights) -> list[int]:
    numbers, lines = _rows("names", {"id": project_id})[0]
    if not numbers:
        return []
    places = alike_names(
        [own.name_zh, own.name_en],
        lines,
        least_percent=weights.name_least,
        passed_over=weights.names_passed_over,
    )
    return [numbers[place] for place in places[:_LOOKED_AT_MAX]]
