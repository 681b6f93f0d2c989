"""Cancelling credits that turned out not to count, and saying which vintage is doubted.

Two persons of the authority cancel. What is still held is cancelled. What was retired stays so, is
marked as not counting, and is replaced from the buffers as far as they go: the page of the
certificate says both.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.projects import queries as projects
from tanhui.publiclog.commands import append_leaf
from tanhui.registry import checks, moving, queries, refusals
from tanhui.registry.leaves import (
    Placed,
    Range,
    account_code,
    cancel_leaf,
    dispute_leaf,
    replace_leaf,
)
from tanhui.registry.moving import REPLACED, Asked, Line
from tanhui.registry.queries import rows, run
from tanhui.registry.records import Cancellation
from tanhui.runtime import binary
from tanhui.runtime.sql import load


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancellation did, in kilograms."""

    event_id: UUID
    cancelled_kg: int
    invalid_kg: int
    replaced_kg: int


def propose_cancellation(*, actor: Actor, first: int, last: int, reason: str, at: datetime) -> int:
    """Proposes to cancel the numbers from `first` to `last`; answers the proposal's number.

    Refuses `not_permitted`, `range_invalid`, `reason_invalid` and `no_such_credit`.
    """
    require(actor, "credits.propose_cancel")
    checks.numbers(first, last)
    words = checks.reason(reason)
    queries.block_of(first)
    queries.block_of(last)
    with transaction.atomic():
        (row,) = rows(
            "add_cancellation",
            {
                "first": first,
                "last": last,
                "reason": words,
                "person_id": actor.person_id,
                "at": at,
            },
        )
        write_audit(
            actor=actor,
            action="registry.propose_cancellation",
            subject=f"cancellation:{row['id']}",
            facts={"first": first, "last": last},
            at=at,
        )
    return int(row["id"])


def withdraw_cancellation(*, actor: Actor, cancellation_id: int, at: datetime) -> None:
    """Lets a proposal go.

    Refuses `not_permitted`, `no_such_cancellation` and `cancellation_decided`.
    """
    require(actor, "credits.propose_cancel")
    with transaction.atomic():
        _open(cancellation_id)
        _decide(cancellation_id, "withdrawn", actor, None, at)
        write_audit(
            actor=actor,
            action="registry.withdraw_cancellation",
            subject=f"cancellation:{cancellation_id}",
            facts={},
            at=at,
        )


def confirm_cancellation(*, actor: Actor, cancellation_id: int, at: datetime) -> Cancelled:
    """Cancels what another person proposed, and replaces from buffers what was retired of it.

    Refuses `not_permitted`, `no_such_cancellation`, `cancellation_decided`, `same_person_decides`,
    `no_such_credits`, `credits_reserved` and `already_cancelled`.
    """
    require(actor, "credits.cancel")
    with transaction.atomic():
        found = _open(cancellation_id)
        if actor.person_id is None or actor.person_id == found.proposed_by:
            raise refusals.same_person()
        event_id = uuid4()
        cut = _cut(event_id, actor, found.first, found.last, found.reason, at)
        cancelled = [(a, b, account_code(account)) for a, b, account, _ in cut if account]
        invalid = [(a, b) for a, b, account, _ in cut if not account]
        moving.note(
            event_id,
            cancel_leaf(slices=cancelled, invalid=invalid, why=found.reason, at=at),
            at,
        )
        _decide(cancellation_id, "confirmed", actor, event_id, at)
        lost: dict[UUID, list[Range]] = defaultdict(list)
        for first, last, _, retirement_id in cut:
            if retirement_id is not None:
                lost[retirement_id].append((first, last))
        replaced = _replace(actor, lost, at)
        done = Cancelled(event_id, _kg(cancelled), _kg(invalid), replaced)
        write_audit(
            actor=actor,
            action="registry.cancel",
            subject=f"cancellation:{cancellation_id}",
            facts={
                "first": found.first,
                "last": found.last,
                "cancelled_kg": done.cancelled_kg,
                "invalid_kg": done.invalid_kg,
                "replaced_kg": replaced,
            },
            at=at,
        )
    return done


