"""Fair drops under /m/drops/."""

from __future__ import annotations

from django.urls import path

from tanhui.citizen import drops

urlpatterns = [
    path("", drops.index, name="drops"),
    path("<slug:code>", drops.drop, name="drop"),
]
