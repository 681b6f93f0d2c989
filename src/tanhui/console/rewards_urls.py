"""The operator's routes for rewards under /console/rewards/."""

from __future__ import annotations

from django.urls import path, re_path

from tanhui.console import rewards

# Other rooms of the mall have their own words at this place.
_CODE = r"(?P<code>R-\d{4,9})"

urlpatterns = [
    path("", rewards.desk, name="rewards"),
    re_path(rf"^{_CODE}$", rewards.offer, name="reward"),
    re_path(rf"^{_CODE}/picture$", rewards.picture, name="reward-picture"),
]
