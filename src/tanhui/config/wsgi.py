"""The application a server runs; each of its processes opens the database for itself."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from tanhui.config.database import open_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanhui.config.settings")

application = get_wsgi_application()

from tanhui.api.deliveries import warm_up  # noqa: E402

database = open_database()
# Whoever comes first should not wait until routes are imported and rules compiled.
get_resolver().url_patterns  # noqa: B018
warm_up()
