"""The public log by its C2SP paths: whoever copies these files can check all of it elsewhere."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from tanhui.api.description import problems
from tanhui.kernel.refusals import NotFound
from tanhui.publiclog import queries, site
from tanhui.tlog.encoding import Malformed
from tanhui.tlog.tiles import parse_path

router = Router(tags=["log"])
TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"
LEAF = "application/json; charset=utf-8"
# Whoever keeps a checkpoint for longer than this takes an old one for the newest.
_NOW = "public, max-age=5"
_FOR_EVER = "public, max-age=31536000, immutable"


def _described(about: str, content_type: str) -> dict[str, Any]:
    content = {content_type: {"schema": {"type": "string"}}}
    found: dict[Any, Any] = {200: {"description": about, "content": content}, **problems(404, 422)}
    return {"responses": found}


def _file(body: bytes, content_type: str, cached: str) -> HttpResponse:
    answer = HttpResponse(body, content_type=content_type)
    answer["Cache-Control"] = cached
    # A page of anyone's may check the log in its visitor's browser.
    answer["Access-Control-Allow-Origin"] = "*"
    return answer


def _nothing(what: str) -> NotFound:
    return NotFound(
        "log_has_no_such_file",
        zh="公开日志中没有“{what}”，或尚未发布。",
        en="The public log has no “{what}”, or has not published it yet.",
        what=what,
    )


@router.get(
    "/checkpoint",
    operation_id="log_checkpoint",
    openapi_extra=_described("A C2SP checkpoint with its cosignatures.", TEXT),
)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """How far the log is published: its size and root, signed by it and by witnesses."""
    del request
    found = site.folder().text("checkpoint")
    if found is None:
        raise _nothing("checkpoint")
    return _file(found, TEXT, _NOW)


@router.get(
    "/policy",
    operation_id="log_policy",
    openapi_extra=_described("A C2SP tlog-policy.", TEXT),
)
def policy(request: HttpRequest) -> HttpResponse:
    """The keys of the log and of its witnesses, and how many of these must have seen it.

    Whoever takes this file from the log itself believes the log: compare it with a witness's.
    """
    del request
    return _file(site.public_policy().text.encode(), TEXT, _NOW)


@router.get(
    "/tile/{path:place}",
    operation_id="log_tile",
    openapi_extra=_described("A tile of hashes, or a bundle of entries.", OCTETS),
)
def tile(request: HttpRequest, place: str) -> HttpResponse:
    """A file that never changes: `LEVEL/NUMBER[.p/WIDTH]` or `entries/NUMBER[.p/WIDTH]`."""
    del request
    try:
        found = site.folder().read(parse_path(f"tile/{place}"))
    except (Malformed, FileNotFoundError):
        raise _nothing(f"tile/{place}") from None
    return _file(found, OCTETS, _FOR_EVER)


@router.get(
    "/proof/{int:index}",
    operation_id="log_proof",
    openapi_extra=_described("A C2SP tlog-proof.", TEXT),
)
def proof(request: HttpRequest, index: int) -> HttpResponse:
    """A file that proves the leaf at this place offline, by the newest checkpoint."""
    del request
    found = queries.proof_at(index)
    if found is None:
        raise _nothing(f"proof/{index}")
    return _file(found.text.encode(), TEXT, _NOW)


@router.get(
    "/leaf/{int:index}",
    operation_id="log_leaf",
    openapi_extra=_described("The bytes that are in the log.", LEAF),
)
def leaf(request: HttpRequest, index: int) -> HttpResponse:
    """The leaf at this place, byte for byte."""
    del request
    found = queries.leaf(index)
    if found is None:
        raise _nothing(f"leaf/{index}")
    return _file(found, LEAF, _FOR_EVER)
