"""The pages for what is not there, what may not be done, and what went wrong."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tanhui.web.entrance import CONTENT_SECURITY_POLICY, appearance_of


def _page(request: HttpRequest, name: str, status: int) -> HttpResponse:
    # The database may be the very thing that fails, so nobody is looked up here.
    page: Any = request
    page.appearance = appearance_of(request, None)
    response = render(request, f"web/{name}.html", status=status)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense."""
    del exception
    return _page(request, "forbidden", 400)


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
