"""The routes of pictures for other sites, under /embed/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import embed

app_name = "embed"
urlpatterns = [
    path("", embed.index, name="index"),
    path("<str:name>.svg", embed.picture, name="picture"),
]
