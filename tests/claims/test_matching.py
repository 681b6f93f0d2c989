"""Which reports are of one trip, told by examples."""

from __future__ import annotations

import numpy as np
import pytest

from tanhui.claims.matching import CLOCK, OVERLAP, Trips, judge
from tests.claims.telling import TOLERANCE, Told, judged, paid, trips


def test_nothing_meets_nothing() -> None:
    verdict = judge(Trips.none(), Trips.none(), TOLERANCE)
    assert (len(verdict.same_as), len(verdict.displaced)) == (0, 0)


def test_two_partners_at_the_same_time_report_one_trip_whatever_they_call_it() -> None:
    verdict = judged(Told(485, 20, 5_000, partner=2, group="bus"), known=(Told(480, 20, 900),))
    assert (verdict.same_as.tolist(), verdict.reason.tolist()) == ([0], [OVERLAP])


def test_less_than_half_of_the_shorter_is_not_the_same_time() -> None:
    ride = Told(480, 20, 5_000)
    assert judged(Told(495, 12, partner=2), known=(ride,)).same_as.tolist() == [-1]
    assert judged(Told(495, 10, partner=2), known=(ride,)).same_as.tolist() == [0]


def test_a_ride_to_the_station_and_the_train_are_two_by_clocks_that_differ() -> None:
    train = Told(480, 35, 12_000, group="rail")
    assert judged(Told(473, 12, partner=2), known=(train,)).same_as.tolist() == [-1]
    assert judged(Told(482, 10, partner=2), known=(train,)).same_as.tolist() == [-1]
    # More than clocks explain, half of both, or one and the same clock: one person, one trip.
    assert judged(Told(482, 11, partner=2), known=(train,)).same_as.tolist() == [0]
    assert judged(Told(482, 11, group="bus", partner=2), known=(train,)).same_as.tolist() == [0]
    short = Told(480, 12, 3_000, group="bus")
    assert judged(Told(480, 8, partner=2), known=(short,)).same_as.tolist() == [0]
    assert judged(Told(478, 12, partner=1), known=(train,)).same_as.tolist() == [0]


def test_one_clock_tells_two_trips_that_share_more_than_a_minute_as_one() -> None:
    first = Told(480, 30, 6_000)
    assert judged(Told(508.9, 30, 6_000), known=(first,)).reason.tolist() == [OVERLAP]
    assert judged(Told(509, 30, 6_000), known=(first,)).same_as.tolist() == [-1]


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Told(500, 10, 2_000, partner=2), True),
        (Told(500.1, 10, 2_000, partner=2), False),
        (Told(460, 10, 2_000, partner=2), True),
        (Told(500, 12, 2_000, partner=2), True),
        (Told(500, 12.1, 2_000, partner=2), False),
        (Told(500, 10, 2_352, partner=2), True),
        (Told(500, 10, 2_353, partner=2), False),
        (Told(500, 10, 2_000, partner=2, group="bus"), False),
        (Told(500, 10, 2_000, partner=1), False),
        (Told(500, 10, 2_000, partner=2, citizen=8), False),
    ],
)
def test_clocks_apart_need_the_same_kind_of_trip_alike(other: Told, same: bool) -> None:
    verdict = judged(other, known=(Told(480, 10, 2_000),))
    assert verdict.reason.tolist() == ([CLOCK] if same else [0])


def test_another_scheme_rounds_its_times_and_tells_no_distance() -> None:
    foreign = Told(480, 15, -1, partner=-1)
    assert judged(Told(502, 10.5, 2_000), known=(foreign,)).same_as.tolist() == [0]
    assert judged(Told(503, 10.5, 2_000), known=(foreign,)).same_as.tolist() == [-1]


def test_of_new_ones_the_earlier_is_paid_and_then_the_one_named_first() -> None:
    verdict = judged(Told(490, 10, partner=1), Told(480, 10, partner=2))
    assert verdict.same_as.tolist() == [1, -1]
    verdict = judged(Told(480, 10, partner=2), Told(480, 10, partner=1))
    assert verdict.same_as.tolist() == [-1, 0]


def test_what_is_known_goes_before_what_began_earlier() -> None:
    assert judged(Told(470, 10), known=(Told(480, 10, partner=2),)).same_as.tolist() == [0]


