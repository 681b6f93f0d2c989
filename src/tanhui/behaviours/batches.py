"""Signed batches: items in, one result for each, in order; the same message gets the same answer.

A batch of the sandbox goes the whole way and is rolled back: the answers are those of production,
and nothing is booked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import msgspec
import numpy as np
import numpy.typing as npt
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import errors

from tanhui.behaviours.batch_reading import LAYOUT, Batch, read_batch
from tanhui.behaviours.changes import take_back
from tanhui.behaviours.recording import (
    ChunkResult,
    settle_deeds,
)
from tanhui.behaviours.settlement import Deeds, Ints
from tanhui.behaviours.stand_ins import riders_of_batch
from tanhui.behaviours.store import to_date
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.references import reference_digests
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.riders import NOBODY, WITHHELD
from tanhui.partners.rows import require_own
from tanhui.partners.signing import Environment
from tanhui.runtime.sql import load

ITEMS_MAX = 1_000
CORRECTIONS_MAX = 100
# Another batch may win a reference or a lock; after that many tries something else is wrong.
TRIES = 5
_LOST_RACES = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)


class ItemResult(msgspec.Struct, gc=False):
    """What became of one item: `recorded`, `merged`, `exists`, `held:<why>` or `refused:<code>`.

    What is held brings its milligrams and points only if it is released.
    """

    reference: str | None
    result: str
    reduction_mg: int
    points: int


class Totals(msgspec.Struct):
    """`rows` = recorded + exists + held + refused; those merged are among the recorded.

    Milligrams and points are those of rows that are paid now.
    """

    rows: int
    recorded: int
    merged: int
    exists: int
    held: int
    refused: int
    reduction_mg: int
    points: int


class DayTotals(Totals):
    """The totals of the rows that started on one day of the city; null where none can be read."""

    day: date | None


class BatchAnswer(msgspec.Struct):
    """What a message is answered."""

    batch: str
    environment: Environment
    results: list[ItemResult]
    totals: Totals
    days: list[DayTotals]


def _bytes(texts: Sequence[str]) -> npt.NDArray[np.bytes_]:
    return np.array([text.encode() for text in texts] or [b""], dtype=np.bytes_)[: len(texts)]


def _deeds(batch: Batch, places: Ints, result: ChunkResult) -> Deeds:
    """The acceptable rows among these positions as arrays; the others are marked in `result`.

    `place` of a deed is its position among the given ones, as in `result`.
    """
    rows, source = batch.rows, batch.source
    refused = [rows.refused[place] for place in places]
    for number, why in enumerate(refused):
        if why is not None:
            result.outcome[number] = f"refused:{why}"
    sound = np.array([why is None for why in refused], dtype=np.bool_)
    chosen = places[sound]
    citizen = riders_of_batch(
        source,
        _bytes([rows.rider[place] for place in chosen]),
        [rows.mode[place] for place in chosen],
        any_rider=batch.any_rider,
    )
    place = np.flatnonzero(sound)
    for nobody, why in ((NOBODY, "unknown_rider"), (WITHHELD, "consent_withdrawn")):
        result.outcome[place[citizen == nobody]] = f"refused:{why}"
    known = citizen > NOBODY
    place, chosen, citizen = place[known], chosen[known], citizen[known]
    reference = _bytes([str(rows.reference[each]) for each in chosen])
    numbers = {scene.mode: scene.number for scene in source.library.scenes}
    return Deeds(
        place=place,
        reference=reference,
        digest=reference_digests(source.reference_key, reference),
        citizen=citizen,
        started=rows.started[chosen],
        ended=rows.ended[chosen],
        day=np.array([batch.days[each] for each in chosen], dtype=np.int64),
        amount=rows.amount[chosen],
        detail=rows.detail[chosen],
        scene=np.array([numbers[rows.mode[each]] for each in chosen], dtype=np.int64),
        grade=rows.grade[chosen],
        district=rows.district[chosen],
    )


def _settle_rows(batch: Batch, places: Ints, at: datetime) -> ChunkResult:
    result = ChunkResult.of(len(places))
    return settle_deeds(_deeds(batch, places, result), result, batch.source, at=at)


def _settle(batch: Batch, places: Ints, actor: Actor, at: datetime) -> ChunkResult:
    """Settles in the caller's transaction: the plain rows together, each correction by itself."""
    rows = batch.rows
    corrections = [
        number
        for number, place in enumerate(places.tolist())
        if place in rows.replaces and rows.refused[place] is None
    ]
    if not corrections:
        return _settle_rows(batch, places, at)
    whole = ChunkResult.of(len(places))
    others = np.setdiff1d(np.arange(len(places)), corrections)
    if len(others):
        whole.add(others, _settle_rows(batch, places[others], at))
    for number in corrections:
        corrected = _correct(batch, places[[number]], actor, at)
        whole.add(np.array([number]), corrected)
    return whole


