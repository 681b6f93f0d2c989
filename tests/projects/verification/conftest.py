"""The cast of path two with the founded rulebook."""

from __future__ import annotations

from tests.projects.monitoring.conftest import cast

__all__ = ("cast",)
