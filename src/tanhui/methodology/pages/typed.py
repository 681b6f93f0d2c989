"""What a reader types into the calculator, read into what a case is given, or named as wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Input, Label, Methodology
from tanhui.methodology.given import Cells, Choice, Given, Listed
from tanhui.methodology.pages.fields import DAY, EVIDENCE, GAP, Field, input_fields
from tanhui.methodology.pages.symbols import shown_unit
from tanhui.methodology.render import number_text
from tanhui.methodology.units import Quantity, Unit, exact_number

LONGEST_NUMBER = 60
LONGEST_LIST = 4_000
LONGEST_EVIDENCE = 120
MOST_PARTS = 400

_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_WITH_UNIT = re.compile(r"(-?[0-9][0-9,]*(?:\.[0-9]+)?) *([^\s0-9].{0,20})")
_DIVIDER = re.compile(r"[,;、\s]+")
_GAPS = frozenset((GAP, "缺", "missing", "—"))


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a field, in a sentence, with the likely repair; `field` may be empty."""

    field: str
    code: str
    sentence: Label


@dataclass(frozen=True, slots=True)
class Typed:
    """A whole form as it was read."""

    given: dict[str, Given]
    day: date | None
    troubles: tuple[Trouble, ...]


def _plain(text: str) -> str:
    """Full-width digits and signs as plain ones, and one sort of minus."""
    return unicodedata.normalize("NFKC", text).replace("−", "-").strip()


class _Reading:
    """Reads the texts of one input."""

    def __init__(self, methodology: Methodology, declared: Input) -> None:
        self.methodology, self.declared = methodology, declared
        self.unit = shown_unit(methodology, declared.unit)
        self.troubles: list[Trouble] = []

    def wrong(self, field: str, code: str, zh: str, en: str) -> None:
        """Note what is wrong with a field."""
        self.troubles.append(Trouble(field, code, Label(zh, en)))

    def number(self, field: str, text: str) -> Fraction | None:
        if _GROUPED.fullmatch(text):
            text = text.replace(",", "")
        try:
            value = exact_number(text)
        except Invalid as refusal:
            self.wrong(field, refusal.code, *self._not_a_number(text))
            return None
        low, high = self.declared.low, self.declared.high
        if not low <= value <= high:
            zh, en = self._repair(value)
            most_zh, most_en = self._measured(high)
            self.wrong(
                field,
                "out_of_bounds",
                f"应在 {number_text(low)} 到 {most_zh}之间。{zh}",
                f"It must be {number_text(low)} to {most_en}. {en}".rstrip(),
            )
            return None
        # A citizen's row holds whole numbers of the declared unit.
        if self.declared.column and value.denominator != 1:
            zh, en = self._repair(value)
            self.wrong(field, "whole_number_needed", f"要整数 {self.unit.zh}。{zh}",
                       f"Whole {self.unit.en} are needed. {en}".rstrip())  # fmt: skip
            return None
        return value

    def _measured(self, value: Fraction) -> tuple[str, str]:
        """A number and its unit before Chinese words, and before English ones."""
        number, zh, en = number_text(value), self.unit.zh, self.unit.en
        gap = " " if not zh or zh[-1].isascii() else ""
        return f"{number} {zh}".strip() + gap, f"{number} {en}".strip()

    def _not_a_number(self, text: str) -> tuple[str, str]:
        shown = text[:40]
        found = _WITH_UNIT.fullmatch(text)
        if found:
            fitting = self._in_own_unit(found[1].replace(",", ""), found[2].strip())
            if fitting is not None:
                return (
                    f"这里的单位是 {self.unit.zh}。{shown} 就是 {fitting} {self.unit.zh}，"
                    f"请填 {fitting}。",
                    f"The unit here is {self.unit.en}. {shown} is {fitting} {self.unit.en}; "
                    f"enter {fitting}.",
                )
        return (
            f"“{shown}”不是数。只填数字，不写单位。",
            f"“{shown}” is no number. Enter digits only, without a unit.",
        )

    def _in_own_unit(self, number: str, unit: str) -> str | None:
        table = self.methodology.units
        known = {table.label(table.parse(name), "en"): name for name in table.names()}
        known |= {table.label(table.parse(name), "zh"): name for name in table.names()}
        try:
            measured = table.parse(known.get(unit, unit))
            value = exact_number(number)
        except Invalid:
            return None
        own = self.declared.unit
        if measured.signature != own.signature:
            return None
        return number_text(value * measured.scale / own.scale).replace(",", "")

    def _repair(self, value: Fraction) -> tuple[str, str]:
        """What was probably meant: the same number in the unit that people use."""
        for unit in self._usual():
            meant = value * unit.scale / self.declared.unit.scale
            whole = meant.denominator == 1 or not self.declared.column
            if self.declared.low <= meant <= self.declared.high and whole:
                label = shown_unit(self.methodology, unit)
                told, fits = number_text(value), number_text(meant).replace(",", "")
                return (
                    f"若是 {told} {label.zh}，请填 {fits}。",
                    f"If you mean {told} {label.en}, enter {fits}.",
                )
        return "", ""

    def _usual(self) -> list[Unit]:
        shown, own = self.declared.shown_in, self.declared.unit
        return [shown] if shown.scale != own.scale else []

    def cells(self, field: Field) -> Cells:
        """What the text of a field says; None where it says nothing."""
        text = _plain(field.text)
        longest = LONGEST_NUMBER if field.shape == "number" else LONGEST_LIST
        if len(text) > longest:
            self.wrong(
                field.name,
                "too_long",
                f"太长了，最多 {longest} 个字符。",
                f"Too long: at most {longest} characters.",
            )
            return None
        if field.shape == "number":
            return self.number(field.name, text)
        if field.shape == "table":
            lines = [line for line in re.split(r"[\n;]+", text) if line.strip()]
            return [self._list(field, line) for line in lines]
        return self._list(field, text)

    def _list(self, field: Field, text: str) -> Cells:
        parts = [part for part in _DIVIDER.split(text) if part]
        if len(parts) > MOST_PARTS:
            self.wrong(
                field.name,
                "too_long",
                f"太多了，最多 {MOST_PARTS} 个数。",
                f"Too many: at most {MOST_PARTS} numbers.",
            )
            return None
        return [None if part in _GAPS else self.number(field.name, part) for part in parts]


