"""Retiring credits by a program of their holder: `POST /retirements` with an Idempotency-Key.

The route stands beside those of `registers`, on the same router: one address, two verbs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Header
from pydantic import Field

from tanhui.api import description
from tanhui.api.citizens import Token, bearer
from tanhui.api.forms import Form
from tanhui.api.register_forms import RetiredForm
from tanhui.api.registers import router
from tanhui.kernel.refusals import Invalid
from tanhui.registry import queries
from tanhui.registry.commands import Line
from tanhui.registry.retiring import Wish, retire_credits

__all__ = ["router"]
_RETIRING = {"responses": description.problems(400, 401, 403, 404, 409, 422, 429)}
_LINES_MOST = 40


class RetireLine(Form):
    """Kilograms of one project and year."""

    project: str = Field(max_length=40)
    vintage: int
    kg: int


class RetireForm(Form):
    """What is retired, for whom and for what. The lowest numbers of each line go first."""

    lines: list[RetireLine] = Field(max_length=_LINES_MOST)
    beneficiary_kind: str = Field(description="organisation, event or person")
    beneficiary_zh: str
    beneficiary_en: str
    purpose_zh: str
    purpose_en: str
    boundary_zh: str = ""
    boundary_en: str = ""
    waive_undo: bool = Field(default=False, description="Final at once, with no time to undo it.")


class OwnRetirementForm(Form):
    """One's own retirement: `pending` until `undo_until`, then `retired`, unless it was undone."""

    number: str
    state: str
    kg: int
    requested_at: datetime
    undo_until: datetime
    ended_at: datetime | None
    lines: list[RetiredForm]
    certificate: str | None = Field(description="The certificate's address, once it is final.")


@router.post(
    "/retirements",
    operation_id="retire",
    auth=Token(),
    response=OwnRetirementForm,
    openapi_extra=_RETIRING,
)
def retire(
    request: HttpRequest,
    asked: RetireForm,
    idempotency_key: Annotated[str, Header(alias="Idempotency-Key")] = "",
) -> dict[str, Any]:
    """Retires credits of the organisation that the token's person works for.

    The same key with the same content answers the same retirement, and nothing more is retired.
    """
    if not idempotency_key:
        raise Invalid(
            "idempotency_key_missing",
            zh="请求头里要有 Idempotency-Key，每次注销一个。",
            en="The header Idempotency-Key is needed, another one for each retirement.",
        )
    made = retire_credits(
        actor=bearer(request).actor,
        lines=[Line(line.project, line.vintage, line.kg) for line in asked.lines],
        wish=Wish(
            beneficiary_kind=asked.beneficiary_kind,
            beneficiary_zh=asked.beneficiary_zh,
            beneficiary_en=asked.beneficiary_en,
            purpose_zh=asked.purpose_zh,
            purpose_en=asked.purpose_en,
            boundary_zh=asked.boundary_zh,
            boundary_en=asked.boundary_en,
        ),
        waive_undo=asked.waive_undo,
        reference=idempotency_key,
        at=timezone.now(),
    )
    return {
        "number": made.number,
        "state": made.state,
        "kg": made.kg,
        "requested_at": made.requested_at,
        "undo_until": made.undo_until,
        "ended_at": made.ended_at,
        "lines": [
            {
                "project": each.project_code,
                "vintage": each.vintage,
                "methodology": each.methodology,
                "first": each.first,
                "last": each.last,
                "kg": each.kg,
            }
            for each in queries.slices(made.id)[made.id]
        ],
        "certificate": f"/certificates/{made.number}" if made.state == "retired" else None,
    }
