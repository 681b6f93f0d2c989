"""The authority's routes for projects under /console/projects/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
