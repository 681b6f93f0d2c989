"""Numbers and days as other registers write them, decided for a whole column and never for a cell.

`6.726.799` and `6,726,799` are the same number, and `03/04/2025` is two days: what one cell leaves
open, its column mostly tells. What a column leaves open stays unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from tanhui.projects.foreign.form import DAY_FIRST, MONTH_FIRST

_UNITS = re.compile(r"(?i)\s*(?:t\s?co2(?:-?eq?)?|tonnes?|tons?|t)\s*$")
_BLANKS = re.compile(r"(?<=\d)[\s'\u2019\u00a0\u202f](?=\d{3}(?:\D|$))")
_EXPONENT = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d{1,2}")
_PLAIN_LARGE = re.compile(r"\d{4,}")
_LONGEST_NUMBER = 40
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ,].*)?")
_RUN = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SLASHED = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,].*)?")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[ -.]*([A-Za-z]{3,9})\.?[ -.,]*(\d{4})(?: .*)?")
_MONTH_DAY = re.compile(r"([A-Za-z]{3,9})\.? +(\d{1,2})(?:st|nd|rd|th)?,? +(\d{4})(?:[ ,].*)?")
# Days since the eve of 1900 in spreadsheets; before and after these years it is another number.
_SHEET_DAY = re.compile(r"([2-7]\d{4})(?:\.\d+)?")
_SHEET_BEGIN = date(1899, 12, 30)
_FIRST_YEAR, _LAST_YEAR = 1950, 2250


@dataclass(frozen=True, slots=True)
class NumberForm:
    """How a column writes numbers; `weak` dots stand before three digits and may be either."""

    decimal: str
    thousands: str
    weak: bool = False

    def read(self, cell: str) -> Decimal | None:
        """The number in the cell; None where it cannot be read."""
        text = _bare(cell)
        if len(text) > _LONGEST_NUMBER:
            return None
        if _EXPONENT.fullmatch(text):
            return _decimal(text)
        mark, point = re.escape(self.thousands), re.escape(self.decimal)
        whole = rf"(?:\d+|\d{{1,3}}(?:{mark}\d{{3}})+|\d{{1,3}}(?:{mark}\d{{2}})+{mark}\d{{3}})"
        if not re.fullmatch(rf"[+-]?{whole}(?:{point}\d*)?", text):
            return None
        if self.weak and _is_weak(text):
            return None
        return _decimal(text.replace(self.thousands, "").replace(self.decimal, "."))


ENGLISH, EUROPEAN = NumberForm(".", ","), NumberForm(",", ".")


def number_form(cells: Iterable[str]) -> NumberForm:
    """How these cells, a whole column, write numbers."""
    english = european = weak = large = 0
    for cell in cells:
        text = _bare(cell).lstrip("+-")
        dots, commas = text.count("."), text.count(",")
        if dots and commas:
            if text.rindex(".") > text.rindex(","):
                english += 1
            else:
                european += 1
        elif commas:
            grouped = re.fullmatch(r"\d{1,3}(,\d{2,3})*,\d{3}", text)
            if grouped:
                english += 1
            elif commas == 1:
                european += 1
        elif dots > 1:
            european += 1
        elif _is_weak(text):
            weak += 1
        elif dots:
            english += 1
        elif _PLAIN_LARGE.fullmatch(text):
            large += 1
    if european or english:
        return EUROPEAN if european > english else ENGLISH
    # Credits are whole tonnes, so a lone dot before three digits parts thousands; but where large
    # numbers of the same column stand without one, nobody can tell.
    return NumberForm(",", ".", weak=bool(large)) if weak else ENGLISH


def _is_weak(text: str) -> bool:
    return re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", text) is not None


def _bare(cell: str) -> str:
    return _BLANKS.sub("", _UNITS.sub("", cell.strip()))


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def day_order(cells: Iterable[str], usual: str) -> str:
    """Whether these cells, a whole column, begin with the day or the month; else the usual."""
    days = months = 0
    for cell in cells:
        found = _SLASHED.fullmatch(cell.strip())
        if found is None:
            continue
        if int(found[1]) > 12:
            days += 1
        elif int(found[3]) > 12:
            months += 1
        elif found[2] == ".":
            days += 1
    if bool(days) == bool(months):
        return usual
    return DAY_FIRST if days else MONTH_FIRST


def read_day(cell: str, order: str) -> date | None:
    """The day in the cell; None where it cannot be read."""
    text = cell.strip()
    if found := _ISO.fullmatch(text) or _RUN.fullmatch(text):
        return _day(found[1], found[2], found[3])
    if found := _SLASHED.fullmatch(text):
        one, two = found[1], found[3]
        year = found[4] if len(found[4]) == 4 else f"20{found[4]}"
        return _day(year, two, one) if order == DAY_FIRST else _day(year, one, two)
    if found := _DAY_MONTH.fullmatch(text):
        return _day(found[3], _month(found[2]), found[1])
    if found := _MONTH_DAY.fullmatch(text):
        return _day(found[3], _month(found[1]), found[2])
    if found := _SHEET_DAY.fullmatch(text):
        return _SHEET_BEGIN + timedelta(days=int(found[1]))
    return None


def _month(word: str) -> str:
    word = word.casefold()
    # `Sept` is four letters of nine; three are enough to tell any two months apart.
    number = next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(word)), 0)
    return str(number)


def _day(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if _FIRST_YEAR <= found.year <= _LAST_YEAR else None
