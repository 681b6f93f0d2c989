"""The holders' routes under /portal/holdings/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
