"""The routes under /api/: the interface itself, and a problem for every other address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from tanhui.api.problems import status_problem
from tanhui.api.v1 import api


def _door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What every answer here has in common. No cookie is read, so none needs protecting."""

    @csrf_exempt
    @wraps(view)
    def enter(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = response["Allow"]
            response = status_problem(405)
            response["Allow"] = allowed
        response.setdefault("Cache-Control", "no-store")
        return response

    return enter


def _nothing(request: HttpRequest, rest: str = "") -> HttpResponse:
    del request, rest
    return status_problem(404)


def _guarded(patterns: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    return [
        URLPattern(each.pattern, _door(each.callback), each.default_args, each.name)
        for each in patterns
        if isinstance(each, URLPattern)
    ]


_routes, _app, _namespace = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("v1/", (_guarded(_routes), _app, _namespace)),
    re_path("^(?P<rest>.*)$", _door(_nothing)),
]
