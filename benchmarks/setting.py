"""Sets Django up for a benchmark, before any module that needs its models is loaded."""

from __future__ import annotations

import os

import django


def set_up() -> None:
    """Chooses the demo's settings unless the environment says otherwise."""
    os.environ.setdefault("TANHUI_MODE", "demo")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tanhui.config.settings")
    django.setup()
