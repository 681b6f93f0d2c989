"""A ride told twice beyond what claims merges; there and back on two bikes is not that."""

from __future__ import annotations

from tests.behaviours.detectors.days import BUS, EBIKE, METRO, Deed, flagged, judged

OURS, THEIRS = 1, 2


def test_there_and_back_on_the_bikes_of_two_operators_is_no_double() -> None:
    day = [Deed(600, 9, 1_800, partner=OURS), Deed(640, 10, 1_850, partner=THEIRS)]
    assert flagged(day) == [None, None]
    assert flagged(day[1:], known=day[:1]) == [None]


def test_the_same_record_at_another_time_is_a_copy() -> None:
    day = [Deed(600, 9.25, 1_837, partner=OURS), Deed(635, 9.25, 1_837, partner=THEIRS)]
    assert flagged(day) == [None, "two_partners_one_trip.copy"]
    facts = judged(day).facts[1]
    assert (facts["other_time"], facts["minutes"]) == ("10:00", 35)


def test_the_new_telling_is_flagged_even_when_its_clock_is_slow() -> None:
    known, new = Deed(635, 9.25, 1_837, partner=OURS), Deed(600, 9.25, 1_837, partner=THEIRS)
    assert flagged([new], known=[known]) == ["two_partners_one_trip.copy"]


def test_the_same_shift_twice_on_a_day() -> None:
    ours = [Deed(480, 12, 2_600), Deed(1_080, 13, 2_650)]
    theirs = [Deed(510, 12.3, 2_540, partner=THEIRS), Deed(1_110.5, 13.2, 2_700, partner=THEIRS)]
    assert flagged(theirs, known=ours) == ["two_partners_one_trip.repeated"] * 2
    # Once half an hour and once forty minutes is no clock.
    theirs[1].at = 1_120
    assert flagged(theirs, known=ours) == [None, None]


def test_the_crows_way_is_shorter_by_a_like_part() -> None:
    ours = [Deed(480, 12, 2_600), Deed(1_080, 13, 2_650)]
    theirs = [Deed(510, 12, 1_900, partner=THEIRS), Deed(1_110, 13, 1_950, partner=THEIRS)]
    assert flagged(theirs, known=ours) == ["two_partners_one_trip.repeated"] * 2
    theirs = [Deed(510, 12, 1_800, partner=THEIRS), Deed(1_110, 13, 3_400, partner=THEIRS)]
    assert flagged(theirs, known=ours) == [None, None]


def test_a_merged_ride_tells_how_far_the_clocks_are_apart() -> None:
    ours = [Deed(480, 12, 2_600), Deed(1_080, 6, 1_100)]
    theirs = [
        Deed(499, 12, 2_600, partner=THEIRS, merged_with=OURS),
        Deed(1_099.5, 6, 1_310, partner=THEIRS),
    ]
    assert flagged(theirs, known=ours) == [None, "two_partners_one_trip.repeated"]


def test_rides_that_lie_on_one_another_beyond_any_clock() -> None:
    day = [Deed(600, 40, 9_000), Deed(625, 41, 8_900, partner=THEIRS)]
    assert flagged(day) == [None, "two_partners_one_trip.overlapping"]


def test_only_what_may_be_one_ride_is_compared() -> None:
    ours = [Deed(480, 12, 2_600), Deed(1_080, 13, 2_650)]
    theirs = [Deed(510, 12, 2_600, METRO, THEIRS), Deed(1_110, 13, 2_650, BUS, THEIRS)]
    assert flagged(theirs, known=ours) == [None, None]
    theirs = [Deed(510, 12, 2_560, EBIKE, THEIRS), Deed(1_110, 13, 2_620, EBIKE, THEIRS)]
    assert flagged(theirs, known=ours) == ["two_partners_one_trip.repeated"] * 2
    theirs = [Deed(510, 12, 2_600, partner=THEIRS, citizen=8)]
    assert flagged(theirs, known=ours) == [None]


def test_one_partner_alone_tells_nothing_twice() -> None:
    assert flagged([Deed(600, 9.25, 1_837), Deed(635, 9.25, 1_837)]) == [None, None]
