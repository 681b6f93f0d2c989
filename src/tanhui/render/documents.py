"""Documents by Typst: the same template and data give the same PDF on every machine.

Only the fonts beside are used, never a machine's own. A character that none of them has is set as
`〓`, the printers' mark for a missing sort, and the template says so; the signed data has it right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

import typst

_HERE = Path(__file__).parent
FONTS = _HERE / "fonts"
TEMPLATES = _HERE / "templates"
MISSING = "〓"
# A picture of a page for tests and previews.
_PIXELS_PER_INCH = 144
# A compiler keeps what it has read and parsed, and serves one caller at a time.
_lock = Lock()


def compile(template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
    """The PDF of a template (the name of a file in `templates`, without its ending).

    `data` is what JSON can hold and stands in the template as `data`; `at` is when the document
    says that it was made. Raises KeyError for a template that is not there.
    """
    return _compiled(template, data, at, "pdf")[0]


def pages(template: str, data: Mapping[str, object], *, at: datetime) -> list[bytes]:
    """The same as pictures, a PNG for each page."""
    return _compiled(template, data, at, "png")


def _compiled(
    template: str, data: Mapping[str, object], at: datetime, kind: Literal["pdf", "png"]
) -> list[bytes]:
    path = TEMPLATES / f"{template}.typ"
    if path.name not in _names():
        raise KeyError(template)
    told = json.dumps(data, ensure_ascii=False)
    shown = "".join(one if _has(one) else MISSING for one in told)
    inputs = {"data": shown, "missing": "yes" if shown != told else ""}
    with _lock:
        made = _compiler().compile(
            str(path), format=kind, ppi=_PIXELS_PER_INCH, sys_inputs=inputs, timestamp=at
        )
    if made is None:
        raise RuntimeError("a document without an output is answered as bytes")
    return [made] if isinstance(made, bytes) else made


@cache
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)]
    )
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in TEMPLATES.glob("*.typ"))


@cache
def _known() -> frozenset[str]:
    """Every character that a font beside has, as `scripts/subset_fonts.py` wrote them down."""
    return frozenset((FONTS / "characters.txt").read_text(encoding="utf-8"))


def _has(character: str) -> bool:
    return character in _known() or character < " "
