"""The RateLimit header fields: what a partner may send, and what is left of it."""

from __future__ import annotations

from django.http import HttpResponse

from tanhui.partners.quota import Allowance, Window


def _policy(window: Window) -> str:
    return f'"{window.name}";q={window.limit};w={window.window_seconds}'


def _left(window: Window) -> str:
    return f'"{window.name}";r={window.remaining};t={window.reset_seconds}'


def with_limits(response: HttpResponse, allowance: Allowance) -> HttpResponse:
    """The response with `RateLimit-Policy` and `RateLimit`, as the IETF's draft writes them."""
    windows = (allowance.requests, allowance.items)
    response["RateLimit-Policy"] = ", ".join(map(_policy, windows))
    response["RateLimit"] = ", ".join(map(_left, windows))
    return response
