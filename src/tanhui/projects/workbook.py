"""The workbook of a methodology: a spreadsheet to fill in, and what was filled in, cell by cell.

Symbols, items and units stand in locked cells and are compared when the file comes back, so that a
number can never silently be of another unit. A gap in readings is written `-`.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tanhui.methodology.document import Input, Methodology
from tanhui.methodology.units import decimal_text, exact_number
from tanhui.projects.cells import EVIDENCE_MOST, Cell, Cells, Value, is_carried
from tanhui.projects.workbook_rows import (
    ABOUT,
    BLANK,
    DATA,
    DATA_HEAD,
    GAP,
    GAPS,
    SCENARIO_HEAD,
    SCENARIOS,
    Faults,
    Item,
    Level,
    WorkbookFaulty,
    levels_of,
    paths,
)
from tanhui.projects.workbook_sheets import Sheet, Spot, open_sheets

__all__ = ("WorkbookFaulty", "blank_workbook", "read_workbook", "workbook")

_OPEN = Protection(locked=False)
_FILLED = PatternFill("solid", fgColor="FFF7E0")
_HEAD = PatternFill("solid", fgColor="E3EEE6")
_WRAP = Alignment(wrap_text=True, vertical="top")
_WIDTHS = (14, 12, 30, 34, 18, 12, 12, 14, 34, 30)
_LIST_MOST = 250
# From the columns of the sheets below.
_VALUE, _UNIT, _EVIDENCE = 5, 6, 10
_CHOICE, _PROOF = 4, 6


def blank_workbook(methodology: Methodology) -> bytes:
    """The spreadsheet (xlsx) of a methodology with nothing filled in."""
    return workbook(methodology, Cells(methodology.reference))


def workbook(methodology: Methodology, cells: Cells) -> bytes:
    """The spreadsheet with these cells filled in; reading it gives the same cells again."""
    cells = cells.in_declared_units(methodology)
    book = Workbook()
    about = book.active
    assert isinstance(about, Worksheet)
    about.title = ABOUT
    _write_about(about, methodology)
    _write_scenarios(book.create_sheet(SCENARIOS), methodology, cells)
    _write_data(book.create_sheet(DATA), methodology, cells)
    for sheet in book.worksheets:
        # No password: a lock that says where to write. Reading compares what must not change.
        sheet.protection.sheet = True
        sheet.protection.formatColumns = False
    out, write = io.BytesIO(), book.save
    write(out)
    return out.getvalue()


def _write_about(sheet: Worksheet, methodology: Methodology) -> None:
    lines = (
        ("methodology", methodology.reference),
        ("digest", methodology.digest),
        ("方法学 Methodology", f"{methodology.title.zh} / {methodology.title.en}"),
        ("依据 Basis", f"{methodology.basis_note.zh} / {methodology.basis_note.en}"),
        ("填写 Fill in", "只填浅黄色的格；单位已锁定，换算后再填。 / Fill in the light cells only;"
         " units are locked, so convert before you write."),
        ("缺测 Gap", f"缺一期读数写 {GAP}。 / Write {GAP} for a missing reading."),
        ("证据 Evidence", "写材料的名称，并上传。 / Name the paper that proves it, and upload it."),
    )  # fmt: skip
    for place, pair in enumerate(lines, start=1):
        for column, text in enumerate(pair, start=1):
            sheet.cell(place, column, text).alignment = _WRAP
    sheet.column_dimensions["A"].width = 22
    sheet.column_dimensions["B"].width = 100


def _head(sheet: Worksheet, names: Sequence[str], widths: Sequence[int]) -> None:
    for column, (name, width) in enumerate(zip(names, widths, strict=False), start=1):
        cell = sheet.cell(1, column, name)
        cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, _WRAP
        sheet.column_dimensions[cell.column_letter].width = width
    sheet.freeze_panes = "A2"


def _fill(sheet: Worksheet, row: int, column: int, text: str, *, number: bool = False) -> None:
    cell = sheet.cell(row, column)
    cell.protection, cell.fill, cell.alignment = _OPEN, _FILLED, _WRAP
    if text and number and text != GAP:
        cell.value = Decimal(text)
    elif text:
        cell.value = text
        # A word that begins with `=` stays a word.
        cell.data_type = "s"


def _write_scenarios(sheet: Worksheet, methodology: Methodology, cells: Cells) -> None:
    _head(sheet, SCENARIO_HEAD, (16, 30, 34, 22, 60, 40))
    for place, scenario in enumerate(methodology.scenarios, start=2):
        held = cells.by_symbol.get(scenario.name, Cell())
        options = "; ".join(
            f"{name}: {told.zh} / {told.en}" for name, told in scenario.options.items()
        )
        asked = f"{options}\n{scenario.evidence.zh} / {scenario.evidence.en}"
        told = (scenario.name, scenario.label.zh, scenario.label.en)
        for column, text in enumerate(told, start=1):
            sheet.cell(place, column, text).alignment = _WRAP
        sheet.cell(place, _CHOICE + 1, asked).alignment = _WRAP
        _fill(sheet, place, _CHOICE, held.choice)
        _fill(sheet, place, _PROOF, held.evidence)
        listed = ",".join(scenario.options)
        if len(listed) < _LIST_MOST:
            rule = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
            sheet.add_data_validation(rule)
            rule.add(sheet.cell(place, _CHOICE))


def _write_data(sheet: Worksheet, methodology: Methodology, cells: Cells) -> None:
    _head(sheet, DATA_HEAD, _WIDTHS)
    row = 2
    for declared in methodology.inputs:
        held = cells.by_symbol.get(declared.symbol, Cell())
        levels = levels_of(methodology, declared)
        for first, path in _numbered(paths(levels, held.value)):
            _write_row(sheet, row, declared, levels, path)
            if is_carried(methodology, declared.symbol):
                sheet.cell(row, _VALUE, "由平台带入 / carried by the platform")
            else:
                _fill(sheet, row, _VALUE, _at(held.value, path), number=True)
                if first:
                    _fill(sheet, row, _EVIDENCE, held.evidence)
            row += 1


def _numbered(found: Sequence[tuple[str, ...]]) -> list[tuple[bool, tuple[str, ...]]]:
    return [(place == 0, path) for place, path in enumerate(found)]


def _write_row(
    sheet: Worksheet, row: int, declared: Input, levels: Sequence[Level], path: tuple[str, ...]
) -> None:
    named = [level.label(item) for level, item in zip(levels, path, strict=True)]
    told = (
        declared.symbol,
        "/".join(path),
        "，".join([declared.label.zh, *(label.zh for label in named)]),
        ", ".join([declared.label.en, *(label.en for label in named)]),
        None,
        declared.unit.text,
        decimal_text(declared.low),
        decimal_text(declared.high),
        f"{declared.source.zh} / {declared.source.en}",
    )
    for column, text in enumerate(told, start=1):
        if text is not None:
            cell = sheet.cell(row, column, text)
            cell.alignment, cell.data_type = _WRAP, "s"


def _at(value: Value, path: tuple[str, ...]) -> str:
    """What stands at a path of a value, as it is written; empty where nothing does."""
    for step, item in enumerate(path):
        if isinstance(value, dict):
            if item not in value:
                return ""
            value = value[item]
        elif isinstance(value, list | tuple):
            place = int(item) - 1
            if place >= len(value):
                return ""
            value = value[place]
        else:
            # One number for a whole list stands in its first row.
            return str(value) if value is not None and set(path[step:]) == {"1"} else ""
        if value is None:
            return GAP
    return "" if value is None else str(value)


def read_workbook(methodology: Methodology, data: bytes) -> Cells:
    """What was filled in. The bytes are looked through first, like any file that is kept.

    Refuses `workbook_not_a_workbook`, what the vault refuses of a spreadsheet (`file_active`,
    `file_bomb`, `file_damaged`), `workbook_too_large`, `workbook_of_another_methodology`, and, all
    at once with sheet and cell (`WorkbookFaulty.faults`): `workbook_head_changed`,
    `workbook_row_unknown`, `workbook_row_twice`, `workbook_row_missing`, `workbook_unit_changed`,
    `workbook_formula`, `workbook_not_a_number`, `workbook_no_such_option`, `workbook_cell_missing`,
    `workbook_out_of_bounds`, `workbook_text_too_long`.
    """
    about, scenarios, inputs = open_sheets(data)
    faults = Faults()
    about.require_document(methodology)
    found: dict[str, Cell] = {}
    _read_scenarios(methodology, scenarios, faults, found)
    _read_data(methodology, inputs, faults, found)
    faults.finish()
    return Cells(methodology.reference, found)


def _named(
    sheet: Sheet, head: Sequence[str], width: int, faults: Faults
) -> dict[tuple[str, ...], int]:
    """The rows of a sheet by their names; a changed head and repeated rows are noted."""
    for place in sheet.heads_changed(head):
        faults.head_changed(place)
    found, twice = sheet.by_name(width)
    for place in twice:
        faults.twice(place)
    return found


def _read_scenarios(
    methodology: Methodology, sheet: Sheet, faults: Faults, found: dict[str, Cell]
) -> None:
    rows = _named(sheet, SCENARIO_HEAD, 1, faults)
    for scenario in methodology.scenarios:
        row = rows.pop((scenario.name,), None)
        if row is None:
            faults.row_missing(sheet.title, scenario.name)
            continue
        choice = _word(sheet.at(row, _CHOICE), faults)
        proof = _word(sheet.at(row, _PROOF), faults)
        if not choice and not scenario.default:
            faults.missing(sheet.at(row, _CHOICE))
        elif choice and choice not in scenario.options:
            faults.no_such_option(sheet.at(row, _CHOICE), choice, scenario.options)
        elif choice:
            found[scenario.name] = Cell(choice=choice, evidence=proof)
    faults.unknown_rows(sheet.title, rows)


def _read_data(
    methodology: Methodology, sheet: Sheet, faults: Faults, found: dict[str, Cell]
) -> None:
    rows = _named(sheet, DATA_HEAD, 2, faults)
    for declared in methodology.inputs:
        own = {name[1]: row for name, row in rows.items() if name[0] == declared.symbol}
        for item in own:
            rows.pop((declared.symbol, item))
        if is_carried(methodology, declared.symbol):
            continue
        levels = levels_of(methodology, declared)
        if not own:
            faults.row_missing(sheet.title, declared.symbol)
            continue
        texts: dict[tuple[str, ...], Item] = {}
        proofs = []
        for item, row in own.items():
            unit = sheet.at(row, _UNIT)
            if unit.text != declared.unit.text:
                faults.unit_changed(unit, declared)
            path = tuple(item.split("/")) if item else ()
            if len(path) != len(levels) or not all(
                level.holds(part) for level, part in zip(levels, path, strict=True)
            ):
                faults.unknown_rows(sheet.title, {(declared.symbol, item): row})
                continue
            spot = sheet.at(row, _VALUE)
            texts[path] = Item(spot, _number(spot, bool(declared.readings), faults))
            if unit.text == declared.unit.text and isinstance(texts[path].value, str):
                _check_bounds(spot, declared, texts[path].value, faults)
            proofs.append(_word(sheet.at(row, _EVIDENCE), faults))
        value = _gathered(declared, levels, texts, faults)
        if value is not BLANK:
            proof = next(filter(None, proofs), "")
            found[declared.symbol] = Cell(value, declared.unit.text, evidence=proof)
    faults.unknown_rows(sheet.title, rows)


def _gathered(
    declared: Input, levels: Sequence[Level], texts: dict[tuple[str, ...], Item], faults: Faults
) -> Any:
    """The nested value of the rows of one input; BLANK where nothing at all was written."""
    if not texts:
        return BLANK
    if all(item.value is BLANK for item in texts.values()):
        if declared.default is None:
            faults.missing(next(iter(texts.values())).spot)
        return BLANK

    def build(place: int, prefix: tuple[str, ...]) -> Any:
        if place == len(levels):
            held = texts.get(prefix)
            return BLANK if held is None else held.value
        level = levels[place]
        parts = [(item, build(place + 1, (*prefix, item))) for item in level.all(prefix, texts)]
        if not level.closed:
            while parts and parts[-1][1] is BLANK:
                parts.pop()
        kept = []
        for item, part in parts:
            if part is BLANK and not (level.named and declared.default is not None):
                faults.missing(_spot_at(texts, (*prefix, item)))
            elif part is not BLANK:
                kept.append((item, part))
        if not kept:
            return BLANK
        if level.named:
            return dict(kept)
        values = [part for _, part in kept]
        # One reading for the whole period is the period's value.
        return values[0] if level.readings and len(values) == 1 and values[0] else values

    return build(0, ())


def _spot_at(texts: dict[tuple[str, ...], Item], prefix: tuple[str, ...]) -> Spot:
    """The first cell below a path, or the first of all."""
    below = [item.spot for path, item in texts.items() if path[: len(prefix)] == prefix]
    return below[0] if below else next(iter(texts.values())).spot


def _number(spot: Spot, readings: bool, faults: Faults) -> Any:
    """The decimal text of a cell, None for a gap, BLANK where nothing is written."""
    value = spot.value
    if value is None or (isinstance(value, str) and not value.strip()):
        return BLANK
    if spot.formula:
        faults.formula(spot)
        return BLANK
    if isinstance(value, Real) and not isinstance(value, bool):
        # What people see is the shortest text that means the stored number.
        text = format(Decimal(repr(value)), "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        text = spot.text.replace(",", "")
    if readings and text in GAPS:
        return None
    if not faults.is_decimal(text):
        faults.not_a_number(spot)
        return BLANK
    return text


def _check_bounds(spot: Spot, declared: Input, text: str, faults: Faults) -> None:
    """Notes a number that the engine would refuse; a single reading of a sum may be small."""
    low = min(declared.low, Fraction()) if declared.readings == "sum" else declared.low
    if not low <= exact_number(text) <= declared.high:
        faults.out_of_bounds(spot, low, declared)


def _word(spot: Spot, faults: Faults) -> str:
    """A cell of words."""
    if spot.formula:
        faults.formula(spot)
        return ""
    if len(spot.words) > EVIDENCE_MOST:
        faults.too_long(spot)
        return ""
    return spot.words
