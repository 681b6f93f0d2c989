"""Running detectors: who is heard, in which order, and that the order of rows does not matter."""

from __future__ import annotations

import random

import numpy as np

from tanhui.behaviours.detectors.seen import run
from tests.behaviours.detectors.days import Deed, city_detectors, columns, flagged, judged, seen


def busy_day() -> list[Deed]:
    """Fast rides, and more of them than a day holds."""
    return [Deed(300 + 40 * place, 9, 4_000 + 90 * place) for place in range(26)]


def test_nothing_new_is_nothing_flagged() -> None:
    assert len(judged([]).code) == 0
    assert len(judged([], known=busy_day()).code) == 0


def test_the_first_in_the_order_of_numbers_is_heard() -> None:
    told = flagged(busy_day())
    assert set(told) == {"car_as_bike.ride"}
    rest = [one for one in city_detectors() if one.code != "car_as_bike"]
    assert set(run(seen(busy_day()), rest[::-1]).code) == {"impossible_day"}


def test_a_merged_deed_is_never_flagged_and_counts_for_nothing() -> None:
    day = busy_day()
    for deed in day:
        deed.merged_with = 2
    assert set(flagged(day)) == {None}
    assert flagged([*day, Deed(1_400, 9, 2_000)])[-1] is None


def test_rows_in_any_order_are_judged_alike() -> None:
    day = [
        *busy_day(),
        *(Deed(480, 12, 2_600, citizen=8), Deed(1_080, 13, 2_650, citizen=8)),
        *(Deed(510, 12, 2_600, partner=2, citizen=8), Deed(1_110, 13, 2_650, partner=2, citizen=8)),
    ]
    expected = dict(zip(map(id, day), flagged(day), strict=True))
    shuffled = day.copy()
    random.Random(5).shuffle(shuffled)
    assert flagged(shuffled) == [expected[id(deed)] for deed in shuffled]


def test_citizens_with_large_numbers_keep_their_order() -> None:
    """Numbers too large for one key of citizen and start are sorted by both columns."""
    day = [*busy_day(), *[Deed(480, 12, 2_600, citizen=2**36)]]
    expected = flagged(day)
    assert flagged(day[::-1]) == expected[::-1]


def test_known_deeds_are_left_as_they_are() -> None:
    what = seen(busy_day()[13:], busy_day()[:13])
    before = columns(busy_day()[:13])
    run(what, city_detectors())
    assert (what.known.amount == before.amount).all()
    assert (np.diff(what.timeline.deeds.started) >= 0).all()


def test_every_sentence_can_be_told() -> None:
    """Each reason's facts fill its sentences, in both languages."""
    by_code = {one.code: one for one in city_detectors()}
    flags = judged(busy_day())
    for place, facts in flags.facts.items():
        detector = by_code[flags.code[place]]
        for language in ("zh-hans", "en"):
            sentence = detector.what[str(facts["reason"])].filled(language, facts)
            assert "{" not in sentence
            assert "!" not in sentence
