"""A methodology's page: every part of every document of the library is laid out."""

from __future__ import annotations

from datetime import date

import pytest

from tanhui.methodology.document import Label
from tanhui.methodology.fields import read_fields
from tanhui.methodology.library import Library
from tanhui.methodology.pages.catalogue import catalogue, newest, state_of
from tanhui.methodology.pages.documents import arrow_text, document_page
from tanhui.methodology.pages.symbols import two_languages

DAY = date(2026, 7, 1)


@pytest.fixture(scope="module")
def fields(library: Library) -> dict[str, Label]:
    return read_fields(library.root)


def test_every_example_comes_out_as_its_document_says(
    library: Library, fields: dict[str, Label]
) -> None:
    for document in library.methodologies():
        page = document_page(library, fields, document, DAY)
        assert len(page.examples) == len(document.examples)
        for shown, example in zip(page.examples, document.examples, strict=True):
            assert shown.code == example.refused, (document.reference, example.title.en)
            assert bool(shown.lines.own) == bool(example.expected)
        assert len(page.formulas) == len(document.formulas)
        symbols = [row.symbol for group in page.symbols for row in group.rows]
        assert {item.symbol for item in document.inputs} <= set(symbols)
        assert len(page.monitoring) == sum(item.monitoring is not None for item in document.inputs)
        assert [module.reference for module in page.modules] == [
            use.module.reference for use in document.uses
        ]


def test_the_result_shows_which_way_it_is_rounded(
    library: Library, fields: dict[str, Label]
) -> None:
    bike = document_page(library, fields, library.methodology("shared-bike.chengdu"), DAY)
    assert bike.result is not None
    assert "⌊" in bike.result.mathml
    assert "不利于获得者" in bike.result.direction.zh
    event = document_page(library, fields, library.methodology("event.footprint"), DAY)
    assert event.result is not None
    assert "⌈" in event.result.mathml


def test_a_mean_over_modes_is_broken_down_to_its_contributions(
    library: Library, fields: dict[str, Label]
) -> None:
    page = document_page(library, fields, library.methodology("mode-mix.chengdu"), DAY)
    (part,) = page.breakdowns
    assert [row.label.en for row in part.rows][:2] == ["petrol car", "electric car"]
    assert part.total == "≈46.4837"
    assert max(row.bar for row in part.rows) == 120
    # Who uses it as a module shows the same table.
    metro = document_page(library, fields, library.methodology("metro.chengdu"), DAY)
    assert part in metro.breakdowns


def test_codes_in_formulas_are_said_in_words(library: Library, fields: dict[str, Label]) -> None:
    page = document_page(library, fields, library.methodology("msw-incineration.chengdu"), DAY)
    formulas = {formula.symbol: formula.mathml for formula in page.formulas}
    assert "填埋" in formulas["BE_CH4"].zh
    assert "otherwise" in formulas["BE_CH4"].en
    assert any("CO₂→CO₂e" in mathml.en for mathml in formulas.values())
    assert arrow_text("nitrogen_as_n2o") == "N→N₂O"


def test_a_source_told_in_both_languages_is_split() -> None:
    assert two_languages("常见值 / a usual value") == Label("常见值", "a usual value")
    assert two_languages("T/CIIA 058-2025") == Label("T/CIIA 058-2025", "T/CIIA 058-2025")


def test_the_library_is_browsed_by_path_field_and_words(
    library: Library, fields: dict[str, Label]
) -> None:
    whole = catalogue(library, fields, DAY)
    assert whole.found == whole.total == len({d.id for d in library.methodologies()})
    assert [shelf.path for shelf in whole.shelves][-1] == "peers"
    assert sum(choice.count for choice in whole.paths) == whole.total
    travel = catalogue(library, fields, DAY, path="citizen", field="travel")
    assert [shelf.path for shelf in travel.shelves] == ["citizen"]
    found = catalogue(library, fields, DAY, query="shared  BIKE")
    assert "shared-bike.chengdu" in [
        entry.address for shelf in found.shelves for g in shelf.groups for entry in g.entries
    ]
    assert not catalogue(library, fields, DAY, path="nowhere").shelves


def test_a_reconstruction_and_its_doubts_are_marked(
    library: Library, fields: dict[str, Label]
) -> None:
    page = document_page(library, fields, library.methodology("metro.chengdu"), DAY)
    assert [mark.label.zh for mark in page.marks] == ["已发布", "重建文本", "含未核实因子"]


def test_the_version_in_force_is_shown_first(library: Library) -> None:
    versions = [d for d in library.methodologies() if d.id == "shared-bike.chengdu"]
    for document in versions:
        start = document.valid.start
        if document.status == "published":
            assert newest(library, document.id, start).reference == document.reference
        else:
            # A draft is read by its version only, and says that it is one.
            assert state_of(document, start) == "draft"
            assert newest(library, document.id, start).reference != document.reference
    assert state_of(versions[0], date(2000, 1, 1)) == "future"
