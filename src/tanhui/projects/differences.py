"""What differs between two versions: cell by cell, word by word, and in what the engine answers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Label, Methodology
from tanhui.methodology.units import exact_number
from tanhui.projects.calculation import Calculation
from tanhui.projects.cells import Cells, Place

# A number with its signs is one word, a Latin word is one, a Chinese character is one.
_WORD = re.compile(r"[−-]?\d[\d,]*(?:\.\d+)?%?|[A-Za-z_]+|\s+|.", re.DOTALL)
_WORDS_MOST = 4_000


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs: empty `before` where it is new, empty `after` where it is gone."""

    anchor: str
    label: Label
    before: str
    after: str
    unit: str


@dataclass(frozen=True, slots=True)
class Pair:
    """One place in both versions, whether or not it differs."""

    anchor: str
    label: Label
    before: str
    after: str
    unit: str

    @property
    def differs(self) -> bool:
        """Whether the place says something else now; `10.0` is what `10` is."""
        return not _same(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text: `kind` is `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class ResultPair:
    """One output of the engine in both versions; `change` is after less before, with its sign."""

    symbol: str
    label: Label
    unit: Label
    before: str
    after: str
    change: str
    substituted: str


def pairs(methodology: Methodology, before: Cells | None, after: Cells) -> list[Pair]:
    """Every place of two versions side by side, in the document's order."""
    old = {} if before is None else _by_anchor(before.places(methodology))
    new = _by_anchor(after.places(methodology))
    found = []
    for anchor in _merged(list(old), list(new)):
        place = new.get(anchor) or old[anchor]
        found.append(
            Pair(
                anchor,
                place.label,
                _text(old.get(anchor), place),
                _text(new.get(anchor), place),
                place.unit,
            )
        )
    return found


def differences(methodology: Methodology, before: Cells, after: Cells) -> list[Difference]:
    """The places that differ, in the document's order."""
    return [
        Difference(pair.anchor, pair.label, pair.before, pair.after, pair.unit)
        for pair in pairs(methodology, before, after)
        if pair.differs
    ]


def text_differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The names of the texts that differ."""
    return [name for name in _merged(list(before), list(after))
            if before.get(name, "") != after.get(name, "")]  # fmt: skip


def pieces(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Two texts word by word: the old one with what is gone, the new one with what is new."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if before == after:
        same = (Piece("same", before),) if before else ()
        return same, same
    if max(len(old), len(new)) > _WORDS_MOST:
        # So long a text is compared as a whole; nobody reads it word by word.
        return (Piece("gone", before),), (Piece("new", after),)
    left: list[Piece] = []
    right: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            left.append(Piece("same", "".join(old[a:b])))
            right.append(Piece("same", "".join(new[c:d])))
            continue
        if b > a:
            left.append(Piece("gone", "".join(old[a:b])))
        if d > c:
            right.append(Piece("new", "".join(new[c:d])))
    return tuple(left), tuple(right)


def results(before: Calculation | None, after: Calculation) -> list[ResultPair]:
    """The formulas' answers in both versions, in the order in which they are computed."""
    found = []
    for line in after.lines:
        if line.role not in ("formula", "rounding") or line.module or line.cells:
            continue
        old = None if before is None else before.line(line.symbol)
        was = "" if old is None else old.value
        found.append(
            ResultPair(
                line.symbol,
                Label(line.zh, line.en),
                Label(line.unit_zh, line.unit_en),
                was,
                line.value,
                _change(before, after, line.symbol),
                line.substituted,
            )
        )
    return found


def _change(before: Calculation | None, after: Calculation, symbol: str) -> str:
    """The difference of two exact outputs; empty where one of them is not exact or not there."""
    texts = [] if before is None else [before.outputs.get(symbol), after.outputs.get(symbol)]
    told = [pair[0] for pair in texts if pair is not None and not pair[0].startswith("≈")]
    if len(told) != 2:
        return ""
    change = exact_number(told[1]) - exact_number(told[0])
    places = max(len(text.partition(".")[2]) for text in told)
    digits = str(abs(int(change * 10**places))).zfill(places + 1)
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{int(whole):,}" + (f".{rest}" if rest else "")


def _by_anchor(places: Sequence[Place]) -> dict[str, Place]:
    return {place.anchor: place for place in places}


def _merged(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The names of both, each once; what is gone stands where it stood."""
    merged: list[str] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        merged += new[c:d] if kind in ("equal", "insert") else [*old[a:b], *new[c:d]]
    return list(dict.fromkeys(merged))


def _text(place: Place | None, shown: Place) -> str:
    """A place's text; with its unit where the other version wrote another one."""
    if place is None:
        return ""
    return (
        place.text if place.unit == shown.unit or not place.text else f"{place.text} {place.unit}"
    )


def _same(before: str, after: str) -> bool:
    if before == after:
        return True
    try:
        return exact_number(before) == exact_number(after)
    except Invalid:
        return False
