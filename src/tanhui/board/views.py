"""The public front page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tanhui.web.entrance import PageRequest, entrance


@entrance
@require_safe
def front(request: PageRequest) -> HttpResponse:
    """The city's mechanism on one page."""
    return render(request, "board/front.html")
