"""Signed batches: items in, one result for each, in order; the same message gets the same answer.

A batch of the sandbox goes the whole way and is rolled back: the answers are those of production,
and nothing is booked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import errors

from tanhui.behaviours.changes import take_back
from tanhui.behaviours.items import read_items
from tanhui.behaviours.recording import ChunkResult, Source, identify, prepare, settle
from tanhui.behaviours.settlement import Ints
from tanhui.behaviours.store import city_days, to_date
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Invalid, Refusal
from tanhui.partners.layouts import Layout, load_layout
from tanhui.partners.riders import NOBODY, byte_strings, rider_digests, riders_of
from tanhui.partners.rows import require_own
from tanhui.partners.signing import Environment
from tanhui.scenes.library import city_library

LAYOUT = "tanhui-ndjson"
ITEMS_MAX = 1_000
CORRECTIONS_MAX = 100
# Another batch may win a reference or a lock; after that many tries something else is wrong.
TRIES = 5
_LOST_RACES = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)
# The days of which this process knows that they have their tables and rules, by database.
_prepared: set[tuple[str, str, int]] = set()


class ItemResult(msgspec.Struct):
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


@dataclass(frozen=True, slots=True)
class Batch:
    """Identified trips, ready to be settled; `replaces` names, by position, what a row corrects."""

    trips: pl.DataFrame
    replaces: dict[int, str]
    source: Source

    def rows(self, chosen: Sequence[int]) -> Batch:
        """The rows at these positions, in this order."""
        if len(chosen) == self.trips.height:
            return self
        place_of = {place: number for number, place in enumerate(chosen)}
        corrected = {place_of[p]: told for p, told in self.replaces.items() if p in place_of}
        return Batch(self.trips[list(chosen)], corrected, self.source)


@cache
def _layout(content_root: Path) -> Layout:
    return load_layout(content_root, LAYOUT)


def read_batch(partner_id: int, name: str, items: Sequence[bytes], at: datetime) -> Batch:
    """Judged and identified, with everything made that settlement finds made."""
    chosen = settings.TANHUI
    library = city_library(chosen.content_root)
    key = chosen.reference_key

    def riders(trips: pl.DataFrame) -> Ints:
        return riders_of(partner_id, rider_digests(key, byte_strings(trips["rider"])))

    source = Source(partner_id, name, LAYOUT, library, riders, key)
    read = read_items(items, _layout(chosen.content_root), library.modes(), now=at)
    trips = identify(read.trips, source)
    _prepare_once(trips, source)
    return Batch(trips, read.replaces, source)


def _prepare_once(trips: pl.DataFrame, source: Source) -> None:
    """Prepares days that this process has not prepared yet; nearly always there are none."""
    sound = trips.filter(pl.col("refused").is_null())
    days = city_days(sound["started_at"].dt.epoch("us").to_numpy()).tolist()
    database = str(connection.settings_dict["NAME"])
    met = {(database, mode, day) for mode, day in zip(sound["mode"].to_list(), days, strict=True)}
    if met <= _prepared:
        return
    with transaction.atomic():
        prepare(sound, source)
    _prepared.update(met)


def forget_prepared() -> None:
    """Forgets which days are prepared, for whoever empties the tables under this process."""
    _prepared.clear()


def _settle(batch: Batch, actor: Actor, at: datetime) -> ChunkResult:
    """Settles in the caller's transaction: the plain rows together, each correction by itself."""
    sound = batch.trips["refused"].is_null().to_numpy() & (
        batch.trips["citizen"].to_numpy() != NOBODY
    )
    corrections = [place for place in batch.replaces if sound[place]]
    if not corrections:
        return settle(batch.trips, batch.source, at=at)
    whole = ChunkResult.of(batch.trips.height)
    others = np.setdiff1d(np.arange(batch.trips.height), corrections)
    if len(others):
        whole.add(others, settle(batch.trips[others], batch.source, at=at))
    for place in corrections:
        corrected = _correct(batch, place, actor, at)
        whole.add(np.array([place]), corrected)
    return whole


def _correct(batch: Batch, place: int, actor: Actor, at: datetime) -> ChunkResult:
    """Takes an earlier deed back and records the one that replaces it, or does neither."""
    trip = batch.trips[[place]]
    try:
        with transaction.atomic():
            take_back(
                batch.source.partner_id,
                batch.replaces[place],
                reason="corrected",
                actor=actor.name,
                at=at,
            )
            result = settle(trip, batch.source, at=at)
            if result.total("refused") or result.total("exists"):
                transaction.set_rollback(True)
            return result
    except Refusal as refusal:
        why = refusal
    # What was to be replaced is gone. That is as it should be if this was sent before.
    with transaction.atomic():
        result = settle(trip, batch.source, at=at)
        if result.total("recorded") or result.total("held"):
            transaction.set_rollback(True)
            result = ChunkResult.of(1)
            result.outcome[:] = f"refused:{why.code}"
            result.count()
    return result


def settle_batch(batch: Batch, actor: Actor, environment: Environment, at: datetime) -> ChunkResult:
    """Settles and writes the audit row; in the sandbox both are undone."""
    with transaction.atomic():
        result = _settle(batch, actor, at)
        write_audit(
            actor=actor,
            action="behaviours.record_batch",
            subject=f"batch:{batch.source.batch}",
            facts={**result.counts, "layout": LAYOUT},
            at=at,
        )
        if environment == "sandbox":
            transaction.set_rollback(True)
    return result


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
            return item_results(batch, settle_batch(batch, actor, environment, at))
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
    if len(batch.replaces) > CORRECTIONS_MAX:
        raise Invalid(
            "too_many_corrections",
            zh="一次最多更正 {most} 条，请分批发送。",
            en="A batch corrects at most {most} items; send several.",
            most=CORRECTIONS_MAX,
        )


def item_results(batch: Batch, result: ChunkResult) -> list[ItemResult]:
    return [
        ItemResult(reference, outcome or "recorded", mg, points)
        for reference, outcome, mg, points in zip(
            batch.trips["reference"].to_list(),
            result.outcome.tolist(),
            result.row_mg.tolist(),
            result.row_points.tolist(),
            strict=True,
        )
    ]


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
