"""The operator's routes for fair drops under /console/drops/."""

from __future__ import annotations

from django.urls import path

from tanhui.console import drops

urlpatterns = [
    path("", drops.desk, name="drops"),
    path("<slug:code>", drops.drop, name="drop"),
]
