"""The pages of the public library: methodologies to read and compute, factors to look up."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

from tanhui.board import library
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.canonical import digest
from tanhui.methodology.pages.factors import factors_csv
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.refusals import refusal_text, status_of

_TOML = "application/toml; charset=utf-8"
_JSON = "application/json; charset=utf-8"
_CSV = "text/csv; charset=utf-8"
# What is addressed by its version never changes; what is not may be looked at again within a day.
_A_DAY = "public, max-age=86400"


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """The library by path and field."""
    page = library.listing(
        request.at,
        path=request.GET.get("path", ""),
        field=request.GET.get("field", ""),
        query=request.GET.get("q", ""),
    )
    return render(request, "board/methodologies/index.html", {"page": page, "here": "library"})


@entrance
@require_safe
def methodology(request: PageRequest, reference: str) -> HttpResponse:
    """One methodology with its calculator; htmx asks for the calculator's answer alone."""
    try:
        document = library.found(reference, request.at)
    except NotFound as refusal:
        return _missing(request, reference, refusal)
    sent = request.GET.dict()
    if request.headers.get("HX-Request") == "true":
        part = library.calculator_part(document, sent, request.at)
        response = render(request, "board/methodologies/recomputed.html", {"part": part})
        response["Cache-Control"] = "no-store"
    else:
        language = request.appearance.language
        page = library.methodology_page(document, sent, request.at, language)
        context = {"page": page.page, "shown": page, "part": page.calculator, "here": "library"}
        response = render(request, "board/methodologies/methodology.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@entrance
@require_safe
def against(request: PageRequest, reference: str, other: str) -> HttpResponse:
    """What changes from another version to this one."""
    try:
        page = library.compared(reference, other, request.at)
    except NotFound as refusal:
        return _missing(request, reference, refusal)
    context = {
        "page": page,
        "picture": page.picture(request.appearance.language),
        "here": "library",
    }
    return render(request, "board/methodologies/against.html", context)


def _missing(request: PageRequest, wanted: str, refusal: NotFound) -> HttpResponse:
    context = {
        "sentence": refusal_text(refusal),
        "code": refusal.code,
        "suggestions": library.nearest(wanted, request.at),
        "here": "library",
    }
    status = status_of(refusal)
    return render(request, "board/methodologies/missing.html", context, status=status)


@entrance
@require_safe
def toml(request: PageRequest, reference: str) -> HttpResponse:
    """The document as it was written."""
    document = library.found(reference, request.at)
    text = library.source_text(document)
    return _file(request, text, _TOML, digest(text))


@entrance
@require_safe
def json(request: PageRequest, reference: str) -> HttpResponse:
    """The document's canonical content and its digest."""
    document = library.found(reference, request.at)
    return _file(request, library.canonical_text(document), _JSON, document.digest)


@entrance
@require_safe
def factors(request: PageRequest) -> HttpResponse:
    """Every factor table."""
    entries = library.factor_pages().entries(request.at.date())
    context = {"entries": entries, "here": "factors"}
    return render(request, "board/methodologies/factors.html", context)


@entrance
@require_safe
def factor_table(request: PageRequest, table: str) -> HttpResponse:
    """One factor table with the provenance of every row."""
    try:
        page = library.factor_pages().page(table, request.at.date())
    except NotFound as refusal:
        return _missing(request, table, refusal)
    return render(request, "board/methodologies/table.html", {"page": page, "here": "factors"})


@entrance
@require_safe
def factors_file(request: PageRequest) -> HttpResponse:
    """All factor rows as CSV."""
    rows = list(library.factor_pages().library.factors)
    tag = digest([row.digest for row in rows])
    return _file(request, factors_csv(rows), _CSV, tag, name="tanhui-factors.csv")


@entrance
@require_safe
def factor_table_file(request: PageRequest, table: str) -> HttpResponse:
    """One factor table as CSV."""
    found = library.factor_pages().table(table)
    name = f"tanhui-factors-{found.id}.csv"
    return _file(request, factors_csv(found.rows), _CSV, found.digest, name=name)


@entrance
@require_safe
def factor_table_toml(request: PageRequest, table: str) -> HttpResponse:
    """One factor table as it was written."""
    found = library.factor_pages().table(table)
    text = found.path.read_text(encoding="utf-8")
    return _file(request, text, _TOML, digest(text))


def _file(
    request: PageRequest, text: str, content_type: str, tag: str, *, name: str = ""
) -> HttpResponse:
    """A file named by its digest: a client that has it already is told so."""
    etag = f'"{tag}"'
    response = HttpResponse(text, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = _A_DAY
    if name:
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    known = get_conditional_response(request, etag=etag, response=response)
    assert isinstance(known, HttpResponse)
    return known
