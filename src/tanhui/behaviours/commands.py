"""What may happen to deeds: a batch or a file of a partner's trips is recorded and paid."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import numpy as np
import polars as pl
from django.conf import settings
from django.db import IntegrityError, OperationalError, connections, transaction
from psycopg import errors

from tanhui.behaviours.recording import (
    MERGED_OUTCOME,
    ChunkResult,
    RiderResolver,
    Source,
    divide,
    identify,
    prepare,
    settle,
)
from tanhui.behaviours.report import Report
from tanhui.behaviours.settlement import Ints
from tanhui.claims.areas import claimed_areas
from tanhui.geo.districts import Districts
from tanhui.governance.commands import write_audit
from tanhui.governance.permissions import require
from tanhui.identity.commands import register_simulated
from tanhui.kernel.actors import Actor
from tanhui.kernel.references import reference_digests
from tanhui.kernel.refusals import Invalid
from tanhui.partners import queries as partners
from tanhui.partners.files import look_through
from tanhui.partners.layouts import Layout, load_layout
from tanhui.partners.raw import check_columns
from tanhui.partners.riders import RiderBook, byte_strings, rider_digests
from tanhui.partners.trips import read_file
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary

# A large chunk pays each citizen once for more deeds; a smaller one takes less memory.
CHUNK_ROWS = 1_000_000
# Another batch may win a reference or a lock; after that many tries something else is wrong.
_TRIES = 5
# A smaller chunk is done before a second worker would have begun.
_DIVIDED_ROWS_MIN = 50_000
_LOST_RACES = (errors.UniqueViolation, errors.SerializationFailure, errors.DeadlockDetected)


@dataclass
class FileResult:
    """What became of a file; `rows` equals recorded + exists + all held + all refused."""

    rows: int = 0
    recorded: int = 0
    exists: int = 0
    held: dict[str, int] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    reduction_mg: int = 0
    points: int = 0
    seconds: float = 0.0
    report: str = ""

    def add(self, chunk: ChunkResult) -> None:
        """Adds what became of one chunk."""
        for outcome, count in chunk.counts.items():
            kind, _, code = outcome.partition(":")
            self.rows += count
            if kind in ("recorded", MERGED_OUTCOME):
                self.recorded += count
            elif kind == "exists":
                self.exists += count
            else:
                told = self.held if kind == "held" else self.refused
                told[code] = told.get(code, 0) + count
        self.reduction_mg += chunk.reduction_mg
        self.points += chunk.points


def _bound_riders(book: RiderBook, key: bytes, journeys: Sequence[str]) -> RiderResolver:
    """The citizens of bound riders; `journeys` are the modes whose rows are whereabouts."""

    def resolve(trips: pl.DataFrame) -> Ints:
        digests = rider_digests(key, byte_strings(trips["rider"]))
        return book.consenting(digests, trips["mode"].is_in(journeys).to_numpy())

    return resolve


def _assigned_riders(citizen_ids: Ints, key: bytes) -> RiderResolver:
    """Simulated citizens by the hash of each deed's rider, or of its reference where the file
    names none: the same rider, the same citizen."""

    def resolve(trips: pl.DataFrame) -> Ints:
        named = pl.coalesce("rider", "reference")
        names = byte_strings(trips.select(named).to_series())
        digests = reference_digests(b"assigned\0" + key, names)
        return citizen_ids[(digests.view(np.uint64) % np.uint64(len(citizen_ids))).astype(np.int64)]

    return resolve


def _riders(
    actor: Actor,
    layout: Layout,
    partner_id: int,
    library: SceneLibrary,
    assign_riders: int | None,
    at: datetime,
) -> RiderResolver:
    key = settings.TANHUI.reference_key
    if assign_riders is not None:
        require(actor, "behaviours.assign_riders")
        citizens = register_simulated(actor=actor, count=assign_riders, at=at)
        return _assigned_riders(np.array(citizens, dtype=np.int64), key)
    if not layout.has_rider:
        raise Invalid(
            "no_riders",
            zh="格式“{layout}”里没有骑行者；公开数据请用 --assign-riders 指定模拟市民的人数。",
            en="The layout “{layout}” names no riders; for a public file say with"
            " --assign-riders how many simulated citizens rode.",
            layout=layout.name,
        )
    return _bound_riders(partners.rider_book(partner_id), key, library.journey_modes())


def record_chunk(
    *, actor: Actor, source: Source, trips: pl.DataFrame, at: datetime, workers: int = 1
) -> ChunkResult:
    """Records one chunk of checked trips; each row is answered on its own (see `ChunkResult`).

    A large chunk is divided among `workers` by citizen. Each part is one transaction, all of it or
    nothing; what one part recorded stays if another fails. Refuses: `not_permitted`.
    """
    require(actor, "behaviours.record_batch")
    trips = identify(trips, source)
    with transaction.atomic():
        prepare(trips, source)
    if workers == 1 or trips.height < _DIVIDED_ROWS_MIN:
        return _record_part(actor, source, trips, at)
    whole = ChunkResult.of(trips.height)
    places = divide(trips, workers)
    with ThreadPoolExecutor(workers) as pool:
        parts = [pool.submit(_record_apart, actor, source, trips[chosen], at) for chosen in places]
        for chosen, part in zip(places, parts, strict=True):
            whole.add(chosen, part.result())
    return whole


def _record_apart(actor: Actor, source: Source, trips: pl.DataFrame, at: datetime) -> ChunkResult:
    """One worker's part, on a connection of its own that ends with it."""
    try:
        return _record_part(actor, source, trips, at)
    finally:
        connections.close_all()


