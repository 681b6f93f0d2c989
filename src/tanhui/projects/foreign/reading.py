"""From a sheet to what its rows tell: projects and blocks of credits, or why a row tells nothing.

Pure. Every row is accounted for: it is read, or refused with one reason.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tanhui.projects.foreign.cells import NumberForm, day_order, number_form, read_day
from tanhui.projects.foreign.form import (
    AMOUNTS,
    CANCELLATION,
    CREDIT_TEXTS,
    CREDITS,
    DAYS,
    PROJECT_DAYS,
    PROJECT_TEXTS,
    PROJECTS,
    RETIREMENT,
    TOLD,
)
from tanhui.projects.foreign.matching import Match
from tanhui.projects.foreign.serials import Block, ends_block, read_blocks
from tanhui.projects.foreign.sheets import Line, Sheet
from tanhui.projects.foreign.words import clean, plain

KG_PER_TONNE = 1000
DIGEST_BYTES = 16
_KG_MAX = 10**17
_PLACES = 6
_METHODS = (";", "|")
_YEARS = range(1980, 2200)


@dataclass(frozen=True, slots=True)
class ReadProject:
    """What one row tells of a project; a text it does not tell is empty, the rest None."""

    number: str
    code: str
    texts: Mapping[str, str]
    methodologies: tuple[str, ...]
    days: Mapping[str, date | None]
    longitude: Decimal | None
    latitude: Decimal | None
    estimated_kg: int | None
    issued_kg: int | None


@dataclass(frozen=True, slots=True)
class ReadCredit:
    """What one row tells of credits; a row may hold several blocks, each its own."""

    kind: str
    kg: int
    buffer_kg: int | None
    block: Block | None
    serial: str
    vintage: int | None
    vintage_first: date | None
    vintage_last: date | None
    on_day: date | None
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row that could be read; `digest` is the same for the same row in any file."""

    line: int
    digest: bytes
    project: ReadProject
    credits: tuple[ReadCredit, ...]
    is_project: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row, or a cell of a row that is kept without it, was not taken."""

    line: int
    code: str
    cell: str = ""
    about: str = ""


@dataclass(slots=True)
class Reading:
    """Everything a sheet tells. `rows` and `refused` together are all its rows."""

    rows: list[ReadRow] = field(default_factory=list)
    refused: list[Fault] = field(default_factory=list)
    noted: list[Fault] = field(default_factory=list)


class _Refused(Exception):
    def __init__(self, code: str, cell: str = "", about: str = "") -> None:
        self.fault = (code, cell, about)


def read_sheet(sheet: Sheet, match: Match) -> Reading:
    """Reads every row below the heading."""
    return _Reader(sheet, match).read()


class _Reader:
    def __init__(self, sheet: Sheet, match: Match) -> None:
        self.match, self.register, self.table = match, match.register, match.table
        self.heading = tuple(map(plain, sheet.lines[match.header].cells))
        self.lines = sheet.lines[match.header + 1 :]
        self.numbers = {name: self._number_form(name) for name in AMOUNTS if name in match.places}
        self.orders = {
            name: day_order(self._column(name), self.register.days)
            for name in DAYS
            if name in match.places
        }
        self.reading = Reading()
        self.line = 0

    def _column(self, name: str) -> list[str]:
        return [self.match.cell(line, name) for line in self.lines]

    def _number_form(self, name: str) -> NumberForm:
        return number_form(self._column(name))

    def read(self) -> Reading:
        equal: Counter[bytes] = Counter()
        for line in self.lines:
            self.line = line.number
            try:
                row = self._row(line, equal)
            except _Refused as refused:
                self.reading.refused.append(Fault(line.number, *refused.fault))
            else:
                self.reading.rows.append(row)
        return self.reading

    def _row(self, line: Line, equal: Counter[bytes]) -> ReadRow:
        if any(map(str.strip, line.cells[len(self.heading) :])):
            raise _Refused("torn_row", f"{len(line.cells)} > {len(self.heading)}")
        if tuple(map(plain, line.cells)) == self.heading:
            raise _Refused("header_again")
        is_project = self.table.kind == PROJECTS
        project = self._project(line)
        if is_project and not project.texts["name"]:
            raise _Refused("missing_name")
        credits = () if is_project else self._credits(line, project.number)
        base = hashlib.sha256("\x1f".join(self._identity(line, project, credits)).encode())
        equal[base.digest()] += 1
        # Two like batches without serials are two; a project or a serial told twice is one.
        once = is_project or any(one.block for one in credits)
        base.update((1 if once else equal[base.digest()]).to_bytes(8, "big"))
        digest = base.digest()[:DIGEST_BYTES]
        return ReadRow(line.number, digest, project, credits, is_project)

    def _identity(
        self, line: Line, project: ReadProject, credits: tuple[ReadCredit, ...]
    ) -> list[str]:
        """What makes a row the same row: all that it says, or, for credits without serials, what
        and when they are. What a register says beside that, such as its buffer, changes."""
        if credits and not any(one.block for one in credits):
            (one,) = credits
            facts = (project.number, one.kind, one.kg, one.vintage, one.vintage_first, one.on_day)
            return [CREDITS, *map(str, facts)]
        return [self.table.name, *(f"{name}={self.match.cell(line, name)}" for name in _ordered)]

    # What a row tells of its project.

    def _project(self, line: Line) -> ReadProject:
        cell = self.match.cell(line, "id")
        if not cell:
            raise _Refused("missing_id")
        number = self.register.number(cell)
        if number is None:
            raise _Refused("malformed_id", cell)
        longitude, latitude = self._place(line)
        return ReadProject(
            number=number,
            code=self.register.code_of(number),
            texts={
                **{name: self.match.cell(line, name) for name in PROJECT_TEXTS},
                "name": self.match.name(line),
            },
            methodologies=_parted(self.match.cell(line, "methodology")),
            days={name: self._day_noted(line, name) for name in PROJECT_DAYS},
            longitude=longitude,
            latitude=latitude,
            estimated_kg=self._amount_noted(line, "estimated"),
            issued_kg=self._amount_noted(line, "issued"),
        )

    def _place(self, line: Line) -> tuple[Decimal | None, Decimal | None]:
        cells = [self.match.cell(line, name) for name in ("longitude", "latitude")]
        if not all(cells):
            return None, None
        found = [NumberForm(".", ",").read(cell.rstrip("°")) for cell in cells]
        longitude, latitude = found
        if longitude is None or latitude is None or abs(longitude) > 180 or abs(latitude) > 90:
            self.reading.noted.append(Fault(self.line, "malformed_place", " ".join(cells)))
            return None, None
        return round(longitude, _PLACES), round(latitude, _PLACES)

    def _day_noted(self, line: Line, name: str) -> date | None:
        """A day that describes; where it cannot be read the row is kept without it."""
        cell = self.match.cell(line, name)
        day = read_day(cell, self.orders[name]) if cell else None
        if cell and day is None:
            self.reading.noted.append(Fault(self.line, "malformed_day", cell, name))
        return day

    def _amount_noted(self, line: Line, name: str) -> int | None:
        """Kilograms of an amount that describes, rounded down."""
        cell = self.match.cell(line, name)
        number = self.numbers[name].read(cell) if cell else None
        if cell and (number is None or not 0 <= number * KG_PER_TONNE <= _KG_MAX):
            self.reading.noted.append(Fault(self.line, "malformed_amount", cell, name))
            return None
        return None if number is None else int(number * KG_PER_TONNE)

    # What a row tells of credits.

    def _credits(self, line: Line, number: str) -> tuple[ReadCredit, ...]:
        blocks = self._blocks(line, number)
        kg = self._kg(line, "quantity")
        if kg is None and blocks:
            # A block says by itself how much it is.
            kg = KG_PER_TONNE * sum(block.width for block in blocks)
        if kg is None:
            raise _Refused("missing_quantity")
        if kg <= 0:
            code = "nothing_issued" if kg == 0 else "quantity_not_positive"
            raise _Refused(code, self.match.cell(line, "quantity"))
        width = sum(block.width for block in blocks)
        if blocks and width * KG_PER_TONNE != kg:
            told = self.match.cell(line, "quantity")
            raise _Refused("block_differs", f"{told} ≠ {width}", self.match.cell(line, "serial"))
        buffer_kg = self._kg(line, "buffer")
        self._check_sum(line, {"quantity": kg, "buffer": buffer_kg or 0})
        kind, on_day = self._event(line)
        vintage, first, last = self._vintage(line)
        common = ReadCredit(
            kind=kind,
            kg=kg,
            buffer_kg=buffer_kg,
            block=None,
            serial="",
            vintage=vintage,
            vintage_first=first,
            vintage_last=last,
            on_day=on_day,
            texts={name: self.match.cell(line, name) for name in CREDIT_TEXTS},
        )
        return tuple(_with_block(common, block) for block in blocks) or (common,)

    def _blocks(self, line: Line, number: str) -> list[Block]:
        cell = self.match.cell(line, "serial")
        if cell:
            blocks = read_blocks(self.register, cell)
            if blocks is None:
                raise _Refused("malformed_serial", cell)
            for block in blocks:
                if block.project and self.register.number(block.project) != number:
                    raise _Refused("serial_of_other_project", cell, number)
            return blocks
        first, last = (self.match.cell(line, name) for name in ("serial_first", "serial_last"))
        if first or last:
            ends = ends_block(first, last)
            if ends is None:
                raise _Refused("malformed_serial", f"{first} … {last}")
            return [ends]
        if "serial" in self.match.places:
            raise _Refused("missing_serial")
        return []

    def _kg(self, line: Line, name: str) -> int | None:
        cell = self.match.cell(line, name)
        if not cell:
            return None
        number = self.numbers[name].read(cell)
        if number is None or abs(number) * KG_PER_TONNE > _KG_MAX:
            raise _Refused("malformed_quantity", cell, name)
        kg = number * KG_PER_TONNE
        if kg != int(kg):
            raise _Refused("malformed_quantity", cell, name)
        return int(kg)

    def _check_sum(self, line: Line, amounts: Mapping[str, int]) -> None:
        total = self._kg(line, "total")
        if self.table.adds and total is not None:
            added = sum(amounts[name] for name in self.table.adds)
            if added != total:
                raise _Refused("sum_differs", self.match.cell(line, "total"), str(added))

    def _event(self, line: Line) -> tuple[str, date | None]:
        kind = self.table.event
        ended = self.match.cell(line, "ended_on")
        if kind == TOLD:
            state = self.match.cell(line, "state").casefold()
            if state and state not in self.table.states:
                raise _Refused("unknown_state", state)
            by_day = RETIREMENT if ended else self.table.otherwise
            kind = self.table.states[state] if state else by_day
        name = "ended_on" if kind in (RETIREMENT, CANCELLATION) else "issued_on"
        return kind, self._day(line, name)

    def _day(self, line: Line, name: str) -> date | None:
        cell = self.match.cell(line, name)
        if not cell:
            return None
        day = read_day(cell, self.orders[name])
        if day is None:
            raise _Refused("malformed_day", cell, name)
        return day

    def _vintage(self, line: Line) -> tuple[int | None, date | None, date | None]:
        first, last = self._day(line, "vintage_first"), self._day(line, "vintage_last")
        if first and last and last < first:
            raise _Refused("malformed_vintage", f"{first} … {last}")
        cell = self.match.cell(line, "vintage").removesuffix(".0")
        if not cell:
            return (first.year if first else None), first, last
        years = [int(part) for part in cell.replace("-", "/").split("/") if part.isdigit()]
        if not years or years[0] not in _YEARS:
            day = read_day(cell, self.register.days)
            if day is None:
                raise _Refused("malformed_vintage", cell)
            years = [day.year]
        return years[0], first, last


_ordered = (
    "id",
    *PROJECT_TEXTS,
    "methodology",
    *AMOUNTS,
    *DAYS,
    "serial",
    "serial_first",
    "serial_last",
    "state",
    "vintage",
    *CREDIT_TEXTS,
)


def _with_block(credit: ReadCredit, block: Block) -> ReadCredit:
    return ReadCredit(
        kind=credit.kind,
        kg=block.width * KG_PER_TONNE,
        buffer_kg=credit.buffer_kg,
        block=block,
        serial=block.text,
        vintage=credit.vintage,
        vintage_first=credit.vintage_first,
        vintage_last=credit.vintage_last,
        on_day=credit.on_day,
        texts=credit.texts,
    )


def _parted(cell: str) -> tuple[str, ...]:
    """The methodologies in a cell, in which several may stand."""
    for mark in _METHODS:
        cell = cell.replace(mark, "\n")
    return tuple(dict.fromkeys(filter(None, map(clean, cell.split("\n")))))
