"""Ours against theirs: what agrees, what differs and in which words, by day and by mode."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tanhui.behaviours.changes import void_behaviour
from tanhui.behaviours.reconciliation import DAYS_MAX, DayRow, by_day, csv_lines
from tanhui.behaviours.totals.rolling import roll
from tanhui.governance.models import AuditRow
from tanhui.identity.commands import platform_actor
from tanhui.kernel.periods import CITY_ZONE, day_end, day_start
from tanhui.kernel.refusals import Invalid
from tanhui.partners import statements
from tanhui.partners.statements import declare_day
from tests.behaviours.telling import JULY, City
from tests.cast import BIKE, NOW, OPERATOR, ZHOU_RIDER, ride
from tests.partners.signed import desk_of

pytestmark = pytest.mark.database
TODAY = NOW.date()
FROM_ROWS = Path(__file__).parent / "totals" / "reconciliation_from_rows.sql"
MODES = ("shared_bike", "shared_ebike", "bus")


def _declare(rows: int, amount: int | None = None, day: date = TODAY, **changed: Any) -> Any:
    told = {"actor": OPERATOR, "partner_code": BIKE, "at": NOW, "modes": MODES, **changed}
    return declare_day(day=day, rows=rows, amount=amount, **told)


def _days(city: City, first: date = TODAY, last: date = TODAY, **changed: Any) -> list[DayRow]:
    return by_day(partner_id=city.seated.partner_id, first=first, last=last, **changed)


def _today(city: City) -> DayRow:
    (row,) = _days(city)
    return row


def _rides(count: int, first: int = 1, **changed: Any) -> list[dict[str, Any]]:
    """Rides of one kilometre, an hour apart, the last of them before noon."""
    return [
        ride(
            f"JC{number}",
            started_at=NOW - timedelta(hours=1 + number),
            distance_m=1_000,
            **changed,
        )
        for number in range(first, first + count)
    ]


def test_a_day_that_agrees(city: City) -> None:
    result = city.ingest(_rides(3))
    assert result.recorded == 3
    _declare(3, 3_000)
    row = _today(city)
    assert (row.state, row.said_zh, row.said_en) == ("agreed", "一致。", "Agreed.")
    assert (row.ours_rows, row.ours_amount, row.theirs_rows, row.theirs_amount) == (
        *(3, 3_000),
        *(3, 3_000),
    )
    assert (row.ours_mg, row.ours_points) == (result.reduction_mg, result.points)
    assert (row.difference_rows, row.difference_amount, row.parts) == (0, 0, ())


def test_a_day_without_a_word_of_theirs(city: City) -> None:
    city.ingest(_rides(2))
    row = _today(city)
    assert (row.state, row.theirs_rows, row.difference_rows) == ("not_declared", None, None)
    assert "2" in row.said_zh
    assert "2 rows" in row.said_en


def test_a_day_without_a_row_of_ours(city: City) -> None:
    _declare(5, 9_000)
    row = _today(city)
    assert (row.state, row.ours_rows, row.difference_rows) == ("nothing_of_ours", 0, 5)
    assert "5" in row.said_en


def test_nothing_declared_and_nothing_here_agree(city: City) -> None:
    _declare(0, 0)
    assert _today(city).state == "agreed"


@pytest.mark.parametrize(
    ("rows", "amount", "gap", "amount_gap", "said"),
    [
        (5, None, 2, None, "You have 2 rows more"),
        (2, 3_000, -1, 0, "We have 1 rows more"),
        (3, 3_600, 0, 600, "your amount is 600 more"),
        (3, 2_999, 0, -1, "our amount is 1 more"),
    ],
)
def test_a_difference_is_named(
    city: City, rows: int, amount: int | None, gap: int, amount_gap: int | None, said: str
) -> None:
    city.ingest(_rides(3))
    _declare(rows, amount)
    row = _today(city)
    assert (row.state, row.difference_rows, row.difference_amount) == ("differs", gap, amount_gap)
    assert said in row.said_en
    assert row.said_zh.endswith("。")


def test_a_voided_row_counts_no_more_and_explains_the_difference(city: City) -> None:
    city.ingest(_rides(3))
    void_behaviour(actor=OPERATOR, partner_code=BIKE, reference="JC2", reason="not_taken", at=NOW)
    _declare(3, 3_000)
    row = _today(city)
    assert (row.ours_rows, row.ours_amount, row.voided) == (2, 2_000, 1)
    assert (row.difference_rows, row.state) == (1, "differs")
    assert "voided" in row.said_en
    assert "撤销" in row.said_zh


def test_merged_and_held_rows_are_ours_but_are_not_paid(city: City) -> None:
    partner_id = city.seated.partner_id
    city.partner("TIANFU")
    again = JULY.replace(hour=9)
    city.tell("TIANFU", ride("T1", started_at=again))
    city.tell(
        BIKE,
        ride("JC1", started_at=again + timedelta(minutes=1)),
        ride("JC2", started_at=JULY.replace(hour=8), minutes=10, distance_m=4_400),
        ride("JC3", started_at=JULY.replace(hour=7), minutes=10, distance_m=4_400),
        ride("JC4", started_at=JULY.replace(hour=10), rider=ZHOU_RIDER),
        ride("JC5", started_at=JULY.replace(hour=6)),
    )
    void_behaviour(actor=OPERATOR, partner_code=BIKE, reference="JC5", reason="not_taken", at=JULY)
    end = (
        "INSERT INTO behaviours_hold_end SELECT id, '{}', 'platform', 'superseded', now()"
        " FROM behaviours_hold"
    )
    steps: list[tuple[str, tuple[int, ...]]] = [
        ("", (4, 1, 2, 0, 1)),
        (end.format("reversed") + " ORDER BY started_at LIMIT 1", (4, 1, 1, 1, 1)),
        (end.format("released") + " ON CONFLICT DO NOTHING", (4, 1, 0, 1, 1)),
    ]
    for statement, counts in steps:
        if statement:
            city.tamper(statement)
        for _ in ("before it is rolled", "and after"):
            day = JULY.date()
            (row,) = by_day(partner_id=partner_id, first=day, last=day)
            assert (row.ours_rows, row.merged, row.held, row.reversed, row.voided) == counts
            assert row.ours_amount == 2 * 2_431 + 2 * 4_400
            assert _from_rows(city, partner_id, day) == [
                (day, 1, row.ours_rows, row.ours_amount, row.ours_mg, row.ours_points, *counts[1:])
            ]
            roll(actor=platform_actor(), at=JULY)


def _from_rows(city: City, partner_id: int, day: date) -> list[tuple[Any, ...]]:
    """What the deeds themselves say, as it was read before there were totals."""
    facts = {
        "partner_id": partner_id,
        "since": day_start(day),
        "until": day_end(day),
        "zone": CITY_ZONE.key,
    }
    with psycopg.connect(city.books.owner_url) as owner:
        return owner.execute(FROM_ROWS.read_text(encoding="utf-8"), facts).fetchall()


def test_a_day_is_the_citys(city: City) -> None:
    late = NOW.replace(hour=23, minute=50) - timedelta(days=1)
    city.ingest([ride("JC1", started_at=late), ride("JC2", started_at=NOW - timedelta(hours=11))])
    days = _days(city, TODAY - timedelta(days=2), TODAY)
    assert [(row.day, row.ours_rows) for row in days] == [
        (TODAY - timedelta(days=1), 1),
        (TODAY, 1),
    ]


def test_another_partners_rows_are_not_counted(city: City) -> None:
    city.ingest(_rides(1))
    assert by_day(partner_id=city.seated.partner_id + 1, first=TODAY, last=TODAY) == []


def test_mode_by_mode_each_is_compared(city: City) -> None:
    city.ingest(_rides(2) + _rides(1, 5, mode="shared_ebike", rider=ZHOU_RIDER))
    _declare(1, 1_000, mode="shared_bike")
    _declare(2, 2_000, mode="shared_ebike")
    row = _today(city)
    assert (row.ours_rows, row.theirs_rows, row.difference_rows) == (3, 3, 0)
    assert [(part.mode, part.state, part.difference_rows) for part in row.parts] == [
        ("shared_bike", "differs", -1),
        ("shared_ebike", "differs", 1),
    ]
    assert row.state == "differs"
    assert "shared_ebike" in row.said_zh
    _declare(2, 2_000, mode="shared_bike")
    _declare(1, 1_000, mode="shared_ebike")
    assert _today(city).state == "agreed"
    # Said as a whole, the whole is compared.
    _declare(4)
    row = _today(city)
    assert (row.state, row.theirs_rows, row.parts) == ("differs", 4, ())


def test_a_mode_that_was_not_declared_is_named(city: City) -> None:
    city.ingest(_rides(2) + _rides(1, 5, mode="shared_ebike", rider=ZHOU_RIDER))
    _declare(2, 2_000, mode="shared_bike")
    row = _today(city)
    assert row.state == "differs"
    assert [part.state for part in row.parts] == ["agreed", "not_declared"]


def test_the_newest_version_counts_and_all_stay(city: City) -> None:
    city.ingest(_rides(2))
    assert _declare(3).version == 1
    assert _declare(2, 2_000).version == 2
    assert _declare(2, 2_000).version == 2
    assert _today(city).state == "agreed"
    told = statements.history(partner_id=city.seated.partner_id, day=TODAY)
    assert [(each.version, each.rows, each.amount) for each in told] == [
        (1, 3, None),
        (2, 2, 2_000),
    ]
    assert AuditRow.objects.filter(action="partner.declare_day").count() == 2


def test_what_is_said_in_the_sandbox_stays_there(city: City) -> None:
    city.ingest(_rides(2))
    _declare(9, environment="sandbox", actor=desk_of(city.seated.partner_id))
    assert _today(city).state == "not_declared"
    (row,) = _days(city, environment="sandbox")
    assert (row.ours_rows, row.theirs_rows) == (0, 9)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"day": TODAY + timedelta(days=1)}, "day_out_of_range"),
        ({"day": date(2020, 1, 1)}, "day_out_of_range"),
        ({"rows": -1}, "count_out_of_range"),
        ({"amount": -1}, "count_out_of_range"),
        ({"rows": 10**10}, "count_out_of_range"),
        ({"mode": "hovering"}, "mode_unknown"),
    ],
)
@pytest.mark.usefixtures("city")
def test_what_cannot_be_said(changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        _declare(**{"rows": 1, **changed})
    assert refused.value.code == code


@pytest.mark.parametrize("days", [-1, DAYS_MAX])
def test_too_many_days_are_refused(city: City, days: int) -> None:
    with pytest.raises(Invalid) as refused:
        _days(city, TODAY, TODAY + timedelta(days=days))
    assert refused.value.code == "days_out_of_range"


def test_the_days_as_a_csv_file(city: City) -> None:
    city.ingest(_rides(2) + _rides(1, 5, mode="shared_ebike", rider=ZHOU_RIDER))
    _declare(2, 2_000, mode="shared_bike")
    text = "".join(csv_lines(_days(city)))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["mode"] for row in rows] == ["", "shared_bike", "shared_ebike"]
    assert rows[0]["day"] == "2026-03-20"
    assert (rows[1]["state"], rows[1]["difference"]) == ("agreed", "Agreed.")
    assert (rows[2]["theirs_rows"], rows[2]["ours_rows"]) == ("", "1")
    assert "一致。" in "".join(csv_lines(_days(city), language="zh-hans"))
    assert json.dumps(rows)
