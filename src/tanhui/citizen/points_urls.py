"""Expiring points, giving and pausing, under /m/points/."""

from __future__ import annotations

from django.urls import path

from tanhui.citizen import points

urlpatterns = [
    path("", points.points, name="points"),
    path("give", points.give, name="give"),
    path("give/<int:cause_id>", points.cause, name="cause"),
    path("photos/<uuid:file_id>", points.photo, name="cause-photo"),
]
