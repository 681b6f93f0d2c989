"""Digests of content: SHA-256 over canonical JSON, so comments and layout do not count."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from fractions import Fraction


def _plain(value: object) -> object:
    """Dates as ISO text and exact numbers as fraction text; anything else is a defect."""
    # A time of day is refused by its key, but perhaps only after the digest was taken.
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | Fraction):
        return str(Fraction(value))
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical_json(data: object) -> str:
    """`data` as JSON with sorted keys, no spaces and no escaped Chinese.

    Raises TypeError for a float or any type that has no canonical form.
    """
    _refuse_floats(data)
    return json.dumps(
        data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
    )


def _refuse_floats(data: object) -> None:
    if isinstance(data, float):
        raise TypeError("no canonical form for float")
    if isinstance(data, Mapping):
        for value in data.values():
            _refuse_floats(value)
    elif isinstance(data, list | tuple):
        for value in data:
            _refuse_floats(value)


def digest(data: object) -> str:
    """`sha256:` and 64 hexadecimal digits of the canonical JSON of `data` in UTF-8."""
    return "sha256:" + hashlib.sha256(canonical_json(data).encode()).hexdigest()
