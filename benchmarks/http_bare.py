"""The comparator: a bare django-ninja endpoint that validates one item and inserts one row.

No signature, no session, no middleware, no ORM, one plain INSERT in its own transaction. It is
served as the product is: `granian benchmarks.http_bare:application`.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

import django
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

_parts = dict(conninfo_to_dict(os.environ["BARE_DATABASE_URL"]))
settings.configure(
    SECRET_KEY="bare",
    ROOT_URLCONF="benchmarks.http_bare",
    ALLOWED_HOSTS=["*"],
    USE_TZ=True,
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": _parts.pop("dbname", ""),
            "USER": _parts.pop("user", ""),
            "HOST": _parts.pop("host", ""),
            "PORT": _parts.pop("port", ""),
            "PASSWORD": _parts.pop("password", ""),
            "CONN_MAX_AGE": None,
            "OPTIONS": _parts,
        }
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.urls import path  # noqa: E402
from ninja import NinjaAPI, Schema  # noqa: E402

_INSERT = (
    "INSERT INTO bare_item (reference, rider, mode, started_at, ended_at, distance_m)"
    " VALUES (%s, %s, %s, %s, %s, %s)"
)
api = NinjaAPI(docs_url=None, openapi_url=None)


class Item(Schema):
    """One behaviour."""

    reference: str
    rider: str
    mode: str
    started_at: datetime
    ended_at: datetime
    distance_m: int


@api.post("/item")
def insert(request: HttpRequest, item: Item) -> dict[str, Any]:
    """Inserts it."""
    del request
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            (
                item.reference,
                item.rider,
                item.mode,
                item.started_at,
                item.ended_at,
                item.distance_m,
            ),
        )
    return {"reference": item.reference, "result": "recorded"}


urlpatterns = [path("", api.urls)]
application = get_wsgi_application()
