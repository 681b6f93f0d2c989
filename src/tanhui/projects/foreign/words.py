"""Headings and cells in plain words, so that spelling, units and line breaks do not matter."""

from __future__ import annotations

import re
import unicodedata

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NO_WORD = re.compile(r"[\W_]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
# What people write in a cell to say that there is nothing.
NOTHING = frozenset(
    ("", "-", "--", "n/a", "#n/a", "na", "nan", "nat", "none", "null", "undefined", "tbd")
)


def plain(heading: str) -> str:
    """A heading as words alone: `Status Effective  (GMT)` and `status_effective` are the same."""
    text = unicodedata.normalize("NFKC", heading)
    text = _CAMEL.sub(" ", text)
    bare = _BRACKETS.sub(" ", text)
    if _NO_WORD.sub("", bare):
        text = bare
    return " ".join(_NO_WORD.sub(" ", text).casefold().split())


def clean(cell: str) -> str:
    """A cell in one line, without what cannot be seen."""
    return " ".join(_CONTROL.sub("", cell).split())


def said(cell: str, empty: frozenset[str] = frozenset()) -> str:
    """What a cell says; empty where it says that there is nothing."""
    text = clean(cell)
    return "" if text.casefold() in NOTHING or text.casefold() in empty else text


def one_dash(text: str) -> str:
    """The text with one kind of dash, and no blanks around dashes."""
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s*-\s*", "-", " ".join(text.split()))
