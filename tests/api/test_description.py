"""The description: every route that is served is in it, and it is the one that is committed.

When the interface changes on purpose, `python -m tests.api.snapshot` writes it anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.snapshot import SNAPSHOT, document, written


def _addresses(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for each in patterns:
        address = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _addresses(each.url_patterns, address)
        elif each.name is not None and not address.endswith("api-root"):
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", address)


# Operations that need a token without its standing in their address.
BY_TOKEN = {"retire", "redeem", "confirmRedemption", "returnRedemption"}


def test_every_route_is_described() -> None:
    served = {
        address
        for address in _addresses(get_resolver().url_patterns, "")
        if address.startswith("/api/v1/") and address != "/api/v1/"
    }
    assert len(served) >= 12
    assert served == set(document()["paths"])


def test_it_is_the_committed_one() -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == written(), "run: python -m tests.api.snapshot"


def _operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for address, methods in document()["paths"].items():
        for operation in methods.values():
            yield address, operation


def test_every_operation_says_its_errors_and_who_may_call_it() -> None:
    assert document()["openapi"].startswith("3.1")
    for address, operation in _operations():
        told = operation["responses"]
        assert "200" in told, address
        assert "default" in told, address
        assert operation["description"], address
        private = re.search(r"/me(/|$)|batch|reconciliation", address) is not None
        private = private or operation["operationId"] in BY_TOKEN
        assert bool(operation.get("security")) == private, address


def test_every_reference_leads_somewhere() -> None:
    text = SNAPSHOT.read_text(encoding="utf-8")
    schemas = document()["components"]["schemas"]
    named = set(re.findall(r'"#/components/schemas/(\w+)"', text))
    assert named <= set(schemas)
    # What is asked in an address is written out as its parameters.
    asked = {"ProjectsAsked", "RetirementsAsked"}
    assert set(schemas) - named <= {"MethodologiesForm", *asked}
