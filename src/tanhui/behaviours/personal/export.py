"""Everything that is kept on one person, as one JSON document."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tanhui.behaviours.personal import refusals
from tanhui.behaviours.personal.places import BELOW, FILES, NOT_PERSONAL, PLACES
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.consents.purposes import city_purposes
from tanhui.kernel.actors import Actor
from tanhui.runtime.sql import load

FORMAT = "tanhui-personal/1"
_ROOM = "tanhui.behaviours.personal"


def export_person(*, actor: Actor, at: datetime) -> dict[str, Any]:
    """All that is kept on the one who acts. Refuses `not_permitted`, `person_unknown`.

    The document: `format`, `made_at` (UTC), `person_id`; `kept`: by name, the rows of each table as
    objects with the columns' names (times in ISO 8601, units last in the name, sealed values
    opened); `not_told`: what is left out and why; `purposes`: what each purpose of a consent means.
    """
    require(actor, "personal.own")
    if actor.person_id is None:
        raise refusals.person_unknown()
    return tell(actor, actor.person_id, at)


def tell(actor: Actor, person_id: int, at: datetime) -> dict[str, Any]:
    """The document of `export_person`, for commands that have asked whether the actor may."""
    with transaction.atomic():
        kept = _kept(person_id)
        if not kept["person"] or kept["person"][0]["erased_at"] is not None:
            raise refusals.person_unknown()
        write_audit(
            actor=actor,
            action="personal.export",
            subject=f"person:{person_id}",
            facts={"rows": sum(map(len, kept.values()))},
            at=at,
        )
    return {
        "format": FORMAT,
        "made_at": at.astimezone(UTC).isoformat(),
        "person_id": person_id,
        "kept": kept,
        "not_told": _not_told(),
        "purposes": [
            {
                "id": purpose.id,
                "title": {"zh": purpose.title_zh, "en": purpose.title_en},
                "receives": {"zh": purpose.receives_zh, "en": purpose.receives_en},
                "kept": {"zh": purpose.kept_zh, "en": purpose.kept_en},
            }
            for purpose in city_purposes(settings.TANHUI.content_root)
        ],
    }


def _kept(person_id: int) -> dict[str, list[dict[str, Any]]]:
    kept: dict[str, list[dict[str, Any]]] = {}
    for place in PLACES:
        rows = _rows(place.table, place.key, place.value.format(id=person_id))
        kept[place.name] = [place.opened(row) for row in rows]
    for below in BELOW:
        values = {str(row[below.column]) for row in kept[below.above]}
        kept[below.place.name] = [
            below.place.opened(row)
            for value in sorted(values)
            for row in _rows(below.place.table, below.place.key, value)
        ]
    return kept


def _rows(table: str, key: str, value: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "rows_of"), {"relation": table, "key": key, "value": value})
        return [json.loads(row[0]) for row in cursor.fetchall()]


def _not_told() -> dict[str, str]:
    """What is left out, by table or `table.column`, and why."""
    told = NOT_PERSONAL | FILES
    for place in (*PLACES, *(below.place for below in BELOW)):
        told.update({f"{place.table}.{name}": why for name, why in place.left_out.items()})
    return told
