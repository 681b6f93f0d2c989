"""The same rows under two versions or two factor years: what changes, row by row and in total."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import polars as pl
import pytest

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.compare import SHOWN_ROWS, compare_cases, compare_rows
from tanhui.methodology.difference_picture import picture
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.given import Given
from tanhui.methodology.library import Library
from tanhui.methodology.substitution import rows_of_year, with_factor_rows
from tanhui.methodology.units import quantity_of

RIDES = [0, 1, 999, 2431, 720_000, 720_001, None]


def _frame(distances: list[int | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "line": range(1, len(distances) + 1),
            "refused": [None] * len(distances),
            "distance_m": distances,
        },
        schema={"line": pl.Int64, "refused": pl.String, "distance_m": pl.Int64},
    )


@pytest.fixture(scope="module")
def next_version(library: Library) -> Methodology:
    """The draft that counts the replaced modes one by one."""
    return library.methodology("shared-bike.chengdu", "2.0.0")


def test_every_row_is_compared_and_the_totals_are_theirs(
    shared_bike: Methodology, next_version: Methodology, tmp_path: Path
) -> None:
    out = tmp_path / "rows.csv"
    chunks = [_frame(RIDES[:3]), _frame(RIDES[3:])]
    found = compare_rows(shared_bike, next_version, chunks, out)
    old = [metres * 487 // 10 for metres in (0, 1, 999, 2431, 720_000)]
    new = [metres * 467 // 10 for metres in (0, 1, 999, 2431, 720_000)]
    assert (found.rows, found.both, found.only_left, found.only_right) == (7, 5, 0, 0)
    assert (found.left_total, found.right_total) == (sum(old), sum(new))
    assert found.difference == sum(new) - sum(old)
    assert found.changed == 4
    written = pl.read_csv(out)
    assert written["difference"].to_list()[:5] == [b - a for a, b in zip(old, new, strict=True)]
    assert written["left_refused"].to_list()[5:] == ["out_of_bounds", "out_of_bounds"]
    assert sum(rows for _, _, rows in found.bins) == found.changed


def test_the_rows_that_differ_most_come_first(
    shared_bike: Methodology, next_version: Methodology
) -> None:
    found = compare_rows(shared_bike, next_version, [_frame(list(range(0, 5000, 50)))])
    largest = found.largest["difference"].to_list()
    assert len(largest) == SHOWN_ROWS
    assert largest == sorted(largest, key=abs, reverse=True)
    assert found.largest["row"][0] == "100"


def test_bins_never_hold_both_those_who_gain_and_those_who_lose(library: Library) -> None:
    left = library.methodology("nev-driving-km.chengdu")
    right = with_factor_rows(left, rows_of_year(left, library.factors, 2022))
    cases = {str(i): example.inputs for i, example in enumerate(left.examples)}
    found = compare_cases(left, right, cases)
    assert found.bins
    assert all(low >= 0 or high <= 0 for low, high, _ in found.bins)


def test_another_factor_year_is_the_same_formula_over_that_row(library: Library) -> None:
    left = library.methodology("nev-driving-km.chengdu")
    rows = rows_of_year(left, library.factors, 2022)
    assert {row.key for row in rows.values()} >= {"grid.avg.sichuan.2022"}
    right = with_factor_rows(left, rows)
    inputs = next(example.inputs for example in left.examples if not example.refused)
    before, after = evaluate(left, inputs), evaluate(right, inputs)
    assert before.result < after.result
    assert before.methodology_digest == after.methodology_digest
    assert before.factors_digest != after.factors_digest
    # The rows that the document pins are untouched.
    assert evaluate(left, inputs).result == before.result


def test_a_replaced_row_goes_through_the_same_conversion(
    library: Library, shared_bike: Methodology
) -> None:
    changed = with_factor_rows(shared_bike, {"EF": library.factors.row("beh.sharedebike.cq")})
    ride: dict[str, Given] = {"d": quantity_of(library.units, "1", "km")}
    answer = evaluate(changed, ride).outputs["ER"]
    assert (answer.unit.text, answer.value) == ("gCO2e", Fraction(43))  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("symbol", "key", "code"),
    [
        ("EF", "beh.sharedbike.hello", "kind_mismatch"),
        ("EF", "grid.avg.cn.2023", "kind_mismatch"),
        ("X", "grid.avg.cn.2023", "no_such_factor_symbol"),
    ],
)
def test_a_row_of_another_kind_is_refused(
    library: Library, shared_bike: Methodology, symbol: str, key: str, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        with_factor_rows(shared_bike, {symbol: library.factors.row(key)})
    assert refused.value.code == code


def test_results_in_different_units_are_not_compared(library: Library) -> None:
    project = library.methodology("energy-substitution.chengdu")
    with pytest.raises(Refusal) as refused:
        compare_cases(library.methodology("walking.chengdu"), project, {})
    assert refused.value.code == "not_comparable"


def test_a_case_that_one_side_refuses_is_counted_on_the_other(
    shared_bike: Methodology, library: Library
) -> None:
    (declared,) = shared_bike.inputs
    narrow = replace(shared_bike, inputs=(replace(declared, high=Fraction(1000)),))
    cases: dict[str, dict[str, Given]] = {
        "short": {"d": quantity_of(library.units, "500", "m")},
        "long": {"d": quantity_of(library.units, "5000", "m")},
    }
    found = compare_cases(shared_bike, narrow, cases)
    assert (found.both, found.only_left, found.only_right) == (1, 1, 0)
    assert found.largest["right_refused"].to_list() == ["out_of_bounds"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_picture_is_svg_that_says_in_words_what_it_shows(
    shared_bike: Methodology, next_version: Methodology, language: str
) -> None:
    found = compare_rows(shared_bike, next_version, [_frame(RIDES)])
    root = ET.fromstring(picture(found, language))
    said = "".join(root.itertext())
    assert root.attrib["role"] == "img"
    assert ("重新量化" if language == "zh" else "Re-quantification") in said
    assert "shared-bike.chengdu@2.0.0" in said
    assert "−4.11 %" in said
    assert len(root.findall(".//{http://www.w3.org/2000/svg}rect")) >= 3 + len(found.bins)


def test_the_picture_of_nothing_is_still_a_picture(shared_bike: Methodology) -> None:
    found = compare_rows(shared_bike, shared_bike, [_frame([])])
    assert found.bins == []
    ET.fromstring(picture(found, "zh"))
