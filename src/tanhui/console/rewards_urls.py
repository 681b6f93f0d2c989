"""The operator's routes for rewards under /console/rewards/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
