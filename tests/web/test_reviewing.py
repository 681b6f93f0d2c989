"""Two versions place by place, what the engine made of them, and places as a drawing; pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from tanhui.projects.calculation import calculate
from tanhui.projects.cells import Cells
from tanhui.web.recomputing import recomputed
from tanhui.web.reviewing import Section, TextPlace, Told, numbered, sections, with_commas
from tanhui.web.shapes import HEIGHT, WIDTH, drawn
from tests.projects.acts import CELLS, hall, point
from tests.projects.cases_of import furnace

ORDER = ("boundary", "data")
NOTE = TextPlace("text:monitoring", "monitoring", furnace().parameters[0].label, "data")


def _told(text: str = "", **changed: Any) -> Told:
    told = {**CELLS, **changed}
    cells = Cells.from_json(furnace().reference, told)
    return Told(cells, {"monitoring": text} if text else {})


def _sections(old: Told | None, new: Told) -> dict[str, Section]:
    found = numbered(sections(furnace(), old, new, [NOTE], [], ORDER, "zh"))
    return {one.name: one for one in found}


def test_only_what_differs_is_marked_word_by_word() -> None:
    months = {"value": ["4500", "4600"], "unit": "MWh"}
    more = {"value": ["4500", "4700"], "unit": "MWh"}
    data = _sections(_told("三只电表读数。", EC=months), _told("两只电表读数。", EC=more))["data"]
    assert data.changes == 2
    row = next(one for one in data.rows if one.symbol == "EC")
    assert row.number.startswith("2.")
    assert row.new is not None
    assert [one.text for one in row.new.pieces if one.kind == "new"] == ["9,200"]
    text = next(one for one in data.rows if one.anchor == "text:monitoring")
    assert text.old is not None
    assert [one.text for one in text.old.pieces if one.kind == "gone"] == ["三"]


def test_a_first_version_has_nothing_to_differ_from() -> None:
    found = _sections(None, _told("一只电表。"))
    assert [one.changes for one in found.values()] == [0, 0]
    assert all(row.old is None for one in found.values() for row in one.rows)


def test_the_results_stand_side_by_side_to_the_gram() -> None:
    day = date(2025, 12, 31)
    old = calculate(furnace(), _told().cells, on=day)
    new = calculate(furnace(), _told(EC={"value": "9200", "unit": "MWh"}).cells, on=day)
    told = recomputed(old, new)
    emission = next(one for one in told.amounts if one.symbol == "PE")
    assert (emission.old, emission.new, emission.change) == ("1,423.240", "1,438.880", "+15.640")
    assert told.change_kg == -15_640
    assert recomputed(None, new).change_kg is None


def test_numbers_are_written_with_commas_once() -> None:
    assert with_commas("9871.20") == "9,871.20"
    assert with_commas("0.1234") == "0.1234"
    assert with_commas("1,234") == "1,234"


def test_places_are_drawn_within_the_picture() -> None:
    assert drawn([]) is None
    found = drawn([hall(), point(1)])
    assert found is not None
    assert len(found.paths) == 1
    assert all(0 <= one.x <= WIDTH and 0 <= one.y <= HEIGHT for one in found.dots)
