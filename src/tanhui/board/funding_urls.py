"""Who pays for rewards, under /funding/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import funding

app_name = "funding"
urlpatterns = [path("", funding.index, name="index")]
