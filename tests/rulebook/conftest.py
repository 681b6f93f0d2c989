"""A founded book in fresh books, and the persons who change it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.config.database import Database
from tanhui.identity.commands import platform_actor
from tanhui.kernel.actors import Actor, Assurance
from tanhui.rulebook.publishing import found
from tests.cast import NOW, Seated, seat

OPERATOR = Actor("person:101", frozenset({"operator"}), person_id=101, assurance=Assurance.PHONE)
OPERATOR_2 = Actor("person:102", frozenset({"operator"}), person_id=102, assurance=Assurance.PHONE)
REGULATOR = Actor("person:103", frozenset({"regulator"}), person_id=103, assurance=Assurance.PHONE)
REGULATOR_2 = Actor(
    "person:104", frozenset({"regulator"}), person_id=104, assurance=Assurance.PHONE
)
CITIZEN = Actor("person:105", frozenset({"citizen"}), person_id=105, assurance=Assurance.PHONE)


@dataclass(frozen=True)
class Book:
    """Fresh books with the cast seated, founded."""

    seated: Seated
    folder: Path
    database: Database


@pytest.fixture
def book(books: Database, settings: Settings, tmp_path: Path) -> Book:
    """林晓, 周师傅 and the bike partner, and the rules of the content in the book."""
    settings.TANHUI = replace(settings.TANHUI, var=tmp_path / "var")
    seated = seat()
    found(actor=platform_actor(), at=NOW)
    return Book(seated, tmp_path, books)