def _record_part(actor: Actor, source: Source, trips: pl.DataFrame, at: datetime) -> ChunkResult:
    """One transaction of settlement with its audit row.

    When another batch wins a race for the same reference, it is settled again and finds it there.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            with transaction.atomic():
                result = settle(trips, source, at=at)
                write_audit(
                    actor=actor,
                    action="behaviours.record_batch",
                    subject=f"batch:{source.batch}",
                    facts={**result.counts, "layout": source.layout},
                    at=at,
                )
                return result
        except (IntegrityError, OperationalError) as error:
            if attempt == _TRIES or not isinstance(error.__cause__, _LOST_RACES):
                raise
    raise AssertionError("unreachable")


def record_file(
    *,
    actor: Actor,
    partner_code: str,
    path: Path,
    layout_name: str,
    at: datetime,
    assign_riders: int | None = None,
    batch: str | None = None,
    chunk_rows: int = CHUNK_ROWS,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    stations: Sequence[Path] = (),
) -> FileResult:
    """Records a partner's trip file, chunk by chunk; what is recorded once stays recorded.

    Sending the file again records nothing twice. `progress` is told rows done and rows in all;
    `stations` are station tables given in place of those that lie beside the file.
    Refuses: `not_permitted`, `no_such_partner`, `no_such_layout`, `no_riders`, and the whole file
    as `partners.files.look_through` and `partners.raw.check_columns` do.
    """
    require(actor, "behaviours.record_batch")
    begun = time.monotonic()
    chosen = settings.TANHUI
    partner = partners.partner(partner_code)
    layout = load_layout(chosen.content_root, layout_name)
    file = look_through(path, layout, stations)
    check_columns(file, layout)
    library = library_in_force()
    source = Source(
        partner_id=partner.id,
        batch=batch or str(uuid4()),
        layout=layout.name,
        library=library,
        riders=_riders(actor, layout, partner.id, library, assign_riders, at),
        reference_key=chosen.reference_key,
        retrospective=assign_riders is not None,
    )
    # No row is of a day that an area could be claimed for while the file is read.
    areas = claimed_areas()
    result = FileResult()
    with Report.opened(chosen.var / "reports", source.batch, file) as report:
        for trips in read_file(
            file,
            layout,
            now=at,
            modes=library.modes(),
            chunk_rows=chunk_rows,
            districts=Districts.load(chosen.content_root),
            areas=areas,
        ):
            chunk = record_chunk(actor=actor, source=source, trips=trips, at=at, workers=workers)
            report.add(trips, chunk.outcome)
            result.add(chunk)
            if progress is not None:
                progress(result.rows, file.rows)
    result.report = str(report.path)
    result.seconds = round(time.monotonic() - begun, 3)
    return result
