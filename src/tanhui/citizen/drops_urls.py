"""Fair drops under /m/drops/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
