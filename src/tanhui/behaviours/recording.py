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

from tanhui.behaviours import store
from tanhui.behaviours.postings import posting_ids
from tanhui.behaviours.settlement import (
    DayGroups,
    Deeds,
    Ints,
    capped_points,
    compare,
    distinct,
    first_of_each,
    statement_order,
    totals_by_citizen,
)
from tanhui.kernel.references import reference_digests
from tanhui.kernel.refusals import NotFound
from tanhui.ledger import commands as ledger
from tanhui.ledger.chart import (
    CITIZEN_POINTS,
    CITIZEN_REDUCTION,
    POINTS_ISSUED,
    REDUCTION_MEASURED,
    Reason,
)
from tanhui.methodology.document import Methodology
from tanhui.methodology.kernel.rows import RowKernel, compile_kernel
from tanhui.partners.riders import NOBODY, byte_strings
from tanhui.scenes.library import Rule, SceneLibrary

GRADES = ("A", "B", "C", "D")
_KERNELS: dict[str, RowKernel] = {}
# Who did a row's deed: rows (a frame with `rider`, `reference`) to citizens, NOBODY where unknown.
RiderResolver = Callable[[pl.DataFrame], Ints]


@dataclass(frozen=True, slots=True)
class Source:
    """What all chunks of one file or batch have in common."""

    partner_id: int
    batch: str
    layout: str
    library: SceneLibrary
    riders: RiderResolver
    reference_key: bytes


@dataclass
class ChunkResult:
    """What became of each row of a chunk.

    `outcome` has one entry for each row: None (recorded), `exists`, `held:<reason>` or
    `refused:<code>`.
    """

    outcome: npt.NDArray[np.object_]
    reduction_mg: int = 0
    points: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def count(self) -> None:
        """Counts the outcomes by name; `recorded` stands for None."""
        told = self.outcome[self.outcome != None]  # noqa: E711
        self.counts = dict(Counter(told.tolist()))
        if len(told) < len(self.outcome):
            self.counts["recorded"] = len(self.outcome) - len(told)

    def add(self, places: Ints, part: ChunkResult) -> None:
        """Takes over what became of the rows at these positions."""
        self.outcome[places] = part.outcome
        self.reduction_mg += part.reduction_mg
        self.points += part.points
        for name, count in part.counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def total(self, kind: str) -> int:
        """How many rows are `recorded`, `exists`, `held` or `refused`."""
        return sum(n for name, n in self.counts.items() if name.partition(":")[0] == kind)


@dataclass(frozen=True)
class _Measured:
    """Deeds in statement order with all that the rule in force made of them."""

    deeds: Deeds
    reduction_mg: Ints
    uncapped: Ints
    day_max: Ints
    rule_ids: Ints
    grades: Ints

    def keep(self, places: Ints) -> _Measured:
        """The deeds at these positions, in this order."""
        return _Measured(
            self.deeds.keep(places),
            self.reduction_mg[places],
            self.uncapped[places],
            self.day_max[places],
            self.rule_ids[places],
            self.grades[places],
        )


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
    nobody = ~bad & (trips["citizen"].to_numpy() == NOBODY)
    result.outcome[nobody] = "refused:unknown_rider"
    place = np.flatnonzero(~(bad | nobody))
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
        distance_m=sound["distance_m"].to_numpy(),
        scene=sound["mode"].replace_strict(modes, return_dtype=pl.Int64).to_numpy(),
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
            store.rule_id(source.library.rule_on(scene, store.to_date(number)))
            days.add(number)
    store.open_days(np.array(sorted(days), dtype=np.int64))


def _rules(deeds: Deeds, source: Source) -> tuple[list[Rule], Ints]:
    """The rules in force for these deeds, and which of them each deed falls under (-1: none)."""
    rules: list[Rule] = []
    places: dict[tuple[str, str, str], int] = {}
    which = np.full(len(deeds), -1, dtype=np.int64)
    for scene in source.library.scenes:
        chosen = np.flatnonzero(deeds.scene == scene.number)
        if len(chosen) == 0:
            continue
        days = deeds.day[chosen]
        first = int(days.min())
        by_day = np.full(int(days.max()) - first + 1, -1, dtype=np.int64)
        for day in np.unique(days):
            try:
                rule = source.library.rule_on(scene, store.to_date(day))
            except NotFound:
                continue
            key = (scene.code, rule.methodology.reference, rule.tariff.reference)
            if key not in places:
                places[key] = len(rules)
                rules.append(rule)
            by_day[int(day) - first] = places[key]
        which[chosen] = by_day[days - first]
    return rules, which


def _compiled(methodology: Methodology) -> RowKernel:
    """The document's kernel, compiled once for each digest."""
    if methodology.digest not in _KERNELS:
        _KERNELS[methodology.digest] = compile_kernel(methodology)
    return _KERNELS[methodology.digest]


