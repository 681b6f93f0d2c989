"""A sponsor's routes under /portal/sponsor/."""

from __future__ import annotations

from django.urls import path

from tanhui.portal import sponsor

urlpatterns = [
    path("", sponsor.home, name="sponsor"),
    path("open", sponsor.opening, name="sponsor-open"),
    path("windows/<int:funding_id>", sponsor.window, name="sponsor-window"),
    path("statements/", sponsor.months, name="sponsor-statements"),
    path("statements/<str:month>.csv", sponsor.month_csv, name="sponsor-statement-csv"),
    path("statements/<str:month>.pdf", sponsor.month_pdf, name="sponsor-statement-pdf"),
    path("statements/<str:month>", sponsor.month, name="sponsor-statement"),
]
