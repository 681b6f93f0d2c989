"""The authority's routes for credits under /console/credits/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
