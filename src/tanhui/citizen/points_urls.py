"""Expiring points, giving and pausing, under /m/points/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
