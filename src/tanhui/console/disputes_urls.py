"""The routes of disputes about redemptions under /console/disputes/."""

from __future__ import annotations

from django.urls import path

from tanhui.console import disputes

urlpatterns = [
    path("", disputes.desk, name="disputes"),
    path("<slug:code>", disputes.dispute, name="dispute"),
]
