"""The application a server runs; each of its processes opens the database for itself."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from tanhui.config.database import open_database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanhui.config.settings")

application = get_wsgi_application()
database = open_database()
