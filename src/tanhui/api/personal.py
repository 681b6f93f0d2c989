"""What a citizen may ask for with regard to the own data: all of it, and its erasure.

These routes stand beside those of `citizens`, on the same router: one address, several verbs.
"""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Schema

from tanhui.api import description
from tanhui.api.citizens import bearer, router
from tanhui.behaviours.personal import erasure, export

__all__ = ["router"]
_ERASING = {"responses": description.problems(401, 404, 409, 422)}


class ExportForm(Schema):
    """Everything that is kept on one person; docs/personal-data.md tells the shape of each part."""

    format: str
    made_at: str
    person_id: int
    kept: dict[str, list[dict[str, Any]]]
    not_told: dict[str, str]
    purposes: list[dict[str, Any]]


@router.get(
    "/export",
    operation_id="exportMe",
    response=ExportForm,
    openapi_extra=description.CITIZEN,
)
def export_me(request: HttpRequest) -> HttpResponse:
    """Everything that is kept on the one whom the token belongs to, as one document."""
    document = export.export_person(actor=bearer(request).actor, at=timezone.now())
    response = HttpResponse(
        json.dumps(document, ensure_ascii=False, indent=1), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="tanhui-my-data.json"'
    return response


class ErasedForm(Schema):
    """The account is closed; `person_id` is the number that stays in the books."""

    person_id: int
    erased: bool


@router.api_operation(
    ["DELETE"], "", operation_id="eraseMe", response=ErasedForm, openapi_extra=_ERASING
)
def erase_me(request: HttpRequest) -> ErasedForm:
    """Closes the account and erases every personal value; the books keep a number alone.

    Afterwards the token belongs to nobody, so asking again is answered with 401.
    """
    held = bearer(request)
    erasure.erase_person(actor=held.actor, at=timezone.now())
    return ErasedForm(person_id=held.person.id, erased=True)
