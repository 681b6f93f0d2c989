"""What a program may read of the registers, and that the figures are the books' own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tanhui.config.database import Database
from tanhui.registry.recount import recount
from tanhui.registry.retiring import Wish
from tests.api.sending import Sent, told
from tests.cast import NOW
from tests.registry.register import Register, open_register

_CLIENT = Client(headers={"accept-language": "en"})
PERSON = Wish("person", "张三丰", "Zhang Sanfeng", "婚礼", "a wedding", "", "")


def _read(address: str) -> Sent:
    return told(_CLIENT.get(f"/api/v1/{address}"))


@pytest.fixture
def register(books: Database) -> Register:
    return open_register(books.owner_url)


@pytest.fixture
def sold(register: Register) -> Register:
    """A furnace's credits: sold, retired for an event and for a person, some still to be undone."""
    register.issue(10_000, buffer_kg=1_000)
    register.transfer(5_000, "sale-1")
    register.retire(1_200, "launch", persona="buyer", at=NOW + timedelta(minutes=1))
    register.retire(5, "wedding", wish=PERSON, at=NOW + timedelta(minutes=2))
    register.retire(40, "later", waive=False, at=NOW + timedelta(minutes=3))
    return register


def test_the_totals_of_credits_are_those_of_a_recount(sold: Register) -> None:
    del sold
    found = recount().equation
    assert _read("totals").json["credits"] == {
        "issued_kg": 10_000,
        "held_kg": found.held_kg,
        "reserved_kg": 40,
        "retired_kg": 1_205,
        "cancelled_kg": 0,
    }


def test_projects_are_listed_page_by_page_and_told_one_by_one(sold: Register) -> None:
    first = _read("projects?limit=1").json
    second = _read(f"projects?limit=1&after={first['next']}").json
    codes = [one["projects"][0]["code"] for one in (first, second)]
    assert codes == [sold.forest, sold.furnace]
    assert second["next"] is None
    one = _read(f"projects/{sold.furnace}").json
    assert one["owner"]["code"] == "GLASS"
    assert one["vintages"][0]["issued_kg"] == 10_000
    assert [each["number"] for each in one["periods"]] == [1]
    assert _read("projects?q=furnace").json["projects"][0]["code"] == sold.furnace
    missing = _read("projects/CDCER-9999")
    assert (missing.status, missing.json["code"]) == (404, "no_such_project")


def test_a_number_and_a_range_answer_with_their_life(sold: Register) -> None:
    one = _read("credits/117").json
    assert (one["state"], one["first"], one["last"], one["counts"]) == ("retired", 1, 1_200, True)
    assert [each["kind"] for each in one["events"]] == ["issue", "transfer", "retire"]
    assert one["events"][-1]["retirement"] == "TH-2026-000001"
    assert one["issuance"]["statement"]["kg"] == 10_000
    assert one["one_block"]
    several = _read("credits/1000-1300").json
    assert (several["number"], several["asked_last"], several["one_block"]) == (1000, 1300, False)
    assert _read("credits/10000").json["holder"] is None
    assert one["project"] == sold.furnace


@pytest.mark.parametrize("serial", ["0", "10001", "x", "9" * 30, "5-4", "-1", "１"])
def test_numbers_that_nobody_was_given_are_not_found(sold: Register, serial: str) -> None:
    del sold
    answer = _read(f"credits/{serial}")
    assert (answer.status, answer.json["code"]) == (404, "no_such_credit")


def test_retirements_are_told_without_any_persons_name(sold: Register) -> None:
    del sold
    listed = _read("retirements").json
    assert [one["number"] for one in listed["retirements"]] == ["TH-2026-000002", "TH-2026-000001"]
    assert listed["retirements"][0]["beneficiary_zh"] is None
    assert listed["retirements"][1]["beneficiary_en"] == "Tanhui launch ceremony (simulated)"
    one = _read("retirements/TH-2026-000001").json
    assert [(each["first"], each["last"]) for each in one["retired"]] == [(1, 1_200)]
    assert len(one["commitment"]) == 64
    assert _read("retirements?limit=1").json["next"] == 2
    assert "Zhang" not in str(_read("retirements/TH-2026-000002").json)
    for number in ("TH-2026-000003", "TH-2026-000009", "TH-2025-000001", "x"):
        assert _read(f"retirements/{number}").status == 404
