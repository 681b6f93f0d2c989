"""What goes wrong, as `application/problem+json` (RFC 9457) in the reader's language, with a code.

Every answer under `/api/` that is no success is one of these, also those of Django itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from tanhui.kernel.refusals import Refusal
from tanhui.web.refusals import retry_after, status_of

CONTENT_TYPE = "application/problem+json"
PREFIX = "/api/"
# A signature that does not hold says that nobody knows who asks; other refusals follow their kind.
_UNKNOWN_SENDER = frozenset(
    {
        "signature_missing",
        "signature_invalid",
        "signature_stale",
        "signature_early",
        "partner_unknown",
        "key_revoked",
        "key_unknown",
        "token_missing",
        "token_invalid",
    }
)
_TOO_LARGE = frozenset({"body_too_large"})
# Programs tell by the status whether they asked wrongly, too late, or twice for two things.
_OWN_STATUS = {
    "idempotency_key_missing": 400,
    "exists_with_different_content": 422,
    "sold_out": 409,
    "points_missing": 409,
    "person_limit": 409,
    "day_limit": 409,
}
_WRONG_TYPE = frozenset({"content_type_unknown", "content_encoding_unknown"})
_SENTENCES = {
    400: ("bad_request", "请求无法理解。", "The request cannot be understood."),
    403: ("forbidden", "不允许这样做。", "This is not allowed."),
    404: ("no_such_address", "没有这个地址。", "There is nothing at this address."),
    405: ("method_not_allowed", "这个地址不接受该方法。", "This address does not take the method."),
    500: (
        "defect",
        "平台出错了，已留下记录；同一请求可以原样重发。",
        "Something of ours failed and has been noted; the same request may be sent again as it is.",
    ),
}
_log = logging.getLogger("tanhui.api")


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def problem(status: int, code: str, detail: str, **more: object) -> HttpResponse:
    """One problem: its type, title, status, detail and code, and what else is known of it."""
    title = HTTPStatus(status).phrase
    told = {
        "type": f"urn:tanhui:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
    }
    response = HttpResponse(msgspec.json.encode(told), status=status, content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def status_problem(status: int) -> HttpResponse:
    """The problem of a status that no refusal of ours explains further."""
    code, zh, en = _SENTENCES[status]
    return problem(status, code, zh if _chinese() else en)


def refusal_status(refusal: Refusal) -> int:
    """The status of a refusal here: 401 for senders not proved, 413 and 415 for unfit bodies."""
    if refusal.code in _UNKNOWN_SENDER:
        return 401
    if refusal.code in _TOO_LARGE:
        return 413
    if refusal.code in _WRONG_TYPE:
        return 415
    return _OWN_STATUS.get(refusal.code) or status_of(refusal)


def refusal_problem(refusal: Refusal) -> HttpResponse:
    """A refusal as a problem; with `Retry-After` where it knows when to try again."""
    status = refusal_status(refusal)
    detail = refusal.text("zh" if _chinese() else "en")
    response = retry_after(problem(status, refusal.code, detail), refusal)
    if status == 401:
        response["WWW-Authenticate"] = (
            "Bearer" if refusal.code.startswith("token") else 'Webhook-Signature realm="tanhui"'
        )
    return response


def unfit(fields: list[str]) -> HttpResponse:
    """The problem of parameters that do not have their form; names which."""
    names = ", ".join(sorted(set(fields)))
    detail = f"参数有误：{names}" if _chinese() else f"These parameters are wrong: {names}"
    return problem(422, "parameters_wrong", detail, parameters=sorted(set(fields)))


def defect(request: HttpRequest) -> HttpResponse:
    """Notes the exception that is being handled, with its trace, and tells nothing of it."""
    _log.exception("%s %s failed", request.method, request.path)
    return status_problem(500)


Page = Callable[..., HttpResponse]


def or_page(status: int, page: Page) -> Page:
    """Django's handler for a status: a problem under `/api/`, the page elsewhere."""

    def handler(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.path.startswith(PREFIX):
            return status_problem(status)
        return page(request, *args, **kwargs)

    return handler
