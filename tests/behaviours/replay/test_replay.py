"""What a replay says is what the books would say: same deeds, same order, same limits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import psycopg
import pytest

from tanhui.behaviours.commands import record_file
from tanhui.behaviours.replay.result import histogram
from tanhui.behaviours.replay.working import compute, run_next
from tanhui.behaviours.settlement import Ints
from tanhui.kernel.periods import CITY_ZONE
from tanhui.rulebook import queries, replays
from tanhui.rulebook.queries import Proposal
from tests.cast import BIKE, BIKE_DESK, LAYOUT, LIN_RIDER, ZHOU_RIDER, ride, write_rides
from tests.rulebook.acts import AT, decide, propose, replay, text_in_force
from tests.rulebook.conftest import OPERATOR, Book, book

__all__ = ["book"]
pytestmark = pytest.mark.database

FIRST = datetime(2026, 8, 1, 6, 0, tzinfo=CITY_ZONE)
DAYS = 5
# The same journeys once more, when the new rule has come into force.
LATER = timedelta(days=15)
MODES = ("shared_bike", "shared_bike", "bus", "shared_ebike")
A_DAY = 4


def _journeys(ahead: timedelta = timedelta(0)) -> Iterator[dict[str, Any]]:
    """Journeys of two people over some days, so many that days are full."""
    draw = Random(5)
    for day in range(DAYS):
        for rider in (LIN_RIDER, ZHOU_RIDER):
            begun = FIRST + ahead + timedelta(days=day)
            for number in range(A_DAY):
                mode, metres = draw.choice(MODES), draw.randrange(800, 9_000)
                minutes = 4 + metres / (200 if "shared" in mode else 400)
                yield ride(
                    f"{mode}-{begun:%m%d}-{rider}-{number}",
                    started_at=begun,
                    minutes=minutes,
                    rider=rider,
                    mode=mode,
                    distance_m=metres,
                )
                begun += timedelta(minutes=minutes + draw.randrange(30, 50))


def _record(book: Book, rides: Sequence[dict[str, Any]], at: datetime, name: str) -> None:
    path = write_rides(book.folder / f"{name}.ndjson", rides)
    record_file(actor=BIKE_DESK, partner_code=BIKE, path=path, layout_name=LAYOUT, at=at)


def _fill(book: Book, ahead: timedelta = timedelta(0)) -> None:
    """Two files: the second finds days that the first has begun to fill, out of their order."""
    rides = list(_journeys(ahead))
    at = FIRST + ahead + timedelta(days=DAYS)
    _record(book, rides[1::2], at, f"odd-{ahead.days}")
    _record(book, rides[::2], at + timedelta(hours=1), f"even-{ahead.days}")


def _computed(proposal: Proposal) -> dict[str, Any]:
    first = FIRST.date()
    return compute(proposal, first, first + timedelta(days=DAYS - 1))


def _rows(book: Book, statement: str, *facts: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(book.database.owner_url) as owner:
        return owner.execute(statement, facts or None).fetchall()


def _books(book: Book) -> list[list[tuple[Any, ...]]]:
    tables = ("behaviours_rule", "behaviours_behaviour", "behaviours_chunk", "ledger_transfer")
    return [_rows(book, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables]


def test_the_old_side_is_what_the_books_hold_and_nothing_is_written(book: Book) -> None:
    _fill(book)
    before = _books(book)
    told = _computed(propose())
    assert told["deeds"] == 2 * A_DAY * DAYS
    assert told["recorded"] == {
        "points": told["before"]["points"],
        "reduction_mg": told["before"]["reduction_mg"],
        "alike": told["deeds"],
    }
    assert _books(book) == before


def test_the_new_side_is_what_the_same_journeys_earn_under_the_new_rule(book: Book) -> None:
    _fill(book)
    proposal = propose()
    foretold = _computed(proposal)
    replay(proposal)
    decide(proposal)
    _fill(book, LATER)
    (found,) = _rows(
        book,
        "SELECT sum(points), sum(reduction_mg), count(*) FROM behaviours_behaviour"
        " WHERE started_at >= %s",
        FIRST + LATER,
    )
    after = foretold["after"]
    assert tuple(map(int, found)) == (after["points"], after["reduction_mg"], foretold["deeds"])
    assert after["points"] < foretold["before"]["points"]
    by_scene = dict(
        _rows(
            book,
            "SELECT scene, sum(points)::integer FROM behaviours_behaviour"
            " WHERE started_at >= %s GROUP BY scene",
            FIRST + LATER,
        )
    )
    assert by_scene == {one["number"]: one["after_points"] for one in foretold["scenes"]}


def test_a_limit_over_all_scenes_is_replayed(book: Book) -> None:
    _fill(book)
    body = text_in_force("limit", "city-day")
    body = body.replace('version = "1.0.0"', 'version = "1.1.0"')
    body = body.replace("valid_from = 2026-07-01", "valid_from = 2026-08-20")
    told = _computed(propose(body.replace("per_day_max_in_all = 100", "per_day_max_in_all = 40")))
    days = _rows(
        book,
        "SELECT sum(points) FROM behaviours_behaviour"
        " GROUP BY citizen_id, (started_at AT TIME ZONE 'Asia/Shanghai')::date",
    )
    assert told["after"]["points"] == sum(min(int(day[0]), 40) for day in days)
    assert told["losers"] == told["affected"] == 2
    assert told["before"]["reduction_mg"] == told["after"]["reduction_mg"]


def test_a_methodology_changes_grams_and_points(book: Book) -> None:
    _fill(book)
    body = text_in_force("methodology", "shared-bike.chengdu")
    body = body.replace('version = "1.0.0"', 'version = "1.1.0"')
    body = body.replace("from = 2020-01-01", "from = 2026-08-20")
    body = body.replace('expression = "d * EF"', 'expression = "d * EF / 2"')
    body = body.replace('ER = { value = "118.3897", unit = "gCO2e" }, ', "")
    body = body.replace('value = "118389"', 'value = "59194"').replace('"48"', '"24"')
    body = body.replace('"35064000"', '"17532000"')
    told = _computed(propose(body))
    (bike,) = (one for one in told["scenes"] if one["number"] == 1)
    assert bike["before_mg"] // 2 - bike["deeds"] <= bike["after_mg"] <= bike["before_mg"] // 2
    others = [one for one in told["scenes"] if one["number"] != 1]
    assert all(one["before_mg"] == one["after_mg"] for one in others)
    assert told["affected"] == 2


def test_a_detector_says_what_it_would_hold_instead(book: Book) -> None:
    fast = [
        ride(f"f-{day}", started_at=FIRST + timedelta(days=day), minutes=12, distance_m=3_500)
        for day in range(3)
    ]
    _record(book, fast, FIRST + timedelta(days=4), "fast")
    body = text_in_force("detector", "car_as_bike")
    body = body.replace('version = "1.0.0"', 'version = "1.1.0"')
    body = body.replace("valid_from = 2023-01-01", "valid_from = 2026-08-20")
    told = _computed(propose(body.replace("kmh = 25", "kmh = 16", 1)))
    assert (told["measure"], told["before"]["deeds"], told["after"]["deeds"]) == ("holds", 0, 3)
    assert (told["added"], told["dropped"], told["affected"]) == (3, 0, 1)
    assert told["scenes"] == [{"number": 1, "before": 0, "after": 3}]


def test_the_worker_does_what_waits_and_says_how_far_it_is(book: Book) -> None:
    del book
    proposal = propose()
    assert not run_next(at=AT)
    number = replays.ask_replay(
        actor=OPERATOR,
        proposal_id=proposal.id,
        first=date(2026, 7, 1),
        last=date(2026, 7, 30),
        at=AT,
    )
    assert queries.replays(proposal.id)[0].state == "waiting"
    assert run_next(at=AT)
    (done,) = queries.replays(proposal.id)
    assert (done.id, done.state, done.days_done, done.days) == (number, "done", 30, 30)
    assert done.result is not None
    assert (done.result["people"], done.result["histogram"]) == (0, [])
    assert queries.case_of(proposal).state == "replayed"


def test_people_are_shown_by_names_of_this_replay_alone(book: Book) -> None:
    _fill(book)
    first = _computed(propose())
    names = [one["person"] for one in first["top"]]
    assert all(re.fullmatch(r"[0-9A-F]{6}", name) for name in names)
    assert str(book.seated.lin) not in names
    assert len(names) == len(set(names)) == 2


@pytest.mark.parametrize(
    ("change", "bins"),
    [
        ([], []),
        ([3], [(3, 3, 1)]),
        ([-1, 1, 1], [(-1, -1, 1), (1, 1, 2)]),
        ([80, 1, -5], [(-10, -1, 1), (1, 10, 1), (71, 80, 1)]),
    ],
)
def test_a_histogram_has_round_steps_on_both_sides_of_nothing(
    change: list[int], bins: list[tuple[int, int, int]]
) -> None:
    values: Ints = np.array(change, dtype=np.int64)
    found = [(one["low"], one["high"], one["people"]) for one in histogram(values)]
    assert [one for one in found if one[2]] == bins
    assert sum(one[2] for one in found) == len(change)
