"""The desks of a small city, inside the test's own transaction."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from tanhui.behaviours.desk import open_holds
from tests.cast import OPERATOR
from tests.desks import Desks, open_desks, record_fast_ride
from tests.desks_two import DesksTwo, open_desks_two


@pytest.fixture
def desks(db: None, tmp_path: Path) -> Desks:
    """The desks; all of it is gone after the test."""
    del db
    return open_desks(tmp_path)


@pytest.fixture
def hold(desks: Desks, tmp_path: Path) -> str:
    """The address of the hold of 林晓's fast ride."""
    record_fast_ride(desks, tmp_path)
    (found,) = open_holds(actor=OPERATOR, at=desks.city.at)
    return f"/console/holds/{found.id}"


@pytest.fixture
def two(db: None, settings: Settings, tmp_path: Path) -> DesksTwo:
    """The desks of path two; all of it is gone after the test."""
    del db
    return open_desks_two(settings, tmp_path)
