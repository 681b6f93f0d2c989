"""Totals: what settlement, holds and voids leave behind is rolled once, and the log is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import astuple
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.holds import release_overdue
from tanhui.behaviours.recount import recount
from tanhui.behaviours.totals import queries
from tanhui.behaviours.totals.rolling import roll, state_days
from tanhui.identity.commands import platform_actor
from tanhui.kernel.refusals import Forbidden
from tests.behaviours.telling import JULY, City
from tests.cast import BIKE, OPERATOR, ride

pytestmark = pytest.mark.database

CENTRE = {"start_lat": 30.66, "start_lng": 104.06, "end_lat": 30.67, "end_lng": 104.07}
EAST = {"start_lat": 30.41, "start_lng": 104.55, "end_lat": 30.42, "end_lng": 104.56}
QINGYANG, JIANYANG = 2, 20
TODAY = JULY.date()
FAST = {"minutes": 10, "distance_m": 4_400}
WAIT_SECONDS = 60.0


def rides(*places: dict[str, Any], first: int = 1, **changed: Any) -> list[dict[str, Any]]:
    """Rides of a kilometre, an hour apart, that begin at these places."""
    return [
        ride(
            f"R{number}",
            started_at=JULY - timedelta(hours=number),
            **{"distance_m": 1_000, **place, **changed},
        )
        for number, place in enumerate(places, start=first)
    ]


def rolled(minutes: int = 0) -> int:
    return roll(actor=platform_actor(), at=JULY + timedelta(minutes=minutes))


def stated(days: int = 1) -> int:
    return state_days(actor=platform_actor(), at=JULY + timedelta(days=days))


def leaves(city: City, kind: str) -> list[dict[str, Any]]:
    """The leaves of one kind that were written, in the order of the log."""
    found = city.rows("SELECT leaf FROM publiclog_outbox ORDER BY id")
    told = [json.loads(bytes(row[0])) for row in found]
    return [leaf for leaf in told if leaf["t"] == kind]


def test_a_roll_adds_what_was_settled_and_tells_the_log(city: City) -> None:
    result = city.tell(BIKE, *rides(CENTRE, CENTRE, EAST, {}))
    assert (queries.cutoff(), queries.in_all().deeds) == (None, 0)
    assert rolled() == 1
    sums = queries.in_all()
    assert (sums.deeds, sums.reduction_mg, sums.points) == (4, result.reduction_mg, result.points)
    by_district = queries.by_district(TODAY, TODAY)
    assert {number: one.deeds for number, one in by_district.items()} == {
        0: 1,
        QINGYANG: 2,
        JIANYANG: 1,
    }
    (leaf,) = leaves(city, "sums")
    assert leaf == {
        "v": 1,
        "t": "sums",
        "n": 1,
        "at": "2026-07-20T04:00:00Z",
        "people": 2,
        "sums": [["2026-07-20", "shared-bike", 4, result.reduction_mg, result.points]],
    }
    told = queries.cutoff()
    assert told is not None
    assert (told.at, told.roll, told.people) == (JULY, 1, 2)
    assert recount().matches


def test_where_nothing_came_nothing_is_rolled_but_the_cut_off_moves(city: City) -> None:
    city.tell(BIKE, *rides({}))
    assert (rolled(), rolled(5)) == (1, 0)
    told = queries.cutoff()
    assert told is not None
    assert (told.roll, told.at) == (1, JULY + timedelta(minutes=5))
    assert len(leaves(city, "sums")) == 1


def test_the_district_of_a_repeat_does_not_make_it_another_deed(city: City) -> None:
    city.tell(BIKE, *rides(CENTRE))
    result = city.tell(BIKE, *rides(EAST))
    assert (result.recorded, result.exists) == (0, 1)


def test_held_voided_and_released_deeds_move_between_sums(city: City) -> None:
    (fast,) = rides(CENTRE, **FAST)
    city.tell(BIKE, fast, *rides(EAST, first=2))
    rolled()
    sums = queries.by_district(TODAY, TODAY)
    assert (sums[QINGYANG].deeds, sums[QINGYANG].held, sums[QINGYANG].reduction_mg) == (0, 1, 0)
    ((stake,),) = city.rows("SELECT reduction_mg FROM behaviours_hold")
    assert release_overdue(at=JULY + timedelta(days=30)) == 1
    void_behaviour(actor=OPERATOR, partner_code=BIKE, reference="R2", reason="fraud", at=JULY)
    assert rolled(1) == 1
    sums = queries.by_district(TODAY, TODAY)
    assert (sums[QINGYANG].deeds, sums[QINGYANG].held) == (1, 0)
    assert sums[QINGYANG].reduction_mg == stake
    assert sums[JIANYANG] == queries.NOTHING
    first, second = leaves(city, "sums")
    # One came back and one was taken back: the log tells what that changed, less than nothing too.
    assert [row[2] for row in first["sums"] + second["sums"]] == [1, 0]
    assert second["sums"][0][3] == stake - first["sums"][0][3]
    found = recount()
    assert found.matches
    told = [row[2:] for row in first["sums"] + second["sums"]]
    assert astuple(found.counted) == tuple(map(sum, zip(*told, strict=True)))


def test_an_ended_day_is_stated_once_and_again_when_it_was_delivered_late(city: City) -> None:
    city.tell(BIKE, *rides(CENTRE, CENTRE))
    rolled()
    assert stated(days=0) == 0
    assert (stated(), stated()) == (1, 0)
    city.tell(BIKE, *rides(EAST, first=3))
    rolled(60 * 30)
    assert (stated(days=2), stated(days=3)) == (1, 0)
    first, second = leaves(city, "totals")
    replayed = [row for leaf in leaves(city, "sums") for row in leaf["sums"]]
    for leaf, count in ((first, 1), (second, 2)):
        amounts = [sum(row[place] for row in replayed[:count]) for place in (2, 3, 4)]
        assert leaf["day"] == "2026-07-20"
        assert leaf["scenes"] == [["shared-bike", *amounts]]
        assert [leaf["deeds"], leaf["mg"], leaf["points"]] == amounts
        assert leaf["all"] == {
            **dict(zip(("deeds", "mg", "points"), amounts, strict=True)),
            "people": 2,
        }


def test_what_commits_late_waits_for_the_next_roll(city: City) -> None:
    city.tell(BIKE, *rides(CENTRE))
    line = (
        "INSERT INTO behaviours_sum (partner_id, day, scene, district, deeds, merged, held,"
        " reversed, voided, amount, reduction_mg, points)"
        " VALUES (1, '2026-07-20', 1, 2, 1, 0, 0, 0, 0, 1, 1, 1)"
    )
    with psycopg.connect(city.books.owner_url) as late:
        late.execute(line)
        city.tell(BIKE, *rides(CENTRE, first=2))
        rolled()
        assert queries.in_all().deeds == 2
        late.commit()
        assert city.rows("SELECT count(*) FROM behaviours_sum") == [(1,)]
    rolled(1)
    assert queries.in_all().deeds == 3


def test_one_roll_runs_at_a_time(city: City) -> None:
    city.tell(BIKE, *rides(CENTRE))
    with psycopg.connect(city.books.owner_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtext('behaviours_roll'))")
        assert (rolled(), stated()) == (0, 0)
    assert rolled() == 1


def test_only_the_platform_rolls(city: City) -> None:
    for act in (roll, state_days):
        with pytest.raises(Forbidden):
            act(actor=OPERATOR, at=JULY)
    assert city.rows("SELECT count(*) FROM behaviours_cutoff") == [(0,)]


@pytest.mark.crash
def test_a_roll_that_is_killed_has_not_happened(city: City) -> None:
    city.tell(BIKE, *rides(CENTRE, EAST))
    city.tamper(
        "CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END'",
        "CREATE TRIGGER linger BEFORE INSERT ON behaviours_roll"
        " FOR EACH ROW EXECUTE FUNCTION linger()",
    )
    environment = {
        **os.environ,
        "TANHUI_MODE": "test",
        "DATABASE_URL": city.books.owner_url,
        "TANHUI_VAR": str(city.folder / "var"),
    }
    program = Path(sys.executable).with_name("tanhui")
    running = subprocess.Popen(
        [str(program), "work"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    lingering = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event = 'PgSleep' AND datname = current_database()"
    )
    try:
        deadline = time.monotonic() + WAIT_SECONDS
        while city.rows(lingering) == [(0,)]:
            assert running.poll() is None, running.communicate()
            assert time.monotonic() < deadline, "it never came to roll"
            time.sleep(0.05)
    finally:
        running.send_signal(signal.SIGKILL)
        running.communicate()
        city.tamper(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            " AND datname = current_database()",
            "DROP TRIGGER linger ON behaviours_roll",
            "DROP FUNCTION linger()",
        )
    assert (queries.in_all().deeds, leaves(city, "sums")) == (0, [])
    assert recount().matches
    assert rolled() == 1
    assert queries.in_all().deeds == 2
    assert recount().matches


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE behaviours_sum SET deeds = 5",
        "DELETE FROM behaviours_sum",
        "INSERT INTO behaviours_total SELECT '2026-07-20', 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1",
        "UPDATE behaviours_total SET deeds = deeds + 1",
        "DELETE FROM behaviours_total",
        "UPDATE behaviours_roll SET deeds = 0",
        "DELETE FROM behaviours_roll",
        "UPDATE behaviours_statement SET deeds = 0",
        "DELETE FROM behaviours_statement",
        "UPDATE behaviours_cutoff SET people = 5",
        "DELETE FROM behaviours_recent",
    ],
)
def test_the_application_changes_no_total(city: City, statement: str) -> None:
    city.tell(BIKE, *rides(CENTRE))
    rolled()
    with psycopg.connect(city.books.owner_url) as connection:
        connection.execute("SET ROLE tanhui_app")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE behaviours_total SET deeds = deeds + 1 WHERE district = 2",
        "UPDATE behaviours_total SET held = 1 WHERE district = 20",
        "DELETE FROM behaviours_total WHERE district = 2",
        "UPDATE behaviours_roll SET points = points + 1",
        "UPDATE behaviours_behaviour SET district = 3 WHERE district = 2",
        "INSERT INTO behaviours_sum (partner_id, day, scene, district, deeds, merged, held,"
        " reversed, voided, amount, reduction_mg, points)"
        " VALUES (1, '2026-07-20', 1, 2, 0, 0, 0, 0, 0, 0, 0, 1)",
    ],
)
def test_whoever_changes_a_total_is_found(city: City, statement: str) -> None:
    city.tell(BIKE, *rides(CENTRE, EAST))
    rolled()
    assert recount().differing_totals == 0
    city.tamper(statement)
    assert recount().differing_totals > 0


def test_a_leaf_too_long_for_one_is_told_in_parts(city: City) -> None:
    city.tamper(
        "INSERT INTO behaviours_sum (partner_id, day, scene, district, deeds, merged, held,"
        " reversed, voided, amount, reduction_mg, points)"
        " SELECT 1, date '2020-01-01' + n, 1, 0, 10, 0, 0, 0, 0, 0, 123456789, 1000"
        " FROM generate_series(1, 1500) AS n"
    )
    assert rolled() == 1_500
    parts = leaves(city, "sums")
    assert [(leaf["n"], leaf["part"], leaf["parts"]) for leaf in parts] == [
        (1, 1, 3),
        (1, 2, 3),
        (1, 3, 3),
    ]
    assert sum(len(leaf["sums"]) for leaf in parts) == 1_500


def test_sums_of_days_far_apart_are_those_of_each_day(city: City) -> None:
    """Where days span centuries, cells are found by sorting; the sums are the same."""
    early, late = (
        ride("E1", started_at=JULY.replace(year=1950)),
        ride("L1", started_at=JULY - timedelta(hours=3)),
    )
    city.tell(BIKE, early, late, assign_riders=5, actor=OPERATOR)
    rolled()
    assert set(queries.by_day(date(1940, 1, 1), TODAY)) == {date(1950, 7, 20), TODAY}
    assert recount().matches