def open_dispute(
    *, actor: Actor, project_code: str, vintage: int, reason: str, at: datetime
) -> None:
    """Says in public that a vintage is doubted; its certificates say so as long as it lasts.

    Refuses `not_permitted`, `no_such_project`, `reason_invalid` and `dispute_exists`.
    """
    require(actor, "credits.set_aside")
    asked = {"reason": checks.reason(reason)}
    if not _dispute("open_dispute", actor, project_code, vintage, asked, at):
        raise refusals.dispute_exists()


def close_dispute(
    *, actor: Actor, project_code: str, vintage: int, reason: str, at: datetime
) -> None:
    """Ends a dispute. Refuses `not_permitted`, `no_such_project`, `reason_invalid` and
    `no_such_dispute`."""
    require(actor, "credits.set_aside")
    checks.reason(reason)
    if not _dispute("close_dispute", actor, project_code, vintage, {}, at):
        raise refusals.no_dispute()


def _dispute(
    statement: str,
    actor: Actor,
    project_code: str,
    vintage: int,
    asked: Mapping[str, object],
    at: datetime,
) -> bool:
    project = projects.project(project_code)
    opened = statement == "open_dispute"
    with transaction.atomic():
        told = {"project_id": project.id, "vintage": vintage, "at": at, **asked}
        if not rows(statement, told):
            return False
        append_leaf(
            leaf=dispute_leaf(project=project_code, vintage=vintage, opened=opened, at=at), at=at
        )
        write_audit(
            actor=actor,
            action=f"registry.{statement}",
            subject=f"project:{project_code}",
            facts={"vintage": vintage},
            at=at,
        )
    return True


def _open(cancellation_id: int) -> Cancellation:
    run("lock_cancellation", {"id": cancellation_id})
    found = queries.cancellation(cancellation_id)
    if found.outcome is not None:
        raise refusals.decided()
    return found


def _decide(
    cancellation_id: int, outcome: str, actor: Actor, event_id: UUID | None, at: datetime
) -> None:
    run(
        "decide_cancellation",
        {
            "id": cancellation_id,
            "outcome": outcome,
            "person_id": actor.person_id,
            "event_id": event_id,
            "at": at,
        },
    )


def _cut(
    event_id: UUID, actor: Actor, first: int, last: int, reason: str, at: datetime
) -> list[tuple[int, int, int | None, UUID | None]]:
    with moving.named(), binary.cursor(connection) as cursor:
        cursor.execute(
            load("tanhui.registry", "cancel"),
            {
                "event_id": event_id,
                "at": at,
                "actor": actor.name,
                "facts": Jsonb({"why": reason}),
                "first": first,
                "last": last,
            },
        )
        return list(cursor.fetchall())


def _replace(actor: Actor, lost: Mapping[UUID, Sequence[Range]], at: datetime) -> int:
    """Retires from the buffers what these retirements lost, as far as there is any."""
    done = 0
    for retirement_id, ranges in lost.items():
        lines = _from_buffers(retirement_id, sum(last - first + 1 for first, last in ranges))
        if not lines:
            continue
        number = queries.retirement_by_id(retirement_id).number
        event_id, taken = moving.move(
            kind="replace",
            asked=Asked(actor, at),
            facts={"number": number},
            holders=[None] * len(lines),
            lines=lines,
            where=REPLACED,
        )
        kg = sum(line.kg for line in lines)
        run("add_replacement", {"event_id": event_id, "retirement_id": retirement_id, "kg": kg})
        slices = [each.placed for each in taken]
        moving.note(
            event_id,
            replace_leaf(number=number, slices=slices, instead_of=ranges, at=at),
            at,
        )
        done += kg
    return done


def _from_buffers(retirement_id: UUID, wanted: int) -> list[Line]:
    own = rows("projects_of_event", {"event_id": retirement_id})
    lines: list[Line] = []
    for row in rows("buffers", {"projects": [each["code"] for each in own]}):
        kg = min(wanted, row["kg"])
        if kg:
            lines.append(Line(row["code"], row["vintage"], kg))
            wanted -= kg
    return lines


def _kg(runs: Sequence[Range | Placed]) -> int:
    return sum(run[1] - run[0] + 1 for run in runs)
