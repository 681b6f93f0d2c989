"""Whether the server can do its work: the database answers and every migration is applied."""

from __future__ import annotations

from functools import cache

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tanhui import __version__

_UNAVAILABLE = 503


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 once the server can do its work, else 503 with what is missing."""
    del request
    missing = _missing()
    if missing:
        return JsonResponse({"status": missing, "version": __version__}, status=_UNAVAILABLE)
    return JsonResponse({"status": "ok", "version": __version__})


def _missing() -> str:
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        connection.ensure_connection()
        if not connection.is_usable():
            return "database_unreachable"
        applied = set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return "database_unreachable"
    return "" if _known_migrations() <= applied else "migrations_missing"


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """What this program was built with; it cannot change while the program runs."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
