"""Which register and which of its tables a sheet is: by its headings, its cells, and its name.

A heading that only one register uses says more than one that all use; project numbers and serials
that are written as a register writes them say most. Where two registers fit equally well nobody
guesses: the sender is asked to name one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tanhui.kernel.refusals import Invalid
from tanhui.projects.foreign.form import Register, Table
from tanhui.projects.foreign.serials import read_blocks
from tanhui.projects.foreign.sheets import Line, Sheet
from tanhui.projects.foreign.words import clean, plain, said

_HEADER_WITHIN = 40
_LOOKED_AT = 200
# A slip of the pen is looked through in headings of so many letters.
_SLIP_LENGTH = 6
# A cell that reads as the register writes it outweighs any heading; a name decides between equals.
_CELLS_WEIGH = 10
_NAME_WEIGHS = Fraction(1, 2)

Places = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """A sheet read as a table of a register: the place of its heading, and of each field."""

    register: Register
    table: Table
    header: int
    places: Places
    score: Fraction

    def cell(self, line: Line, field: str) -> str:
        """What the line says in a field, from the first of its columns that says anything."""
        for place in self.places.get(field, ()):
            if place < len(line.cells) and (told := said(line.cells[place], self.register.empty)):
                return told
        return ""

    def name(self, line: Line) -> str:
        """The name as it stands: some projects are called `TBD`."""
        places = self.places.get("name", ())
        return next((clean(line.cells[at]) for at in places if at < len(line.cells)), "")


def match_sheet(sheet: Sheet, registers: Sequence[Register], path: str) -> Match | None:
    """The best reading of a sheet, None where no table fits.

    Refuses `register_ambiguous` where two registers, or two tables with other meanings, fit
    equally well. `path` is the file's own name and folder, which may name the register.
    """
    matches = sorted(_matches(sheet, registers, path), key=lambda one: one.score, reverse=True)
    if not matches:
        return None
    best = matches[0]
    equal = [
        one
        for one in matches[1:]
        if one.score == best.score
        and (one.register.name, one.table.event) != (best.register.name, best.table.event)
    ]
    if equal:
        names = ", ".join(f"{one.register.name}/{one.table.name}" for one in (best, *equal))
        raise Invalid(
            "register_ambiguous",
            zh="“{sheet}”看不出属于哪个登记簿（{names}）；请用 --register 写明，或在文件名中写明。",
            en="“{sheet}” could belong to {names}; name the register with --register, or the"
            " kind of file in its name.",
            sheet=sheet.name,
            names=names,
        )
    return best


def _matches(sheet: Sheet, registers: Sequence[Register], path: str) -> Iterator[Match]:
    usual = _usual(registers)
    name = plain(f"{path} {sheet.name}")
    for header, line in enumerate(sheet.lines[:_HEADER_WITHIN]):
        headings = [plain(cell) for cell in line.cells]
        if sum(map(bool, headings)) < 2:
            continue
        found = False
        for register in registers:
            for table in register.tables:
                places = _places(table, headings)
                if places is None:
                    continue
                score = _score(places, headings, usual)
                match = Match(register, table, header, places, score)
                cells = _fitting_cells(match, sheet.lines[header + 1 :][:_LOOKED_AT])
                if cells is None:
                    continue
                found = True
                score += cells * _CELLS_WEIGH
                score += _NAME_WEIGHS * _named(register.hints, name)
                score += _NAME_WEIGHS * _named(table.hints, name)
                yield Match(register, table, header, places, score)
        if found:
            # What follows the first line that reads as headings are rows.
            return


def _usual(registers: Sequence[Register]) -> dict[str, int]:
    """By how many registers each heading is used."""
    users: dict[str, set[str]] = {}
    for register in registers:
        for table in register.tables:
            for headings in table.columns.values():
                for heading in headings:
                    users.setdefault(heading, set()).add(register.name)
    return {heading: len(names) for heading, names in users.items()}


def _places(table: Table, headings: Sequence[str]) -> dict[str, tuple[int, ...]] | None:
    """Where each field stands; None where a required one stands nowhere."""
    places = {}
    for field, names in table.columns.items():
        found = [
            place for name in names for place, heading in enumerate(headings) if heading == name
        ]
        if not found and field in table.required:
            found = _nearly(names, headings)
        if found:
            places[field] = tuple(found)
    return None if any(field not in places for field in table.required) else places


def _nearly(names: Sequence[str], headings: Sequence[str]) -> list[int]:
    """The place of a heading that is a required name but for a slip of the pen."""
    for name in names:
        for place, heading in enumerate(headings):
            if len(name) >= _SLIP_LENGTH and _one_slip(name, heading):
                return [place]
    return []


def _one_slip(name: str, heading: str) -> bool:
    """Whether two headings differ by one letter that is missing, added or wrong."""
    if abs(len(name) - len(heading)) > 1:
        return False
    short, long = sorted((name, heading), key=len)
    at = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _score(places: Places, headings: Sequence[str], usual: Mapping[str, int]) -> Fraction:
    known = {headings[place] for found in places.values() for place in found}
    return sum((Fraction(1, usual.get(heading, 1)) for heading in known), start=Fraction(0))


def _fitting_cells(match: Match, lines: Sequence[Line]) -> Fraction | None:
    """Which part of the cells reads as this register writes; None where almost none does."""
    asked = fitting = 0
    for line in lines:
        number, serial = match.cell(line, "id"), match.cell(line, "serial")
        if number:
            asked += 1
            fitting += match.register.number(number) is not None
        if serial:
            asked += 1
            fitting += read_blocks(match.register, serial) is not None
    if not asked:
        return Fraction(0)
    return Fraction(fitting, asked) if fitting * 2 >= asked else None


def _named(hints: Sequence[str], name: str) -> int:
    words = set(name.split())
    return int(any(hint in words or (" " in hint and hint in name) for hint in hints))
