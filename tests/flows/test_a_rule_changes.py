"""A rule changes: proposed, computed on real rides, seconded, shown, published, in force."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from tanhui.behaviours.commands import record_file
from tanhui.behaviours.queries import rows_of_days, why
from tanhui.behaviours.recount import recount
from tanhui.rulebook import queries
from tanhui.rulebook.checking import check_rulebook
from tests.cast import BIKE, BIKE_DESK, LAYOUT, ride, write_rides
from tests.rulebook.acts import AT, BIKE_RULE, FIRST_DAY, decide, propose, replay
from tests.rulebook.conftest import Book, book

__all__ = ["book"]
pytestmark = pytest.mark.database

METRES = 2_431


def _ride_on(folder: Path, reference: str, started: datetime, recorded: datetime) -> None:
    path = write_rides(
        folder / f"{reference}.ndjson", [ride(reference, started_at=started, distance_m=METRES)]
    )
    told = record_file(
        actor=BIKE_DESK, partner_code=BIKE, path=path, layout_name=LAYOUT, at=recorded
    )
    assert told.recorded == 1


def _points(book: Book, day: datetime) -> tuple[int, str]:
    (row,) = rows_of_days(citizen_id=book.seated.lin, first=day.date(), last=day.date())
    card = why(citizen_id=book.seated.lin, key=row.key)
    assert card.points.points == row.points
    assert card.points.tariff.reference == card.tariff
    return row.points, card.tariff


def test_a_ride_of_the_new_day_is_paid_by_the_new_tariff_and_an_older_one_by_the_old(
    book: Book,
) -> None:
    before = AT - timedelta(days=2)
    _ride_on(book.folder, "JC-1", before, AT - timedelta(days=1))

    proposal = propose()
    replay(proposal)
    found = queries.finished_replay(proposal)
    assert found is not None
    assert found.result is not None
    told = found.result
    assert (told["deeds"], told["people"], told["affected"]) == (1, 1, 1)
    assert (told["before"]["points"], told["after"]["points"]) == (11, 5)
    assert (told["gainers"], told["losers"], told["lost"]) == (0, 1, 6)
    assert told["recorded"] == {
        "points": 11,
        "reduction_mg": told["before"]["reduction_mg"],
        "alike": 1,
    }
    assert told["histogram"] == [{"low": -6, "high": -6, "people": 1}]

    publication = decide(proposal)
    assert publication.reference == "points.shared-bike@3.0.0"
    held = queries.in_force(*BIKE_RULE, FIRST_DAY)
    assert held is not None
    assert held.id == publication.id
    eve = queries.in_force(*BIKE_RULE, FIRST_DAY - timedelta(days=1))
    assert eve is not None
    assert eve.version == "2.0.0"

    new_day = datetime(2026, 8, 15, 8, 0, tzinfo=AT.tzinfo)
    old_day = new_day - timedelta(days=1)
    _ride_on(book.folder, "JC-2", new_day, new_day + timedelta(hours=9))
    _ride_on(book.folder, "JC-3", old_day, new_day + timedelta(hours=9))
    assert _points(book, new_day) == (5, "points.shared-bike@3.0.0")
    assert _points(book, old_day) == (11, "points.shared-bike@2.0.0")
    assert _points(book, before) == (11, "points.shared-bike@2.0.0")
    assert recount().matches
    assert check_rulebook().faults == ()


def test_the_public_log_hears_of_the_decision_by_commitments_alone(book: Book) -> None:
    del book
    proposal = propose()
    replay(proposal)
    publication = decide(proposal)
    with connection.cursor() as cursor:
        cursor.execute("SELECT leaf FROM publiclog_outbox WHERE id = %s", [publication.outbox_id])
        leaf = json.loads(bytes(cursor.fetchall()[0][0]))
    assert leaf["basis"] == "decision"
    assert leaf["from"] == "2026-08-15"
    assert len(leaf["by"]) == 3
    assert "person" not in json.dumps(leaf)
    assert [one["role"] for one in publication.decided] == ["operator", "operator", "regulator"]
    assert [one["step"] for one in publication.decided] == ["propose", "second", "publish"]
    assert [one["commitment"] for one in publication.decided] == leaf["by"]
