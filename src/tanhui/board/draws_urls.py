"""Fair drops as the public checks them, under /draws/."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
