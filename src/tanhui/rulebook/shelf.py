"""The content folder in force: the one on disk, and what the city has published since."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings


def current_root() -> Path:
    """The content folder that is in force now."""
    root: Path = settings.TANHUI.content_root
    return root
