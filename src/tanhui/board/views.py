"""The public front page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tanhui.kernel.periods import city_day
from tanhui.scenes.in_force import library_in_force
from tanhui.web.entrance import PageRequest, entrance


@entrance
@require_safe
def front(request: PageRequest) -> HttpResponse:
    """The city's mechanism on one page, with the scenes that are open today."""
    library = library_in_force()
    today = city_day(request.at)
    scenes = tuple(scene for scene in library.scenes if scene.valid_from <= today)
    return render(request, "board/front.html", {"scenes": scenes})
