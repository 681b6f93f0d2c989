"""The citizen's log-in page, and the one-time link of the demo."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from tanhui.identity import commands
from tanhui.identity.personas import CITIZENS
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.login import Door, device_of, log_in_at, logged_in

_DOOR = Door("citizen/login.html", "citizen:home", CITIZENS, frozenset({"citizen"}))


@entrance
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: PageRequest) -> HttpResponse:
    """Asks for the phone, sends the code, asks for the code; works without a script."""
    return log_in_at(request, _DOOR)


@entrance
@never_cache
@require_GET
def follow_link(request: PageRequest, token: str) -> HttpResponse:
    """Uses a one-time link up and logs the browser in."""
    device = device_of(request)
    session = commands.log_in_by_link(token=token, device=device, at=request.at)
    return logged_in(request, session, device=device, home=_DOOR.home)
