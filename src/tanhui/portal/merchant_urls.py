"""A merchant's routes under /portal/merchant/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
