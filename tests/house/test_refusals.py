"""Refusals are named: each has a code, both languages, and its row in docs/refusals.md."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from tests.house.refusals import LIST, Code, codes_in, every_code, written

_CODE = re.compile(r"[a-z][a-z0-9_]*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def faults(codes: Iterable[Code]) -> list[str]:
    """Codes that are not codes, and refusals that are silent in one of the languages."""
    found = []
    for code in codes:
        if not _CODE.fullmatch(code.code):
            found.append(f"{code.code}: not a code")
        if not code.zh or not code.en:
            found.append(f"{code.code}: says nothing in one language")
        elif _CHINESE.search(code.en):
            found.append(f"{code.code}: its English holds Chinese")
    return found


def test_every_refusal_speaks_both_languages() -> None:
    codes = every_code()
    assert len(codes) > 60
    assert not faults(codes)


def test_the_list_is_up_to_date() -> None:
    assert LIST.read_text(encoding="utf-8") == written(), "run: python -m tests.house.refusals"


def test_bad_samples_are_found() -> None:
    sample = "Invalid('Wrong Code', zh='错', en='wrong')\nConflict('mute', en='x')"
    assert faults(codes_in(ast.parse(sample), "room")) == [
        "Wrong Code: not a code",
        "mute: says nothing in one language",
    ]
    either = codes_in(ast.parse("Invalid('a' if b else 'c', zh='甲', en='x', transient=True)"), "r")
    assert [(code.code, code.transient) for code in either] == [("a", True), ("c", True)]
