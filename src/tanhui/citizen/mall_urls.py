"""The mall's routes under /m/mall/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