def _read_input(
    methodology: Methodology, declared: Input, texts: Mapping[str, str]
) -> tuple[Given | None, list[Trouble]]:
    reading = _Reading(methodology, declared)
    shown = input_fields(methodology, declared, texts)
    found: dict[str, Cells] = {}
    for field in shown.fields:
        if _plain(field.text):
            found[field.item] = reading.cells(field)
        elif not shown.optional:
            reading.wrong(field.name, "missing_input", "请填写。", "Please fill this in.")
    if reading.troubles or not found:
        return None, reading.troubles
    cells: Cells = found.get("", found)
    if isinstance(cells, Fraction):
        return Quantity(cells, declared.unit), []
    return Listed(cells, declared.unit), []


def read_form(methodology: Methodology, texts: Mapping[str, str]) -> Typed:
    """Everything that was typed; troubles name the fields that could not be read."""
    given: dict[str, Given] = {}
    troubles: list[Trouble] = []
    for scenario in methodology.scenarios:
        option = texts.get(scenario.name, "") or scenario.default
        if not option or option not in scenario.options:
            sentence = Label("请选一项。", "Please choose one.")
            troubles.append(Trouble(scenario.name, "missing_input", sentence))
            continue
        proof = texts.get(scenario.name + EVIDENCE, "").strip()
        given[scenario.name] = Choice(option, proof[:LONGEST_EVIDENCE])
    for declared in methodology.inputs:
        value, wrong = _read_input(methodology, declared, texts)
        troubles += wrong
        if value is not None:
            given[declared.symbol] = value
    day, asked = None, _plain(texts.get(DAY, ""))
    if asked:
        try:
            day = date.fromisoformat(asked[:10])
        except ValueError:
            sentence = Label("日期写成 2026-01-31。", "Write the day as 2026-01-31.")
            troubles.append(Trouble(DAY, "malformed_day", sentence))
    return Typed(given, day, tuple(troubles))
