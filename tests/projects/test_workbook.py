"""Workbooks: filled in and read again for every methodology, and refused cell by cell."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tanhui.kernel.refusals import Refusal
from tanhui.projects.calculation import calculate
from tanhui.projects.cells import Cells
from tanhui.projects.workbook import WorkbookFaulty, blank_workbook, read_workbook, workbook
from tanhui.projects.workbook_rows import ABOUT, DATA, SCENARIOS
from tests.projects.cases_of import example_cells, furnace, library, worked

DAY = date(2026, 12, 31)
EXAMPLES = list(worked())


def filled() -> Cells:
    """The furnace, with a gap in its electricity."""
    document = furnace()
    example = next(item for item in document.examples if "补" in item.title.zh)
    return example_cells(document, example)


def changed(change: Callable[[Any], None], cells: Cells | None = None) -> bytes:
    """The furnace's workbook as somebody sent it back."""
    book = load_workbook(io.BytesIO(workbook(furnace(), cells or filled())))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def row_of(sheet: Worksheet, symbol: str, item: str = "") -> int:
    """In which row a symbol stands."""
    for row in range(2, sheet.max_row + 1):
        if (sheet.cell(row, 1).value, str(sheet.cell(row, 2).value or "")) == (symbol, item):
            return row
    raise AssertionError(f"{symbol} {item}")


@pytest.mark.parametrize(
    ("methodology", "example"), EXAMPLES, ids=[f"{m.id}-{e.title.en[:24]}" for m, e in EXAMPLES]
)
def test_what_was_filled_in_is_read_again_and_computes_the_same(
    methodology: Any, example: Any
) -> None:
    cells = example_cells(methodology, example)
    read = read_workbook(methodology, workbook(methodology, cells))
    assert read_workbook(methodology, workbook(methodology, read)) == read
    owed = cells.by_symbol.get("deficit")
    if owed is None or owed.value == "0":
        own = calculate(methodology, cells, on=DAY)
        assert calculate(methodology, read, on=DAY).calculation == own.calculation


def test_a_blank_workbook_names_every_cell_that_is_missing() -> None:
    for methodology in {method.id: method for method, _ in EXAMPLES}.values():
        with pytest.raises(WorkbookFaulty) as caught:
            read_workbook(methodology, blank_workbook(methodology))
        faults = caught.value.faults
        assert {fault.code for fault in faults} == {"workbook_cell_missing"}
        assert all("!" in fault.place for fault in faults)
        needed = [item for item in methodology.inputs if item.default is None]
        needed = [item for item in needed if item.symbol != "deficit"]
        scenarios = [item for item in methodology.scenarios if not item.default]
        assert len(faults) == len(needed) + len(scenarios)


def test_only_what_is_to_be_filled_in_is_unlocked() -> None:
    book = load_workbook(io.BytesIO(blank_workbook(furnace())))
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        for row in sheet.iter_rows():
            for cell in row:
                open_column = {SCENARIOS: (4, 6), DATA: (5, 10)}.get(sheet.title, ())
                assert cell.protection.locked or cell.column in open_column


@pytest.mark.parametrize(
    ("symbol", "item", "column", "value", "code"),
    [
        ("CAP", "", 6, "kg/yr", "workbook_unit_changed"),
        ("CAP", "", 6, None, "workbook_unit_changed"),
        ("CAP", "", 5, "16,000 t", "workbook_not_a_number"),
        ("CAP", "", 5, True, "workbook_not_a_number"),
        ("CAP", "", 5, 1e308, "workbook_not_a_number"),
        ("CAP", "", 5, "=8000*2", "workbook_formula"),
        ("CAP", "", 5, 0, "workbook_out_of_bounds"),
        ("CAP", "", 5, 10_000_001, "workbook_out_of_bounds"),
        ("EC", "1", 5, -1, "workbook_out_of_bounds"),
        ("ncv", "1", 5, 500, "workbook_out_of_bounds"),
        ("CAP", "", 5, None, "workbook_cell_missing"),
        ("CAP", "", 5, "-", "workbook_not_a_number"),
        ("EC", "1", 5, None, "workbook_cell_missing"),
        ("EC", "1", 10, "x" * 201, "workbook_text_too_long"),
        ("EC", "1", 1, "ED", "workbook_row_unknown"),
        ("EC", "2", 2, "1", "workbook_row_twice"),
        ("EC", "2", 2, "one", "workbook_row_unknown"),
        ("EC", "2", 2, "9" * 30, "workbook_row_unknown"),
        ("symbol", "item", 1, "symbols", "workbook_head_changed"),
    ],
)
def test_a_wrong_cell_is_named(
    symbol: str, item: str, column: int, value: object, code: str
) -> None:
    place = 1

    def change(book: Any) -> None:
        nonlocal place
        sheet = book[DATA]
        place = 1 if symbol == "symbol" else row_of(sheet, symbol, item)
        sheet.cell(place, column).value = value

    data = changed(change)
    with pytest.raises(WorkbookFaulty) as caught:
        read_workbook(furnace(), data)
    fault = next(fault for fault in caught.value.faults if fault.code == code)
    assert fault.place.startswith(f"{DATA}!")
    assert fault.place.endswith(str(place))
    assert [other.code for other in caught.value.faults if other.place == fault.place] == [code]
    assert (caught.value.zh, caught.value.en) == (
        f"{caught.value.faults[0].place}：{caught.value.faults[0].zh}",
        f"{caught.value.faults[0].place}: {caught.value.faults[0].en}",
    )


