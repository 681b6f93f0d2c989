"""The tables say what the published figures say, row by row."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tanhui.methodology.factors import FactorLibrary
from tanhui.methodology.units import Quantity, UnitTable, quantity_of

CONTENT = Path(__file__).resolve().parents[2] / "content"
SHARED = Path(os.environ.get("TANHUI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
UNITS = UnitTable(CONTENT / "common" / "units.toml")
FACTORS = FactorLibrary(CONTENT / "common" / "factors", UNITS)
GRID = "grid.average.mee-annual"

# Rows by table: published, unverified.
TOTALS = {
    "behaviours-living": (3, 6),
    "behaviours-travel": (12, 1),
    "equivalences": (6, 1),
    "food-lodging": (5, 2),
    "forest": (0, 32),
    "fuels": (1, 17),
    "fuels-abroad": (5, 3),
    "fuels-coal": (0, 18),
    "goods": (5, 1),
    "grid-2018": (0, 1),
    "grid-2021": (2, 2),
    "grid-2022": (17, 0),
    "grid-2023": (40, 0),
    "grid-baseline": (0, 16),
    "grid-other": (1, 2),
    "heat-water": (1, 2),
    "landfill": (0, 8),
    "plastic": (1, 7),
    "prices-points": (9, 0),
    "shared-cycling": (2, 0),
    "shared-electric-bikes": (5, 0),
    "soil": (0, 8),
    "travel-cn": (0, 2),
    "travel-fr": (7, 0),
    "travel-gb": (17, 0),
    "warming-potentials": (0, 6),
    "waste": (4, 0),
    "weee": (0, 2),
}


def _facts(name: str) -> str:
    path = SHARED / "reference" / name
    if not path.is_file():
        pytest.skip(f"the reference figures are absent ({path}); set TANHUI_SHARED")
    return path.read_text(encoding="utf-8")


def _case(id: str) -> dict[str, Any]:
    cases: list[dict[str, Any]] = json.loads(_facts("golden_cases.json"), parse_float=str)
    return next(case for case in cases if case["id"] == id)


def _value(given: dict[str, Any]) -> Quantity:
    return quantity_of(UNITS, str(given["value"]), given["unit"])


def _row(key: str) -> Quantity:
    return FACTORS.row(key).quantity


def test_every_table_holds_what_it_held() -> None:
    found = Counter((row.table, row.status) for row in FACTORS)
    assert {
        table.id: (found[table.id, "published"], found[table.id, "unverified"])
        for table in FACTORS.tables()
    } == TOTALS
    assert len(FACTORS) == 280


def test_every_figure_of_the_reference_is_a_row() -> None:
    rows = list(csv.DictReader(_facts("factors.csv").splitlines()))
    for given in rows:
        row = FACTORS.row(given["key"])
        unit = given["unit"]
        if unit == "kgCO2e/kg":
            # A potential is per mass of its own gas, which the reference leaves to the key.
            unit += {"ch4": "CH4", "n2o": "N2O"}[given["key"].split(".")[1]]
        assert row.quantity == quantity_of(UNITS, given["value"], unit), row.key
        assert row.region == given["region"], row.key
        assert row.year == int(given["year"] or 0), row.key
        status = {"found": "published", "known": "unverified"}[given["status"]]
        assert row.status == status, row.key
    print(f"{len(rows)} rows of the reference compared")
    assert len(rows) == len(FACTORS) == 280


def test_every_row_can_be_read_in_both_languages_and_says_where_it_is_from() -> None:
    # These two rows are pinned by a published methodology, so their texts stay as they were.
    for row in FACTORS:
        if row.table == "shared-cycling":
            continue
        assert row.zh
        assert row.en
        assert row.source
        assert bool(row.note_zh) == bool(row.note_en), row.key
        assert not re.search(r"(?<![a-z0-9])[,:]|[;()]", row.zh + row.note_zh), row.key
        assert re.search(r"[\u4e00-\u9fff]", row.zh), row.key
        assert not re.search(r"[\u4e00-\u9fff]", row.en + row.note_en), row.key
        assert not row.address or row.address.startswith(("http://", "https://")), row.key


def test_every_row_is_plausible_and_of_its_kind() -> None:
    for row in FACTORS:
        kind = UNITS.kinds[row.kind]
        assert kind.unit.signature == row.quantity.unit.signature
        kind.require_plausible(row.quantity, row.key)


def test_rows_of_a_series_and_region_follow_one_another_without_a_gap() -> None:
    for row in FACTORS:
        successor = FACTORS.successor(row)
        if row.valid.end is None:
            assert successor is None, row.key
            continue
        assert successor is not None, row.key
        assert successor.valid.start.toordinal() == row.valid.end.toordinal() + 1


def test_a_province_is_in_the_table_of_2023() -> None:
    regions = {row.region for row in FACTORS if row.table == "grid-2023"}
    provinces = {region for region in regions if re.fullmatch(r"CN-\d\d", region)}
    assert len(provinces) == 30
    assert regions - provinces == {
        "CN", "CN-N", "CN-NE", "CN-E", "CN-C", "CN-NW", "CN-S", "CN-SW",
    }  # fmt: skip
    for region in provinces:
        assert FACTORS.select(GRID, region, date(2025, 6, 1)).year == 2023


# Printed changes from year to year. Here is what the announcements' reports print.

CHANGES = {
    ("CN", 2022): "-0.036",
    ("CN", 2023): "-0.011",
    ("CN-SW", 2023): "0.090",
    ("CN-N", 2023): "-0.061",
    ("CN-NE", 2023): "-0.080",
    ("CN-S", 2023): "0.045",
    ("CN-NW", 2023): "-0.054",
}


@pytest.mark.parametrize(("region", "year"), CHANGES)
def test_the_printed_changes_of_the_grid_come_out(region: str, year: int) -> None:
    now = FACTORS.select(GRID, region, date(year, 7, 1))
    before = FACTORS.select(GRID, region, date(year - 1, 7, 1))
    assert (now.year, before.year) == (year, year - 1)
    change = now.quantity.base / before.quantity.base - 1
    # The north-east comes to -7.94 % and is printed as -8.0 %.
    assert abs(change - Fraction(CHANGES[region, year])) <= Fraction("0.0006")


def test_the_golden_case_of_the_grid_takes_the_tables_own_values() -> None:
    case = _case("grid-deltas")
    regions = {"cn": "CN", "sw": "CN-SW", "n": "CN-N", "ne": "CN-NE", "s": "CN-S", "nw": "CN-NW"}
    for symbol, given in case["inputs"].items():
        region, year = regions[symbol[:-2]], 2000 + int(symbol[-2:])
        row = FACTORS.select(GRID, region, date(year, 7, 1))
        assert row.quantity == _value(given), symbol
    expected = {
        (regions[symbol[2:-2]], 2000 + int(symbol[-2:])): _value(given).value
        for symbol, given in case["expected"].items()
    }
    assert expected == {key: Fraction(text) for key, text in CHANGES.items()}


LUZHOU = {
    "er_clothes": ("beh.clothes.lz", "kg", "1280", "gCO2e"),
    "pt_clothes": ("beh.clothes.lz.points", "kg", "30", "point"),
    "er_bus": ("beh.bus.lz", "trip", "80", "gCO2e"),
    "pt_bus": ("beh.bus.lz.points", "trip", "10", "point"),
    "er_plate": ("beh.cleanplate.lz", "meal", "144", "gCO2e"),
    "pt_plate": ("beh.cleanplate.lz.points", "meal", "5", "point"),
}


@pytest.mark.parametrize("symbol", LUZHOU)
def test_the_table_of_luzhou_comes_out(symbol: str) -> None:
    key, per, value, unit = LUZHOU[symbol]
    one = _row(key).base * UNITS.parse(per).scale / UNITS.parse(unit).scale
    assert one == Fraction(value)
    per_unit = UNITS.parse(f"{unit}/{per}")
    assert _row(key).unit.signature == per_unit.signature


def test_the_golden_case_of_luzhou_is_what_is_tested() -> None:
    expected = _case("luzhou-table")["expected"]
    assert {symbol: _value(given) for symbol, given in expected.items()} == {
        symbol: quantity_of(UNITS, value, unit) for symbol, (_, _, value, unit) in LUZHOU.items()
    }


@pytest.mark.parametrize(
    ("key", "top", "bottom", "unit"),
    [
        ("forest.article.mu_year", "7900", "19000", "tCO2/(mu.yr)"),
        ("forest.changlong.mu_year", "347000", "260000", "tCO2/(mu.yr)"),
        ("forest.chaoyang.mu_year", "60610", "60000", "tCO2/(mu.yr)"),
        ("price.thtf.article.2021", "50000", "3600", "CNY/tCO2"),
        ("beh.car.year", "1187000", "270000", "tCO2/(car.yr)"),
        ("area.mu", "2000", "3", "m2/mu"),
    ],
)
def test_derived_figures_come_out_of_what_they_are_derived_from(
    key: str, top: str, bottom: str, unit: str
) -> None:
    found = _row(key).to(UNITS.parse(unit)).value
    assert abs(found / (Fraction(top) / Fraction(bottom)) - 1) < Fraction(1, 10**9)


def test_an_area_of_the_article_is_the_same_in_hectares() -> None:
    expected = _case("article-mu")["expected"]
    row = _row("forest.article.mu_year")
    for given in expected.values():
        quantity = _value(given)
        assert abs(row.to(quantity.unit).value / quantity.value - 1) < Fraction(1, 10**9)
    price = _value(_case("article-price")["expected"]["price"])
    assert abs(_row("price.thtf.article.2021").value / price.value - 1) < Fraction(1, 10**9)


@pytest.mark.parametrize(
    "fuel",
    ["natural_gas", "petrol", "diesel", "lpg", "bituminous", "anthracite", "raw_coal_stat", "coke"],
)
def test_a_derived_fuel_factor_comes_out_of_its_parameters(fuel: str) -> None:
    derived = _row(f"fuel.{fuel}.ef")
    parts = [_row(f"fuel.{fuel}.{part}").base for part in ("ncv", "cc", "ox")]
    computed = parts[0] * parts[1] * parts[2] * Fraction(44, 12)
    # Printed with six decimals.
    assert abs(computed / derived.base - 1) < Fraction(1, 10**6)


def test_one_act_has_factors_that_differ_and_points_are_not_grams() -> None:
    spread = [_row(f"beh.sharedebike.{name}").value for name in ("hello", "cq", "meituan")]
    assert spread == [Fraction("35.01"), 43, Fraction("61.8")]
    per_kg = {
        name: _row(f"beh.{name}.lz.points").base / _row(f"beh.{name}.lz").base * 1000
        for name in ("clothes", "bus", "cleanplate")
    }
    assert [round(float(value), 1) for value in per_kg.values()] == [23.4, 125.0, 34.7]
