"""Opening a workbook that somebody sent: its sheets as plain cells, nothing in it is run."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.methodology.document import Methodology
from tanhui.vault.purposes import XLSX
from tanhui.vault.types import check_document, damaged, detect

BYTES_MOST = 5_000_000
ROWS_MOST = 10_000
COLUMNS_MOST = 12
# Words of a document type could define others that unfold without end.
_TYPED = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell: `place` is `sheet!cell`, `formula` whether it would compute something."""

    place: str
    value: Any
    formula: bool

    @property
    def text(self) -> str:
        """What is written in it, full-width signs as plain ones."""
        if self.value is None:
            return ""
        return unicodedata.normalize("NFKC", str(self.value)).strip()

    @property
    def words(self) -> str:
        """What is written in it, letter for letter."""
        return "" if self.value is None else str(self.value).strip()


@dataclass
class Sheet:
    """One sheet: its rows of values and whether each is a formula."""

    title: str
    rows: list[tuple[tuple[Any, bool], ...]] = field(default_factory=list)

    def at(self, row: int, column: int) -> Spot:
        """The cell in this row and column, both counted from 1."""
        place = f"{self.title}!{get_column_letter(column)}{row}"
        cells = self.rows[row - 1] if row <= len(self.rows) else ()
        value, formula = cells[column - 1] if column <= len(cells) else (None, False)
        return Spot(place, value, formula)

    def heads_changed(self, head: Sequence[str]) -> list[str]:
        """The places of the first row that do not say what they should."""
        return [
            self.at(1, column).place
            for column, name in enumerate(head, start=1)
            if self.at(1, column).text != unicodedata.normalize("NFKC", name)
        ]

    def by_name(self, width: int) -> tuple[dict[tuple[str, ...], int], list[str]]:
        """The rows below the head by what stands in their first `width` columns, and the places
        of those that stand there twice.
        """
        found: dict[tuple[str, ...], int] = {}
        twice = []
        for row in range(2, len(self.rows) + 1):
            name = tuple([self.at(row, column).text for column in range(1, width + 1)])
            if not any(name):
                continue
            if name in found:
                twice.append(self.at(row, 1).place)
            found.setdefault(name, row)
        return found, twice

    def require_document(self, methodology: Methodology) -> None:
        """Refuses `workbook_of_another_methodology`."""
        told = {self.at(row, 1).text: self.at(row, 2).text for row in range(1, 3)}
        if told.get("methodology") != methodology.reference or (
            told.get("digest") != methodology.digest
        ):
            raise Conflict(
                "workbook_of_another_methodology",
                zh="这份表是按 {given} 做的，本项目用的是 {wanted}。请重新下载。",
                en="This workbook is for {given}; the project goes by {wanted}. Download it anew.",
                given=told.get("methodology", "-")[:80] or "-",
                wanted=methodology.reference,
            )


def open_sheets(data: bytes) -> tuple[Sheet, Sheet, Sheet]:
    """The three sheets of a workbook: about, scenarios, inputs.

    Refuses `workbook_too_large`, `workbook_not_a_workbook`, and as the vault's check of a document.
    """
    if len(data) > BYTES_MOST:
        raise Invalid(
            "workbook_too_large",
            zh="表格太大了：最多 5 MB，每张表最多 {rows} 行。",
            en="The workbook is too large: at most 5 MB, and {rows} rows in a sheet.",
            rows=ROWS_MOST,
        )
    if detect(data) != XLSX:
        _not_a_workbook()
    check_document(data, XLSX)
    _check_words(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = [_sheet(sheet) for sheet in book.worksheets[:3]]
    except (
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
    ) as error:
        # The library has no error of its own for a sheet that is not as it should be.
        raise damaged(f"xlsx: {type(error).__name__}") from None
    if len(sheets) != 3:
        _not_a_workbook()
    return sheets[0], sheets[1], sheets[2]


def _not_a_workbook() -> NoReturn:
    raise Invalid(
        "workbook_not_a_workbook",
        zh="这不是平台给的表格。请下载空白表（xlsx）填好再传。",
        en="This is not the platform's workbook. Download the blank one (xlsx) and fill it in.",
    )


def _check_words(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.infolist():
            if _TYPED.search(archive.read(part)):
                raise damaged(part.filename[:60])


def _sheet(sheet: Any) -> Sheet:
    # What the file says of its own size is not believed.
    sheet.reset_dimensions()
    found = Sheet(str(sheet.title))
    for row in sheet.iter_rows(max_col=COLUMNS_MOST):
        if len(found.rows) == ROWS_MOST:
            raise Invalid(
                "workbook_too_large",
                zh="表格太大了：最多 5 MB，每张表最多 {rows} 行。",
                en="The workbook is too large: at most 5 MB, and {rows} rows in a sheet.",
                rows=ROWS_MOST,
            )
        found.rows.append(
            tuple((cell.value, getattr(cell, "data_type", "n") == "f") for cell in row)
        )
    return found
