"""The pages for what is not there, what may not be done, and what went wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanhui.kernel.refusals import Invalid
from tanhui.web.entrance import CONTENT_SECURITY_POLICY, appearance_of
from tanhui.web.refusals import refusal_page


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    # The database may be the very thing that fails, so nobody is looked up here.
    page: Any = request
    page.appearance = appearance_of(request, None)
    response = render(request, f"web/{name}.html", status=status)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense; 413: a form holds more than the site takes."""
    if isinstance(exception, RequestDataTooBig):
        return _too_large(request)
    return _page(request, "forbidden", 400)


def _too_large(request: HttpRequest) -> HttpResponse:
    refusal = Invalid(
        "form_too_large",
        zh="这一次送来的内容太大，编码后超过 {most} KB。什么都没有改动，请删短再送。",
        en="What was sent is too large: over {most} KB once encoded. Nothing was changed;"
        " shorten it and send it again.",
        most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024,
    )
    page: Any = request
    page.appearance = appearance_of(request, None)
    response = refusal_page(request, refusal)
    response.status_code = 413
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: not allowed."""
    del exception
    return _page(request, "forbidden", 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: there is no such page."""
    del exception
    return _page(request, "not_found", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a defect of ours; nothing the reader did is lost."""
    return _page(request, "defect", 500)
