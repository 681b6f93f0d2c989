"""What holders do with credits: transfer, retire, undo; and what the platform locks for good.

Every command moves blocks and books together, in one call of the database, and tells the public log
in the same transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.registry import checks, moving, queries, refusals
from tanhui.registry.leaves import Range, account_code, transfer_leaf
from tanhui.registry.moving import Asked, Line, to_holder
from tanhui.registry.references import known
from tanhui.registry.refusals import ReferenceKnown


@dataclass(frozen=True, slots=True)
class Moved:
    """A transfer: its event, the runs of numbers that moved, and whether it was made before."""

    event_id: UUID
    ranges: tuple[Range, ...]
    exists: bool


def transfer_credits(
    *,
    actor: Actor,
    project_code: str,
    vintage: int,
    kg: int,
    to_organisation_id: int,
    reference: str,
    at: datetime,
    price_fen: int | None = None,
) -> Moved:
    """Gives kilograms of the actor's organisation to another; the lowest numbers first.

    `reference` is the organisation's own: the same again with the same content changes nothing.
    `price_fen` is per tonne, as the parties told it. Refuses `not_permitted`, `no_account`,
    `kg_invalid`, `vintage_invalid`, `reference_invalid`, `transfer_to_itself`, `no_such_project`,
    `organisation_holds_nothing`, `credits_insufficient`, `too_many_pieces` and
    `exists_with_different_<field>`.
    """
    require(actor, "credits.transfer")
    owner = checks.own(actor)
    line = checks.line(project_code, vintage, kg)
    checks.reference(reference)
    checks.price(price_fen)
    if to_organisation_id == owner:
        raise refusals.transfer_to_itself()
    facts: dict[str, object] = {
        "project": project_code,
        "vintage": vintage,
        "kg": kg,
        "to": to_organisation_id,
        **({} if price_fen is None else {"price_fen": price_fen}),
    }
    asked = Asked(actor, at, owner, reference)
    try:
        with transaction.atomic():
            event_id, taken = moving.move(
                kind="transfer",
                asked=asked,
                facts=facts,
                holders=[owner],
                lines=[line],
                where=to_holder(to_organisation_id),
            )
            moving.note(
                event_id,
                transfer_leaf(
                    slices=[each.range for each in taken],
                    source=account_code(taken[0].account_id),
                    target=account_code(taken[0].target_id),
                    at=at,
                ),
                at,
            )
            write_audit(
                actor=actor,
                action="registry.transfer",
                subject=f"organisation:{owner}",
                facts={**facts, "event": str(event_id)},
                at=at,
            )
    except ReferenceKnown:
        event_id = known(owner, reference, "transfer", facts)
        moved = queries.slices(event_id)[event_id]
        return Moved(event_id, tuple((each.first, each.last) for each in moved), exists=True)
    return Moved(event_id, tuple(each.range for each in taken), exists=False)


__all__ = ["Line", "Moved", "transfer_credits"]
