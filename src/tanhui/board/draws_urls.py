"""Fair drops as the public checks them, under /draws/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import draws

app_name = "draws"
urlpatterns = [
    path("", draws.index, name="index"),
    path("<slug:code>", draws.draw, name="draw"),
    path("<slug:code>/entries.txt", draws.entries, name="entries"),
    path("<slug:code>/draw.json", draws.file, name="file"),
]
