"""The documents that govern the mechanism: `content/<city>/documents.toml`, by a closed schema."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile
from tanhui.scenes.aims import AS_OF, CODE, once

NAME = "documents.toml"
# How much of a document was at hand; no text was read whole so far.
READ = ("whole", "excerpt", "contents", "title")


@dataclass(frozen=True, slots=True)
class GoverningDocument:
    """One governing document, and how much of it was read. Number and issuer may be unknown."""

    code: str
    title_zh: str
    title_en: str
    number: str
    issuer_zh: str
    issuer_en: str
    as_of: str
    read: Literal["whole", "excerpt", "contents", "title"]
    about_zh: str
    about_en: str


def read_documents(path: Path) -> tuple[GoverningDocument, ...]:
    """The documents of one file; raises ContentRefused with every fault of it."""
    file = TomlFile(path)
    with file.root() as root:
        found = tuple(_document(section) for section in root.tables("document"))
        once(root, "document", tuple(document.code for document in found))
    file.finish()
    return found


def _document(section: Section) -> GoverningDocument:
    with section:
        issued = section.has("issuer_zh") or section.has("issuer_en")
        read = section.text("read", choices=READ)
        return GoverningDocument(
            code=section.text("code", pattern=CODE),
            title_zh=section.text("title_zh"),
            title_en=section.text("title_en"),
            number=section.text("number", required=False),
            issuer_zh=section.text("issuer_zh", required=issued),
            issuer_en=section.text("issuer_en", required=issued),
            as_of=section.text("as_of", pattern=AS_OF, like="2020-03"),
            read=cast(Literal["whole", "excerpt", "contents", "title"], read),
            about_zh=section.text("about_zh"),
            about_en=section.text("about_en"),
        )


@cache
def city_documents(content_root: Path) -> tuple[GoverningDocument, ...]:
    """The city's documents, read once for each program; raises ContentRefused."""
    (path,) = content_root.glob(f"*/{NAME}")
    return read_documents(path)


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the documents."""
    problems: list[Problem] = []
    for path in sorted(content_root.glob(f"*/{NAME}")):
        try:
            read_documents(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    return problems
