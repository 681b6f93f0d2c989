"""Bodies that are none, too large, packed, deep or of another type; and every error's form."""

from __future__ import annotations

import gzip
import io
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from tanhui.api.bodies import BODY_BYTES_MAX, DROPPED_BYTES_MAX, read_body
from tanhui.kernel.refusals import Refusal
from tests.api.sending import BATCH, JSON, NDJSON, Desk, Sent, recent_ride, told


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b" ", "unreadable_body"),
        (b"not json", "unreadable_body"),
        (b"{}", "unreadable_body"),
        (b'[{"a":1}', "unreadable_body"),
        (b"[1] [2]", "unreadable_body"),
        (b"\xff\xfe", "unreadable_body"),
        (b"[" * 100_000 + b"]" * 100_000, "unreadable_body"),
        (b"[" + b"1," * 1_000_000 + b"1]", "unreadable_body"),
        (b"[]", "no_items"),
        (b"[" + b"1," * 1_000 + b"1]", "too_many_items"),
    ],
    ids=["empty", "text", "object", "torn", "two", "bytes", "deep", "wide", "none", "1001"],
)
def test_a_body_that_is_no_list_of_items_is_refused(desk: Desk, body: bytes, code: str) -> None:
    sent = desk.send(body)
    assert (sent.status, sent.code) == (422, code)
    assert "ratelimit" in sent.headers


def test_lines_of_which_none_is_json_are_refused(desk: Desk) -> None:
    assert desk.send(b"reference,rider\na,b\n", content_type=NDJSON).code == "unreadable_body"
    assert desk.send(b"\n \n", content_type=NDJSON).code == "no_items"


def test_a_deep_item_is_refused_alone(desk: Desk) -> None:
    deep = b'{"reference":' + b"[" * 500 + b"]" * 500 + b"}"
    good = json.dumps(recent_ride("a")).encode()
    assert desk.send(b"[" + deep + b"," + good + b"]").results == [
        "refused:malformed",
        "recorded",
    ]
    deeper = b"[" * 200_000
    assert desk.send(deeper + b"\n" + good, content_type=NDJSON).results == [
        "refused:malformed",
        "exists",
    ]


def test_a_large_body_is_refused_and_not_kept(desk: Desk) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body = b"[" + b" " * BODY_BYTES_MAX + b"]"
    sent = desk.send(body)
    assert (sent.status, sent.code) == (413, "body_too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
    huge = [recent_ride("a", note="x" * 3_900_000)]
    assert desk.send(huge).results == ["recorded"]


@contextmanager
def _served() -> Iterator[int]:
    """The platform behind a real socket, and its port."""
    server = make_server(
        "127.0.0.1", 0, get_wsgi_application(), WSGIServer, handler_class=_QuietHandler
    )
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _QuietHandler(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Says nothing."""


def test_a_sender_hears_over_a_socket_that_its_body_is_too_large(desk: Desk) -> None:
    del desk
    with _served() as port:
        asked = Request(
            f"http://127.0.0.1:{port}{BATCH}",
            data=b" " * (3 * BODY_BYTES_MAX),
            headers={"Content-Type": JSON},
        )
        with pytest.raises(HTTPError) as refused:
            urlopen(asked, timeout=20)
        assert refused.value.code == 413
        assert json.load(refused.value)["code"] == "body_too_large"


@pytest.mark.parametrize(
    ("length", "read"),
    [
        (DROPPED_BYTES_MAX, DROPPED_BYTES_MAX),
        (DROPPED_BYTES_MAX + 1, 0),
        ("9" * 5_000, 0),
        ("-1", 0),
    ],
    ids=["most", "more", "digits", "negative"],
)
def test_of_a_body_too_large_only_so_much_is_read(length: object, read: int) -> None:
    body = io.BytesIO(bytes(DROPPED_BYTES_MAX + 1))
    request = WSGIRequest(
        {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(length), "wsgi.input": body}
    )
    with pytest.raises(Refusal) as refused:
        read_body(request)
    assert refused.value.code == "body_too_large"
    assert body.tell() == read


def test_packed_bodies_are_taken_if_they_say_so(desk: Desk) -> None:
    packed = gzip.compress(json.dumps([recent_ride("a")]).encode())
    assert desk.send(packed).code == "unreadable_body"
    assert desk.send(packed, changed={"content-encoding": "gzip"}).results == ["recorded"]
    torn = desk.send(packed[:-5], changed={"content-encoding": "gzip"})
    assert torn.code == "unreadable_body"
    other = desk.send(packed, changed={"content-encoding": "br"})
    assert (other.status, other.code) == (415, "content_encoding_unknown")


def test_a_bomb_is_refused_without_unpacking_it(desk: Desk) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = gzip.compress(b"[" + b" " * 200_000_000 + b"]")
    after_packing = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(bomb) < BODY_BYTES_MAX
    sent = desk.send(bomb, changed={"content-encoding": "gzip"})
    assert (sent.status, sent.code) == (413, "body_too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - after_packing < 50 * 1024
    assert before <= after_packing


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data"])
def test_other_types_are_refused(desk: Desk, kind: str) -> None:
    sent = desk.send([recent_ride("a")], content_type=kind)
    assert (sent.status, sent.code) == (415, "content_type_unknown")


def _get(address: str, language: str = "en", method: str = "GET") -> Sent:
    client = Client(headers={"accept-language": language})
    return told(client.generic(method, address))


def test_every_error_is_a_problem(desk: Desk) -> None:
    del desk
    for method, address, status, code in [
        ("GET", "/api/v1/nothing", 404, "no_such_address"),
        ("GET", "/api/", 404, "no_such_address"),
        ("GET", BATCH, 405, "method_not_allowed"),
        ("DELETE", "/api/v1/scenes", 405, "method_not_allowed"),
        ("GET", "/api/v1/methodologies/none.such", 404, "no_such_methodology"),
        ("GET", "/api/v1/me", 401, "token_missing"),
        ("POST", BATCH, 401, "signature_missing"),
        ("GET", "/api/v1/reconciliation", 422, "parameters_wrong"),
    ]:
        sent = _get(address, method=method)
        assert (sent.status, sent.code) == (status, code), address
        assert sent.json["type"] == f"urn:tanhui:problem:{code}"
        assert sent.json["status"] == status
        assert sent.json["detail"]
        assert set(sent.json) <= {"type", "title", "status", "detail", "code", "parameters"}
    assert "POST" in _get(BATCH).headers["allow"]


def test_a_problem_speaks_the_readers_language(desk: Desk) -> None:
    del desk
    assert "signature" in _get("/api/v1/batches/x", "en").json["detail"]
    assert "签名" in _get("/api/v1/batches/x", "zh-CN").json["detail"]


def test_a_defect_is_a_problem_without_a_trace(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    del desk

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tanhui.api.library._city", broken)
    sent = _get("/api/v1/scenes")
    assert (sent.status, sent.code) == (500, "defect")
    assert b"secret" not in sent.content
    assert b"Traceback" not in sent.content
    assert "secret detail" in caplog.text


def test_a_strange_host_is_told_in_the_same_form(desk: Desk) -> None:
    del desk
    answer = Client(headers={"host": "evil.example"}).get("/api/v1/scenes")
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_cookie_is_set_or_asked_for(desk: Desk) -> None:
    client = Client(enforce_csrf_checks=True)
    body = json.dumps([recent_ride("a")]).encode()
    answer = client.post(BATCH, body, content_type=JSON, headers=desk.headers(body))
    assert answer.status_code == 200
    assert not answer.cookies
