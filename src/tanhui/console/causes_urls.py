"""The operator's routes for causes under /console/rewards/causes/."""

from __future__ import annotations

from django.urls import path

from tanhui.console import causes

urlpatterns = [
    path("", causes.desk, name="causes"),
    path("<int:cause_id>", causes.one, name="cause"),
    path("photos/<uuid:file_id>", causes.photo, name="cause-photo"),
]
