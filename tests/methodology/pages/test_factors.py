"""The factor tables: provenance, users, age, pictures, and the same rows as CSV."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.library import Library
from tanhui.methodology.pages.factors import COLUMNS, FactorPages, factors_csv
from tanhui.methodology.pages.words import region_label
from tanhui.methodology.units import exact_number

DAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def pages(library: Library) -> FactorPages:
    return FactorPages(library)


def test_every_table_is_laid_out(pages: FactorPages) -> None:
    entries = pages.entries(DAY)
    assert sum(entry.count for entry in entries) == len(pages.library.factors)
    for entry in entries:
        page = pages.page(entry.table.id, DAY)
        assert len(page.rows) == entry.count
        assert all(view.marks for view in page.rows)


def test_a_row_names_the_methodologies_that_take_it(pages: FactorPages) -> None:
    rows = {view.row.key: view for view in pages.page("shared-cycling", DAY).rows}
    users = [user.reference for user in rows["beh.sharedbike.meituan"].users]
    assert "shared-bike.chengdu@1.0.0" in users


def test_a_row_past_its_best_before_day_is_due_for_review(pages: FactorPages) -> None:
    late = pages.page("grid-2022", date(2030, 1, 1))
    assert late.entry.due > 0
    marks = [mark.label.zh for mark in late.rows[0].marks]
    assert "过期未复核" in marks
    assert "已被取代" in marks
    assert late.rows[0].successor is not None


def test_the_grid_of_sichuan_has_a_picture_of_its_years(pages: FactorPages) -> None:
    chart = pages.page("grid-2022", DAY).charts[0]
    assert chart.region.zh == "四川"
    assert [bar.year for bar in chart.bars] == [2018, 2021, 2022, 2023]
    assert chart.bars[-1].label == "0.1564"
    assert 1 <= len(chart.lines) <= 4
    heights = [bar.height for bar in chart.bars]
    assert heights == sorted(heights)


def test_the_nearest_table_is_named(pages: FactorPages) -> None:
    with pytest.raises(NotFound) as refused:
        pages.page("grid-2020", DAY)
    assert refused.value.code == "no_such_table"
    assert "grid-202" in str(refused.value.facts["near"])


def test_csv_holds_every_row_exactly(pages: FactorPages) -> None:
    rows = list(pages.library.factors)
    read = list(csv.DictReader(io.StringIO(factors_csv(rows))))
    assert tuple(read[0]) == COLUMNS
    for row, line in zip(rows, read, strict=True):
        assert exact_number(line["value"]) == row.quantity.value
        assert line["digest"] == row.digest


def test_every_region_has_a_name(pages: FactorPages) -> None:
    regions = {row.region for row in pages.library.factors}
    assert not [region for region in regions if region_label(region).zh == region]
