"""Notices are told once, sealed, and by the ways that people chose."""

from __future__ import annotations

import pytest

from tanhui.identity.commands import register_person
from tanhui.notices.commands import Notice, queue_notices, run
from tests.cast import CITIZEN, NOW

EXPIRY = {"points": 86, "date": "2026-12-31"}


@pytest.fixture
def person(db: None) -> int:
    """Somebody who has just registered."""
    del db
    return register_person(actor=CITIZEN, phone="13912345678", display_name="", at=NOW)


def test_a_notice_is_told_once_by_its_key(person: int) -> None:
    notice = Notice(person, "expiry-60", EXPIRY, "expiry:2026-12:60", "/m/points/")
    assert queue_notices(notices=[notice, notice], at=NOW) == 1
    assert queue_notices(notices=[notice], at=NOW) == 0
    assert run("forget", {"person_id": person}) == [(1,)]
