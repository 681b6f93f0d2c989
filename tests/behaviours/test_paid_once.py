"""One trip told by several: it is paid once, and whoever comes second is kept as evidence."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import numpy as np
import pytest

from tanhui.behaviours.commands import FileResult
from tanhui.behaviours.queries import rows_of_days
from tanhui.behaviours.recount import recount
from tanhui.claims.commands import add_foreign_trips, add_scheme
from tanhui.claims.matching import GROUPS, UNKNOWN, Trips
from tests.behaviours.telling import JULY, City, at_once, balance, proved, rows_of, told
from tests.cast import BIKE, ZHOU_RIDER, ride

pytestmark = pytest.mark.database

EIGHT = JULY.replace(hour=8)
TODAY = JULY.date()
# 2,431 m earn 118,389 mg, that is 11 points.
COMMUTE = (11, 118_389)
OTHER = "TIANFU"


def _minutes(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


@pytest.mark.parametrize("first", [BIKE, OTHER])
@pytest.mark.parametrize(
    ("apart", "reason"), [(0, "overlap"), (5, "overlap"), (20, "clock"), (-20, "clock")]
)
def test_one_ride_told_by_two_partners_is_paid_once(
    city: City, first: str, apart: int, reason: str
) -> None:
    """Their clocks differ, and so do a lock's minute and a meter's hundred metres."""
    city.partner(OTHER, name_zh="天府单车")
    tellings = {
        BIKE: ride("JC1", started_at=EIGHT),
        OTHER: ride("TF1", started_at=EIGHT + _minutes(apart), minutes=13.4, distance_m=2_560),
    }
    second = OTHER if first == BIKE else BIKE
    paid = city.tell(first, tellings[first])
    evidence = city.tell(second, tellings[second])
    assert (paid.recorded, paid.points) == (1, paid.points)
    assert (evidence.recorded, evidence.points, evidence.reduction_mg) == (1, 0, 0)
    assert told(evidence) == {1: "merged"}
    assert balance(city.seated.lin) == (paid.points, paid.reduction_mg)

    rows = {row.partner_code: row for row in city_rows(city)}
    assert rows[first].state == "recorded"
    merged = rows[second]
    assert (merged.state, merged.points, merged.reduction_mg) == ("merged", 0, 0)
    assert merged.merge is not None
    assert (merged.merge.reason, merged.merge.key) == (reason, rows[first].key)
    assert merged.merge.partner_zh == rows[first].partner_zh
    proved(city)


def city_rows(city: City) -> list[Any]:
    """林晓's deeds of today as her pages tell them."""
    return list(rows_of_days(citizen_id=city.seated.lin, first=TODAY, last=TODAY))


@pytest.mark.parametrize("order", list(permutations((BIKE, OTHER, "THIRD"))))
def test_of_three_partners_the_first_is_paid(city: City, order: tuple[str, ...]) -> None:
    for code in (OTHER, "THIRD"):
        city.partner(code)
    later = {BIKE: 0, OTHER: 7, "THIRD": 14}
    results = [
        city.tell(code, ride(f"{code}-1", started_at=EIGHT + _minutes(later[code])))
        for code in order
    ]
    assert [result.points for result in results] == [11, 0, 0]
    rows = {row.partner_code: row for row in city_rows(city)}
    for code in order[1:]:
        assert rows[code].merge.key == rows[order[0]].key
    assert balance(city.seated.lin) == COMMUTE
    proved(city)


@pytest.mark.parametrize("first", [BIKE, OTHER])
def test_clocks_apart_at_midnight_make_no_second_day(city: City, first: str) -> None:
    """One partner tells of a ride before midnight, the other of the same one after it."""
    city.partner(OTHER)
    midnight = JULY.replace(hour=0)
    tellings = {
        BIKE: ride("JC1", started_at=midnight - _minutes(9), minutes=8),
        OTHER: ride("TF1", started_at=midnight + _minutes(8), minutes=8),
    }
    city.tell(first, tellings[first])
    second = OTHER if first == BIKE else BIKE
    assert told(city.tell(second, tellings[second])) == {1: "merged"}
    assert balance(city.seated.lin) == COMMUTE
    proved(city)


def test_modes_back_to_back_are_trips_of_their_own(city: City) -> None:
    """By bicycle to the metro, by bus from it; a minute of overlap is the clocks', not a trip."""
    for code in ("METRO", "BUS"):
        city.partner(code)
    bike = city.tell(BIKE, ride("B1", started_at=EIGHT))
    metro = city.tell(
        "METRO",
        ride("M1", mode="metro", started_at=EIGHT + _minutes(11), minutes=20, distance_m=9_000),
    )
    bus = city.tell(
        "BUS",
        ride("U1", mode="bus", started_at=EIGHT + _minutes(30), minutes=12, distance_m=2_431),
    )
    assert [one.recorded for one in (bike, metro, bus)] == [1, 1, 1]
    assert [one.points for one in (bike, metro, bus)] == [11, 27, 6]
    assert {row.state for row in city_rows(city)} == {"recorded"}
    proved(city)


def test_another_mode_at_the_same_time_is_no_second_trip(city: City) -> None:
    city.partner("METRO")
    city.tell(BIKE, ride("B1", started_at=EIGHT))
    metro = ride("M1", mode="metro", started_at=EIGHT + _minutes(2), minutes=9, distance_m=5_000)
    assert city.tell("METRO", metro).points == 0
    assert balance(city.seated.lin) == COMMUTE
    proved(city)


