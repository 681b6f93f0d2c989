"""The operator's routes for fair drops under /console/drops/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
