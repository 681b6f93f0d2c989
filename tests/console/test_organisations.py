"""The desk of organisations: who is there, registering one, seating its staff."""

from __future__ import annotations

import pytest

from tests.desks import Desks, done, read, refused
from tests.path_two import seat_path_two

pytestmark = [pytest.mark.database, pytest.mark.django_db]

DESK = "/console/organisations"
ONE = {
    "code": "KILN",
    "name_zh": "青白江窑厂（模拟）",
    "name_en": "Qingbaijiang kiln (simulated)",
    "credit_code": "91510113MA00DEMO21",
    "roles": "owner",
}


def test_the_operator_registers_an_organisation_and_seats_its_staff(desks: Desks) -> None:
    seat_path_two(at=desks.city.at)
    operator = desks.client("operator")
    assert "机构已登记" in done(operator, DESK, "register", **ONE)
    assert "91510113MA00DEMO21" in read(operator, f"{DESK}?role=owner")
    assert "91510113MA00DEMO21" not in read(operator, f"{DESK}?role=verifier")
    number = max(seat_path_two(at=desks.city.at).organisations.values()) + 1
    seat = {"organisation": number, "role": "owner", "phone": "13912340077", "display_name": "窑工"}
    assert "人员已登记" in done(operator, DESK, "seat", **seat)
    assert "窑工" in read(operator, DESK)
    assert "organisation_missing" in refused(operator, DESK, "seat", **{**seat, "role": "buyer"})
    torn = {**ONE, "code": "TORN", "roles": ["verifier", "owner"]}
    assert "organisation_roles_invalid" in refused(operator, DESK, "register", **torn)
    taken = {**ONE, "name_zh": "别家"}
    assert "organisation_exists" in refused(operator, DESK, "register", **taken)


def test_the_authority_and_the_auditor_read_and_register_nothing(desks: Desks) -> None:
    seat_path_two(at=desks.city.at)
    for persona in ("regulator", "auditor"):
        client = desks.client(persona)
        page = client.get(DESK).content.decode()
        assert "平原尼普洛药包玻璃厂（模拟）" in page
        assert 'name="act"' not in page
        assert "not_permitted" in refused(client, DESK, "register", **ONE)