def test_two_rides_soon_after_each_other_told_by_two_are_two(city: City) -> None:
    """There and back within the half hour: each partner tells of both, five minutes apart."""
    city.partner(OTHER)
    both = (EIGHT, EIGHT + _minutes(15))
    city.tell(BIKE, *(ride(f"JC{n}", started_at=start) for n, start in enumerate(both)))
    result = city.tell(
        OTHER,
        *(ride(f"TF{n}", started_at=start + _minutes(5)) for n, start in enumerate(both)),
    )
    assert (result.recorded, result.points) == (2, 0)
    assert balance(city.seated.lin) == (22, 2 * COMMUTE[1])
    proved(city)


def test_a_partner_that_tells_one_time_twice_is_paid_for_it_once(city: City) -> None:
    result = city.tell(
        BIKE,
        ride("JC1", started_at=EIGHT),
        ride("JC2", started_at=EIGHT + _minutes(10)),
        ride("JC3", started_at=EIGHT + _minutes(11)),
        ride("JZ1", started_at=EIGHT, rider=ZHOU_RIDER),
    )
    # The second begins two minutes before the first ends; the third only one minute before.
    assert told(result) == {2: "merged"}
    assert balance(city.seated.lin) == (22, 2 * COMMUTE[1])
    assert balance(city.seated.zhou) == COMMUTE
    proved(city)


def test_the_same_batches_again_change_nothing(city: City) -> None:
    city.partner(OTHER)
    for _ in range(2):
        first = city.tell(BIKE, ride("JC1", started_at=EIGHT))
        second = city.tell(OTHER, ride("TF1", started_at=EIGHT + _minutes(5)))
    assert (first.exists, second.exists) == (1, 1)
    assert (first.recorded, second.recorded) == (0, 0)
    assert balance(city.seated.lin) == COMMUTE
    assert city.rows("SELECT count(*) FROM behaviours_merge") == [(1,)]
    proved(city)


@pytest.mark.parametrize("seed", range(4))
def test_two_partners_who_send_at_once_are_never_both_paid(city: City, seed: int) -> None:
    city.partner(OTHER)
    draw = Random(seed)
    rides: dict[str, list[dict[str, Any]]] = {BIKE: [], OTHER: []}
    for rider in city.riders(30, BIKE, OTHER):
        for number in range(3):
            begun = EIGHT.replace(hour=0) + _minutes(draw.randrange(20) + 180 * number)
            metres = draw.randrange(1_000, 2_000)
            for code, clock in ((BIKE, 0), (OTHER, draw.choice([-18, -5, 0, 5, 18]))):
                rides[code].append(
                    ride(
                        f"{rider}-{number}",
                        rider=rider,
                        started_at=begun + _minutes(clock + draw.random()),
                        minutes=10 + draw.random(),
                        distance_m=metres + draw.randrange(100),
                    )
                )
    for told_by in rides.values():
        draw.shuffle(told_by)

    def send(code: str) -> FileResult:
        return city.tell(code, *rides[code], chunk_rows=draw.choice([7, 20, 45]))

    results = at_once(lambda: send(BIKE), lambda: send(OTHER))
    assert [result.recorded for result in results] == [90, 90]
    states = city.rows(
        "SELECT array_agg(b.state ORDER BY b.state) FROM behaviours_behaviour AS b"
        " JOIN behaviours_reference AS r ON r.partner_id = b.partner_id"
        " AND r.digest = b.reference_digest GROUP BY r.reference"
    )
    assert states == [([0, 1],)] * 90
    paid = sum(result.reduction_mg for result in results)
    assert city.rows(
        "SELECT sum(reduction_mg)::bigint FROM behaviours_behaviour WHERE state = 0"
    ) == [(paid,)]
    assert recount().matches


def _foreign(city: City, start: datetime, end: datetime) -> None:
    scheme = add_scheme(name="JIAOTONG", key=bytes(32), at=JULY)
    one = np.array([1], dtype=np.int64)
    day = TODAY.toordinal() - datetime(1970, 1, 1).toordinal()  # noqa: DTZ001
    trips = Trips(
        citizen=one * city.seated.lin,
        started=one * int(start.timestamp()) * 1_000_000,
        ended=one * int(end.timestamp()) * 1_000_000,
        amount=one * UNKNOWN,
        group=one * GROUPS.index("cycling"),
        partner=one * scheme.partner,
        declared=np.array([False]),
    )
    claimed = one * int(JULY.timestamp()) * 1_000_000
    add_foreign_trips(trips=trips, scheme=scheme, days=one * day, claimed=claimed)


def test_what_another_scheme_has_paid_is_not_paid_again(city: City) -> None:
    _foreign(city, EIGHT, EIGHT + _minutes(15))
    result = city.tell(
        BIKE,
        ride("JC1", started_at=EIGHT + _minutes(1)),
        ride("JC2", started_at=EIGHT + _minutes(60)),
        ride("JZ1", started_at=EIGHT, rider=ZHOU_RIDER),
    )
    assert told(result) == {1: "merged"}
    merged = rows_of(city.seated.lin, TODAY)[EIGHT + _minutes(1)]
    assert merged.merge is not None
    # Another scheme's trip has no deed here to lead to.
    assert (merged.state, merged.merge.key, merged.merge.partner_zh) == ("merged", None, None)
    assert balance(city.seated.lin) == balance(city.seated.zhou) == COMMUTE
    proved(city)
