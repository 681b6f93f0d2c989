"""Two versions of a text side by side, line against line, with what changed within a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

# So many unchanged lines are shown beside a change; longer runs are folded.
NEAR = 2
_WORDS = re.compile(r"[A-Za-z0-9_.@-]+|\s+|.", re.DOTALL)
# Lines less alike than this are not compared word by word: nothing could be read.
_ALIKE_PERCENT = 40


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a line, and whether it is only in this version."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One line of one version."""

    number: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of either version beside its like; None where the other has none.

    `folded` stands for so many unchanged lines that are not shown.
    """

    old: Side | None = None
    new: Side | None = None
    folded: int = 0

    @property
    def changed(self) -> bool:
        """Whether the versions differ here."""
        return not self.folded and (
            self.old is None
            or self.new is None
            or any(piece.changed for piece in (*self.old.pieces, *self.new.pieces))
        )


@dataclass(frozen=True, slots=True)
class Versions:
    """Two texts aligned; `changes` counts the places where they differ."""

    rows: tuple[Row, ...]
    changes: int


def compared(old: str, new: str) -> Versions:
    """Both texts line by line; long runs of the same are folded."""
    left, right = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    changes = 0
    groups = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    for place, (kind, a, b, c, d) in enumerate(groups):
        if kind == "equal":
            ends = (place > 0, place < len(groups) - 1)
            rows.extend(_same(left[a:b], a, c, ends))
            continue
        changes += 1
        rows.extend(_differing(left[a:b], right[c:d], a, c))
    return Versions(tuple(rows), changes)


def _plain(number: int, line: str, changed: bool = False) -> Side:
    return Side(number + 1, (Piece(line, changed),))


def _same(lines: Sequence[str], a: int, c: int, near: tuple[bool, bool]) -> Iterator[Row]:
    head = NEAR if near[0] else 0
    tail = NEAR if near[1] else 0
    hidden = len(lines) - head - tail
    for place, line in enumerate(lines):
        if hidden > 1 and head <= place < len(lines) - tail:
            if place == head:
                yield Row(folded=hidden)
            continue
        yield Row(_plain(a + place, line), _plain(c + place, line))


def _differing(old: Sequence[str], new: Sequence[str], a: int, c: int) -> Iterator[Row]:
    for place in range(max(len(old), len(new))):
        if place >= len(old):
            yield Row(new=_plain(c + place, new[place], changed=True))
        elif place >= len(new):
            yield Row(old=_plain(a + place, old[place], changed=True))
        else:
            left, right = _pieces(old[place], new[place])
            yield Row(Side(a + place + 1, left), Side(c + place + 1, right))


def _pieces(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() * 100 < _ALIKE_PERCENT:
        return (Piece(old, True),), (Piece(new, True),)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for kind, a, b, c, d in matcher.get_opcodes():
        for side, words in ((sides[0], left[a:b]), (sides[1], right[c:d])):
            if words:
                side.append(Piece("".join(words), kind != "equal"))
    return tuple(sides[0]), tuple(sides[1])