def _correct(batch: Batch, place: Ints, actor: Actor, at: datetime) -> ChunkResult:
    """Takes an earlier deed back and records the one that replaces it, or does neither."""
    earlier = batch.rows.replaces[int(place[0])]
    partner_id = batch.source.partner_id
    try:
        with transaction.atomic():
            take_back(partner_id, earlier, reason="corrected", actor=actor.name, at=at)
            result = _settle_rows(batch, place, at)
            if result.total("refused") or result.total("exists"):
                transaction.set_rollback(True)
            return result
    except Refusal as refusal:
        why = refusal
    # What was to be replaced is gone. That is as it should be if this was sent before.
    with transaction.atomic():
        result = _settle_rows(batch, place, at)
        if result.total("recorded") or result.total("held"):
            transaction.set_rollback(True)
            result = ChunkResult.of(1)
            result.outcome[:] = f"refused:{why.code}"
            result.count()
    return result


def _settle_audited(batch: Batch, places: Ints, actor: Actor, at: datetime) -> ChunkResult:
    result = _settle(batch, places, actor, at)
    write_audit(
        actor=actor,
        action="behaviours.record_batch",
        subject=f"batch:{batch.source.batch}",
        facts={**result.counts, "layout": LAYOUT},
        at=at,
    )
    return result


def settle_batch(
    batch: Batch, places: Ints, actor: Actor, environment: Environment, at: datetime
) -> list[ItemResult]:
    """Settles these rows and writes the audit row; in the sandbox both are undone.

    The sandbox takes any rider: a partner that begins has none that is bound.
    """
    if environment == "sandbox":
        with transaction.atomic():
            result = _settle_audited(replace(batch, any_rider=True), places, actor, at)
            transaction.set_rollback(True)
    else:
        result = _settle_audited(batch, places, actor, at)
    return [
        ItemResult(batch.rows.reference[place], outcome or "recorded", mg, points)
        for place, outcome, mg, points in zip(
            places.tolist(),
            result.outcome.tolist(),
            result.row_mg.tolist(),
            result.row_points.tolist(),
            strict=True,
        )
    ]


def ask_by_keys() -> None:
    """Makes the rest of the transaction look rows up one by one, as few rows should be."""
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.behaviours", "ask_by_keys"))


def has_lost(error: Exception, attempt: int) -> bool:
    """Whether another batch was quicker, and trying again will find what it did."""
    return attempt < TRIES and isinstance(error.__cause__, _LOST_RACES)


def record_batch(
    *,
    actor: Actor,
    partner_id: int,
    items: Sequence[bytes],
    at: datetime,
    environment: Environment,
    name: str = "batch",
) -> list[ItemResult]:
    """Records items of a partner, each the bytes of one JSON value; one result each, in order.

    Refuses: `not_permitted`, `too_many_items`, `too_many_corrections`.
    """
    require(actor, "behaviours.record_batch")
    require_own(actor, partner_id, "behaviours.record_batch")
    require_few(items)
    if not items:
        return []
    batch = read_batch(partner_id, name, items, at)
    require_few_corrections(batch)
    for attempt in range(1, TRIES + 1):
        try:
            with transaction.atomic():
                ask_by_keys()
                places = np.arange(len(items))
                return settle_batch(batch, places, actor, environment, at)
        except (IntegrityError, OperationalError) as error:
            if not has_lost(error, attempt):
                raise
    raise AssertionError("unreachable")


def require_few(items: Sequence[bytes]) -> None:
    """Refuses `too_many_items`."""
    if len(items) > ITEMS_MAX:
        raise Invalid(
            "too_many_items",
            zh="一次最多 {most} 条，请分批发送。",
            en="A batch has at most {most} items; send several.",
            most=ITEMS_MAX,
        )


def require_few_corrections(batch: Batch) -> None:
    if len(batch.rows.replaces) > CORRECTIONS_MAX:
        raise Invalid(
            "too_many_corrections",
            zh="一次最多更正 {most} 条，请分批发送。",
            en="A batch corrects at most {most} items; send several.",
            most=CORRECTIONS_MAX,
        )


def totals_of(results: Sequence[ItemResult]) -> dict[str, int]:
    kinds = Counter(each.result.partition(":")[0] for each in results)
    paid = [each for each in results if each.result == "recorded"]
    return {
        "rows": len(results),
        "recorded": kinds["recorded"] + kinds["merged"],
        "merged": kinds["merged"],
        "exists": kinds["exists"],
        "held": kinds["held"],
        "refused": kinds["refused"],
        "reduction_mg": sum(each.reduction_mg for each in paid),
        "points": sum(each.points for each in paid),
    }


def days_of(results: Sequence[ItemResult], days: Sequence[int | None]) -> list[DayTotals]:
    by_day: dict[int | None, list[ItemResult]] = {}
    for day, result in zip(days, results, strict=True):
        by_day.setdefault(day, []).append(result)
    return [
        DayTotals(day=None if day is None else to_date(day), **totals_of(by_day[day]))
        for day in sorted(by_day, key=lambda day: (day is None, day or 0))
    ]
