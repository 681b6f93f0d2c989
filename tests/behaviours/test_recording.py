"""What becomes of a partner's rides: recorded once, on their day, within the day's limit."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tanhui.behaviours.queries import statement
from tanhui.behaviours.recount import recount
from tanhui.governance.models import AuditRow
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Forbidden, Invalid, NotFound, Refusal
from tests.behaviours.telling import City, add_up, balance, told
from tests.cast import CITIZEN, NOW, OPERATOR, ZHOU_RIDER, ride
from tests.files import divvy_twin

pytestmark = pytest.mark.database

MORNING = datetime(2026, 3, 20, 8, tzinfo=CITY_ZONE)
# Since 2,431 m earn 118,389 mg, that is 11 points.
COMMUTE = (11, 118_389)


def test_a_ride_becomes_points(city: City) -> None:
    result = city.ingest([ride("JC1", started_at=MORNING)])
    assert (result.rows, result.recorded, result.points, result.reduction_mg) == (1, 1, *COMMUTE)
    assert balance(city.seated.lin) == COMMUTE
    assert balance(city.seated.zhou) == (0, 0)
    assert told(result) == {}


def test_the_same_file_twice_records_nothing(city: City) -> None:
    city.ingest([ride(f"JC{n}", started_at=MORNING + timedelta(minutes=15 * n)) for n in range(5)])
    before = balance(city.seated.lin)
    again = city.ingest(city.files[0])
    assert (again.rows, again.recorded, again.exists) == (5, 0, 5)
    assert (again.points, again.reduction_mg) == (0, 0)
    assert balance(city.seated.lin) == before
    assert told(again) == dict.fromkeys(range(1, 6), "exists")


# What is changed in a repeat, and what is then told of it.
DIFFERENT: dict[str, dict[str, Any]] = {
    "rider": {"rider": ZHOU_RIDER},
    "started_at": {"started_at": MORNING + timedelta(seconds=1), "minutes": 12 - 1 / 60},
    "ended_at": {"minutes": 13},
    "distance_m": {"distance_m": 2_432},
}


@pytest.mark.parametrize("chunk_rows", [1, 10])
@pytest.mark.parametrize("field", DIFFERENT)
def test_a_repeat_with_other_content_names_the_field(
    city: City, field: str, chunk_rows: int
) -> None:
    repeat = ride("JC1", **{"started_at": MORNING, **DIFFERENT[field]})
    result = city.ingest([ride("JC1", started_at=MORNING), repeat], chunk_rows=chunk_rows)
    assert (result.recorded, result.exists) == (1, 0)
    assert result.refused == {f"exists_with_different_{field}": 1}
    assert told(result) == {2: f"exists_with_different_{field}"}
    assert balance(city.seated.lin) == COMMUTE


def test_of_several_differences_the_first_is_named(city: City) -> None:
    city.ingest([ride("JC1", started_at=MORNING)])
    other = ride("JC1", started_at=MORNING + timedelta(hours=1), distance_m=999, rider=ZHOU_RIDER)
    assert city.ingest([other]).refused == {"exists_with_different_rider": 1}
    other = ride("JC1", started_at=MORNING + timedelta(hours=1), distance_m=999)
    assert city.ingest([other]).refused == {"exists_with_different_started_at": 1}


def test_a_repeat_may_tell_the_same_in_other_words(city: City) -> None:
    """The same instant from another place, the same metres before they are floored."""
    city.ingest([ride("JC1", started_at=MORNING)])
    same = ride("JC1", started_at=MORNING.astimezone(), distance_m="2431.9")
    assert city.ingest([same]).exists == 1


def test_a_day_is_capped_and_the_early_rides_are_paid_first(city: City) -> None:
    late_first = [
        ride(f"JC{hour}", started_at=MORNING.replace(hour=hour)) for hour in (11, 10, 9, 8)
    ]
    result = city.ingest(late_first)
    assert result.points == 30
    assert balance(city.seated.lin) == (30, 4 * COMMUTE[1])
    rows = statement(citizen_id=city.seated.lin, month=None, at=NOW).rows
    assert [(row.started_at.astimezone(CITY_ZONE).hour, row.points) for row in rows] == [
        (11, 0),
        (10, 8),
        (9, 11),
        (8, 11),
    ]
    assert {row.points_uncapped for row in rows} == {11}


def test_a_day_that_is_full_pays_nothing_more_in_another_file(city: City) -> None:
    city.ingest([ride("JC1", started_at=MORNING, distance_m=6_200, minutes=30)])
    assert balance(city.seated.lin)[0] == 30
    result = city.ingest([ride("JC2", started_at=MORNING.replace(hour=7))])
    assert (result.recorded, result.points, result.reduction_mg) == (1, 0, COMMUTE[1])
    assert balance(city.seated.lin)[0] == 30


def test_each_citizen_has_a_day_of_their_own(city: City) -> None:
    result = city.ingest(
        [
            ride(f"{rider}-{n}", started_at=MORNING + timedelta(minutes=15 * n), rider=rider)
            for rider in ("jc-lin", "jc-zhou")
            for n in range(4)
        ]
    )
    assert result.points == 60
    assert balance(city.seated.lin) == balance(city.seated.zhou) == (30, 4 * COMMUTE[1])


def test_days_are_those_of_the_city(city: City) -> None:
    """A minute before midnight in Shanghai and a minute after it are two days; London is none.

    A ride belongs to the day it begins in, however long it goes on after midnight.
    """
    midnight = datetime(2026, 3, 20, tzinfo=CITY_ZONE)
    full = {"distance_m": 6_200, "minutes": 30}
    result = city.ingest(
        [
            ride("JC1", started_at=midnight - timedelta(minutes=1), **full),
            ride("JC2", started_at=midnight + timedelta(minutes=29), **full),
            ride("JC3", started_at=midnight + timedelta(hours=8, minutes=1), **full),
            ride("JZ1", started_at=midnight + timedelta(minutes=1), rider=ZHOU_RIDER, **full),
        ]
    )
    assert result.points == 90
    zhou = statement(citizen_id=city.seated.zhou, month=None, at=NOW).days
    assert [day.day for day in zhou] == [date(2026, 3, 20)]
    days = statement(citizen_id=city.seated.lin, month=None, at=NOW).days
    assert [(day.day, day.behaviours, day.points) for day in days] == [
        (date(2026, 3, 20), 2, 30),
        (date(2026, 3, 19), 1, 30),
    ]


def test_a_late_row_keeps_its_day(city: City) -> None:
    """It is counted where it was ridden, and the limit of that day holds for it."""
    city.ingest([ride(f"JC{n}", started_at=MORNING + timedelta(minutes=15 * n)) for n in range(2)])
    later = NOW + timedelta(days=40)
    result = city.ingest([ride("JC9", started_at=MORNING.replace(hour=10))], at=later)
    assert result.points == 8
    found = statement(citizen_id=city.seated.lin, month=date(2026, 3, 1), at=later)
    assert [(day.day, day.points) for day in found.days] == [(date(2026, 3, 20), 30)]
    assert found.rows[0].recorded_at == later
    assert found.rows[0].started_at == MORNING.replace(hour=10)


def test_bad_rows_are_told_and_good_ones_recorded(city: City) -> None:
    result = city.ingest(
        [
            ride("JC1", started_at=MORNING),
            ride("JC2", started_at=MORNING, mode="hovering"),
            ride("JC3", started_at=MORNING, rider="stranger"),
            ride("JC4", started_at=datetime(2019, 12, 31, 12, tzinfo=CITY_ZONE)),
            ride("", started_at=MORNING),
            ride("JC1", started_at=MORNING),
        ]
    )
    assert add_up(result)
    assert (result.recorded, result.exists, result.held) == (1, 1, {})
    assert result.refused == {
        "unknown_mode": 1,
        "unknown_rider": 1,
        "no_rule_in_force": 1,
        "malformed": 1,
    }
    assert told(result) == {
        2: "unknown_mode",
        3: "unknown_rider",
        4: "no_rule_in_force",
        5: "malformed",
        6: "exists",
    }


def test_a_file_of_nothing_but_bad_rows_is_accounted_for(city: City) -> None:
    result = city.ingest([ride("JC1", distance_m=0), ride("JC2", rider="stranger")])
    assert (result.rows, result.recorded) == (2, 0)
    assert result.refused == {"no_distance": 1, "unknown_rider": 1}
    assert recount().matches


def test_wild_dates_make_no_tables(city: City) -> None:
    rows = [
        ride(f"JC{y}", started_at=datetime(y, 1, 1, tzinfo=CITY_ZONE)) for y in range(1902, 2020)
    ]
    assert city.ingest(rows).refused == {"no_rule_in_force": len(rows)}
    tables = city.rows(
        "SELECT relname FROM pg_class WHERE relname LIKE 'behaviours_behaviour_%'"
        " AND relkind = 'r' AND relname < 'behaviours_behaviour_2020'"
    )
    assert tables == []


def test_a_report_is_safe_to_open_in_a_spreadsheet(city: City) -> None:
    result = city.ingest([ride('=HYPERLINK("http://x")', distance_m=0), ride("+1", distance_m=0)])
    text = Path(result.report).read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert lines[0] == "line,reference,outcome,reason,说明,explanation"
    assert lines[1].startswith("1,\"'=HYPERLINK")
    assert lines[2] == "2,'+1,refused,no_distance,里程未知或为零,the distance is unknown or zero"


def test_reports_of_one_batch_never_replace_each_other(city: City) -> None:
    rows = [ride("JC1", distance_m=0)]
    reports = {city.ingest(rows, batch="../../nightly").report for _ in range(3)}
    assert len(reports) == 3
    assert {Path(report).parent for report in reports} == {city.folder / "var" / "reports"}


def test_each_chunk_leaves_its_row_and_its_audit(city: City) -> None:
    rows = [ride(f"JC{n}", started_at=MORNING + timedelta(minutes=15 * n)) for n in range(5)]
    city.ingest([*rows, ride("JC1", distance_m=0)], chunk_rows=4, batch="2026-03-20")
    found = city.rows(
        "SELECT batch, layout, row_count, recorded_count, exists_count, held_count, refused_count,"
        " points FROM behaviours_chunk ORDER BY id"
    )
    assert found == [
        ("2026-03-20", "tanhui-ndjson", 4, 4, 0, 0, 0, 30),
        ("2026-03-20", "tanhui-ndjson", 2, 1, 0, 0, 1, 0),
    ]
    audit = AuditRow.objects.filter(action="behaviours.record_batch").order_by("id")
    assert [row.facts.get("recorded") for row in audit] == [4, 1]
    assert {row.subject for row in audit} == {"batch:2026-03-20"}


def test_progress_is_told_chunk_by_chunk(city: City) -> None:
    heard: list[tuple[int, int]] = []
    rows = [ride(f"JC{n}", started_at=MORNING + timedelta(minutes=15 * n)) for n in range(5)]
    city.ingest(rows, chunk_rows=2, progress=lambda done, of: heard.append((done, of)))
    assert heard == [(2, 5), (4, 5), (5, 5)]


def _counts(city: City) -> list[tuple[Any, ...]]:
    return city.rows(
        "SELECT (SELECT count(*) FROM behaviours_chunk), (SELECT count(*) FROM ledger_transfer),"
        " (SELECT count(*) FROM behaviours_behaviour)"
    )


@pytest.mark.parametrize(
    ("options", "kind", "code"),
    [
        ({"actor": CITIZEN}, Forbidden, "not_permitted"),
        ({"partner_code": "HOVER"}, NotFound, "no_such_partner"),
        ({"layout_name": "hovering"}, NotFound, "no_such_layout"),
        ({"layout_name": "divvy"}, Invalid, "no_riders"),
        ({"assign_riders": 10}, Forbidden, "not_permitted"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused_with_nothing_recorded(
    city: City, options: dict[str, Any], kind: type[Refusal], code: str
) -> None:
    with pytest.raises(kind) as refused:
        city.ingest([ride("JC1", started_at=MORNING)], **options)
    assert refused.value.code == code
    assert _counts(city) == [(0, 0, 0)]
    assert not list((city.folder / "var").glob("reports/*"))


@pytest.mark.parametrize(
    "octets", [b"", b"reference\n", b"reference\nJC1\n", "骑".encode("gbk") * 9, b"PK\3\4"]
)
def test_a_file_that_cannot_be_used_leaves_no_trace(city: City, octets: bytes) -> None:
    """Not even the simulated citizens who would have ridden."""
    people = city.rows("SELECT count(*) FROM identity_person")
    path = city.folder / "broken.csv"
    path.write_bytes(octets)
    with pytest.raises(Refusal):
        city.ingest(path, layout_name="divvy", actor=OPERATOR, assign_riders=20)
    assert _counts(city) == [(0, 0, 0)]
    assert city.rows("SELECT count(*) FROM identity_person") == people
    assert not list((city.folder / "var").glob("reports/*"))


def test_the_twin_of_a_public_month_is_recorded_for_assigned_riders(city: City) -> None:
    path = divvy_twin.write_zip(city.folder / "twin.zip")
    options = {"layout_name": "divvy", "assign_riders": 50, "actor": OPERATOR}
    result = city.ingest(path, chunk_rows=100, **options)
    assert (result.rows, result.recorded) == (divvy_twin.ROWS, divvy_twin.EXPECTED[None])
    assert result.refused == divvy_twin.refused()
    # Two rides of the twin that lie on each other may fall to one citizen; one is then evidence.
    reasons = {line: reason for line, reason in told(result).items() if reason != "merged"}
    assert reasons == divvy_twin.expected_lines()
    again = city.ingest(path, **options)
    assert (again.recorded, again.exists) == (0, divvy_twin.EXPECTED[None])
    assert recount().matches
    riders = city.rows("SELECT count(DISTINCT citizen_id) FROM behaviours_behaviour")
    assert 40 <= riders[0][0] <= 50
