"""The operator's routes for rewards under /console/rewards/."""

from __future__ import annotations

from django.urls import path

from tanhui.console import rewards

urlpatterns = [
    path("", rewards.desk, name="rewards"),
    path("<str:code>", rewards.offer, name="reward"),
    path("<str:code>/picture", rewards.picture, name="reward-picture"),
]
