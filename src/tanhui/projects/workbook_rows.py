"""Which rows a workbook has for each input, and what can be wrong with a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Axis, Input, Label, Methodology
from tanhui.methodology.units import decimal_text, exact_number
from tanhui.projects.cells import Value
from tanhui.projects.workbook_sheets import Spot

ABOUT, SCENARIOS, DATA = "说明 About", "情景 Scenarios", "数据 Inputs"
SCENARIO_HEAD = (
    "name",
    "情景",
    "scenario",
    "选择 choice",
    "可选与所需证据 options",
    "证据 evidence",
)
DATA_HEAD = (
    "symbol",
    "item",
    "名称",
    "name",
    "数值 value",
    "单位 unit",
    "下限 from",
    "上限 to",
    "来源 source",
    "证据 evidence",
)
GAP = "-"
GAPS = frozenset((GAP, "−", "—", "缺", "缺测", "missing"))
# How many rows are laid out for readings and for axes without an end; more may be added.
ROWS = {"quarterly": 4, "yearly": 1, "once": 1}
ROWS_USUAL = 12
ROWS_MOST = 400
FAULTS_MOST = 50
# Nothing stands in the cell.
BLANK = object()


@dataclass(frozen=True, slots=True)
class Item:
    """What stands in one cell of values, and where the cell is."""

    spot: Spot
    value: Any


@dataclass(frozen=True, slots=True)
class Level:
    """One step down into an input: an axis, or the readings at its end.

    `items` are laid out; where it is not `closed`, more may follow, numbered on, up to `most`.
    """

    items: tuple[str, ...]
    labels: Mapping[str, Label]
    named: bool
    closed: bool
    readings: bool
    most: int

    def label(self, item: str) -> Label:
        """The item as people call it."""
        return self.labels.get(item, Label(f"第 {item} 项", f"no. {item}"))

    def holds(self, item: str) -> bool:
        """Whether a row may be called so."""
        if self.closed:
            return item in self.items
        # A number as long as this one would not even be compared.
        plain = item.isascii() and item.isdigit() and len(item) < 5 and not item.startswith("0")
        return plain and int(item) <= self.most

    def all(self, prefix: tuple[str, ...], found: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
        """The items of this level, with those that were added behind."""
        if self.closed:
            return self.items
        place = len(prefix)
        given = [int(path[place]) for path in found if path[:place] == prefix]
        return tuple(str(number) for number in range(1, max(given, default=0) + 1))


def levels_of(methodology: Methodology, declared: Input) -> list[Level]:
    """The steps from an input down to a single number, the outermost first."""
    levels = [_axis_level(methodology.axes[name]) for name in declared.axes]
    if declared.readings:
        frequency = declared.monitoring.frequency if declared.monitoring else ""
        rows = ROWS.get(frequency, ROWS_USUAL)
        levels.append(Level(_count(rows), {}, False, False, True, ROWS_MOST))
    return levels


def _count(rows: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, rows + 1))


def _axis_level(axis: Axis) -> Level:
    if axis.items:
        return Level(tuple(axis.items), axis.items, True, True, False, len(axis.items))
    if axis.open:
        rows = min(axis.most, ROWS_USUAL)
        return Level(_count(rows), {}, False, False, False, axis.most)
    # Numbered places are listed in order whatever their first number is.
    return Level(_count(axis.length), {}, False, True, False, axis.length)


def paths(levels: Sequence[Level], value: Value) -> list[tuple[str, ...]]:
    """The rows of an input, as many as are laid out, or as `value` needs."""
    if not levels:
        return [()]
    longest = _longest(value)
    spread = []
    for place, level in enumerate(levels):
        items = level.items
        needed = longest.get(place, 0)
        spread.append(items if level.closed or needed <= len(items) else _count(needed))
    return list(product(*spread))


def _longest(value: Value, place: int = 0) -> dict[int, int]:
    """How long the lists of a value are at each depth."""
    if not isinstance(value, dict | list | tuple):
        return {}
    found = {place: len(value)}
    for part in value.values() if isinstance(value, dict) else value:
        for depth, count in _longest(part, place + 1).items():
            found[depth] = max(found.get(depth, 0), count)
    return found


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell; `place` is `sheet!cell`."""

    place: str
    code: str
    zh: str
    en: str


