"""Replays: asked for by whoever weighs a proposal, done by the worker, kept with the proposal."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from tanhui.cases import commands as cases
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.rulebook import queries
from tanhui.rulebook.queries import Replay, replay_from
from tanhui.runtime.sql import load

_ROOM = "tanhui.rulebook"
# A season; more is no surer and takes longer than anybody waits.
DAYS_MAX = 92


def ask_replay(*, actor: Actor, proposal_id: int, first: date, last: date, at: datetime) -> int:
    """Asks for a proposal to be computed on the deeds of past days; the worker does it.

    Refuses: `not_permitted`, `days_not_over`, `too_many_days`, `replay_running`.
    """
    require(actor, "rules.second")
    proposal = queries.proposal(proposal_id)
    if first > last or last >= city_day(at):
        raise Invalid(
            "days_not_over",
            zh="请选已经过完的日子，首日不晚于末日。",
            en="Choose days that are over, the first not after the last.",
        )
    if (last - first).days >= DAYS_MAX:
        raise Invalid(
            "too_many_days",
            zh="一次最多演算 {most} 天。",
            en="At most {most} days are replayed at once.",
            most=DAYS_MAX,
        )
    if any(one.state in ("waiting", "running") for one in queries.replays(proposal_id)):
        raise Conflict(
            "replay_running",
            zh="这份提案正在演算，请等它完成。",
            en="This proposal is being replayed already.",
            transient=True,
        )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            load(_ROOM, "ask_replay"),
            {
                "proposal_id": proposal_id,
                "digest": proposal.digest,
                "first_day": first,
                "last_day": last,
                "actor": actor.name,
                "at": at,
            },
        )
        replay_id = int(cursor.fetchall()[0][0])
        write_audit(
            actor=actor,
            action="rules.replay",
            subject=f"{proposal.kind}:{proposal.reference}",
            facts={"proposal": proposal.id, "digest": proposal.digest},
            at=at,
        )
    return replay_id


def take_replay(replay_id: int | None = None) -> Replay | None:
    """Takes a replay that waits (or the one named), so that nobody else does it; None: none waits.

    One whose worker has not been heard of for two minutes waits again.
    """
    with transaction.atomic():
        taken = queries.rows("take_replay", {"replay_id": replay_id})
    return replay_from(taken[0]) if taken else None


def beat(replay: Replay, days_done: int) -> None:
    """Says how far a replay has come."""
    _run("beat_replay", {"replay_id": replay.id, "days_done": days_done})


def finish(*, actor: Actor, replay: Replay, result: dict[str, Any], at: datetime) -> None:
    """Keeps what a replay found; a proposal that waited for it can now be seconded.

    Refuses: `not_permitted` (the platform alone computes).
    """
    require(actor, "rules.replay")
    with transaction.atomic():
        facts = {"replay_id": replay.id, "state": "done", "result": Jsonb(result), "at": at}
        _run("finish_replay", facts)
        proposal = queries.proposal(replay.proposal_id)
        if replay.digest == proposal.digest and queries.case_of(proposal).state == "proposed":
            cases.take_step(actor=actor, case_id=proposal.case_id, step="replay", at=at)


def fail(*, actor: Actor, replay: Replay, why: str, at: datetime) -> None:
    """Keeps that a replay could not be done, and why; it may be asked for again."""
    require(actor, "rules.replay")
    facts = {"replay_id": replay.id, "state": "failed", "result": Jsonb({"why": why}), "at": at}
    _run("finish_replay", facts)


def _run(name: str, facts: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
