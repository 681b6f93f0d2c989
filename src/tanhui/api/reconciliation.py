"""Ours against theirs, day by day: reading it, and saying what was delivered."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

import msgspec
import pydantic
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router

from tanhui.api import description, forms
from tanhui.api.bodies import JSON, read_body, unreadable_body
from tanhui.api.deliveries import limited_problem
from tanhui.api.limits import with_limits
from tanhui.api.problems import unfit
from tanhui.api.senders import sender_of
from tanhui.behaviours.reconciliation import DayRow, by_day, csv_lines
from tanhui.kernel.refusals import Refusal
from tanhui.partners import quota
from tanhui.partners.statements import declare_day
from tanhui.scenes.in_force import library_in_force

router = Router(tags=["partners"])
CSV = "text/csv"


def _language() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def _day(row: DayRow, language: str) -> dict[str, object]:
    cells = asdict(row)
    said = {"zh": cells.pop("said_zh"), "en": cells.pop("said_en")}
    return {
        **cells,
        "difference": said[language],
        "parts": [_day(part, language) for part in row.parts],
    }


@router.get(
    "",
    operation_id="reconciliation",
    openapi_extra=description.RECONCILIATION,
)
def reconciliation(
    request: HttpRequest,
    first: Annotated[date, Query(alias="from")],
    last: Annotated[date, Query(alias="to")],
) -> HttpResponse:
    """Each day's rows and amounts, ours and those declared, with the difference named.

    JSON, or CSV with `Accept: text/csv`. The request is signed over an empty body.
    """
    at = timezone.now()
    sender = sender_of(request, b"", at)
    key = sender.key
    try:
        rows = by_day(
            partner_id=key.partner_id, first=first, last=last, environment=key.environment
        )
    except Refusal as refusal:
        return limited_problem(sender, refusal, at)
    language = _language()
    if request.accepts(CSV) and not request.accepts(JSON):
        text = "".join(csv_lines(rows, language=language))
        response = HttpResponse(text, content_type=f"{CSV}; charset=utf-8")
    else:
        told = {
            "partner": key.partner_code,
            "environment": key.environment,
            "days": [_day(row, language) for row in rows],
        }
        response = HttpResponse(msgspec.json.encode(told), content_type=JSON)
    left = quota.allowance(partner_id=key.partner_id, environment=key.environment, at=at)
    return with_limits(response, left)


@router.put(
    "/{day}",
    operation_id="declare_day",
    openapi_extra=description.DECLARE_DAY,
)
def declare(request: HttpRequest, day: date) -> HttpResponse:
    """Say what was delivered on a day; saying it anew is a new version, and the newest counts."""
    at = timezone.now()
    body = read_body(request)
    sender = sender_of(request, body, at)
    key = sender.key
    try:
        told = forms.Declaration.model_validate_json(body)
    except pydantic.ValidationError as error:
        faults = error.errors()
        if any(fault["type"] == "json_invalid" for fault in faults):
            return limited_problem(sender, unreadable_body(), at)
        return unfit([".".join(map(str, fault["loc"])) or "body" for fault in faults])
    try:
        written = declare_day(
            actor=sender.actor,
            partner_code=key.partner_code,
            day=day,
            rows=told.rows,
            amount=told.amount,
            mode=told.mode,
            modes=tuple(library_in_force().modes()),
            environment=key.environment,
            at=at,
        )
    except Refusal as refusal:
        return limited_problem(sender, refusal, at)
    answer = forms.DeclaredForm(
        day=written.day,
        mode=written.mode,
        rows=written.rows,
        amount=written.amount,
        version=written.version,
        declared_at=written.declared_at,
    )
    left = quota.allowance(partner_id=key.partner_id, environment=key.environment, at=at)
    return with_limits(HttpResponse(answer.model_dump_json(), content_type=JSON), left)
