"""A day far above one's own days is held; outings, couriers and newcomers are not."""

from __future__ import annotations

from tests.behaviours.detectors.days import (
    DAY,
    EBIKE,
    MG_PER_M,
    NEV_KM,
    WALKING,
    Asked,
    Deed,
    flagged,
    judged,
)

BURST = "own_history_burst.burst"
COMMUTE = [MG_PER_M * metres for metres in (4_800, 4_900, 4_850, 2_400, 4_900, 4_870, 4_880, 4_860)]


def unlike(count: int, metres: int = 2_000) -> list[Deed]:
    """Rides of which no two are about as far, through the day."""
    return [Deed(400 + 50 * place, 8 + place, metres + 300 * place) for place in range(count)]


def test_the_same_ride_sent_over_and_over() -> None:
    copies = [Deed(400 + 60 * place, 12, 2_440 + place) for place in range(10)]
    assert flagged(copies, history=Asked(COMMUTE)) == [BURST] * 10
    facts = judged(copies, history=Asked(COMMUTE)).facts[0]
    assert (facts["times"], facts["usual_g"], facts["today_g"]) == (5, 238, 1_197)


def test_an_outing_after_quiet_weeks() -> None:
    assert set(flagged(unlike(9), history=Asked(COMMUTE))) == {None}
    assert flagged([Deed(500, 200, 40_000)], history=Asked(COMMUTE)) == [None]


def test_more_than_an_outing() -> None:
    assert set(flagged(unlike(13), history=Asked(COMMUTE))) == {BURST}
    assert flagged([Deed(500, 400, 80_000)], history=Asked(COMMUTE)) == [BURST]


def test_whoever_does_so_now_and_then_or_always() -> None:
    once = [*COMMUTE, MG_PER_M * 70_000]
    assert set(flagged(unlike(13), history=Asked(once))) == {None}
    courier = [MG_PER_M * 1_000 * km for km in (48, 52, 55, 40, 61, 50, 47)]
    rides = [Deed(400 + 25 * place, 7, 2_000, EBIKE) for place in range(30)]
    assert set(flagged(rides, history=Asked(courier))) == {None}


def test_nobody_is_measured_by_four_days() -> None:
    assert set(flagged(unlike(13), history=Asked(COMMUTE[:4]))) == {None}
    assert set(flagged(unlike(13), history=Asked())) == {None}


def test_the_history_is_asked_for_few() -> None:
    asked = Asked(COMMUTE)
    flagged([*unlike(3), *[Deed(500, 10, 2_000, citizen=9)]], history=asked)
    assert asked.pairs == []
    flagged([*unlike(13), *[Deed(500, 10, 2_000, citizen=9)]], history=asked)
    assert asked.pairs == [(7, DAY)]


def test_what_is_known_of_the_day_counts() -> None:
    rides = unlike(13)
    assert flagged(rides[12:], known=rides[:12], history=Asked(COMMUTE)) == [BURST]


def test_days_in_the_hills_and_journeys_home_stay_out() -> None:
    day = [Deed(0, 1_440, 500_000, NEV_KM, 7), Deed(0, 1_440, 35_000, WALKING, 8)]
    asked = Asked(COMMUTE)
    assert flagged(day, history=asked) == [None, None]
    assert asked.pairs == []
