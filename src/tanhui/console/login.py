"""The log-in page of the operator and the authority."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tanhui.console.doors import ROLES
from tanhui.identity.personas import STAFF
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.login import Door, log_in_at, log_out_of

_DOOR = Door(
    "console/login.html",
    "console:home",
    tuple(one for one in STAFF if one.role in ROLES),
    frozenset(ROLES),
)


@entrance
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: PageRequest) -> HttpResponse:
    """Asks for the phone, sends the code, asks for the code; works without a script."""
    return log_in_at(request, _DOOR)


@entrance
@require_POST
def log_out(request: PageRequest) -> HttpResponse:
    """Ends the session here."""
    return log_out_of(request, login="console:login")