def _measure(deeds: Deeds, source: Source, result: ChunkResult) -> _Measured:
    """Quantifies every deed under its rule; deeds no rule can measure are refused."""
    rules, which = _rules(deeds, source)
    result.outcome[deeds.place[which < 0]] = "refused:no_rule_in_force"
    reduction = np.full(len(deeds), -1, dtype=np.int64)
    columns = {
        name: np.zeros(len(deeds), dtype=np.int64) for name in ("points", "max", "rule", "grade")
    }
    for number, rule in enumerate(rules):
        under = np.flatnonzero(which == number)
        frame = pl.DataFrame({"distance_m": deeds.distance_m[under]})
        quantified = _compiled(rule.methodology).quantify(frame)
        reduction[under] = quantified.fill_null(-1).to_numpy()
        columns["points"][under] = reduction[under] // rule.tariff.mg_per_point
        columns["max"][under] = rule.tariff.points_per_day_max
        columns["rule"][under] = store.rule_id(rule)
        columns["grade"][under] = GRADES.index(rule.scene.grade)
    beyond = (reduction < 0) & (which >= 0)
    result.outcome[deeds.place[beyond]] = "refused:out_of_bounds"
    measured = _Measured(
        deeds, reduction, columns["points"], columns["max"], columns["rule"], columns["grade"]
    )
    return measured if (reduction >= 0).all() else measured.keep(np.flatnonzero(reduction >= 0))


def _new_ones(deeds: Deeds, source: Source, result: ChunkResult) -> Ints:
    """Answers repeats with `exists` or the difference; the positions of the deeds that are new."""
    new = np.arange(len(deeds))
    places, references, content = store.known_references(source.partner_id, deeds)
    if len(places):
        repeated = deeds.keep(places)
        outcome = compare(repeated, content)
        outcome[repeated.reference != np.array(references)] = "reference_collision"
        _answer(result, repeated, outcome)
        fresh = np.ones(len(deeds), dtype=np.bool_)
        fresh[places] = False
        new = new[fresh]
    first = new[first_of_each(deeds.digest[new])]
    again = first != new
    if again.any():
        repeated, original = deeds.keep(new[again]), deeds.keep(first[again])
        outcome = compare(repeated, vars(original))
        outcome[repeated.reference != original.reference] = "reference_collision"
        _answer(result, repeated, outcome)
        new = new[~again]
    return new


def _answer(result: ChunkResult, repeated: Deeds, outcome: npt.NDArray[np.object_]) -> None:
    result.outcome[repeated.place] = [
        told if told == "exists" else f"refused:{told}" for told in outcome
    ]


def _pay(measured: _Measured, chunk_id: int, at: datetime) -> Ints:
    """Caps the points of deeds in statement order and posts one transfer a citizen and asset."""
    deeds = measured.deeds
    groups = DayGroups.of(deeds)
    first = groups.start
    room = np.maximum(
        0,
        measured.day_max[first]
        - store.points_used(deeds.citizen[first], deeds.day[first], deeds.scene[first]),
    )
    points = capped_points(groups, measured.uncapped, room)
    for pool, credit, amounts in (
        (POINTS_ISSUED, CITIZEN_POINTS, points),
        (REDUCTION_MEASURED, CITIZEN_REDUCTION, measured.reduction_mg),
    ):
        citizens, sums = totals_by_citizen(deeds.citizen, amounts)
        ledger.issue(
            ids=posting_ids(chunk_id, citizens, credit),
            holder_ids=citizens,
            amounts=sums,
            pool=pool,
            credit=credit,
            reason=Reason.BEHAVIOUR_RECORDED,
            at=at,
        )
    return points


def settle(trips: pl.DataFrame, source: Source, *, at: datetime) -> ChunkResult:
    """Settles one chunk inside the caller's transaction.

    `trips` is a frame as `identify` answers it, and has been prepared for. A daily cap is decided
    while the citizens' accounts are held, so two batches of one day cannot both use the same room.
    """
    result = ChunkResult(np.full(trips.height, None, dtype=object))
    deeds = _as_deeds(trips, source, result)
    measured = _measure(deeds, source, result)
    new = _new_ones(measured.deeds, source, result)
    order = statement_order(measured.deeds, new)
    measured = measured.keep(order)
    if len(order):
        ledger.lock_holders(holder_ids=distinct(measured.deeds.citizen), kind=CITIZEN_POINTS)
    # Numbered only now: of two chunks that pay one citizen, the lesser number was first.
    chunk_id = store.next_chunk_id()
    if len(order):
        points = _pay(measured, chunk_id, at)
        store.add_behaviours(
            measured.deeds,
            partner_id=source.partner_id,
            chunk_id=chunk_id,
            reduction_mg=measured.reduction_mg,
            points=points,
            uncapped=measured.uncapped,
            rule_ids=measured.rule_ids,
            grades=measured.grades,
        )
        store.add_references(measured.deeds, partner_id=source.partner_id)
        result.reduction_mg = int(measured.reduction_mg.sum())
        result.points = int(points.sum())
    result.count()
    store.add_chunk(
        {
            "id": chunk_id,
            "partner_id": source.partner_id,
            "batch": source.batch,
            "layout": source.layout,
            "recorded_at": at,
            "rows": trips.height,
            **{kind: result.total(kind) for kind in ("recorded", "exists", "held", "refused")},
            "reduction_mg": result.reduction_mg,
            "points": result.points,
        }
    )
    return result
