"""One deed by its partner's reference, as the desks see it: without whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from tanhui.behaviours.changes import reference_digest, storable
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.partners import queries as partners
from tanhui.partners.rows import require_own
from tanhui.runtime.sql import load

_STATES = ("recorded", "merged", "held")


@dataclass(frozen=True, slots=True)
class FoundDeed:
    """A recorded deed. `person` is a pseudonym; `amount` is in the unit of the scene's measure.

    `state` is recorded, merged, held, reversed or voided; points and milligrams are those it was
    recorded with.
    """

    reference: str
    person: str
    partner_code: str
    partner_zh: str
    partner_en: str
    scene: int
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    amount: int
    reduction_mg: int
    points: int
    grade: int
    state: str
    hold_id: UUID | None
    void_reason: str | None
    voided_at: datetime | None


def find_deed(*, actor: Actor, partner_code: str, reference: str) -> FoundDeed:
    """The deed that a partner sent under this reference.

    Refuses `not_permitted` (a partner finds its own alone), `no_such_partner`,
    `no_such_behaviour`.
    """
    partner = partners.partner(partner_code)
    require_own(actor, partner.id, "partner.read")
    with connection.cursor() as cursor:
        cursor.execute(
            load("tanhui.behaviours", "find_deed"),
            {
                "partner_id": partner.id,
                "digest": reference_digest(reference),
                "reference": storable(reference),
            },
        )
        found = cursor.fetchone()
    if found is None:
        raise NotFound("no_such_behaviour", zh="没有这条记录。", en="There is no such record.")
    *told, state, hold_id, outcome, void_reason, voided_at = found
    name, person, scene, started_at, ended_at, recorded_at, amount, mg, points, grade = told
    kind = _STATES[state]
    if kind == "held" and outcome is not None:
        kind = "reversed" if outcome == "reversed" else "recorded"
    return FoundDeed(
        reference=name,
        person=f"{person:06x}",
        partner_code=partner.code,
        partner_zh=partner.name_zh,
        partner_en=partner.name_en,
        scene=scene,
        started_at=started_at,
        ended_at=ended_at,
        recorded_at=recorded_at,
        amount=amount,
        reduction_mg=mg,
        points=points,
        grade=grade,
        state="voided" if voided_at else kind,
        hold_id=hold_id if kind == "held" else None,
        void_reason=void_reason,
        voided_at=voided_at,
    )
