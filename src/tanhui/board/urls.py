"""The routes of the public library under /methodologies/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import methodologies

app_name = "library"
urlpatterns = [
    path("", methodologies.index, name="index"),
    path("factors/", methodologies.factors, name="factors"),
    path("factors.csv", methodologies.factors_file, name="factors-csv"),
    path("factors/<str:table>.csv", methodologies.factor_table_file, name="table-csv"),
    path("factors/<str:table>.toml", methodologies.factor_table_toml, name="table-toml"),
    path("factors/<str:table>/", methodologies.factor_table, name="table"),
    path("<str:reference>.toml", methodologies.toml, name="toml"),
    path("<str:reference>.json", methodologies.json, name="json"),
    path("<str:reference>/against/<str:other>/", methodologies.against, name="against"),
    path("<str:reference>/", methodologies.methodology, name="methodology"),
]
