"""The health check."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connections
from django.test import Client

from tanhui import __version__
from tanhui.board import health


@pytest.mark.database
@pytest.mark.django_db
def test_health_is_ok_once_the_database_answers_and_is_migrated() -> None:
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": __version__}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.database
@pytest.mark.django_db
def test_health_names_missing_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_known_migrations", lambda: frozenset({("x", "0001_later")}))
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "migrations_missing"


@pytest.mark.database
@pytest.mark.django_db
def test_health_names_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent() -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr(connections["default"], "ensure_connection", silent)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "database_unreachable"
