"""A term of a demo runs out at once, and only in a demo."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from tanhui.cases import commands, queries
from tanhui.cases.hastening import hasten
from tanhui.config.database import Database
from tanhui.config.settings import Mode
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Refusal
from tests.cases.people import MONDAY, OPERATOR, opened

pytestmark = [pytest.mark.usefixtures("content")]


def test_what_waits_for_its_term_goes_on_now(books: Database) -> None:
    del books
    case_id = opened(subject="thing:1")
    first = queries.offered(queries.case(case_id), OPERATOR)[0]
    waiting = queries.case(case_id)
    if waiting.clock_at is None:
        waiting = commands.take_step(
            actor=OPERATOR, case_id=case_id, step=first.name, words="一句话", at=MONDAY
        )
    assert waiting.clock_at
    assert waiting.clock_at > MONDAY
    now = MONDAY + timedelta(minutes=1)
    assert not commands.run_clocks(kind=waiting.kind, at=now, limit=9)
    assert hasten(actor=platform_actor(), subject="thing:1", at=now)
    assert [one.id for one in commands.run_clocks(kind=waiting.kind, at=now, limit=9)] == [case_id]
    with pytest.raises(Refusal, match="no_term"):
        hasten(actor=platform_actor(), subject="thing:2", at=now)


def test_in_production_a_term_is_a_term(books: Database, settings: Settings) -> None:
    del books
    opened(subject="thing:1")
    settings.TANHUI = replace(settings.TANHUI, mode=Mode.PRODUCTION)
    with pytest.raises(Refusal, match="simulated_only"):
        hasten(actor=platform_actor(), subject="thing:1", at=MONDAY)
