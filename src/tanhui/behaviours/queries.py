"""What one may know of deeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tanhui.behaviours.appeal_notes import appeal_note
from tanhui.behaviours.keys import behaviour_key, no_such_behaviour, parse_key
from tanhui.behaviours.postings import Purpose, deed_transfer_id, posting_id
from tanhui.behaviours.rows import (
    BehaviourRow,
    DayTotal,
    HoldNote,
    Home,
    MergeNote,
    SourceStatus,
    Statement,
    VoidNote,
    Waiting,
    WhyCard,
)
from tanhui.kernel.periods import CITY_ZONE, city_day, day_end, day_start
from tanhui.ledger.chart import CITIZEN_POINTS, CITIZEN_REDUCTION
from tanhui.methodology.explain import explain
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.limit import Limit
from tanhui.scenes.tariff import GRADES, PointsExplanation, Tariff

_ROOM = "tanhui.behaviours"
_LATEST_DAYS = 31
# Of these a page chooses the few that it shows: not every deed counts.
_LATEST_ROWS = 24
_WEEK_DAYS = 7
_STATEMENT_ROWS_MAX = 1_000
_MICROSECOND = timedelta(microseconds=1)
_HOUR_US = 3_600_000_000


def _fetch(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), {"zone": CITY_ZONE.key, **facts})
        return list(cursor.fetchall())


_MERGE_REASONS = {1: "overlap", 2: "clock", 3: "same_day"}
_ROW_CELLS = 33


def _row(cells: tuple[Any, ...]) -> BehaviourRow:
    started, ended, digest, partner_id, _, _, scene, grade, amount, detail, mg = cells[:11]
    points, uncapped, recorded, code, name_zh, name_en = cells[11:17]
    library = library_in_force()
    return BehaviourRow(
        key=behaviour_key(started, partner_id, digest),
        scene=library.numbered(scene).code,
        partner_code=code,
        partner_zh=name_zh,
        partner_en=name_en,
        started_at=started,
        ended_at=ended,
        recorded_at=recorded,
        amount=amount,
        detail=detail,
        reduction_mg=mg,
        points=points,
        points_uncapped=uncapped,
        grade=GRADES[grade],
        hold=_hold_note(*cells[17:24]) if cells[17] is not None else None,
        merge=_merge_note(*cells[24:30]) if cells[24] is not None else None,
        void=VoidNote(*cells[30:33]) if cells[30] is not None else None,
    )


def _hold_note(
    detector: str,
    facts: str,
    placed_at: datetime,
    deadline: datetime,
    outcome: str | None,
    reason: str | None,
    case_id: UUID | None,
) -> HoldNote:
    appeal = appeal_note(case_id) if case_id else None
    # What was decided in a case is told in the words of the case.
    told = appeal.answer if appeal and outcome in ("released", "reversed") else reason
    # The connection leaves JSON as it is written, as Django asks it to.
    return HoldNote(detector, json.loads(facts), placed_at, deadline, outcome, told, appeal)


def _merge_note(
    reason: int,
    started_at: datetime,
    partner_id: int,
    digest: int,
    partner_zh: str | None,
    partner_en: str | None,
) -> MergeNote:
    ours = partner_id >= 0
    key = behaviour_key(started_at, partner_id, digest) if ours else None
    return MergeNote(_MERGE_REASONS[reason], started_at, key, partner_zh, partner_en)


def _rows(
    citizen_id: int, since: datetime, until: datetime, limit: int
) -> tuple[BehaviourRow, ...]:
    facts = {"citizen_id": citizen_id, "since": since, "until": until, "limit": limit}
    return tuple(_row(cells) for cells in _fetch("latest", facts))


def rows_of_days(*, citizen_id: int, first: date, last: date) -> tuple[BehaviourRow, ...]:
    """Every deed of a citizen from one day of the city to another, newest first."""
    return _rows(citizen_id, day_start(first), day_end(last), _STATEMENT_ROWS_MAX)


def _day_totals(citizen_id: int, first: date, last: date) -> dict[date, DayTotal]:
    facts = {"citizen_id": citizen_id, "since": day_start(first), "until": day_end(last)}
    return {cells[0]: DayTotal(*cells) for cells in _fetch("day_totals", facts)}


def _sources(citizen_id: int, today: date) -> tuple[SourceStatus, ...]:
    first = today - timedelta(days=_LATEST_DAYS)
    week = [today - timedelta(days=back) for back in reversed(range(_WEEK_DAYS))]
    facts = {"citizen_id": citizen_id, "since": day_start(first), "until": day_end(today)}
    found = []
    for code, name_zh, name_en, scene, last, days in _fetch("sources", facts):
        counts = Counter(days or ())
        found.append(
            SourceStatus(code, name_zh, name_en, scene, last, tuple(counts[day] for day in week))
        )
    return tuple(found)


def home(*, citizen_id: int, at: datetime) -> Home:
    """Today, the week, the latest deeds of a month, and the sources; three statements."""
    today = city_day(at)
    first = today - timedelta(days=_WEEK_DAYS - 1)
    totals = _day_totals(citizen_id, first, today)
    week = tuple(
        totals.get(day, DayTotal(day, 0, 0, 0))
        for day in (first + timedelta(days=ahead) for ahead in range(_WEEK_DAYS))
    )
    since = day_start(today - timedelta(days=_LATEST_DAYS))
    return Home(
        today=week[-1],
        week=week,
        latest=_rows(citizen_id, since, day_end(today), _LATEST_ROWS),
        sources=_sources(citizen_id, today),
    )


def statement(*, citizen_id: int, month: date | None, at: datetime) -> Statement:
    """The deeds of a month of the city, newest first; without `month`, the newest with any."""
    months = tuple(cells[0] for cells in _fetch("months", {"citizen_id": citizen_id}))
    today = city_day(at)
    first = (month or (months[0] if months else today)).replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    totals = _day_totals(citizen_id, first, last)
    return Statement(
        month=first,
        rows=_rows(citizen_id, day_start(first), day_end(last), _STATEMENT_ROWS_MAX),
        days=tuple(totals[day] for day in sorted(totals, reverse=True)),
        months=months,
    )


def _tariff_of(reference: str) -> Tariff:
    library = library_in_force()
    return next(tariff for tariff in library.tariffs if tariff.reference == reference)


def _limit_of(reference: str) -> Limit | None:
    library = library_in_force()
    return next((limit for limit in library.limits if limit.reference == reference), None)


def points_waiting(*, citizen_id: int, at: datetime) -> Waiting:
    """Points that are the citizen's and may not be spent yet, and when the oldest of them may.

    The wait leaves time for a partner's late rows and corrections. It is the limit's in force at
    `at`; whoever spends asks this while the citizen's account is held.
    """
    limit = library_in_force().limit(city_day(at))
    if limit is None:
        return Waiting(0, None)
    facts = {"citizen_id": citizen_id, "since": limit.waiting_since(at)}
    points, oldest = _fetch("waiting", facts)[0]
    return Waiting(points, limit.spendable_on(oldest) if points else None)


def why(*, citizen_id: int, key: str) -> WhyCard:
    """Why a deed brought what it brought, by keys alone. Refuses `no_such_behaviour`."""
    started_at, partner_id, digest = parse_key(key)
    found = _fetch(
        "one",
        {
            "citizen_id": citizen_id,
            "started_at": started_at,
            "partner_id": partner_id,
            "reference_digest": digest,
        },
    )
    if not found:
        raise no_such_behaviour()
    cells = found[0]
    row = _row(cells)
    chunk_id, scene_number = cells[4], cells[6]
    methodology, methodology_digest, tariff, tariff_digest, limit, limit_digest = cells[_ROW_CELLS:]
    library = library_in_force()
    scene = library.numbered(scene_number)
    day = city_day(started_at)
    used = _fetch(
        "used_before",
        {
            "citizen_id": citizen_id,
            "day_start": day_start(day),
            "day_end": day_end(day),
            "scene": scene_number,
            "chunk_id": chunk_id,
            "recorded_at": row.recorded_at,
            "started_at": started_at,
            "reference_digest": digest,
        },
    )[0]
    duration_us = (row.ended_at - row.started_at) // _MICROSECOND
    return WhyCard(
        row=row,
        explanation=explain(
            library.methodologies.referenced(methodology), scene.inputs(row.amount, row.detail)
        ),
        points=PointsExplanation(
            tariff=_tariff_of(tariff),
            reduction_mg=row.reduction_mg,
            points_uncapped=row.points_uncapped,
            points=row.points,
            used_before=used[0],
            grade=row.grade,
            limit=_limit_of(limit),
            used_in_all=used[1],
        ),
        per_hour=row.amount * _HOUR_US // duration_us,
        per_hour_max=scene.measured.max_per_hour,
        methodology=methodology,
        methodology_digest=methodology_digest,
        tariff=tariff,
        tariff_digest=tariff_digest,
        limit=limit,
        limit_digest=limit_digest,
        posting_ids=tuple(_transfers_of(row, citizen_id, chunk_id, partner_id, digest)),
    )


def _transfers_of(
    row: BehaviourRow, citizen_id: int, chunk_id: int, partner_id: int, digest: int
) -> Iterator[UUID]:
    """The transfers that paid a deed: its chunk's posting, or the end of its hold."""
    if row.merge is not None:
        return
    for kind, amount in ((CITIZEN_POINTS, row.points), (CITIZEN_REDUCTION, row.reduction_mg)):
        if not amount:
            continue
        if row.hold is None:
            yield posting_id(chunk_id, citizen_id, kind)
        else:
            purpose: Purpose = "hold" if row.hold.outcome is None else "end"
            yield deed_transfer_id(purpose, citizen_id, partner_id, digest, kind.number)


def latest_started_at(*, partner_id: int, since: datetime) -> datetime | None:
    """The start of the newest deed that a partner has brought since an instant."""
    found: datetime | None = _fetch("latest_day", {"partner_id": partner_id, "since": since})[0][0]
    return found
