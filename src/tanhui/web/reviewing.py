"""Two versions of what an owner filled in, place by place, for those who review it.

Every input, scenario and text is a row with an anchor; a finding hangs on the anchor, so that it
stays with what it asks about, however the rows around it change.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import get_language, gettext

from tanhui.kernel.quantities import decimal_text
from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Input, Label, Methodology, Scenario
from tanhui.projects.cells import Cell, Cells, Value
from tanhui.projects.differences import Piece, pieces
from tanhui.projects.verification.queries import Finding

SHOWN = ("both", "changed", "new")
# A whole part from four digits on is written with commas.
_WHOLE = re.compile(r"(?<![\d.])\d{4,}(?=(?:\.\d+)?(?!\d))")
_DECIMALS = 3
_THOUSANDTHS = 10**_DECIMALS
# So many values are written side by side; more are counted.
_FEW = 4
_NUMBERED = re.compile(r"(.+?)/(.+)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One of several values of an input; `missing` is a reading that was not taken."""

    anchor: str
    label: Label
    text: str
    missing: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """What one version says at a place; `readings` are the values that its text sums up."""

    pieces: tuple[Piece, ...]
    readings: tuple[Reading, ...] = ()
    evidence: tuple[Piece, ...] = ()

    @property
    def changes(self) -> int:
        """How many of its readings differ."""
        return sum(one.changed for one in self.readings)


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding at a place."""

    id: int
    number: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One place of both versions; a side is None where that version does not have it.

    `number` counts within its section (`2.3`); `source` says how the methodology wants it measured.
    """

    anchor: str
    number: str
    label: Label
    symbol: str
    source: Label
    old: Side | None
    new: Side | None
    changed: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report; `open` counts its findings that are not closed."""

    name: str
    number: int
    rows: tuple[Row, ...]

    @property
    def changes(self) -> int:
        """In how many places the versions differ."""
        return sum(row.changed for row in self.rows)

    @property
    def open(self) -> int:
        """How many of its findings are not closed."""
        return sum(not mark.closed for row in self.rows for mark in row.marks)


@dataclass(frozen=True, slots=True)
class Told:
    """One version: its cells and its texts by name."""

    cells: Cells
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TextPlace:
    """A text that a report has: its anchor, its heading, and the section it stands in."""

    anchor: str
    name: str
    label: Label
    section: str


def sections(
    methodology: Methodology,
    old: Told | None,
    new: Told,
    texts: Sequence[TextPlace],
    findings: Sequence[Finding],
    order: Sequence[str],
    language: str,
) -> list[Section]:
    """Both versions by section, in `order`; a finding is marked at its place.

    A finding at a single reading, or at an evidence, is marked at its input.
    """
    marks: dict[str, list[Mark]] = {}
    for one in findings:
        marks.setdefault(_home(one.anchor), []).append(
            Mark(one.id, one.number, one.state == "closed")
        )
    found: dict[str, list[Row]] = {name: [] for name in order}
    for scenario in methodology.scenarios:
        found[order[0]].append(_scenario(scenario, old, new, marks, language))
    for declared in methodology.inputs:
        found[order[1]].append(_input(methodology, declared, old, new, marks))
    for place in texts:
        row = _text(place, old, new, marks)
        if row is not None:
            found[place.section].append(row)
    return [
        Section(
            name, 0, tuple(row for row in found[name] if row.old is not None or row.new is not None)
        )
        for name in order
    ]


def numbered(found: Sequence[Section]) -> list[Section]:
    """The sections counted from 1, and the rows within them."""
    return [
        replace(
            one,
            number=number,
            rows=tuple(
                replace(row, number=f"{number}.{place}")
                for place, row in enumerate(one.rows, start=1)
            ),
        )
        for number, one in enumerate(found, start=1)
    ]


def _home(anchor: str) -> str:
    """The place at which a finding is marked: of a reading or an evidence, its input."""
    return anchor.partition("#")[0].partition("/")[0] if not anchor.startswith("text") else anchor


def _row(
    anchor: str,
    label: Label,
    symbol: str,
    source: Label,
    sides: tuple[Side | None, Side | None],
    marks: Mapping[str, list[Mark]],
    *,
    compare: bool,
) -> Row:
    old, new = sides
    changed = compare and _differs(old, new)
    return Row(anchor, "", label, symbol, source, old, new, changed, tuple(marks.get(anchor, ())))


def _differs(old: Side | None, new: Side | None) -> bool:
    if old is None or new is None:
        return (old is None) != (new is None)
    return any(
        piece.kind != "same" for side in (old, new) for piece in (*side.pieces, *side.evidence)
    ) or any(reading.changed for reading in new.readings)


def _scenario(
    scenario: Scenario,
    old: Told | None,
    new: Told,
    marks: Mapping[str, list[Mark]],
    language: str,
) -> Row:
    def text(cell: Cell | None) -> str | None:
        if cell is None or not cell.choice:
            return None
        chosen = scenario.options.get(cell.choice, Label(cell.choice, cell.choice))
        return chosen.text(language)

    cells = _cells(scenario.name, old, new)
    texts = tuple(text(cell) for cell in cells)
    sides = _sides(texts, cells, ((), ()), compare=old is not None)
    name = scenario.name
    compare = old is not None
    return _row(name, scenario.label, name, scenario.evidence, sides, marks, compare=compare)


def _input(
    methodology: Methodology,
    declared: Input,
    old: Told | None,
    new: Told,
    marks: Mapping[str, list[Mark]],
) -> Row:
    cells = _cells(declared.symbol, old, new)
    names: dict[str, Label] = {}
    for axis in declared.axes:
        names.update(methodology.axes[axis].items)
    leaves = tuple(
        dict(_leaves(declared.symbol, cell.value)) if cell is not None else {} for cell in cells
    )
    readings = tuple(
        tuple(_readings(each, other if old is not None else None, names))
        for each, other in ((leaves[0], leaves[1]), (leaves[1], leaves[0]))
    )
    texts = tuple(
        None if cell is None else _summed(methodology, declared, cell, leaf)
        for cell, leaf in zip(cells, leaves, strict=True)
    )
    sides = _sides(texts, cells, readings, compare=old is not None)
    symbol, source = declared.symbol, declared.source
    return _row(symbol, declared.label, symbol, source, sides, marks, compare=old is not None)


def _text(
    place: TextPlace, old: Told | None, new: Told, marks: Mapping[str, list[Mark]]
) -> Row | None:
    before = old.texts.get(place.name) if old is not None else None
    after = new.texts.get(place.name)
    if not before and not after:
        return None
    sides = _sides((before, after), (None, None), ((), ()), compare=old is not None)
    nothing = Label("", "")
    return _row(place.anchor, place.label, "", nothing, sides, marks, compare=old is not None)


def _cells(symbol: str, old: Told | None, new: Told) -> tuple[Cell | None, Cell | None]:
    before = old.cells.by_symbol.get(symbol) if old is not None else None
    return before, new.cells.by_symbol.get(symbol)


def _sides(
    texts: Sequence[str | None],
    cells: tuple[Cell | None, Cell | None],
    readings: Sequence[tuple[Reading, ...]],
    *,
    compare: bool,
) -> tuple[Side | None, Side | None]:
    before, after = texts
    if not compare:
        if after is None:
            return None, None
        proof = cells[1].evidence if cells[1] is not None else ""
        return None, Side(_plain(after), readings[1], _plain(proof))
    proofs = tuple(cell.evidence if cell is not None else "" for cell in cells)
    said = pieces(before or "", after or "")
    proved = pieces(proofs[0], proofs[1])
    sides = tuple(
        None if text is None else Side(words, own, proof)
        for text, words, own, proof in zip(texts, said, readings, proved, strict=True)
    )
    return sides[0], sides[1]


def _plain(text: str) -> tuple[Piece, ...]:
    return (Piece("same", text),) if text else ()


def _leaves(anchor: str, value: Value) -> Iterator[tuple[str, str | None]]:
    """Every single value with its anchor, as the cells themselves name it."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(f"{anchor}/{name}", inner)
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value, start=1):
            yield from _leaves(f"{anchor}/{place}", inner)
    else:
        yield anchor, None if value is None else str(value)


