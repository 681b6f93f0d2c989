"""Whether the lock, the files, the book and the public log say the same of every rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from tanhui.kernel.refusals import Refusal
from tanhui.methodology.problems import ContentRefused
from tanhui.methodology.publishing import published_digests
from tanhui.rulebook import queries, shelf
from tanhui.rulebook.documents import KINDS, Document, documents
from tanhui.rulebook.publishing import leaf_of
from tanhui.rulebook.queries import Publication


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not fit; `reference` is the rule's `kind:id@version`."""

    code: str
    reference: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RulebookCheck:
    """How many publications were compared, and every fault."""

    publications: int
    decided: int
    logged: int
    faults: tuple[Fault, ...]

    @property
    def matches(self) -> bool:
        """Whether nothing differs."""
        return not self.faults

    def told(self) -> dict[str, Any]:
        """The answer of `tanhui prove` and `tanhui rulebook check`."""
        return {
            "publications": self.publications,
            "decided": self.decided,
            "logged": self.logged,
            "faults": [
                {"code": one.code, "rule": one.reference, "zh": one.zh, "en": one.en}
                for one in self.faults
            ],
            "matches": self.matches,
        }


_TOLD = {
    "file_missing": ("锁中有，文件没有", "it stands in the lock, and no file has it"),
    "file_changed": ("文件与锁不符", "its file is not what the lock says"),
    "not_in_lock": ("文件已发布，锁中没有", "its file is published, and the lock lacks it"),
    "not_in_book": ("锁中有，规则册没有", "it stands in the lock, and not in the book"),
    "lock_differs": ("锁与规则册不符", "the lock is not what the book says"),
    "text_changed": ("规则册的文本与其摘要不符", "its text in the book has another digest"),
    "words_changed": (
        "规则册的编号、版本或日期与文本不符",
        "the book's name, version or days are not those of its text",
    ),
    "leaf_missing": ("公开日志没有这次发布", "the public log was not told of it"),
    "leaf_differs": ("公开日志说的不一样", "the public log was told something else"),
    "content_unreadable": ("内容文件夹读不出来", "the content folder cannot be read"),
}


def check_rulebook() -> RulebookCheck:
    """Compares lock with files, lock with book, book with the texts, book with its leaves.

    Reads every document; nothing is refused, all is told.
    """
    publications = queries.publications()
    found: list[tuple[str, str]] = []
    found += _lock_and_files()
    found += _lock_and_book(publications)
    found += _book_and_texts(publications)
    logged, differing = _leaves(publications)
    return RulebookCheck(
        publications=len(publications),
        decided=sum(one.basis == "decision" for one in publications),
        logged=logged,
        faults=tuple(Fault(code, reference, *_TOLD[code]) for code, reference in found + differing),
    )


def _lock_and_files() -> list[tuple[str, str]]:
    root = settings.TANHUI.content_root
    try:
        files = {(each.kind, each.reference): each.digest for each in documents(root)}
        locked = _locked()
    except ContentRefused as refusal:
        return [("content_unreadable", str(problem.path.name)) for problem in refusal.problems]
    faults = []
    for key in sorted(files.keys() | locked.keys()):
        name = ":".join(key)
        if key not in locked:
            faults.append(("not_in_lock", name))
        elif key not in files:
            faults.append(("file_missing", name))
        elif files[key] != locked[key]:
            faults.append(("file_changed", name))
    return faults


def _locked() -> dict[tuple[str, str], str]:
    root = settings.TANHUI.content_root
    return {
        (kind, reference): digest
        for kind in KINDS
        for reference, digest in published_digests(root, kind).items()
    }


def _lock_and_book(publications: list[Publication]) -> list[tuple[str, str]]:
    try:
        locked = _locked()
    except ContentRefused:
        # Told already with the files.
        return []
    book = {(one.kind, one.reference): one for one in publications}
    faults = [("not_in_book", ":".join(key)) for key in sorted(locked.keys() - book.keys())]
    for key, publication in sorted(book.items()):
        name = ":".join(key)
        if key in locked and locked[key] != publication.digest:
            faults.append(("lock_differs", name))
        elif key not in locked and publication.basis == "founding":
            faults.append(("file_missing", name))
    return faults


def _book_and_texts(publications: list[Publication]) -> list[tuple[str, str]]:
    """The texts of decisions are read where programs read them: in the folder in force."""
    decided = {(one.kind, one.reference): one for one in publications}
    try:
        laid = {(each.kind, each.reference): each for each in documents(shelf.current_root())}
    except (ContentRefused, Refusal):
        return [("content_unreadable", "shelf")]
    faults = []
    for key, publication in sorted(decided.items()):
        document = laid.get(key)
        if document is None:
            if publication.basis == "decision":
                faults.append(("text_changed", ":".join(key)))
        elif document.digest != publication.digest:
            faults.append(("text_changed", ":".join(key)))
        elif not _says_the_same(document, publication):
            faults.append(("words_changed", ":".join(key)))
    return faults


def _says_the_same(document: Document, publication: Publication) -> bool:
    return (document.valid_from, document.valid_until) == (
        publication.effective_from,
        publication.effective_until,
    )


def _leaves(publications: list[Publication]) -> tuple[int, list[tuple[str, str]]]:
    """How many leaves fit, and the publications whose leaf is missing or says something else."""
    leaves = dict(queries.rows("leaves", {}))
    fitting, faults = 0, []
    for publication in publications:
        leaf = leaves.get(publication.id)
        name = f"{publication.kind}:{publication.reference}"
        if leaf is None:
            faults.append(("leaf_missing", name))
        elif json.loads(bytes(leaf)) != _expected(publication):
            faults.append(("leaf_differs", name))
        else:
            fitting += 1
    return fitting, faults


def _expected(publication: Publication) -> dict[str, object]:
    document = Document(
        kind=publication.kind,
        id=publication.document,
        version=publication.version,
        digest=publication.digest,
        valid_from=publication.effective_from,
        valid_until=publication.effective_until,
        title_zh=publication.title_zh,
        title_en=publication.title_en,
        path=publication.path,
    )
    hidden = [str(one["commitment"]) for one in publication.decided]
    return leaf_of(document, publication.basis, hidden)
