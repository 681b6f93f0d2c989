"""The routes of open data, under /open-data/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import open_data

app_name = "open-data"
urlpatterns = [
    path("", open_data.page, name="index"),
    path("dictionary.json", open_data.dictionary, name="dictionary"),
    path("deeds.csv", open_data.download, {"kind": "csv"}, name="csv"),
    path("deeds.parquet", open_data.download, {"kind": "parquet"}, name="parquet"),
]
