"""One chunk of trips on its way into the books: judged, deduplicated, measured, capped, paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
import polars as pl

from tanhui.behaviours import changes, evidence, paying, store
from tanhui.behaviours.judging import judge_deeds, known_of
from tanhui.behaviours.known import MERGED, RECORDED
from tanhui.behaviours.measuring import Measured, measure
from tanhui.behaviours.settlement import (
    Deeds,
    Ints,
    compare,
    distinct,
    first_of_each,
    statement_order,
)
from tanhui.behaviours.totals.sums import add_sums
from tanhui.claims import commands as claims
from tanhui.kernel.references import reference_digests
from tanhui.kernel.refusals import NotFound
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import CITIZEN_POINTS
from tanhui.partners.riders import NOBODY, WITHHELD, byte_strings
from tanhui.scenes.library import SceneLibrary

# What the answer to a row calls it that was the same journey as one that is paid.
MERGED_OUTCOME = "merged"
# Who did a row's deed: rows (a frame with `rider`, `reference`) to citizens, NOBODY where unknown,
# WITHHELD where the citizen has withdrawn the consent.
RiderResolver = Callable[[pl.DataFrame], Ints]


@dataclass(frozen=True, slots=True)
class Source:
    """What all chunks of one file or batch have in common.

    `retrospective`: deeds from before the first rule are counted by it (public records, played for
    simulated citizens).
    """

    partner_id: int
    batch: str
    layout: str
    library: SceneLibrary
    riders: RiderResolver
    reference_key: bytes
    retrospective: bool = False


@dataclass
class ChunkResult:
    """What became of each row of a chunk.

    `outcome` has one entry for each row: None (recorded), `merged` (recorded as evidence of a
    journey that is paid already), `exists`, `held:<detector>` or `refused:<code>`. `row_mg` and
    `row_points` hold what each row brought, or would bring while it is held.
    """

    outcome: npt.NDArray[np.object_]
    row_mg: Ints
    row_points: Ints
    reduction_mg: int = 0
    points: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: int) -> ChunkResult:
        """The answer to so many rows before any is looked at."""
        nothing = np.zeros(rows, dtype=np.int64)
        return cls(np.full(rows, None, dtype=object), nothing, nothing.copy())

    def count(self) -> None:
        """Counts the outcomes by name; `recorded` stands for None."""
        told = self.outcome[self.outcome != None]  # noqa: E711
        self.counts = dict(Counter(told.tolist()))
        if len(told) < len(self.outcome):
            self.counts["recorded"] = len(self.outcome) - len(told)

    def add(self, places: Ints, part: ChunkResult) -> None:
        """Takes over what became of the rows at these positions."""
        self.outcome[places] = part.outcome
        self.row_mg[places] = part.row_mg
        self.row_points[places] = part.row_points
        self.reduction_mg += part.reduction_mg
        self.points += part.points
        for name, count in part.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def total(self, kind: str) -> int:
        """How many rows are `recorded`, `exists`, `held` or `refused`."""
        kinds = {kind, MERGED_OUTCOME} if kind == "recorded" else {kind}
        return sum(n for name, n in self.counts.items() if name.partition(":")[0] in kinds)


def identify(trips: pl.DataFrame, source: Source) -> pl.DataFrame:
    """The trips with who rode each and its reference's digest: `citizen` and `digest`, int64.

    Refused rows have nobody and a digest of nothing.
    """
    sound = trips.filter(pl.col("refused").is_null())
    places = np.flatnonzero(trips["refused"].is_null().to_numpy())
    citizen = np.full(trips.height, NOBODY, dtype=np.int64)
    digest = np.zeros(trips.height, dtype=np.int64)
    citizen[places] = source.riders(sound)
    digest[places] = reference_digests(source.reference_key, byte_strings(sound["reference"]))
    return trips.with_columns(pl.Series("citizen", citizen), pl.Series("digest", digest))


def divide(trips: pl.DataFrame, parts: int) -> list[Ints]:
    """Positions of identified trips for each of `parts` workers, who never share a citizen.

    Citizens who are said to have ridden one and the same trip all go to the first worker: which of
    them came first in the file then counts, as if the file were not divided.
    """
    citizen, digest = trips["citizen"].to_numpy(), trips["digest"].to_numpy()
    order = np.argsort(digest)
    same = digest[order][1:] == digest[order][:-1]
    disputed = np.flatnonzero(same & (citizen[order][1:] != citizen[order][:-1]))
    part = citizen % parts
    if len(disputed):
        disputing = np.append(citizen[order][disputed], citizen[order][disputed + 1])
        part[np.isin(citizen, disputing)] = 0
    return [np.flatnonzero(part == number) for number in range(parts)]


def _as_deeds(trips: pl.DataFrame, source: Source, result: ChunkResult) -> Deeds:
    """The acceptable rows as arrays; the others are marked in `result`."""
    refused = trips["refused"]
    bad = refused.is_not_null().to_numpy()
    result.outcome[bad] = ("refused:" + refused.drop_nulls()).to_numpy()
    citizen = trips["citizen"].to_numpy()
    nobody = ~bad & (citizen == NOBODY)
    result.outcome[nobody] = "refused:unknown_rider"
    withheld = ~bad & (citizen == WITHHELD)
    result.outcome[withheld] = "refused:consent_withdrawn"
    place = np.flatnonzero(~(bad | nobody | withheld))
    sound = trips if len(place) == trips.height else trips[place]
    started = sound["started_at"].dt.epoch("us").to_numpy()
    modes = {scene.mode: scene.number for scene in source.library.scenes}
    return Deeds(
        place=place,
        reference=byte_strings(sound["reference"]),
        digest=sound["digest"].to_numpy(),
        citizen=sound["citizen"].to_numpy(),
        started=started,
        ended=sound["ended_at"].dt.epoch("us").to_numpy(),
        day=store.city_days(started),
        amount=sound["amount"].to_numpy(),
        detail=sound["detail"].to_numpy(),
        scene=sound["mode"].replace_strict(modes, return_dtype=pl.Int64).to_numpy(),
        grade=sound["grade"].to_numpy(),
        district=sound["district"].to_numpy(),
    )


def prepare(trips: pl.DataFrame, source: Source) -> None:
    """Writes down the rules in force for these trips, and makes tables for days that have one.

    This is done in a transaction of its own before any settlement: workers who meet a new rule or
    day at once would otherwise wait for one another. Wild dates have no rule, thus no table.
    """
    sound = trips.filter(pl.col("refused").is_null())
    day = store.city_days(sound["started_at"].dt.epoch("us").to_numpy())
    days: set[int] = set()
    for mode, number in sound.select("mode", pl.Series("day", day)).unique().iter_rows():
        with suppress(NotFound):
            scene = source.library.of_mode(mode)
            rule = source.library.rule_on(
                scene, store.to_date(number), retrospective=source.retrospective
            )
            store.rule_id(rule)
            days.add(number)
    opened = np.array(sorted(days), dtype=np.int64)
    store.open_days(opened)
    claims.open_days(days=opened)


def _measured(deeds: Deeds, source: Source, result: ChunkResult) -> Measured:
    """The deeds that their rules can measure; the others are refused."""
    measured, fault = measure(deeds, source.library, retrospective=source.retrospective)
    result.outcome[deeds.place[fault == 1]] = "refused:no_rule_in_force"
    result.outcome[deeds.place[fault == 2]] = "refused:out_of_bounds"
    return measured if not fault.any() else measured.keep(np.flatnonzero(fault == 0))


def _new_ones(deeds: Deeds, source: Source, result: ChunkResult) -> Ints:
    """Answers repeats with `exists` or the difference; the positions of the deeds that are new."""
    new = np.arange(len(deeds))
    places, references, content = store.known_references(source.partner_id, deeds)
    if len(places):
        repeated = deeds.keep(places)
        outcome = compare(repeated, content)
        kept = np.array(references)
        # The words of an erased person's reference are gone; its digest still tells a repeat.
        outcome[(kept != b"") & (repeated.reference != kept)] = "reference_collision"
        _answer(result, repeated, outcome, source)
        fresh = np.ones(len(deeds), dtype=np.bool_)
        fresh[places] = False
        new = new[fresh]
    first = new[first_of_each(deeds.digest[new])]
    again = first != new
    if again.any():
        repeated, original = deeds.keep(new[again]), deeds.keep(first[again])
        outcome = compare(repeated, vars(original))
        outcome[repeated.reference != original.reference] = "reference_collision"
        _answer(result, repeated, outcome, source)
        new = new[~again]
    return new


def _answer(
    result: ChunkResult, repeated: Deeds, outcome: npt.NDArray[np.object_], source: Source
) -> None:
    names = {
        (scene.number, f"exists_with_different_{field}"): f"exists_with_different_{name}"
        for scene in source.library.scenes
        for field, name in (("amount", scene.measure), ("detail", scene.measured.detail))
    }
    result.outcome[repeated.place] = [
        told if told == "exists" else f"refused:{names.get((scene, told), told)}"
        for told, scene in zip(outcome, repeated.scene.tolist(), strict=True)
    ]


def settle(trips: pl.DataFrame, source: Source, *, at: datetime) -> ChunkResult:
    """Settles one chunk inside the caller's transaction.

    `trips` is a frame as `identify` answers it, and has been prepared for. What a day has been
    paid and which journeys are known is read while the citizens' accounts are held, so two batches
    can neither both use the same room nor both be paid for one journey.
    """
    result = ChunkResult.of(trips.height)
    return settle_deeds(_as_deeds(trips, source, result), result, source, at=at)


def settle_deeds(deeds: Deeds, result: ChunkResult, source: Source, *, at: datetime) -> ChunkResult:
    """As `settle`, for the acceptable rows of a chunk; the other rows are answered in `result`."""
    measured = _measured(deeds, source, result)
    new = _new_ones(measured.deeds, source, result)
    measured = measured.keep(statement_order(measured.deeds, new))
    if len(measured.deeds):
        ledger.lock_holders(holder_ids=distinct(measured.deeds.citizen), kind=CITIZEN_POINTS)
    # Numbered only now: of two chunks that pay one citizen, the lesser number was first.
    chunk_id = store.next_chunk_id()
    if len(measured.deeds):
        _record(measured, source, result, chunk_id=chunk_id, at=at)
    result.count()
    store.add_chunk(
        {
            "id": chunk_id,
            "partner_id": source.partner_id,
            "batch": source.batch,
            "layout": source.layout,
            "recorded_at": at,
            "rows": len(result.outcome),
            **{kind: result.total(kind) for kind in ("recorded", "exists", "held", "refused")},
            "reduction_mg": result.reduction_mg,
            "points": result.points,
        }
    )
    return result


def _record(
    measured: Measured, source: Source, result: ChunkResult, *, chunk_id: int, at: datetime
) -> None:
    """Judges, pays and writes new deeds in statement order."""
    met = known_of(measured.deeds)
    known = met.live
    judged = judge_deeds(measured, known, source.partner_id, source.library, at=at)
    stays = np.ones(len(known), dtype=np.bool_)
    stays[judged.displaced] = False
    if len(judged.displaced):
        changes.supersede(known.keep(~stays), known.keep(stays), source.library, at=at)
    points = paying.points_within_limits(measured, judged, known.keep(stays))
    reduction = np.where(judged.state == MERGED, 0, measured.reduction_mg)
    paying.post(measured, judged, points, chunk_id=chunk_id, at=at)
    deeds = measured.deeds
    store.add_behaviours(
        deeds,
        partner_id=source.partner_id,
        chunk_id=chunk_id,
        reduction_mg=reduction,
        points=points,
        uncapped=np.where(judged.state == MERGED, 0, measured.uncapped),
        rule_ids=measured.rule_ids,
        states=judged.state,
    )
    store.add_references(deeds, partner_id=source.partner_id)
    add_sums(
        deeds,
        partner_id=source.partner_id,
        states=judged.state,
        reduction_mg=reduction,
        points=points,
        at=at,
    )
    evidence.claim(deeds, judged, met, source)
    evidence.hold(deeds, judged, reduction, points, source, at=at)
    evidence.merge(deeds, judged, known, source)
    result.row_mg[deeds.place] = reduction
    result.row_points[deeds.place] = points
    result.outcome[deeds.place[judged.state == MERGED]] = MERGED_OUTCOME
    for place, (detector, _) in judged.holds.items():
        result.outcome[deeds.place[place]] = f"held:{detector.code}"
    paid = judged.state == RECORDED
    result.reduction_mg = int(reduction[paid].sum())
    result.points = int(points[paid].sum())
