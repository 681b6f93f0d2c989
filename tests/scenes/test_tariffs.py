"""Points: whole ones only, within the day's limit, and as the tariff's own examples say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.tariff import Tariff, points_of

CONTENT = Path(__file__).resolve().parents[2] / "content"
GRAM = 1_000


@pytest.fixture(scope="module")
def library() -> SceneLibrary:
    """The city's scenes, as published."""
    return SceneLibrary.load(CONTENT)


@pytest.fixture(scope="module")
def tariff(library: SceneLibrary) -> Tariff:
    """The tariff of shared bikes."""
    return library.tariff("points.shared-bike", date(2026, 3, 20))


@pytest.mark.parametrize(
    ("reduction_mg", "used_before", "uncapped", "points"),
    [
        (0, 0, 0, 0),
        (9_999, 0, 0, 0),
        (10 * GRAM, 0, 1, 1),
        (118_389, 0, 11, 11),
        (118_389, 18, 11, 11),
        (118_389, 19, 11, 11),
        (118_389, 20, 11, 10),
        (118_389, 29, 11, 1),
        (118_389, 30, 11, 0),
        # A limit that was lowered since leaves no room, and takes nothing back.
        (118_389, 31, 11, 0),
        (418_820, 0, 41, 30),
    ],
)
def test_a_point_is_ten_grams_and_a_day_holds_thirty(
    tariff: Tariff, reduction_mg: int, used_before: int, uncapped: int, points: int
) -> None:
    answer = points_of(tariff, reduction_mg, used_before=used_before)
    assert (answer.points_uncapped, answer.points) == (uncapped, points)
    assert answer.capped is (points < uncapped)
    assert answer.used_before == used_before


@given(st.lists(st.integers(min_value=0, max_value=10**7), max_size=20))
def test_a_day_never_pays_more_than_its_limit(tariff: Tariff, amounts: list[int]) -> None:
    used = 0
    for amount in amounts:
        used += points_of(tariff, amount, used_before=used).points
    assert used == min(tariff.points_per_day_max, sum(a // tariff.mg_per_point for a in amounts))


def test_a_tariff_holds_on_its_first_and_last_day(tariff: Tariff) -> None:
    fields = {name: getattr(tariff, name) for name in Tariff.__dataclass_fields__}
    year = Tariff(**{**fields, "valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31)})
    asked = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [year.holds(day) for day in asked] == [False, True, True, False]
    assert tariff.holds(date.max)
    assert tariff.reference == "points.shared-bike@1.0.0"
