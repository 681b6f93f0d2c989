"""Items of a batch read and judged, with everything made that settlement finds made."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from django.conf import settings
from django.db import connection, transaction

from tanhui.behaviours.items import NO_TIME, Rows, read_items
from tanhui.behaviours.measuring import quantify
from tanhui.behaviours.recording import Source, prepare
from tanhui.behaviours.settlement import Ints
from tanhui.behaviours.store import city_days
from tanhui.claims.areas import claimed_areas
from tanhui.geo.areas import NO_AREAS, RideAreas
from tanhui.geo.districts import Districts
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound
from tanhui.partners.layouts import Layout, load_layout
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary

LAYOUT = "tanhui-ndjson"
# The days of which this process knows that they have their tables and rules, by database.
_prepared: set[tuple[str, str, int]] = set()
# The claimed areas as this process last saw them, by database.
_areas: dict[str, RideAreas] = {}


@dataclass(frozen=True, slots=True)
class Batch:
    """Judged rows of a partner and where they come from; `days` has the city day of each row,
    None where its start could not be read. With `any_rider`, one who is not bound gets a stand-in,
    as in the sandbox."""

    rows: Rows
    days: list[int | None]
    source: Source
    any_rider: bool = False


@cache
def _layout(content_root: Path) -> Layout:
    return load_layout(content_root, LAYOUT)


def _unasked(trips: pl.DataFrame) -> Ints:
    """A batch's riders are looked up with its deeds, in the transaction that pays them."""
    raise AssertionError(f"{trips.height} rows of a batch were identified as those of a file")


def read_batch(partner_id: int, name: str, items: Sequence[bytes], at: datetime) -> Batch:
    """Judged, with everything made that settlement finds made."""
    chosen = settings.TANHUI
    library = library_in_force()
    source = Source(partner_id, name, LAYOUT, library, _unasked, chosen.reference_key)
    known = _known_areas()
    rows, days = _read(items, library, known, at)
    # An area is claimed before its first day begins, so a day that was met before has no new one.
    if _prepare_once(rows, days, source) and _changed(known):
        rows, days = _read(items, library, _known_areas(), at)
    return Batch(rows, days, source)


def _read(
    items: Sequence[bytes], library: SceneLibrary, areas: RideAreas, at: datetime
) -> tuple[Rows, list[int | None]]:
    rows = read_items(
        items,
        _layout(settings.TANHUI.content_root),
        library.modes(),
        now=at,
        districts=Districts.load(settings.TANHUI.content_root),
        areas=areas,
    )
    days: list[int | None] = city_days(np.maximum(rows.started, 0)).tolist()
    for place in np.flatnonzero(rows.started == NO_TIME):
        days[place] = None
    return rows, days


def _known_areas() -> RideAreas:
    """The claimed areas that this process knows of; where it knows of any, as they are now."""
    database = str(connection.settings_dict["NAME"])
    known = _areas.get(database, NO_AREAS)
    if known.areas:
        known = _areas[database] = claimed_areas()
    return known


def _changed(known: RideAreas) -> bool:
    """Looks at the claimed areas anew; whether they are others than those known."""
    database = str(connection.settings_dict["NAME"])
    _areas[database] = claimed_areas()
    return _areas[database].areas != known.areas


def _prepare_once(rows: Rows, days: Sequence[int | None], source: Source) -> bool:
    """Prepares days that this process has not prepared yet; nearly always there are none.

    Answers whether there were any.
    """
    database = str(connection.settings_dict["NAME"])
    met = {
        (database, mode, day): place
        for place, (mode, day, refused) in enumerate(
            zip(rows.mode, days, rows.refused, strict=True)
        )
        if refused is None and day is not None
    }
    new = [place for key, place in met.items() if key not in _prepared]
    if not new:
        return False
    started = pl.Series("started_at", rows.started[new]).cast(pl.Datetime("us", "UTC"))
    modes = pl.Series("mode", [rows.mode[place] for place in new])
    nothing = pl.Series("refused", [None] * len(new), dtype=pl.String)
    with transaction.atomic():
        prepare(pl.DataFrame([started, modes, nothing]), source)
    _prepared.update(met)
    return True


def warm_up(at: datetime) -> None:
    """Reads and compiles what a batch of today needs, before the first one has to wait for it."""
    library = library_in_force()
    _layout(settings.TANHUI.content_root)
    for scene in library.scenes:
        with suppress(NotFound):
            rule = library.rule_on(scene, city_day(at))
            detail = np.array([scene.measured.default])
            quantify(rule.methodology, scene, np.array([1]), detail)


def forget_prepared() -> None:
    """Forgets which days are prepared, for whoever empties the tables under this process."""
    _prepared.clear()
    _areas.clear()
