"""The authority's routes for credits under /console/credits/."""

from __future__ import annotations

from django.urls import path

from tanhui.console import credits

urlpatterns = [
    path("", credits.desk, name="credits"),
    path("numbers/<int:number>", credits.kilogram, name="credit"),
    path("holders/<str:code>", credits.holder, name="credit-holder"),
    path("<str:code>/<int:year>", credits.vintage, name="credit-vintage"),
]
