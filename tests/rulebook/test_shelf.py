"""A published text reaches every reader: the next question is answered with the new folder."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tanhui.behaviours.replay.rules import check_rule
from tanhui.rulebook.shelf import current_root, one_answer
from tanhui.scenes.in_force import library_in_force
from tests.rulebook.acts import FIRST_DAY, published, text_in_force

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("book")]


def test_a_published_text_lies_in_a_folder_of_its_own() -> None:
    before = library_in_force()
    assert current_root() == settings.TANHUI.content_root
    publication = published()
    root = current_root()
    assert root.parent == settings.TANHUI.var / "content"
    assert (root / publication.path).is_file()
    assert check_rule(root, "tariff", publication.path) == []
    after = library_in_force()
    scene = after.scene("shared-bike")
    assert after.rule_on(scene, FIRST_DAY).tariff.version == "3.0.0"
    eve = FIRST_DAY - timedelta(days=1)
    assert after.rule_on(scene, eve).tariff.version == "2.0.0"
    assert before.rule_on(scene, FIRST_DAY).tariff.version == "2.0.0"
    assert current_root() == root


def test_asking_costs_one_statement_and_one_for_a_whole_request() -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        current_root()
        current_root()
    assert len(asked) == 2
    with CaptureQueriesContext(connection) as asked, one_answer():
        current_root()
        current_root()
    assert len(asked) == 1


def test_a_limit_is_found_under_its_new_version_from_its_day_on() -> None:
    from_day = date(2026, 8, 20)
    body = text_in_force("limit", "city-day")
    body = body.replace('version = "1.0.0"', 'version = "1.1.0"')
    body = body.replace("valid_from = 2026-07-01", f"valid_from = {from_day}")
    published(body.replace("per_day_max_in_all = 100", "per_day_max_in_all = 80"))
    held, before = (library_in_force().limit(day) for day in (from_day, FIRST_DAY))
    assert held is not None
    assert before is not None
    assert (held.per_day_max_in_all, before.per_day_max_in_all) == (80, 100)
