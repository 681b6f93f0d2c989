"""Who pays for rewards, under /funding/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
