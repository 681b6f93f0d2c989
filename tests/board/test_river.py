"""The pictures of the registers: a kilogram's river and where projects are. No database."""

from __future__ import annotations

from django.conf import settings

from tanhui.board.equations import WHOLE, parts_of
from tanhui.board.project_maps import HEIGHT, WIDTH, city_places, site_map
from tanhui.board.river import MOST_REACHES, Reach, breadth, drawn_river, fitted

FURNACE = {"type": "Point", "coordinates": [103.52, 30.58]}
FOREST = {
    "type": "Polygon",
    "coordinates": [[[104.2, 30.5], [104.3, 30.5], [104.3, 30.6], [104.2, 30.6], [104.2, 30.5]]],
}


def _reach(kg: int) -> Reach:
    return Reach("transfer", "转让", "Transferred", kg, 1, kg)


def test_a_river_narrows_with_its_kilograms_and_never_vanishes() -> None:
    widths = [breadth(kg, 3_586_420, 208) for kg in (3_586_420, 500_000, 1_200, 2, 1)]
    assert widths == sorted(widths, reverse=True)
    assert (widths[0], widths[-1]) == (208, 6)
    assert breadth(1, 1, 208) == 208


def test_a_long_life_shows_where_it_narrowed_most_and_says_what_it_left_out() -> None:
    life = [_reach(kg) for kg in (10**6, 999_999, 999_998, 5_000, 4_999, 4_998, 70, 69, 3)]
    river = drawn_river(life)
    assert [each.reach.kg for each in river.wide.reaches] == [10**6, 5_000, 70, 69, 3]
    assert len(river.tall.reaches) == MOST_REACHES
    assert river.skipped == len(life) - MOST_REACHES


def test_a_single_range_is_drawn_too() -> None:
    river = drawn_river([_reach(1)])
    assert river.skipped == 0
    assert river.wide.water.startswith("M0 ")


def test_words_are_cut_where_there_is_no_room() -> None:
    assert fitted("转让给锦城会展公司", 200) == "转让给锦城会展公司"
    assert fitted("转让给锦城会展公司", 60) == "转让给…"


def test_the_parts_of_a_bar_fill_it_and_a_small_part_can_be_seen() -> None:
    parts = parts_of((("retired", 1), ("held", 10**9), ("reserved", 0), ("cancelled", 3)))
    assert sum(part.length for part in parts) == WHOLE
    assert [bool(part.length) for part in parts] == [True, True, False, True]
    assert not any(part.length for part in parts_of((("held", 0),)))


def test_projects_stand_where_they_are_and_not_on_each_other() -> None:
    root = settings.TANHUI.content_root
    places = city_places(
        [
            (FURNACE, "1", "a", "/a"),
            (FURNACE, "2", "b", "/b"),
            (FOREST, "3", "c", "/c"),
            (None, "4", "d", "/d"),
        ],
        root,
    )
    first, second, third = places.pins
    assert (second.x, second.y) != (first.x, first.y)
    assert third.x > first.x
    assert [area.title for area in places.areas] == ["c"]
    near = site_map(FOREST, [(FURNACE, "1", "熔制车间")], root)
    assert near is not None
    assert all(0 < pin.x < WIDTH and 0 < pin.y < HEIGHT for pin in near.pins)
    assert near.bar_text.endswith("km")
    assert {each.district.name_zh for each in near.districts} >= {"大邑县", "龙泉驿区"}
    assert site_map(None, [], root) is None
