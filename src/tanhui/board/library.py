"""The public library as the pages read it: opened once, and what never changes laid out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.canonical import canonical_json
from tanhui.methodology.document import Label, Methodology
from tanhui.methodology.fields import read_fields
from tanhui.methodology.library import Library
from tanhui.methodology.pages.calculator import (
    Calculator,
    WrongSample,
    calculator,
    wrong_sample,
)
from tanhui.methodology.pages.catalogue import (
    Catalogue,
    Suggestion,
    catalogue,
    newest,
    suggestions,
)
from tanhui.methodology.pages.comparison import Comparison, comparison
from tanhui.methodology.pages.documents import DocumentPage, document_page
from tanhui.methodology.pages.factors import FactorPages
from tanhui.methodology.tomlfile import TomlFile
from tanhui.rulebook.shelf import current_root
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import city_library
from tanhui.scenes.tariff import PointsExplanation

# Every document in both languages, for today and the day before, and room to spare.
_MOST_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class CalculatorPart:
    """The calculator with what the answer earns; `points` only for citizens' deeds."""

    form: Calculator
    points: PointsExplanation | None


@dataclass(frozen=True, slots=True)
class MethodologyPage:
    """A methodology's page: the document as it stands, already written, and the calculator."""

    page: DocumentPage
    body: SafeString
    calculator: CalculatorPart
    sample: WrongSample | None


def _library() -> Library:
    return library_in_force().methodologies


@cache
def _fields(content_root: Path) -> dict[str, Label]:
    return read_fields(content_root)


@cache
def _factor_pages(content_root: Path) -> FactorPages:
    return FactorPages(city_library(content_root).methodologies)


def factor_pages() -> FactorPages:
    """The factor tables."""
    return _factor_pages(current_root())


def listing(at: datetime, *, path: str, field: str, query: str) -> Catalogue:
    """The library narrowed to what was asked for."""
    fields = _fields(current_root())
    return catalogue(_library(), fields, city_day(at), path=path, field=field, query=query)


def found(reference: str, at: datetime) -> Methodology:
    """The methodology of `id@version`, or of `id` the version to show on the day.

    Refuses: `no_such_methodology`, `no_such_version`.
    """
    id, _, version = reference.partition("@")
    if version:
        return _library().methodology(id, version)
    return newest(_library(), id, city_day(at))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _page(content_root: Path, reference: str, day: date) -> DocumentPage:
    library = city_library(content_root).methodologies
    return document_page(library, _fields(content_root), library.referenced(reference), day)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _body(content_root: Path, reference: str, day: date, language: str) -> SafeString:
    # Only the language and the day change what a document's page says, so it is written once.
    del language
    page = _page(content_root, reference, day)
    return mark_safe(render_to_string("board/methodologies/body.html", {"page": page}))


@lru_cache(maxsize=_MOST_REMEMBERED)
def _sample(content_root: Path, reference: str) -> WrongSample | None:
    return wrong_sample(city_library(content_root).methodologies.referenced(reference))


def calculator_part(
    methodology: Methodology, sent: Mapping[str, str], at: datetime
) -> CalculatorPart:
    """The calculator as it was sent, answered."""
    form = calculator(methodology, sent)
    points = None
    if methodology.kind == "citizen" and form.answer is not None:
        city = library_in_force()
        try:
            points = city.price(methodology.id, form.answer.whole, city_day(at))
        except NotFound:
            # A city without a tariff for that day pays nothing; the reduction stands all the same.
            points = None
    return CalculatorPart(form, points)


def methodology_page(
    methodology: Methodology, sent: Mapping[str, str], at: datetime, language: str
) -> MethodologyPage:
    """All that the page of one methodology shows."""
    root, day = current_root(), city_day(at)
    return MethodologyPage(
        _page(root, methodology.reference, day),
        _body(root, methodology.reference, day, language),
        calculator_part(methodology, sent, at),
        _sample(root, methodology.reference),
    )


@lru_cache(maxsize=_MOST_REMEMBERED)
def _compared(content_root: Path, old: str, new: str) -> Comparison:
    library = city_library(content_root).methodologies
    return comparison(library.referenced(old), library.referenced(new))


def compared(reference: str, other: str, at: datetime) -> Comparison:
    """What changes from `other` to `reference`. Refuses as `found` does, for either."""
    old, new = found(other, at), found(reference, at)
    return _compared(current_root(), old.reference, new.reference)


def nearest(reference: str, at: datetime) -> tuple[Suggestion, ...]:
    """The methodologies whose names are most like what was asked for."""
    return suggestions(_library(), reference, city_day(at))


def source_text(methodology: Methodology) -> str:
    """The document as it was written."""
    return methodology.path.read_text(encoding="utf-8")


def canonical_text(methodology: Methodology) -> str:
    """The document's content in canonical form with the digest that it has.

    The digest is the SHA-256 of the canonical JSON of `content` alone.
    """
    content = TomlFile(methodology.path).data
    return canonical_json(
        {"reference": methodology.reference, "digest": methodology.digest, "content": content}
    )
