"""Ours against theirs: what is recorded of a partner's day, and what the partner says of it.

A row counts as ours from when it is recorded, also merged or held; a voided one counts no more. A
partner declares a day as a whole or mode by mode; as a whole, the whole is compared.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Literal

from django.db import connection

from tanhui.kernel.refusals import Invalid
from tanhui.partners.signing import Environment
from tanhui.partners.statements import DayStatement, declared_days
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force

State = Literal["agreed", "differs", "not_declared", "nothing_of_ours"]
DAYS_MAX = 367
STATE_TEXTS: dict[State, tuple[str, str]] = {
    "agreed": ("一致", "agreed"),
    "differs": ("有差异", "differs"),
    "not_declared": ("未申报", "not declared"),
    "nothing_of_ours": ("我方无记录", "nothing of ours"),
}


@dataclass(frozen=True, slots=True)
class Ours:
    """What is recorded of one mode on one day; `rows` leaves voided ones out.

    `amount` is in the unit of the mode's measure (m, steps, Wh). `merged`, `held` and `reversed`
    are among `rows` and paid nothing, or nothing yet; milligrams and points are those paid.
    """

    mode: str
    measure: str
    rows: int
    amount: int
    reduction_mg: int
    points: int
    merged: int
    held: int
    reversed: int
    voided: int


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day. Amounts are None where they cannot be told: modes of different units, or not said.

    A difference is theirs less ours. `parts` holds the same for each mode where the partner
    declared mode by mode, and is empty otherwise and in a part.
    """

    day: date
    mode: str
    ours_rows: int
    ours_amount: int | None
    ours_mg: int
    ours_points: int
    merged: int
    held: int
    reversed: int
    voided: int
    theirs_rows: int | None
    theirs_amount: int | None
    difference_rows: int | None
    difference_amount: int | None
    state: State
    said_zh: str
    said_en: str
    parts: tuple[DayRow, ...] = ()


def by_day(
    *, partner_id: int, first: date, last: date, environment: Environment = "production"
) -> list[DayRow]:
    """The days from `first` to `last` on which there is anything of ours or of theirs, by day.

    Nothing of the sandbox is recorded, so there only theirs is shown. Refuses: `days_out_of_range`
    (more than 367 of them, or none).
    """
    if not 0 <= (last - first).days < DAYS_MAX:
        raise Invalid(
            "days_out_of_range",
            zh="起止日期须按先后给出，最多 {most} 天。",
            en="Give the first day and the last, at most {most} days.",
            most=DAYS_MAX,
        )
    ours = _ours(partner_id, first, last) if environment == "production" else {}
    theirs: dict[date, list[DayStatement]] = {}
    for told in declared_days(
        partner_id=partner_id, first=first, last=last, environment=environment
    ):
        theirs.setdefault(told.day, []).append(told)
    return [_day(day, ours.get(day, []), theirs.get(day, [])) for day in sorted({*ours, *theirs})]


def csv_lines(days: Sequence[DayRow], *, language: str = "en") -> Iterator[str]:
    """The days as lines of a CSV file, each with its end; a day's modes follow it."""
    names = [field.name for field in fields(DayRow)][:-3]
    yield _csv_line([*names, "difference"])
    for day in days:
        for row in (day, *day.parts):
            said = row.said_zh if language.startswith("zh") else row.said_en
            cells = [getattr(row, name) for name in names]
            yield _csv_line(["" if cell is None else cell for cell in [*cells, said]])


