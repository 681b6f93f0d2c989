"""Notices under /m/notices/."""

from __future__ import annotations

from django.urls import path

from tanhui.citizen import notices

urlpatterns = [
    path("", notices.inbox, name="notices"),
    path("settings", notices.settings_page, name="notices-settings"),
    path("<uuid:message_id>", notices.open_message, name="notice"),
]