class WorkbookFaulty(Invalid):
    """A workbook with faults: the first is the refusal, all of them are told."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(
            first.code,
            zh="{place}：{told_zh}",
            en="{place}: {told_en}",
            place=first.place,
            told_zh=first.zh,
            told_en=first.en,
        )


class Faults:
    """Gathers what is wrong with the cells of a workbook."""

    def __init__(self) -> None:
        self._found: list[CellFault] = []

    def add(self, place: str, code: str, zh: str, en: str) -> None:
        """Note a fault."""
        if len(self._found) < FAULTS_MOST:
            self._found.append(CellFault(place, code, zh, en))

    def finish(self) -> None:
        """Refuse with everything that was noted."""
        if self._found:
            raise WorkbookFaulty(self._found)

    def missing(self, spot: Spot) -> None:
        """A cell that must be filled in. One whose fault was told already is not empty as well."""
        if any(fault.place == spot.place for fault in self._found):
            return
        zh = f"没有填。缺测写 {GAP}，整项不用的从后往前留空。"
        en = f"Nothing is written here. Write {GAP} for a gap; leave only the last rows empty."
        self.add(spot.place, "workbook_cell_missing", zh, en)

    def row_missing(self, sheet: str, name: str) -> None:
        """A row that the workbook was given with."""
        zh, en = f"{name} 的行被删掉了。", f"The rows of {name} were removed."
        self.add(sheet, "workbook_row_missing", zh, en)

    def unknown_rows(self, sheet: str, rows: Mapping[tuple[str, ...], int]) -> None:
        """Rows that belong to nothing."""
        for name, row in rows.items():
            shown = " ".join(part for part in name if part)[:60]
            zh, en = f"没有“{shown}”这一项。", f"There is nothing called “{shown}”."
            self.add(f"{sheet}!A{row}", "workbook_row_unknown", zh, en)

    def twice(self, place: str) -> None:
        """A row that stands in the sheet twice."""
        zh, en = "这一行和前面一行重复。", "This row repeats an earlier one."
        self.add(place, "workbook_row_twice", zh, en)

    def head_changed(self, place: str) -> None:
        """A sheet whose first row is not the one it was given with."""
        zh, en = (
            "表头被改过，请用平台给的表。",
            "The head was changed; use the platform's workbook.",
        )
        self.add(place, "workbook_head_changed", zh, en)

    def unit_changed(self, spot: Spot, declared: Input) -> None:
        """A unit that was written over."""
        found = spot.text[:40] or "-"
        zh = f"单位应为 {declared.unit.text}，实为 {found}。请换算数值，不要改单位。"
        en = f"The unit is {declared.unit.text}, not {found}. Convert the number, not the unit."
        self.add(spot.place, "workbook_unit_changed", zh, en)

    def formula(self, spot: Spot) -> None:
        """A formula where a value is asked for."""
        zh, en = "这里是公式。请粘贴为数值。", "This is a formula. Paste it as a value."
        self.add(spot.place, "workbook_formula", zh, en)

    def not_a_number(self, spot: Spot) -> None:
        """Words where a number is asked for."""
        shown = spot.text[:40]
        zh, en = f"“{shown}”不是数。只写数字，不写单位。", f"“{shown}” is no number; digits only."
        self.add(spot.place, "workbook_not_a_number", zh, en)

    def out_of_bounds(self, spot: Spot, low: Fraction, declared: Input) -> None:
        """A number beyond what the methodology allows here."""
        least, most = decimal_text(low), decimal_text(declared.high)
        zh = f"应在 {least} 至 {most} {declared.unit.text} 之间。"
        en = f"This must lie between {least} and {most} {declared.unit.text}."
        self.add(spot.place, "workbook_out_of_bounds", zh, en)

    def no_such_option(self, spot: Spot, choice: str, options: Iterable[str]) -> None:
        """A choice that the scenario does not offer."""
        known, shown = ", ".join(options), choice[:40]
        zh, en = f"没有选项 {shown}，应为：{known}。", f"No option {shown}; there are: {known}."
        self.add(spot.place, "workbook_no_such_option", zh, en)

    def too_long(self, spot: Spot) -> None:
        """Words that are too many."""
        zh, en = "太长了，最多 200 个字。", "Too long: at most 200 characters."
        self.add(spot.place, "workbook_text_too_long", zh, en)

    @staticmethod
    def is_decimal(text: str) -> bool:
        """Whether a text is an exact decimal number."""
        try:
            exact_number(text)
        except Invalid:
            return False
        return True
