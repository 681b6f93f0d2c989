"""The methodologies that projects are filed under, each read once from the content in force."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from threading import Lock

from tanhui.kernel.refusals import Conflict, NotFound
from tanhui.methodology.document import Methodology
from tanhui.methodology.shelves import Shelves
from tanhui.rulebook.shelf import current_root

_reading = Lock()
_read: dict[tuple[Path, str], Methodology] = {}


def document(reference: str, digest: str = "") -> Methodology:
    """The methodology `id@version`, and, with `digest`, exactly that text of it.

    A version that was superseded since stays what it was. Refuses `no_such_methodology`,
    `not_a_project_methodology` and `methodology_altered`.
    """
    key = (current_root(), reference)
    with _reading:
        if key not in _read:
            _read[key] = _found(*key)
    found = _read[key]
    if digest and found.digest != digest:
        raise Conflict(
            "methodology_altered",
            zh="方法学 {reference} 的文本和立项时的摘要对不上。请告知平台。",
            en="The text of {reference} is not the one whose digest the project was filed under."
            " Tell the platform.",
            reference=reference,
        )
    return found


def _found(root: Path, reference: str) -> Methodology:
    wanted, _, version = reference.partition("@")
    shelves = _shelves(root)
    known = shelves.versions(wanted) if shelves.holds(wanted) else []
    for candidate in known:
        if candidate.version == version and candidate.status == "published":
            if candidate.kind != "project" or candidate.result is None:
                break
            return candidate
    else:
        raise NotFound(
            "no_such_methodology",
            zh="没有方法学 {id}",
            en="there is no methodology {id}",
            id=reference,
        )
    raise Conflict(
        "not_a_project_methodology",
        zh="{reference} 不是项目方法学。",
        en="{reference} is no methodology for projects.",
        reference=reference,
    )


@cache
def _shelves(root: Path) -> Shelves:
    return Shelves(root)
