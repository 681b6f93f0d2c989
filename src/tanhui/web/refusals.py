"""How a refusal looks in a browser: one table from its kind to a status, one page for all."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from tanhui.kernel.refusals import Refusal

STATUS = {
    "invalid": 422,
    "not_found": 404,
    "forbidden": 403,
    "conflict": 409,
    "exhausted": 429,
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return STATUS[refusal.kind]


def refusal_text(refusal: Refusal) -> str:
    """The refusal's sentence in the reader's language."""
    return refusal.text(get_language() or "zh")


def retry_after(response: HttpResponse, refusal: Refusal) -> HttpResponse:
    """Tells a client when to try again, where the refusal knows."""
    seconds = refusal.facts.get("retry_after_seconds")
    if seconds is not None:
        response["Retry-After"] = str(seconds)
    return response


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """A whole page for a refusal that no form can show beside its field."""
    context = {"sentence": refusal_text(refusal), "code": refusal.code}
    response = render(request, "web/refusal.html", context, status=status_of(refusal))
    return retry_after(response, refusal)
