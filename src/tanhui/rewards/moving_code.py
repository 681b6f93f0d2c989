"""A voucher's moving code: what its picture says for half a minute, so that a copy grows old.

The text holds the voucher's eight letters, the step of 30 seconds in which it was shown and a keyed
code over both. A screenshot is told from the voucher by its age. The eight letters alone are what
is read aloud where there is no network; they are good at one merchant only.
"""

from __future__ import annotations

import re
from datetime import datetime

from tanhui.identity.sealing import blind_index, is_blind_code
from tanhui.rewards import refusals

STEP_SECONDS = 30
# A code that was shown up to so many steps ago is still taken: somebody holds out the phone.
STEPS_OF_GRACE = 1
_FIELD = "rewards.moving-code"
_MAC_BYTES = 9
_TYPED = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
_MOVING = re.compile(r"TH1\.([0-9A-HJKMNP-TV-Z]{8})\.([0-9]{1,12})\.([0-9a-f]{18})")
# How Crockford's letters are misread, and what is put between them.
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u3000": None})


def step_of(at: datetime) -> int:
    """The number of the half minute."""
    return int(at.timestamp()) // STEP_SECONDS


def moving_text(code: str, at: datetime) -> str:
    """What the picture of a voucher says at this time."""
    step = step_of(at)
    return f"TH1.{code}.{step}.{_mac(code, step).hex()}"


def seconds_left(at: datetime) -> int:
    """In how many seconds the picture changes."""
    return STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS


def read(text: str, at: datetime) -> str:
    """The voucher's code of a scanned or typed text.

    Refuses `no_such_voucher` for what is none, or not made by us, and `voucher_stale` for a moving
    code that is too old or from a time to come.
    """
    cleaned = text.strip()
    found = _MOVING.fullmatch(cleaned)
    if found is None:
        typed = cleaned.upper().translate(_MISREAD)
        if not _TYPED.fullmatch(typed):
            raise refusals.no_such_voucher()
        return typed
    code, step, mac = found[1], int(found[2]), bytes.fromhex(found[3])
    if not _is_mac(code, step, mac):
        raise refusals.no_such_voucher()
    if not 0 <= step_of(at) - step <= STEPS_OF_GRACE:
        raise refusals.voucher_stale()
    return code


def _mac(code: str, step: int) -> bytes:
    return blind_index(f"{code}.{step}", field=_FIELD)[:_MAC_BYTES]


def _is_mac(code: str, step: int, mac: bytes) -> bool:
    return is_blind_code(mac, f"{code}.{step}", field=_FIELD, length=_MAC_BYTES)
