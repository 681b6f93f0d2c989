"""The content folder in force: the one on disk, and what the city has published since.

A rule that was published by a decision lies in the book, not on disk. Programs read folders, so a
folder is laid out once for each set of such texts: `var/content/<digest>/`, a whole copy with the
texts in their places and their lines in the lock. It is named by what it holds and never changed;
whoever runs keeps reading it, and whoever asks anew is told the next one.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from tanhui.methodology.publishing import LOCK, add_lock_line, published_digests
from tanhui.runtime.sql import load

_ROOM = "tanhui.rulebook"
_answer: ContextVar[dict[str, Path] | None] = ContextVar("tanhui_shelf", default=None)
# By the folder on disk, where this installation keeps its files, and the texts; never changed.
_laid: dict[tuple[Path, Path, str], Path] = {}


@dataclass(frozen=True, slots=True)
class Text:
    """One rule that is not on disk, and where it lies in a content folder."""

    kind: str
    id: str
    version: str
    digest: str
    path: str
    body: str

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"


@contextmanager
def one_answer() -> Iterator[None]:
    """Within it the book is asked once: a request sees one set of rules from end to end."""
    token = _answer.set({})
    try:
        yield
    finally:
        _answer.reset(token)


def each_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Django's middleware: one answer for each request; one that needs no rule asks nothing."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        with one_answer():
            return get_response(request)

    return answer


def current_root() -> Path:
    """The content folder that is in force now.

    One small statement on an index that holds only published texts, and nothing where
    `one_answer` has asked already. A folder is laid out when it is first asked for.
    """
    known = _answer.get()
    if known is not None and "root" in known:
        return known["root"]
    root = _current()
    if known is not None:
        known["root"] = root
    return root


def _current() -> Path:
    base: Path = settings.TANHUI.content_root
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "texts_mark"))
        mark = cursor.fetchall()[0][0]
    if mark is None:
        return base
    key = (base, Path(settings.TANHUI.var), str(mark))
    if key not in _laid or not _laid[key].is_dir():
        _laid[key] = lay_out(base, missing_texts())
    return _laid[key]


def texts() -> list[Text]:
    """Every text that the book holds itself, in the order of publication."""
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, "texts"))
        return [Text(*row) for row in cursor.fetchall()]


def missing_texts() -> list[Text]:
    """The texts of the book that the folder on disk does not hold."""
    return [text for text in texts() if not _on_disk(settings.TANHUI.content_root, text)]


def _on_disk(base: Path, text: Text) -> bool:
    """Whether a later release of the content has brought the text itself."""
    return published_digests(base, text.kind).get(text.reference) == text.digest


def lay_out(base: Path, added: Sequence[Text]) -> Path:
    """A content folder with these texts in their places: `base` itself where there are none.

    Several programs may do this at once; all of them make the same folder.
    """
    if not added:
        return base
    seal = hashlib.sha256(_digest_of(base).encode())
    for text in added:
        seal.update(f"\n{text.path} {text.digest}".encode())
    folder = Path(settings.TANHUI.var) / "content" / seal.hexdigest()[:24]
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    apart = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    try:
        whole = Path(shutil.copytree(base, apart / "content"))
        for text in added:
            place = whole / text.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.body, encoding="utf-8")
            line = f'"{text.reference}" = "{text.digest}"'
            add_lock_line(whole / LOCK, text.kind, line)
        # Another program may have been first; its folder is the same.
        with suppress(OSError):
            whole.rename(folder)
    finally:
        shutil.rmtree(apart, ignore_errors=True)
    return folder


@cache
def _digest_of(base: Path) -> str:
    """What lies in a content folder; a program reads the folder on disk as it was when it began."""
    seal = hashlib.sha256(str(base).encode())
    for path in sorted(base.rglob("*")):
        if path.is_file():
            seal.update(f"\n{path.relative_to(base)}\n".encode())
            seal.update(path.read_bytes())
    return seal.hexdigest()
