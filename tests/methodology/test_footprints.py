"""Footprints: what is shown adds up, scripts beside the documents agree, and a known conference."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Methodology
from tanhui.methodology.exact import evaluate
from tanhui.methodology.footprints import apportioned, footprint_of
from tanhui.methodology.given import Listed, Spread
from tanhui.methodology.library import Library
from tanhui.methodology.units import Quantity, quantity_of

SHARED = Path(os.environ.get("TANHUI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
PLACES = SHARED / "data" / "events" / "agu2019_locations.csv"
DOCUMENTS = ("event.footprint", "organisation.footprint", "person.footprint", "event.agu-2019")


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest, library: Library) -> Methodology:
    """Each footprint document in turn."""
    return library.methodology(request.param)


def test_a_script_beside_the_document_computes_the_same(
    document: Methodology, library: Library
) -> None:
    script = document.path.with_name(document.path.stem + ".cases.py")
    ran = subprocess.run(
        [sys.executable, "-I", str(script)], capture_output=True, text=True, check=True
    )
    cases = json.loads(ran.stdout)
    examples = {example.case: example for example in document.examples if example.case}
    assert set(cases) == set(examples)
    assert len(cases) >= 3
    for name, case in cases.items():
        outputs = evaluate(document, examples[name].inputs).outputs
        for symbol, expected in case["outputs"].items():
            wanted = quantity_of(library.units, expected["value"], expected["unit"])
            found = outputs[symbol]
            assert isinstance(found, Quantity)
            assert found.unit.signature == wanted.unit.signature
            slack = 0 if symbol == "footprint_kg" else abs(wanted.base) / 10**9
            assert abs(found.base - wanted.base) <= slack, (name, symbol)


def test_categories_add_up_to_what_is_shown(document: Methodology) -> None:
    for example in document.examples:
        if example.refused:
            continue
        footprint = footprint_of(document, example.inputs)
        parts = footprint.evaluation.categories.values()
        assert sum((part.base for part in parts), Fraction()) == footprint.exact_kg * 1000
        assert sum(footprint.grams.values()) == (footprint.exact_kg * 1000).__ceil__()
        assert footprint.total_kg == footprint.exact_kg.__ceil__()


def test_every_factor_is_named_with_its_row(document: Methodology) -> None:
    example = next(item for item in document.examples if item.expected)
    used = footprint_of(document, example.inputs).factors
    assert len({item.symbol for item in used}) == len(used)
    assert all(item.digest.startswith("sha256:") and item.source for item in used)
    assert all(item.value is not None for item in used)


def test_a_replaced_factor_is_named_as_given(library: Library) -> None:
    document = library.methodology("person.footprint")
    units = library.units
    inputs = {
        "home_electricity": quantity_of(units, "1000", "kWh"),
        "EF_grid": quantity_of(units, "581", "gCO2/kWh"),
    }
    footprint = footprint_of(document, inputs)
    (grid,) = [item for item in footprint.factors if item.symbol == "EF_grid"]
    assert (grid.value, grid.status, grid.key, grid.digest) == (
        Fraction("0.581"),
        "given",
        "",
        "",
    )
    codes = {item.code for item in footprint.evaluation.reservations if item.symbol == "EF_grid"}
    assert codes == {"replaced_value"}


def test_a_document_that_gives_credits_is_no_footprint(library: Library) -> None:
    for id in ("event.offset", "shared-bike.chengdu"):
        with pytest.raises(Refusal) as refused:
            footprint_of(library.methodology(id), {})
        assert refused.value.code == "not_a_footprint"


@given(st.dictionaries(st.text(max_size=3), st.fractions(-1000, 1000), min_size=1, max_size=9))
def test_apportioned_parts_keep_the_sum_and_lose_less_than_one(parts: dict[str, Fraction]) -> None:
    whole = apportioned(parts)
    assert list(whole) == list(parts)
    assert sum(whole.values()) == sum(parts.values()).__ceil__()
    assert all(abs(whole[name] - part) < 1 for name, part in parts.items())


@pytest.mark.skipif(not PLACES.is_file(), reason="1,766 places of one conference did not run")
def test_a_conference_of_24_008_people_gives_the_published_69_334_0_tonnes(
    library: Library,
) -> None:
    with PLACES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    people = [Fraction(row["N"]) for row in rows]
    inputs = {
        "N": Listed(people, library.units.parse("person")),
        "dist": Listed([Fraction(row["dist"]) for row in rows], library.units.parse("km")),
    }
    footprint = footprint_of(library.methodology("event.agu-2019"), inputs)
    assert (len(rows), sum(people)) == (1766, 24008)
    assert round(footprint.exact_kg / 1000, 1) == Fraction("69334.0")
    assert footprint.total_kg == 69_334_001
    per_place = footprint.evaluation.outputs["per_place"]
    assert isinstance(per_place, Spread)
    american = [
        place
        for place, row in zip(per_place.cells, rows, strict=True)
        if row["country"] == "United States"
    ]
    assert round(sum(american) / 1000, 2) == Fraction("16110.48")