def _csv_line(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _ours(partner_id: int, first: date, last: date) -> dict[date, list[Ours]]:
    library = library_in_force()
    facts: dict[str, Any] = {"partner_id": partner_id, "first": first, "last": last}
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.behaviours", "reconciliation"), facts)
        found = list(cursor.fetchall())
    days: dict[date, list[Ours]] = {}
    for day, number, *counts in found:
        scene = library.numbered(number)
        days.setdefault(day, []).append(Ours(scene.mode, scene.measure, *counts))
    return days


def _day(day: date, ours: Sequence[Ours], theirs: Sequence[DayStatement]) -> DayRow:
    whole = [told for told in theirs if not told.mode]
    if whole or not theirs:
        return _compared(day, "", ours, whole[0] if whole else None)
    told_of = {told.mode: told for told in theirs}
    parts = tuple(
        _compared(day, mode, [own for own in ours if own.mode == mode], told_of.get(mode))
        for mode in sorted(told_of.keys() | {own.mode for own in ours})
    )
    if len(parts) == 1:
        return replace(parts[0], mode="")
    summed = replace(theirs[0], rows=sum(told.rows for told in theirs), amount=None)
    total = _compared(day, "", ours, summed)
    unequal = [part for part in parts if part.state != "agreed"]
    if unequal:
        total = replace(
            total,
            state="differs" if ours else "nothing_of_ours",
            said_zh="；".join(f"{part.mode}：{part.said_zh}" for part in unequal),
            said_en="; ".join(f"{part.mode}: {part.said_en}" for part in unequal),
        )
    return replace(total, parts=parts)


def _compared(day: date, mode: str, ours: Sequence[Ours], told: DayStatement | None) -> DayRow:
    """One comparison; a statement without a row of ours, or without itself, is no difference."""
    rows = sum(own.rows for own in ours)
    voided = sum(own.voided for own in ours)
    one_unit = len({own.measure for own in ours}) <= 1
    amount = sum(own.amount for own in ours) if one_unit else None
    row_gap = told.rows - rows if told else None
    amount_gap = None
    if told is not None and told.amount is not None and amount is not None:
        amount_gap = told.amount - amount
    state: State
    if told is None:
        state = "not_declared"
    elif not row_gap and not amount_gap:
        state = "agreed"
    else:
        state = "differs" if ours else "nothing_of_ours"
    said_zh, said_en = _said(state, rows, voided, row_gap, amount_gap)
    return DayRow(
        day=day,
        mode=mode,
        ours_rows=rows,
        ours_amount=amount,
        ours_mg=sum(own.reduction_mg for own in ours),
        ours_points=sum(own.points for own in ours),
        merged=sum(own.merged for own in ours),
        held=sum(own.held for own in ours),
        reversed=sum(own.reversed for own in ours),
        voided=voided,
        theirs_rows=told.rows if told else None,
        theirs_amount=told.amount if told else None,
        difference_rows=row_gap,
        difference_amount=amount_gap,
        state=state,
        said_zh=said_zh,
        said_en=said_en,
    )


def _said(
    state: State, rows: int, voided: int, row_gap: int | None, amount_gap: int | None
) -> tuple[str, str]:
    """The difference in words."""
    if state == "agreed":
        return "一致。", "Agreed."
    if row_gap is None:
        return f"我方有 {rows} 条，贵方未申报。", f"We have {rows} rows; you declared none."
    if state == "nothing_of_ours":
        return (
            f"贵方申报 {row_gap} 条，我方一条也没有；请核对是否已推送。",
            f"You declared {row_gap} rows and we have none; check that they were sent.",
        )
    if row_gap > 0 and row_gap == voided:
        return (
            f"贵方多 {row_gap} 条，正好是已撤销的 {voided} 条。",
            f"You have {row_gap} rows more: those that were voided.",
        )
    if row_gap > 0:
        return (
            f"贵方多 {row_gap} 条：可能未推送、未通过检查，或当天有拒收；请查推送记录。",
            f"You have {row_gap} rows more: not sent, or refused; look at the deliveries.",
        )
    if row_gap < 0:
        return (
            f"我方多 {-row_gap} 条：可能申报之后又有补传；请重新申报。",
            f"We have {-row_gap} rows more, perhaps sent after you declared; declare again.",
        )
    more = amount_gap or 0
    if more > 0:
        return (
            f"条数一致，贵方总量多 {more}；请核对单位与舍入。",
            f"The rows agree; your amount is {more} more. Check units and rounding.",
        )
    return (
        f"条数一致，我方总量多 {-more}；请核对单位与舍入。",
        f"The rows agree; our amount is {-more} more. Check units and rounding.",
    )
