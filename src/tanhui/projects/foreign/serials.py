"""Serials of other registers: from a cell to ranges of numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tanhui.projects.foreign.form import Register
from tanhui.projects.foreign.words import one_dash

_BETWEEN = re.compile(r"\s*[;\n|]\s*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?:\D|$))")
_TO = re.compile(r"(?i)\s+to\s+|\.\.+")
# The last digits of a serial that stands by itself, as CAD Trust writes the ends of a block.
_END = re.compile(r"(.*?)(\d{1,18})")
_DIGITS_MAX = 18


@dataclass(frozen=True, slots=True)
class Block:
    """Numbers from `first` to `last`, both included, within a series; `project` as told in it."""

    series: str
    first: int
    last: int
    project: str
    text: str

    @property
    def width(self) -> int:
        """How many numbers it has."""
        return self.last - self.first + 1


def read_blocks(register: Register, cell: str) -> list[Block] | None:
    """The blocks in a cell, of which several may stand in one; None where one cannot be read."""
    blocks = []
    for text in _BETWEEN.split(cell.strip()):
        if not text:
            continue
        block = _block(register, text)
        if block is None:
            return None
        blocks.append(block)
    return blocks or None


def _block(register: Register, text: str) -> Block | None:
    told = _TO.sub(" to ", _THOUSANDS.sub("", one_dash(text)))
    for form in register.serials:
        found = form.pattern.fullmatch(told)
        if found is None:
            continue
        named = found.groupdict()
        first, last = named["first"], named["last"]
        if len(first) > _DIGITS_MAX or len(last) > _DIGITS_MAX or int(first) > int(last):
            return None
        return Block(
            series=named.get("series") or form.series,
            first=int(first),
            last=int(last),
            project=named.get("project") or "",
            text=told,
        )
    return None


def ends_block(first: str, last: str) -> Block | None:
    """The block between two serials that differ in their last digits alone."""
    begin, end = _END.fullmatch(one_dash(first)), _END.fullmatch(one_dash(last))
    if begin is None or end is None or begin[1] != end[1] or int(begin[2]) > int(end[2]):
        return None
    return Block(begin[1] or "-", int(begin[2]), int(end[2]), "", f"{begin[0]} to {end[0]}")