def test_removed_rows_unknown_options_and_formulas_of_scenarios_are_named() -> None:
    def change(book: Any) -> None:
        book[DATA].delete_rows(row_of(book[DATA], "CAP"))
        book[SCENARIOS].cell(2, 4).value = "steam"
        book[SCENARIOS].cell(3, 4).value = '=HYPERLINK("x")'
        book[SCENARIOS].cell(4, 1).value = "mandates"

    with pytest.raises(WorkbookFaulty) as caught:
        read_workbook(furnace(), changed(change))
    codes = [fault.code for fault in caught.value.faults]
    assert codes == [
        "workbook_no_such_option",
        "workbook_formula",
        "workbook_row_missing",
        "workbook_row_unknown",
        "workbook_row_missing",
    ]


def test_people_write_numbers_in_their_own_way() -> None:
    def change(book: Any) -> None:
        sheet = book[DATA]
        sheet.cell(row_of(sheet, "CAP"), 5).value = "１６，０００"
        sheet.cell(row_of(sheet, "ncv", "1"), 5).value = 389.31
        sheet.cell(row_of(sheet, "EC", "3"), 5).value = "缺"
        sheet.cell(row_of(sheet, "EC", "12"), 5).value = 7.5e2
        # A thirteenth reading may be added below.
        sheet.append(["EC", "13", "", "", 700, "MWh"])

    read = read_workbook(furnace(), changed(change)).by_symbol
    assert (read["CAP"].value, read["ncv"].value) == ("16000", "389.31")
    assert read["EC"].value[2] is None
    assert read["EC"].value[11:] == ["750", "700"]


def test_a_workbook_of_another_methodology_or_none_at_all_is_refused() -> None:
    other = library().methodology("photovoltaic.chengdu")
    with pytest.raises(Refusal) as caught:
        read_workbook(furnace(), blank_workbook(other))
    assert caught.value.code == "workbook_of_another_methodology"

    def redigest(book: Any) -> None:
        book[ABOUT].cell(2, 2).value = "sha256:" + "0" * 64

    with pytest.raises(Refusal) as caught:
        read_workbook(furnace(), changed(redigest))
    assert caught.value.code == "workbook_of_another_methodology"
    one_sheet = io.BytesIO()
    Workbook().save(one_sheet)
    for data in (b"", b"PK\x03\x04", b"%PDF-1.7", one_sheet.getvalue()):
        with pytest.raises(Refusal) as caught:
            read_workbook(furnace(), data)
        assert caught.value.code == "workbook_not_a_workbook"


def repacked(change: Callable[[str, bytes], bytes], **added: bytes) -> bytes:
    """The workbook with parts of its archive changed or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(furnace(), filled()))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, data in added.items():
            new.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def same(_: str, data: bytes) -> bytes:
    return data


def test_bombs_macros_and_documents_that_unfold_are_refused_before_anything_is_read() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>'

    def unfold(name: str, data: bytes) -> bytes:
        return entity if name == "xl/worksheets/sheet3.xml" else data

    attacks = {
        "file_bomb": repacked(same, xl__media__a=b"\0" * 400_000_000),
        "file_active": repacked(same, **{"xl__vbaProject.bin": b"x"}),
        "file_damaged": repacked(unfold),
        "workbook_too_large": b"PK\x03\x04" + b"\0" * 5_000_001,
    }
    for code, data in attacks.items():
        with pytest.raises(Refusal) as caught:
            read_workbook(furnace(), data)
        assert caught.value.code == code


def test_a_sheet_without_an_end_and_one_that_lies_about_its_size_are_refused() -> None:
    def grow(book: Any) -> None:
        book[DATA].cell(20_000, 1).value = "EC"

    with pytest.raises(Refusal) as caught:
        read_workbook(furnace(), changed(grow))
    assert caught.value.code == "workbook_too_large"

    def lie(_: str, data: bytes) -> bytes:
        return re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"', data)

    read = read_workbook(furnace(), repacked(lie))
    assert read == read_workbook(furnace(), workbook(furnace(), filled()))


def test_words_that_look_like_formulas_stay_words() -> None:
    told = filled().as_json()
    told["CAP"] = {"value": "16000", "unit": "t/yr", "evidence": '=HYPERLINK("http://x")'}
    cells = Cells.from_json(furnace().reference, told)
    data = workbook(furnace(), cells)
    book = load_workbook(io.BytesIO(data))
    cell = book[DATA].cell(row_of(book[DATA], "CAP"), 10)
    assert cell.data_type == "s"
    assert read_workbook(furnace(), data).by_symbol["CAP"].evidence == '=HYPERLINK("http://x")'