def _readings(
    own: Mapping[str, str | None],
    other: Mapping[str, str | None] | None,
    names: Mapping[str, Label],
) -> Iterator[Reading]:
    if len(own) <= _FEW:
        return
    for anchor, text in own.items():
        match = _NUMBERED.fullmatch(anchor)
        parts = match[2].split("/") if match else [anchor]
        known = [names.get(part, Label(part, part)) for part in parts]
        label = Label(" · ".join(one.zh for one in known), " · ".join(one.en for one in known))
        changed = other is not None and other.get(anchor, "") != text
        yield Reading(anchor, label, with_commas(text or ""), text is None, changed)


def _summed(
    methodology: Methodology, declared: Input, cell: Cell, leaves: Mapping[str, str | None]
) -> str:
    """The value in a line: itself, its few values, or what its readings come to."""
    unit = unit_text(methodology, cell.unit)
    if list(leaves) == [declared.symbol]:
        only = leaves[declared.symbol]
        return "—" if only is None else f"{with_commas(only)} {unit}".strip()
    taken = [text for text in leaves.values() if text is not None]
    told = {
        "unit": unit,
        "count": len(leaves),
        "missing": len(leaves) - len(taken),
        "value": "",
    }
    total = _total(taken)
    if declared.readings and total is not None and taken:
        mean = declared.readings == "mean"
        told["value"] = decimal_text_of(total / len(taken) if mean else total)
        if told["missing"]:
            text = (
                gettext("平均 %(value)s %(unit)s，%(count)d 个读数缺 %(missing)d 个")
                if mean
                else gettext("合计 %(value)s %(unit)s，%(count)d 个读数缺 %(missing)d 个")
            )
        else:
            text = (
                gettext("平均 %(value)s %(unit)s") if mean else gettext("合计 %(value)s %(unit)s")
            )
        return text % told
    if len(leaves) <= _FEW:
        return f"{' · '.join(with_commas(text) for text in taken)} {unit}".strip()
    return gettext("%(count)d 个值，%(unit)s") % told


def unit_text(methodology: Methodology, unit: str) -> str:
    """A unit as people read it, nothing for a plain number; as written where nobody knows it."""
    if unit == "1":
        return ""
    try:
        parsed = methodology.units.parse(unit)
    except Refusal:
        return unit
    return methodology.units.label(parsed, "zh" if (get_language() or "zh")[:2] == "zh" else "en")


def _total(texts: Sequence[str]) -> Fraction | None:
    try:
        return sum((Fraction(text) for text in texts), Fraction(0))
    except ValueError:
        return None


def decimal_text_of(value: Fraction, decimals: int = _DECIMALS) -> str:
    """An exact value with at most so many decimals, cut off, without zeros at the end."""
    scale = 10**decimals
    text = decimal_text(int(value * scale), scale, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def with_commas(text: str) -> str:
    """A decimal text with commas between thousands."""
    return _WHOLE.sub(lambda match: f"{int(match[0]):,}", text, count=1)