def test_a_proved_trip_takes_the_place_of_a_declared_one() -> None:
    declared = Told(478, 12, 1_900, partner=0, declared=True)
    verdict = judged(Told(480, 10), known=(declared,))
    assert (verdict.same_as.tolist(), verdict.displaced.tolist()) == ([-1], [0])
    verdict = judged(Told(480, 10), Told(481, 9, partner=2), known=(declared,))
    assert (verdict.same_as.tolist(), verdict.displaced.tolist()) == ([-1, 1], [0])


def test_a_declared_trip_waits_behind_proved_ones_even_in_one_batch() -> None:
    declared = Told(478, 12, 1_900, partner=0, declared=True)
    assert judged(declared, Told(480, 10)).same_as.tolist() == [1, -1]
    assert judged(declared, known=(Told(480, 10),)).same_as.tolist() == [0]
    assert judged(declared, known=(declared,)).same_as.tolist() == [0]


def test_a_merged_trip_displaces_only_what_overlaps_it() -> None:
    known = (
        Told(480, 20, 4_000, partner=1),
        Told(496, 20, 3_000, partner=0, declared=True),
        Told(518, 20, 4_000, partner=0, declared=True),
    )
    verdict = judged(Told(498, 20, 4_000, partner=2), known=known)
    assert (verdict.same_as.tolist(), verdict.displaced.tolist()) == ([0], [1])


def test_three_partners_whose_clocks_go_apart_are_paid_once_in_any_order() -> None:
    reports = [Told(460, 10, 1_900), Told(480, 10, 2_000, 2), Told(500, 10, 2_100, 3)]
    for order in ((0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 1, 0)):
        batches = [[reports[place]] for place in order]
        # Between the outer two nothing tells that they are one trip, until the middle one comes.
        late = order == (0, 2, 1)
        assert len(paid(*batches)) == (2 if late else 1), order
    assert len(paid(reports)) == 1


def test_two_rides_in_a_row_told_by_two_partners_are_two() -> None:
    first = [Told(480, 10), Told(492, 10)]
    for minutes in range(-20, 21):
        second = [Told(480 + minutes, 10, partner=2), Told(492 + minutes, 10, partner=2)]
        assert len(paid(first, second)) == 2, minutes
        assert len(paid(second, first)) == 2, minutes
        assert len(paid(first + second)) == 2, minutes


def test_a_long_trip_told_in_two_parts_is_paid_once() -> None:
    whole, parts = [Told(480, 40, 8_000)], [Told(480, 18, 3_000, 2), Told(500, 20, 4_000, 2)]
    assert paid(whole, parts) == whole
    assert paid(parts, whole) == parts


def test_someone_with_a_crowd_of_reports_is_told_apart_too() -> None:
    minutes = range(0, 600, 3)
    first = [Told(600 + minute, 2.5, 500) for minute in minutes]
    again = [Told(600.5 + minute, 2.5, 510, partner=2) for minute in minutes]
    strangers = [Told(600 + minute, 2.5, 500, citizen=8 + minute) for minute in minutes]
    assert len(paid(first + strangers, again)) == 2 * len(minutes)
    assert len(paid([*again, *first, *strangers])) == 2 * len(minutes)
    same = [Told(600, 2.5, 500, partner=number) for number in range(1, 60)]
    assert len(paid(same)) == 1


def test_a_million_ids_apart_cannot_overflow_the_order() -> None:
    told = trips(Told(480, 10), Told(480, 10, partner=2))
    far = np.array([2**62, 2**62], dtype=np.int64)
    verdict = judge(
        Trips(**{**vars(told), "citizen": far}),
        Trips(**{**vars(told), "citizen": -far}),
        TOLERANCE,
    )
    assert verdict.same_as.tolist() == [-1, 2]


def test_evidence_whose_paid_report_is_gone_stands_in_nobodys_way() -> None:
    evidence = Told(480, 10, partner=2, merged=True)
    assert judged(Told(485, 10), known=(evidence,)).same_as.tolist() == [-1]
    assert judged(Told(480, 10, partner=2), known=(evidence,)).same_as.tolist() == [-1]


def test_evidence_joins_a_third_report_to_the_paid_one() -> None:
    known = (Told(480, 10), Told(498, 10, partner=2, merged=True))
    verdict = judged(Told(516, 10, partner=3), known=known)
    assert (verdict.same_as.tolist(), verdict.reason.tolist()) == ([0], [CLOCK])
