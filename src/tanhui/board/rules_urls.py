"""The routes of the public rulebook under /rules/."""

from __future__ import annotations

from django.urls import path

from tanhui.board import rules

app_name = "rules"
urlpatterns = [
    path("", rules.index, name="index"),
    path("notices/<int:proposal_id>", rules.notice, name="notice"),
    path("<str:kind>/<str:document>.toml", rules.text, name="text"),
    path("<str:kind>/<str:document>", rules.rule, name="rule"),
]
