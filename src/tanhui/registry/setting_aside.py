"""Credits that stay with their holder and cannot be used: frozen, pledged, held for a court."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.registry import checks, moving, queries, refusals
from tanhui.registry.leaves import aside_leaf, release_leaf
from tanhui.registry.moving import ASIDE, Asked
from tanhui.registry.queries import run
from tanhui.registry.references import known
from tanhui.registry.refusals import ReferenceKnown

PLEDGE = "pledge"
KINDS = ("freeze", PLEDGE, "court")


def set_aside(
    *,
    actor: Actor,
    kind: str,
    organisation_id: int,
    project_code: str,
    vintage: int,
    kg: int,
    reason: str,
    reference: str,
    at: datetime,
) -> UUID:
    """Sets kilograms of a holder aside; answers the number by which they are released.

    A holder pledges its own; the authority freezes, or holds for a court. The same reference with
    the same content answers the same number. Refuses `not_permitted`, `aside_kind_invalid`,
    `not_yours`, `kg_invalid`, `vintage_invalid`, `reason_invalid`, `reference_invalid`,
    `no_such_project`, `credits_insufficient` and `exists_with_different_<field>`.
    """
    if kind not in KINDS:
        raise refusals.kind_invalid()
    require(actor, "credits.pledge" if kind == PLEDGE else "credits.set_aside")
    if kind == PLEDGE and organisation_id != checks.own(actor):
        raise refusals.not_yours()
    line = checks.line(project_code, vintage, kg)
    words = checks.reason(reason)
    checks.reference(reference)
    facts: dict[str, object] = {
        "aside": kind,
        "holder": organisation_id,
        "project": project_code,
        "vintage": vintage,
        "kg": kg,
    }
    asked = Asked(actor, at, organisation_id, f"{kind}:{reference}")
    try:
        with transaction.atomic():
            event_id, taken = moving.move(
                kind="aside",
                asked=asked,
                facts=facts,
                holders=[organisation_id],
                lines=[line],
                where=ASIDE,
            )
            run(
                "add_aside",
                {
                    "id": event_id,
                    "kind": kind,
                    "organisation_id": organisation_id,
                    "reason": words,
                },
            )
            slices = [each.placed for each in taken]
            moving.note(event_id, aside_leaf(kind=kind, slices=slices, at=at), at)
            write_audit(
                actor=actor,
                action="registry.set_aside",
                subject=f"organisation:{organisation_id}",
                facts={**facts, "aside_id": str(event_id)},
                at=at,
            )
    except ReferenceKnown:
        return known(organisation_id, f"{kind}:{reference}", "aside", facts)
    return event_id


def release_set_aside(*, actor: Actor, aside_id: UUID, reason: str, at: datetime) -> None:
    """Gives what was set aside back to its holder's use.

    A pledge ends by the authority too, since its holder alone may not end it: the creditor's word
    is on the paper that the authority has seen. Refuses `not_permitted`, `no_such_aside`,
    `reason_invalid`.
    """
    require(actor, "credits.set_aside")
    words = checks.reason(reason)
    with transaction.atomic():
        found = queries.aside(aside_id)
        event_id, taken = moving.end_hold(
            kind="release",
            asked=Asked(actor, at, found.organisation_id),
            facts={"aside": found.kind, "why": words},
            hold_id=aside_id,
            lines=moving.line_count(aside_id),
            retired=False,
        )
        run("end_aside", {"id": aside_id, "event_id": event_id})
        slices = [each.placed for each in taken]
        moving.note(event_id, release_leaf(slices=slices, at=at), at)
        write_audit(
            actor=actor,
            action="registry.release",
            subject=f"organisation:{found.organisation_id}",
            facts={"aside_id": str(aside_id), "kind": found.kind, "kg": found.kg},
            at=at,
        )
