"""Files of codes as merchants bring them: a code a line, or a table with one column of codes.

Pure: bytes in, codes with their line numbers out. Good rows of a bad file still count.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass

from tanhui.rewards.catalogue_refusals import codes_empty, codes_unreadable, too_many_codes

ROWS_MOST = 50_000
BYTES_MOST = 5_000_000
_CODE = re.compile(r"[!-~]{4,64}")
# A spreadsheet writes a long number like this and keeps only its first digits.
_SHORTENED = re.compile(r"\d(\.\d+)?[eE]\+\d+")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_HEADS = frozenset({"code", "codes", "voucher", "coupon", "券码", "兑换码", "卡密", "卡号", "券号"})
_SHOWN = 24


@dataclass(frozen=True, slots=True)
class CodeLine:
    """One line that brought no new code, and why; `shown` is the beginning of what stood there.

    `why` is `malformed`, `shortened`, `twice` (in this file) or `known` (from an earlier file).
    """

    number: int
    why: str
    shown: str

    @property
    def zh(self) -> str:
        """The reason in Chinese."""
        return _WHY[self.why][0]

    @property
    def en(self) -> str:
        """The reason in English."""
        return _WHY[self.why][1]


_WHY = {
    "malformed": (
        "券码是 4 到 64 个字母、数字或符号，不含空格和汉字",
        "a code has 4 to 64 letters, digits or signs, without spaces",
    ),
    "shortened": (
        "电子表格把长数字截短了；请把这一列设成文本后重新导出",
        "a spreadsheet has shortened this number; make the column text and export it again",
    ),
    "twice": ("文件里前面已有", "it stands earlier in this file"),
    "known": ("以前导入过", "it was imported before"),
}


@dataclass(frozen=True, slots=True)
class ReadCodes:
    """What a file holds: new-looking codes by line, and lines that are none; `rows` are all."""

    rows: int
    codes: dict[str, int]
    lines: tuple[CodeLine, ...]


def read_codes(data: bytes) -> ReadCodes:
    """The codes of a file; refuses `codes_unreadable`, `codes_empty` and `too_many_codes`.

    Each code is told with the line where it stands first.
    """
    if len(data) > BYTES_MOST:
        raise too_many_codes(ROWS_MOST)
    rows = _rows(_text(data))
    if not rows:
        raise codes_empty()
    if len(rows) > ROWS_MOST:
        raise too_many_codes(ROWS_MOST)
    codes: dict[str, int] = {}
    lines: list[CodeLine] = []
    for number, text in rows:
        if _SHORTENED.fullmatch(text):
            lines.append(CodeLine(number, "shortened", text[:_SHOWN]))
        elif not _CODE.fullmatch(text):
            lines.append(CodeLine(number, "malformed", text[:_SHOWN]))
        elif text in codes:
            lines.append(CodeLine(number, "twice", text[:_SHOWN]))
        else:
            codes[text] = number
    return ReadCodes(len(rows), codes, tuple(lines))


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        # A spreadsheet's own file or a picture is no list of codes.
        if "\0" in text:
            break
        return text
    raise codes_unreadable()


def _rows(text: str) -> list[tuple[int, str]]:
    """The cells that should be codes with their line numbers, the head and empty lines left out."""
    lines = text.splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    column, found, headed = 0, [], False
    for number, line in enumerate(lines, start=1):
        cells = _cells(line, delimiter)
        if not any(cells):
            continue
        if not headed:
            headed = True
            named = [place for place, cell in enumerate(cells) if cell.casefold() in _HEADS]
            if named:
                column = named[0]
                continue
        if line.count('"') % 2:
            # A quoted cell goes on in the next line; neither half may pass for a code.
            found.append((number, line.strip() + "…"))
        else:
            found.append((number, cells[column] if column < len(cells) else ""))
    return found


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        row = next(csv.reader(io.StringIO(line), delimiter=delimiter), [])
    except csv.Error:
        # What no reader of tables can divide is one cell, and is refused by its own line.
        row = [line]
    return [_bare(cell.strip().strip("\ufeff")) for cell in row]


def _bare(cell: str) -> str:
    # So a spreadsheet is told that digits are text: ="00012345" is the code 00012345.
    formula = _TEXT_FORMULA.fullmatch(cell)
    return formula[1] if formula else cell
