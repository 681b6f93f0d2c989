"""Two versions: every place that differs and no other, in data, in texts and in results."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tanhui.projects.calculation import calculate
from tanhui.projects.cells import Cells
from tanhui.projects.differences import (
    differences,
    pairs,
    pieces,
    results,
    text_differences,
)
from tests.projects.cases_of import example_cells, furnace

DAY = date(2026, 12, 31)


def first() -> Cells:
    return example_cells(furnace(), furnace().examples[0])


def changed(**more: object) -> Cells:
    return Cells.from_json(furnace().reference, {**first().as_json(), **more})


def test_each_changed_cell_is_named_by_its_place() -> None:
    after = changed(
        grid={"choice": "national", "evidence": "供用电合同"},
        EC={"value": ["9000", None], "unit": "MWh"},
        P_hist={"value": ["14800", "15100", "15200", "15300"], "unit": "t"},
        CAP={"value": "16000.0", "unit": "t/yr"},
        route={"choice": "electricity"},
    )
    found = {one.anchor: (one.before, one.after) for one in differences(furnace(), first(), after)}
    assert found == {
        "route#evidence": ("验收报告", ""),
        "grid": ("四川省 (sichuan)", "全国 (national)"),
        "P_hist/3": ("15100", "15200"),
        "P_hist/4": ("", "15300"),
        "EC": ("9100", ""),
        "EC/1": ("", "9000"),
    }
    labels = {one.anchor: one.label for one in pairs(furnace(), first(), after)}
    assert labels["P_hist/3"].zh == "历史年产量（锅炉为产汽量），第 3 项"
    assert labels["route#evidence"].en.endswith(": evidence")
    assert [one for one in pairs(furnace(), None, after) if one.before] == []


def test_the_same_number_in_another_unit_is_shown_with_it() -> None:
    after = changed(EC={"value": "9100000", "unit": "kWh"})
    (found,) = differences(furnace(), first(), after)
    assert (found.before, found.after) == ("9100 MWh", "9100000")


def test_both_results_stand_side_by_side_with_their_change() -> None:
    before = calculate(furnace(), first(), on=DAY)
    after = calculate(furnace(), changed(EC={"value": "9200.5", "unit": "MWh"}), on=DAY)
    found = {pair.symbol: pair for pair in results(before, after)}
    assert (found["PE"].before, found["PE"].after) == ("1,423.24", "1,438.9582")
    assert (found["PE"].change, found["BE"].change) == ("+15.7182", "0")
    assert found["credit_kg"].change == "−15,718"
    assert all(not pair.before and not pair.change for pair in results(None, after))


def test_texts_are_compared_word_by_word() -> None:
    old, new = pieces("三只电表合计 9,871.20 MWh。辅机未计入。", "三只电表合计 10,030.35 MWh。")
    gone = [piece.text for piece in old if piece.kind == "gone"]
    assert gone == ["9,871.20", "辅机未计入。"]
    assert [piece.text for piece in new if piece.kind == "new"] == ["10,030.35"]
    assert text_differences({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"}) == ["b", "c"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_letter_is_lost_or_made_up(before: str, after: str) -> None:
    old, new = pieces(before, after)
    assert "".join(piece.text for piece in old) == before
    assert "".join(piece.text for piece in new) == after
    assert "".join(p.text for p in old if p.kind == "same") == "".join(
        p.text for p in new if p.kind == "same"
    )
    if before != after:
        assert any(piece.kind != "same" for piece in (*old, *new))


def test_a_text_too_long_to_read_word_by_word_is_compared_as_a_whole() -> None:
    long = "千" * 5_000
    old, new = pieces(long, long + "克")
    assert ([p.kind for p in old], [p.kind for p in new]) == (["gone"], ["new"])
