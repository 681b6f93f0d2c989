"""How the board's figures come about: rates, classes, shares, units and the closing bar."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tanhui.behaviours.city import (
    PER_RESIDENTS,
    Books,
    CityFigures,
    Month,
    class_beginnings,
    rates,
    shares,
)
from tanhui.behaviours.totals.queries import NOTHING, Sum
from tanhui.board.charts import WHOLE, closing, drawn_map, mass, month_bars, scene_bars
from tanhui.board.maps import HEIGHT, WIDTH, city_map
from tanhui.geo.districts import Districts
from tanhui.scenes.library import city_library

CONTENT = Path(__file__).resolve().parents[2] / "content"
DISTRICTS = Districts.load(CONTENT).all
MILLIGRAMS = st.integers(min_value=0, max_value=10**15)


def acts(deeds: int, reduction_mg: int = 0) -> Sum:
    return Sum(deeds, 0, 0, reduction_mg, 0)


def figures(**changed: object) -> CityFigures:
    """Figures of a city in which nothing has happened yet, but for what is told."""
    known: dict[str, object] = {
        "today": date(2026, 11, 22),
        "yesterday": NOTHING,
        "year": NOTHING,
        "in_all": NOTHING,
        "scenes": shares(city_library(CONTENT).scenes, {}),
        "months": tuple(Month(date(2026, month, 1), NOTHING, month < 11) for month in (10, 11)),
        "rates": rates(DISTRICTS, {}),
        "books": Books(0, 0, 0, 0, 0),
    }
    return CityFigures(**{**known, **changed})  # type: ignore[arg-type]


def test_districts_are_compared_by_residents_and_not_by_counts() -> None:
    # As many deeds in the largest district as in the smallest: the smallest is the busiest.
    found = rates(DISTRICTS, {each.number: acts(5_000) for each in DISTRICTS})
    smallest = min(DISTRICTS, key=lambda each: each.residents)
    assert found.by_rate[0].district == smallest
    first = found.by_rate[0]
    assert first.rate == round(5_000 * found.per / smallest.residents)


def test_the_scale_is_the_first_that_makes_the_highest_readable() -> None:
    largest = max(DISTRICTS, key=lambda each: each.residents)
    for deeds in (3, 300, 30_000, 3_000_000):
        found = rates(DISTRICTS, {largest.number: acts(deeds)})
        assert found.per in PER_RESIDENTS
        highest = found.by_rate[0].rate or 0
        assert highest >= 50 or found.per == PER_RESIDENTS[-1]
        smaller = PER_RESIDENTS[max(0, PER_RESIDENTS.index(found.per) - 1)]
        assert found.per == smaller or deeds * smaller / largest.residents < 50


def test_fewer_than_three_deeds_are_not_told() -> None:
    found = rates(DISTRICTS, {1: acts(2), 2: acts(3)})
    assert [each.rate is None for each in found.districts[:3]] == [True, False, True]
    assert found.active == 1


@given(st.lists(st.integers(min_value=0, max_value=10**7), max_size=20))
def test_classes_begin_on_rising_numbers_within_the_rates(found: list[int]) -> None:
    beginnings = class_beginnings(found)
    assert list(beginnings) == sorted(set(beginnings))
    assert len(beginnings) <= 4
    assert all(min(found) < beginning <= max(found) for beginning in beginnings)


def test_classes_begin_on_numbers_that_people_would_choose() -> None:
    spread = [126, 121, 118, 104, 97, 92, 88, 83, 79, 71, 69, 64, 58, 52, 46, 43, 41, 38, 35, 31]
    assert class_beginnings(spread) == (40, 60, 80, 100)
    skewed = [65, 62, 61, 57, 56, 20, 18, 17, 16, 15, 13, 12, 12, 11, 11, 10, 8, 8, 8, 7]
    assert class_beginnings(skewed) == (10, 15, 20, 55)
    assert class_beginnings([]) == class_beginnings([7, 7, 7]) == ()


@given(MILLIGRAMS, MILLIGRAMS, MILLIGRAMS)
def test_the_closing_bar_is_whole_and_hides_no_part(citizens: int, held: int, taken: int) -> None:
    laid = closing(Books(1, citizens + held + taken, citizens, held, taken))
    assert laid.books.closed
    assert sum(part.length for part in laid.parts) == (WHOLE if citizens + held + taken else 0)
    for part, amount in zip(laid.parts, (citizens, held, taken), strict=True):
        assert (part.length > 0) == (amount > 0)


def test_books_that_differ_by_one_milligram_are_not_closed() -> None:
    assert not Books(1, 100, 99, 0, 0).closed


def test_grams_are_told_in_the_largest_unit_and_never_rounded_up() -> None:
    assert (mass(999).text, mass(999).unit) == ("0.999", "g")
    assert (mass(118_389).text, mass(118_389).unit) == ("118.389", "g")
    assert (mass(1_999_999).text, mass(1_999_999).unit) == ("1.999", "kg")
    assert (mass(16_459_999_999).text, mass(16_459_999_999).unit) == ("16.459", "t")


def test_bars_are_as_long_as_their_values() -> None:
    scenes = city_library(CONTENT).scenes
    told = {scenes[0].number: acts(4, 4_000_000), scenes[1].number: acts(1, 1_000)}
    bars = scene_bars(figures(scenes=shares(scenes, told))).bars
    assert [bar.length for bar in bars[:3]] == [WHOLE, 2, 0]
    assert [bar.percent for bar in bars[:3]] == ["99%", "<1%", "0%"]


def test_months_say_which_is_highest_and_which_is_not_over() -> None:
    amounts = [0, 0, 0, 0, 0, 0, 0, 5, 9, 7, 8, 3]
    months = tuple(
        Month(
            date(2025 + (11 + place) // 12, (11 + place) % 12 + 1, 1),
            acts(1, amount * 10**6),
            place < 11,
        )
        for place, amount in enumerate(amounts)
    )
    laid = month_bars(figures(months=months))
    assert [bar.text for bar in laid.bars if bar.labelled] == ["5.00", "9.00", "3.00"]
    assert laid.since == date(2026, 7, 1)
    assert laid.highest is not None
    assert laid.highest.month.first == date(2026, 8, 1)
    assert month_bars(figures()).highest is None


def test_the_map_names_every_district_once_and_inside_the_sheet() -> None:
    sheet = city_map(CONTENT)
    assert len(sheet.shapes) == len(DISTRICTS)
    named = [shape for shape in sheet.shapes if shape.named] + list(sheet.inset.shapes)
    assert sorted(shape.district.number for shape in named) == list(range(1, 21))
    assert all(0 < shape.x < WIDTH and 0 < shape.y < HEIGHT for shape in named)
    assert len(sheet.zones) == 3
    assert sum(len(shape.outline) for shape in sheet.shapes) < 60_000


def test_the_map_colours_each_district_by_its_class() -> None:
    told = {each.number: acts(each.number * each.residents // 1_000) for each in DISTRICTS}
    drawn = drawn_map(figures(rates=rates(DISTRICTS, told)), CONTENT)
    ranks = [each.told.rank for each in drawn.shapes]
    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2, 3, 4}
    assert [key.begins for key in drawn.keys] == [None, *drawn.rates.begins]
