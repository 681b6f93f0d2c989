"""How a deed is named in addresses: its own key, without the citizen."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from tanhui.kernel.refusals import NotFound

_KEY = re.compile(r"([0-9a-f]{1,14})-([0-9a-f]{1,8})-([0-9a-f]{1,16})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def behaviour_key(started_at: datetime, partner_id: int, reference_digest: int) -> str:
    """How a deed is named in addresses: its own key, without the citizen."""
    started = (started_at - _EPOCH) // _MICROSECOND
    return f"{started:x}-{partner_id:x}-{reference_digest % 2**64:x}"


def parse_key(key: str) -> tuple[datetime, int, int]:
    """Start, partner and reference digest of a deed's key; refuses `no_such_behaviour`."""
    found = _KEY.fullmatch(key)
    if found is None:
        raise no_such_behaviour()
    started, partner, digest = (int(part, 16) for part in found.groups())
    try:
        started_at = _EPOCH + started * _MICROSECOND
    except OverflowError:
        raise no_such_behaviour() from None
    signed = digest - 2**64 if digest >= 2**63 else digest
    if partner >= 2**31:
        raise no_such_behaviour()
    return started_at, partner, signed


def no_such_behaviour() -> NotFound:
    """The refusal of a deed that is not there, or not this citizen's."""
    return NotFound(
        "no_such_behaviour",
        zh="没有这条记录。",
        en="There is no such record.",
    )
