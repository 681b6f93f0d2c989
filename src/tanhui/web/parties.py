"""A partner's interface as its own desk and the operator's show it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

from tanhui.behaviours.reconciliation import DayRow, csv_lines
from tanhui.behaviours.report import HELD, REASONS
from tanhui.behaviours.told import void_words
from tanhui.kernel.periods import city_day
from tanhui.partners.contract import ContractCheck
from tanhui.partners.deliveries import Delivery
from tanhui.partners.desk import PartnerDesk
from tanhui.partners.quota import Allowance, Window
from tanhui.web.desk import typed_day

DAYS_SHOWN = 14
DAYS_BACK_MAX = 366


@dataclass(frozen=True, slots=True)
class ShownWindow:
    """One limit as a bar: how much is used, and its share in whole percent."""

    name: str
    limit: int
    used: int
    remaining: int
    share: int
    reset: int


@dataclass(frozen=True, slots=True)
class ShownQuota:
    """What may still be sent in one environment."""

    environment: str
    windows: tuple[ShownWindow, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of coming aboard: its name for the page, and whether it is done."""

    name: str
    done: bool
    now: bool


@dataclass(frozen=True, slots=True)
class Item:
    """What became of one row of a delivery.

    `kind` is recorded, merged, exists, held or refused; `reason` the code behind the last two.
    """

    reference: str
    kind: str
    reason: str
    said_zh: str
    said_en: str
    reduction_mg: int | None
    points: int | None


def quotas_of(desk: PartnerDesk) -> tuple[ShownQuota, ...]:
    """The limits of production, where the partner is in it, and of the sandbox."""
    sandbox = _quota("sandbox", desk.sandbox)
    if desk.partner.status != "production":
        return (sandbox,)
    return (_quota("production", desk.production), sandbox)


def _quota(environment: str, allowance: Allowance) -> ShownQuota:
    return ShownQuota(environment, (_window(allowance.items), _window(allowance.requests)))


def _window(window: Window) -> ShownWindow:
    used = max(0, window.limit - window.remaining)
    return ShownWindow(
        name=window.name,
        limit=window.limit,
        used=used,
        remaining=window.remaining,
        share=min(100, used * 100 // window.limit) if window.limit else 100,
        reset=window.reset_seconds,
    )


def next_check(desk: PartnerDesk) -> ContractCheck | None:
    """The first check of the contract test that is not passed."""
    return desk.missing[0] if desk.missing else None


def steps_of(desk: PartnerDesk) -> tuple[Step, ...]:
    """The way from the registration to the first delivery that counts."""
    active = {key.environment for key in desk.keys if key.ended_at is None}
    approved = desk.approval is not None
    delivered = {one.environment for one in desk.deliveries}
    reached = (
        ("registered", True),
        ("sandbox_key", approved or "sandbox" in active),
        ("contract", approved or not desk.missing),
        ("approved", approved),
        ("production_key", "production" in active),
        ("first_delivery", "production" in delivered),
    )
    first_open = next((name for name, done in reached if not done), None)
    return tuple(Step(name, done, name == first_open) for name, done in reached)


def days_asked(first: date | None, last: date | None, at: datetime) -> tuple[date, date]:
    """From which day to which: at most a year back, the last fortnight if nothing is said."""
    until = last or city_day(at)
    since = first or until - timedelta(days=DAYS_SHOWN - 1)
    return max(since, until - timedelta(days=DAYS_BACK_MAX)), until


def typed_days(request: HttpRequest) -> tuple[date | None, date | None]:
    """The days that the address names, if it does; refuses `day_malformed`."""
    first, last = (
        typed_day(text) if (text := request.GET.get(name, "")) else None
        for name in ("first", "last")
    )
    return first, last


def void_choices(codes: Sequence[str], language: str) -> list[tuple[str, str]]:
    """Each reason for taking a record back, with what its citizen will be told."""
    return [(code, void_words(code, language)) for code in codes]


def unequal(rows: Sequence[DayRow]) -> int:
    """On how many days ours and theirs differ."""
    return sum(row.state in ("differs", "nothing_of_ours") for row in rows)


def days_file(partner_code: str, rows: Sequence[DayRow], *, language: str) -> HttpResponse:
    """Reconciled days as a file; with a mark, so that spreadsheets read it."""
    text = "\ufeff" + "".join(csv_lines(rows, language=language))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = f"tanhui-{partner_code}-{rows[0].day}-{rows[-1].day}" if rows else "tanhui-days"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def items_of(delivery: Delivery) -> list[Item]:
    """What became of each row, in the order in which it was sent."""
    told = json.loads(delivery.result or b"{}")
    rows = told.get("results", []) if isinstance(told, dict) else []
    return [_item(row) for row in rows if isinstance(row, dict)]


def _item(row: Mapping[str, Any]) -> Item:
    result = str(row.get("result") or "")
    kind, _, reason = result.partition(":")
    said = HELD if kind == "held" else REASONS.get(reason or kind, ("", ""))
    return Item(
        reference=str(row.get("reference") or ""),
        kind=kind,
        reason=reason,
        said_zh=said[0],
        said_en=said[1],
        reduction_mg=row.get("reduction_mg"),
        points=row.get("points"),
    )
