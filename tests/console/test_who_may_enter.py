"""Every address of both desks, asked for by everybody who has no business there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver

from tanhui.console.urls import urlpatterns as console
from tanhui.portal.urls import urlpatterns as portal
from tests.cast import BIKE
from tests.desks import METRO, Desks, act

pytestmark = [pytest.mark.database, pytest.mark.django_db]

NOTHING = "00000000-0000-0000-0000-000000000000"
_OPEN = frozenset({"login", "logout"})
_PART = re.compile(r"<(\w+):\w+>")
_FILLED = {"slug": "R-0001", "uuid": NOTHING, "int": "1", "str": "nothing"}


def _addresses(prefix: str, patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _addresses(f"{prefix}{pattern.pattern}", pattern.url_patterns)
            continue
        if pattern.name in _OPEN:
            continue
        route = str(pattern.pattern).replace("<str:code>", BIKE)
        yield prefix + _PART.sub(lambda part: _FILLED[part[1]], route)


DESKS = {
    "/portal/": (list(_addresses("/portal/", portal)), ("lin-xiao", "operator", "auditor")),
    "/console/": (list(_addresses("/console/", console)), ("lin-xiao", "bike", "metro")),
}


@pytest.mark.parametrize("desk", DESKS)
def test_nobody_is_sent_to_the_log_in_and_others_are_told_that_it_is_not_theirs(
    desks: Desks, desk: str
) -> None:
    addresses, strangers = DESKS[desk]
    assert len(addresses) >= 9
    nobody = Client()
    others = [desks.client(persona) for persona in strangers]
    for address in addresses:
        for send in (nobody.get, nobody.post):
            answer = send(address)
            # What only reads refuses to be written to before it asks who writes.
            assert answer.status_code in (302, 405), address
            if answer.status_code == 302:
                assert answer["Location"].startswith(f"{desk}login?next="), address
        for other in others:
            assert other.get(address).status_code == 403, address
            assert other.post(address, {"act": "void"}).status_code in (403, 405), address


def test_a_page_that_is_not_ones_own_says_so_and_offers_the_log_in(desks: Desks) -> None:
    page = desks.client("lin-xiao").get("/console/").content.decode()
    assert "这里不是你的工作台" in page
    assert "desk_not_yours" in page
    assert "/console/login?next=%2Fconsole%2F" in page
    # Whoever comes to that log-in with the wrong seat is asked for a phone, not sent round.
    assert desks.client("lin-xiao").get("/console/login").status_code == 200


def test_nothing_of_a_partner_is_on_another_partners_pages(desks: Desks) -> None:
    act(desks.client("bike"), "/portal/keys", "issue", environment="sandbox", algorithm="hmac")
    metro = desks.client("metro")
    for page in ("", "keys", "sandbox", "quota", "deliveries/", "days", "corrections"):
        told = metro.get(f"/portal/{page}").content.decode()
        assert "锦城单车" not in told
        assert "HMAC-SHA256</td>" not in told
    assert metro.get(f"/portal/deliveries/{NOTHING}").status_code == 404


def test_a_forged_form_from_elsewhere_does_nothing(desks: Desks) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(f"/login/{desks.city.link('operator')}")
    answer = client.post(f"/console/partners/{METRO}/", {"act": "approve", "waive": "x"})
    assert answer.status_code == 403
    assert "沙箱" in client.get(f"/console/partners/{METRO}/").content.decode()


def test_pages_of_desks_are_never_stored_and_run_nothing_from_elsewhere(desks: Desks) -> None:
    for persona, page in (("bike", "/portal/keys"), ("operator", "/console/")):
        answer = desks.client(persona).get(page)
        assert answer["Cache-Control"] == "no-store"
        assert "default-src 'self'" in answer["Content-Security-Policy"]
        told = answer.content.decode()
        assert "style=" not in told
        assert "<script" not in told
