"""A day that holds more than a day can is held; long honest days are not."""

from __future__ import annotations

from tests.behaviours.detectors.days import (
    BUS,
    EBIKE,
    METRO,
    NEV_KM,
    NEV_KWH,
    WALKING,
    Deed,
    flagged,
    judged,
)


def chain(
    count: int, minutes: float, metres: int, scene: int = 1, start: float = 300
) -> list[Deed]:
    """Rides of unlike lengths in a row, with a break of five minutes."""
    return [
        Deed(start + place * (minutes + 5), minutes, metres + 200 * (place % 7), scene)
        for place in range(count)
    ]


def test_thirteen_hours_of_cycling() -> None:
    told = flagged(chain(13, 60, 9_000))
    assert told == ["impossible_day.under_way"] * 13
    assert set(flagged(chain(10, 60, 9_000))) == {None}


def test_a_bike_that_was_not_locked_was_not_ridden() -> None:
    assert flagged([Deed(500, 900, 1_200), Deed(480, 10, 1_500, BUS)]) == [None, None]


def test_further_than_a_day_goes() -> None:
    told = flagged(chain(9, 60, 15_000))
    assert told == ["impossible_day.far"] * 9
    assert flagged([Deed(300, 420, 100_000)]) == [None]  # The greenway around the city.


def test_rides_without_end() -> None:
    assert set(flagged(chain(25, 6, 1_000))) == {"impossible_day.often"}
    assert set(flagged(chain(34, 8, 1_500, EBIKE))) == {None}  # A courier's day.


def test_a_shaken_telephone() -> None:
    facts = judged([Deed(0, 1_440, 96_000, WALKING)]).facts[0]
    assert (facts["reason"], facts["steps"], facts["limit"]) == ("steps", 96_000, 60_000)
    assert flagged([Deed(0, 1_440, 56_000, WALKING)]) == [None]  # A marathon.


def test_two_itineraries_at_once() -> None:
    metro = [Deed(480 + 65 * place, 60, 30_000, METRO, 5) for place in range(4)]
    bus = [Deed(515 + 65 * place, 60, 14_000, BUS, 4) for place in range(4)]
    assert set(flagged(metro + bus)) == {"impossible_day.at_once"}
    assert set(flagged(bus, known=metro)) == {"impossible_day.at_once"}


def test_clocks_apart_are_no_second_itinerary() -> None:
    day = [
        Deed(480, 30, 9_000, METRO, 5),
        Deed(495, 20, 4_000, BUS, 4),
        Deed(1_080, 30, 9_000, METRO, 5),
        Deed(1_095, 20, 4_000, BUS, 4),
    ]
    assert flagged(day) == [None] * 4


def test_a_day_count_takes_nobodys_time() -> None:
    day = [
        Deed(0, 1_440, 60_000, NEV_KM, 7),
        Deed(30, 540, 40_000, NEV_KWH, 7),
        Deed(0, 1_440, 9_000, WALKING, 8),
        Deed(480, 30, 9_000, METRO, 5),
    ]
    assert flagged(day) == [None] * 4


def test_the_day_before_does_not_count() -> None:
    late = chain(6, 60, 9_000, start=1_440 - 6 * 65 - 10)
    early = chain(6, 60, 9_000, start=1_440 + 10)
    assert set(flagged(late + early)) == {None}


def test_all_new_deeds_that_it_is_about_are_flagged_and_no_others() -> None:
    rides = chain(25, 6, 1_000)
    told = flagged([*rides[20:], Deed(1_000, 20, 5_000, BUS, 4)], known=rides[:20])
    assert told == ["impossible_day.often"] * 5 + [None]
