"""The lines of the file between schemes, one by one."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanhui.claims.lines import Claim, LineFault, header, read_claim, read_header, token
from tests.claims.telling import MIDNIGHT, MINUTE

KEY = bytes(range(32))
DAY = date(2026, 3, 20)
CLAIM = Claim("ab" * 32, DAY, 96, 99, "cycling", datetime(2026, 3, 20, 4, tzinfo=UTC))


def test_a_token_is_what_openssl_makes_of_it() -> None:
    # printf tanhui-claims/12026-03-2013800000001 | openssl dgst -sha256 -mac HMAC …
    assert token(KEY, DAY, "13800000001") == (
        "c96e2f9a32aea8107b6a7ab4ed846080bcaba179aa7db8fb291c3b32e5262211"
    )
    assert token(KEY, DAY, "13800000001") != token(KEY, date(2026, 3, 21), "13800000001")
    assert token(KEY, DAY, "13800000001") != token(KEY[::-1], DAY, "13800000001")


def test_a_claim_is_read_as_it_was_written() -> None:
    assert read_claim(CLAIM.line().encode()) == CLAIM
    assert (CLAIM.started, CLAIM.ended) == (MIDNIGHT + 480 * MINUTE, MIDNIGHT + 495 * MINUTE)
    made = header("tanhui-claims/1", "OTHER", CLAIM.claimed_at)
    assert read_header(made.encode()) == ("tanhui-claims/1", "OTHER")


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"token": "AB" * 32}, "malformed_token"),
        ({"token": None}, "malformed_token"),
        ({"day": "2026-02-30"}, "malformed_day"),
        ({"day": "20260320"}, "malformed_day"),
        ({"day": "0001-01-01"}, "malformed_day"),
        ({"start": -1}, "malformed_slots"),
        ({"start": 288, "end": 290}, "malformed_slots"),
        ({"end": 96}, "malformed_slots"),
        ({"end": 96 + 289}, "malformed_slots"),
        ({"start": True}, "malformed_slots"),
        ({"start": 96.0}, "malformed_slots"),
        ({"group": "flying"}, "unknown_group"),
        ({"group": []}, "unknown_group"),
        ({"claimed_at": "2026-03-20T04:00:00"}, "malformed_time"),
        ({"claimed_at": 7}, "malformed_time"),
        ({"name": "林晓"}, "wrong_fields"),
    ],
)
def test_a_bad_line_has_a_name(changed: dict[str, object], code: str) -> None:
    line = json.dumps(json.loads(CLAIM.line()) | changed)
    with pytest.raises(LineFault, match=f"^{code}$"):
        read_claim(line.encode())


@given(st.binary(max_size=1_200) | st.text().map(str.encode))
def test_whatever_else_a_line_holds_is_a_fault(line: bytes) -> None:
    with pytest.raises(LineFault):
        read_claim(line)
    with pytest.raises(LineFault):
        read_header(line)


def test_a_deep_or_endless_line_is_a_fault() -> None:
    for line in (b"[" * 900, b'{"token":' * 90, b" " * 10_000):
        with pytest.raises(LineFault):
            read_claim(line)
