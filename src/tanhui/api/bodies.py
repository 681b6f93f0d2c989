"""The bytes of a request's body and the items in it, within limits that hold before all else.

A body is a JSON array, or one JSON object a line. Items stay bytes here: what is wrong with one of
them is for `behaviours` to say, and concerns that one alone.
"""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Sequence

import msgspec
from django.http import HttpRequest, UnreadablePostError

from tanhui.behaviours.batches import ITEMS_MAX, require_few
from tanhui.kernel.refusals import Invalid, Refusal

BODY_BYTES_MAX = 4_000_000
# A sender reads its answer only once it has sent everything: so much of a body too large is read
# and dropped, so that the refusal is heard. Beyond that the connection is closed on it.
DROPPED_BYTES_MAX = 16_000_000
_PIECE_BYTES = 64 * 1024
_LENGTH_DIGITS_MAX = 18
JSON, NDJSON = "application/json", "application/x-ndjson"
_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_items = msgspec.json.Decoder(list[msgspec.Raw])
# Each item of an array but the last has a comma behind it: with more commas than these, a body that
# may still be read holds items of which each says far more than any layout asks.
_COMMAS_MAX = 100 * ITEMS_MAX


def read_body(request: HttpRequest) -> bytes:
    """The body as it was sent. Refuses `length_missing`; `body_too_large` without keeping it."""
    given = request.META.get("CONTENT_LENGTH") or ""
    if not given:
        if request.headers.get("Transfer-Encoding"):
            raise Invalid(
                "length_missing",
                zh="请在 Content-Length 中给出请求体的长度，不要分块发送。",
                en="State the length of the body in Content-Length; do not send it in chunks.",
            )
        return b""
    if not given.isascii() or not given.isdigit():
        raise _too_large()
    # A number of very many digits is none that Python reads.
    length = int(given) if len(given) <= _LENGTH_DIGITS_MAX else DROPPED_BYTES_MAX + 1
    if length > BODY_BYTES_MAX:
        if length <= DROPPED_BYTES_MAX:
            _drop(request)
        raise _too_large()
    return request.read()


def _drop(request: HttpRequest) -> None:
    """Reads the body to its end and keeps none of it; a sender that left is left alone."""
    with contextlib.suppress(UnreadablePostError):
        while request.read(_PIECE_BYTES):
            pass


def items_of(body: bytes, content_type: str, content_encoding: str) -> Sequence[bytes]:
    """The items of a body, each the bytes of one JSON value (or of a line that is none).

    Refuses: `content_type_unknown`, `content_encoding_unknown`, `body_too_large` (unpacked),
    `unreadable_body`, `no_items`, `too_many_items`.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (JSON, NDJSON):
        raise Invalid(
            "content_type_unknown",
            zh="请求体须是 application/json（数组）或 application/x-ndjson。",
            en="The body is application/json (an array) or application/x-ndjson.",
        )
    plain = _unpacked(body, content_encoding)
    items = _lines(plain) if kind == NDJSON else _array(plain)
    require_few(items)
    if not items:
        raise Invalid("no_items", zh="请求体里没有任何记录。", en="The body holds no item.")
    return items


def _unpacked(body: bytes, content_encoding: str) -> bytes:
    """The body without its compression, which is taken off only as far as a body may reach."""
    encoding = content_encoding.strip().lower() or "identity"
    if encoding == "identity":
        return body
    if encoding != "gzip":
        raise Invalid(
            "content_encoding_unknown",
            zh="请求体只能不压缩，或用 gzip 压缩。",
            en="The body is sent as it is, or packed with gzip.",
        )
    unpacking = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = unpacking.decompress(body, BODY_BYTES_MAX + 1)
    except zlib.error:
        raise unreadable_body() from None
    if len(plain) > BODY_BYTES_MAX:
        raise _too_large()
    if not unpacking.eof or unpacking.unused_data:
        raise unreadable_body()
    return plain


def _array(body: bytes) -> Sequence[bytes]:
    if body.count(b",") > _COMMAS_MAX:
        raise unreadable_body()
    try:
        return [bytes(item) for item in _items.decode(body)]
    except (msgspec.MsgspecError, RecursionError):
        return _array_with_faults(body)


def _array_with_faults(body: bytes) -> Sequence[bytes]:
    """The items where one holds what JSON has not (NaN, half a letter): it is refused alone."""
    try:
        items = json.loads(body)
        if isinstance(items, list):
            return [json.dumps(item).encode() for item in items]
    except (ValueError, RecursionError):
        pass
    raise unreadable_body()


def _lines(body: bytes) -> Sequence[bytes]:
    lines = [line for line in body.split(b"\n") if line and not line.isspace()]
    require_few(lines)
    if lines and not any(map(_is_json, lines)):
        raise unreadable_body()
    return lines


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def unreadable_body() -> Refusal:
    """A body that is not what its type says."""
    return Invalid(
        "unreadable_body",
        zh="请求体无法读取：application/json 须是一个 JSON 数组，application/x-ndjson 每行一个"
        " JSON 对象，编码为 UTF-8。",
        en="The body cannot be read: application/json is one JSON array, application/x-ndjson one"
        " JSON object a line, in UTF-8.",
    )


def _too_large() -> Refusal:
    return Invalid(
        "body_too_large",
        zh="请求体最大 {most} 字节（解压后也是），请分批发送。",
        en="A body has at most {most} bytes, unpacked too; send several batches.",
        most=BODY_BYTES_MAX,
    )
