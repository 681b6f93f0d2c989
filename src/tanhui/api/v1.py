"""The interface as a whole: its routes, what becomes of errors, and its description."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tanhui import __version__
from tanhui.api import (
    deliveries,
    description,
    library,
    log,
    personal,
    reconciliation,
    retirements,
    rewards,
    totals,
)
from tanhui.api.problems import defect, refusal_problem, status_problem, unfit
from tanhui.kernel.refusals import Forbidden, Refusal

api = NinjaAPI(
    title="Tanhui 碳惠",
    version="1",
    description="Behaviours of citizens, signed by the partners that report them; the rules they"
    " are measured and paid by; and what a citizen may know of the own ones.\n\nErrors are"
    " `application/problem+json` (RFC 9457) with a stable `code`.",
    docs_url=None,
    openapi_url=None,
    urls_namespace="api",
)
api.add_router("", library.router)
api.add_router("", totals.router)
api.add_router("", retirements.router)
api.add_router("/log", log.router)
api.add_router("", deliveries.router)
api.add_router("/reconciliation", reconciliation.router)
api.add_router("", rewards.router)
api.add_router("/me", personal.router)
api.add_router("/me", rewards.own)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    del request
    return refusal_problem(refusal)


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    del request, error
    return refusal_problem(
        Forbidden(
            "token_missing",
            zh="需要令牌：Authorization: Bearer …",
            en="A token is needed: Authorization: Bearer …",
        )
    )


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    del request
    return unfit([str(fault["loc"][-1]) for fault in error.errors])


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    del request
    return status_problem(400 if error.status_code not in (403, 404, 405) else error.status_code)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    del request, error
    return status_problem(404)


@api.exception_handler(Exception)
def _defect(request: HttpRequest, error: Exception) -> HttpResponse:
    del error
    return defect(request)


@cache
def description_document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of every route."""
    document: dict[str, Any] = dict(api.get_openapi_schema())
    document["info"]["x-tanhui-version"] = __version__
    parts = document["components"]
    parts["schemas"] = dict(
        sorted({**parts.get("schemas", {}), **description.components()}.items())
    )
    parts["securitySchemes"] = description.SECURITY_SCHEMES
    return document


@api.get("/openapi.json", operation_id="openapi", openapi_extra=description.PUBLIC)
def openapi(request: HttpRequest) -> HttpResponse:
    """This description."""
    return api.create_response(request, description_document(), status=200)
