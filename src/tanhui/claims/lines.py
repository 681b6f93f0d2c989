"""The file in which two schemes tell each other what they have rewarded. Pure.

The first line is a header, then there is one line for each trip. A person is named by a token that
only who holds the shared key can make, and that is another one every day.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tanhui.claims.matching import GROUPS
from tanhui.claims.slots import SLOT_US
from tanhui.kernel.periods import day_start

FORMAT = "tanhui-claims/1"
ANSWER_FORMAT = "tanhui-claims-answer/1"
# How our own files name their maker; no other scheme can be registered by this name.
OURS = "TANHUI"
SLOTS_A_DAY = 288
LONGEST_LINE = 1_000
_TOKEN = re.compile(r"[0-9a-f]{64}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FIELDS = {"token", "day", "start", "end", "group", "claimed_at"}


class LineFault(ValueError):
    """A line that cannot be read; its text is the fault's code."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One rewarded trip: `start` and `end` count slots of five minutes from the day's beginning.

    `end` is the first slot after the trip and may lie in the following day.
    """

    token: str
    day: date
    start: int
    end: int
    group: str
    claimed_at: datetime

    @property
    def started(self) -> int:
        """Microseconds since the epoch."""
        return _midnight(self.day) + self.start * SLOT_US

    @property
    def ended(self) -> int:
        """Microseconds since the epoch."""
        return _midnight(self.day) + self.end * SLOT_US

    def line(self, **more: object) -> str:
        """The claim as a line of a file, without its end."""
        told = {
            "token": self.token,
            "day": self.day.isoformat(),
            "start": self.start,
            "end": self.end,
            "group": self.group,
            "claimed_at": _instant_text(self.claimed_at),
        }
        return _text(told | more)


def token(key: bytes, day: date, phone: str) -> str:
    """Who a person is on one day, to those who hold the key: HMAC-SHA256, 64 hex digits.

    The message is the format's name, the day (`2026-03-20`) and the eleven digits, in a row.
    """
    message = f"{FORMAT}{day.isoformat()}{phone}".encode()
    return hmac.digest(key, message, hashlib.sha256).hex()


def header(form: str, scheme: str, made_at: datetime) -> str:
    """A file's first line."""
    return _text({"format": form, "scheme": scheme, "made_at": _instant_text(made_at)})


def read_header(line: bytes) -> tuple[str, str]:
    """The format and the scheme that a first line names; raises LineFault `not_a_claims_file`."""
    try:
        told = _object(line)
        form, scheme = told["format"], told["scheme"]
        _instant(told["made_at"])
    except (LineFault, KeyError):
        raise LineFault("not_a_claims_file") from None
    if not isinstance(form, str) or not isinstance(scheme, str):
        raise LineFault("not_a_claims_file")
    return form, scheme


def read_claim(line: bytes) -> Claim:
    """One line after the first.

    Raises LineFault: `not_json`, `wrong_fields`, `malformed_token`, `malformed_day`,
    `malformed_slots`, `unknown_group`, `malformed_time`.
    """
    told = _object(line)
    if told.keys() != _FIELDS:
        raise LineFault("wrong_fields")
    if not isinstance(told["token"], str) or not _TOKEN.fullmatch(told["token"]):
        raise LineFault("malformed_token")
    start, end = told["start"], told["end"]
    if type(start) is not int or type(end) is not int:
        raise LineFault("malformed_slots")
    if not (0 <= start < SLOTS_A_DAY and start < end <= start + SLOTS_A_DAY):
        raise LineFault("malformed_slots")
    if told["group"] not in GROUPS:
        raise LineFault("unknown_group")
    return Claim(
        told["token"],
        _day(told["day"]),
        start,
        end,
        told["group"],
        _instant(told["claimed_at"]),
    )


def _day(told: object) -> date:
    if not isinstance(told, str) or not _DAY.fullmatch(told):
        raise LineFault("malformed_day")
    try:
        day = date.fromisoformat(told)
    except ValueError:
        raise LineFault("malformed_day") from None
    # What lies before the schemes, or so far ahead that the next day has no date, is a mistake.
    if not 2000 <= day.year <= 2200:
        raise LineFault("malformed_day")
    return day


def _instant(told: object) -> datetime:
    if not isinstance(told, str):
        raise LineFault("malformed_time")
    try:
        instant = datetime.fromisoformat(told)
    except ValueError:
        raise LineFault("malformed_time") from None
    if instant.tzinfo is None or not 2000 <= instant.year <= 2200:
        raise LineFault("malformed_time")
    return instant.astimezone(UTC)


def _object(line: bytes) -> dict[str, Any]:
    if len(line) > LONGEST_LINE:
        raise LineFault("not_json")
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        raise LineFault("not_json") from None
    if not isinstance(told, dict):
        raise LineFault("not_json")
    return told


def _text(told: dict[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _instant_text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _midnight(day: date) -> int:
    """Microseconds from the epoch to the beginning of a day of the city."""
    return (day_start(day) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
