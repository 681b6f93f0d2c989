"""A sponsor's routes under /portal/sponsor/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
