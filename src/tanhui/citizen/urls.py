"""The citizen's routes under /m/."""

from __future__ import annotations

from django.urls import path

from tanhui.citizen import login, views

app_name = "citizen"
urlpatterns = [
    path("", views.home, name="home"),
    path("login", login.log_in, name="login"),
    path("logout", views.log_out, name="logout"),
    path("statement", views.statement, name="statement"),
    path("behaviours/<str:key>", views.why, name="why"),
    path("behaviours/<str:key>/recompute.json", views.recompute, name="recompute"),
    path("me", views.me, name="me"),
    path("help", views.ask_for_help, name="help"),
]
