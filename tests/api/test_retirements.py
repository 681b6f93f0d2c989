"""Retiring credits by a program: one key, one retirement."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tanhui.config.database import Database
from tanhui.identity.commands import log_in_by_link, open_login_link, platform_actor
from tanhui.registry import queries
from tests.registry.register import Register, open_register

ADDRESS = "/api/v1/retirements"


@pytest.fixture
def register(books: Database) -> Register:
    """The cast of path two; the glassworks holds 1,000 kg of 2025."""
    made = open_register(books.owner_url, at=timezone.now())
    made.issue(1_000, at=timezone.now())
    return made


def _token(persona: str) -> str:
    link = open_login_link(actor=platform_actor(), persona=persona, at=timezone.now())
    return log_in_by_link(token=link, at=timezone.now())


def _asked(register: Register, kg: int, **more: Any) -> dict[str, Any]:
    return {
        "lines": [{"project": register.furnace, "vintage": 2025, "kg": kg}],
        "beneficiary_kind": "event",
        "beneficiary_zh": "启动仪式",
        "beneficiary_en": "Launch ceremony",
        "purpose_zh": "抵消启动仪式的排放",
        "purpose_en": "against the emissions of the launch",
        **more,
    }


def _post(asked: dict[str, Any], *, token: str = "", key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if key:
        headers["Idempotency-Key"] = key
    return Client().post(ADDRESS, asked, content_type="application/json", headers=headers)


def test_one_key_retires_once_and_nobody_else_may(register: Register) -> None:
    asked, token = _asked(register, 400), _token("owner-glass")
    assert _post(asked, key="k").status_code == 401
    assert _post(asked, token=token).json()["code"] == "idempotency_key_missing"
    first = _post(asked, token=token, key="launch-1")
    assert first.status_code == 200, first.content
    told = first.json()
    assert (told["state"], told["kg"], told["certificate"]) == ("pending", 400, None)
    assert (told["lines"][0]["first"], told["lines"][0]["last"]) == (1, 400)
    again = [_post(asked, token=token, key="launch-1").json() for _ in range(2)]
    assert again == [told, told]
    other = _post(_asked(register, 401), token=token, key="launch-1")
    assert (other.status_code, other.json()["code"]) == (409, "exists_with_different_lines")
    held = queries.holdings(register.cast.organisation("GLASS"))[0]
    assert (held.held_kg, held.reserved_kg) == (600, 400)
    waived = _post(_asked(register, 100, waive_undo=True), token=token, key="launch-2").json()
    assert waived["state"] == "retired"
    assert Client().get(waived["certificate"]).status_code == 200
    short = _post(_asked(register, 501), token=token, key="launch-3")
    assert (short.status_code, short.json()["code"]) == (409, "credits_insufficient")
    citizen = _post(asked, token=_token("lin-xiao"), key="x")
    assert (citizen.status_code, citizen.json()["code"]) == (403, "not_permitted")
    assert _post({**asked, "lines": []}, token=token, key="y").json()["code"] == "lines_invalid"
    assert Client().get(ADDRESS).json()["retirements"][0]["number"] == waived["number"]
