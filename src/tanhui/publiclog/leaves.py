"""What a leaf is: canonical JSON, the same bytes for the same facts wherever they are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from tanhui.methodology.canonical import canonical_json

LEAF_BYTES_MAX = 60_000
# Beyond this a browser no longer reads a JSON number exactly.
INTEGER_MAX = 2**53 - 1


def leaf_bytes(leaf: Mapping[str, object]) -> bytes:
    """`leaf` as canonical JSON in UTF-8: sorted keys, no spaces, at most `LEAF_BYTES_MAX` bytes.

    It may hold strings, integers up to `INTEGER_MAX`, lists and objects of these; keys are ASCII.
    Raises TypeError for anything else (also for truth values and null) and ValueError for what is
    too long or too large.
    """
    _check(leaf)
    written = canonical_json(leaf).encode()
    if len(written) > LEAF_BYTES_MAX:
        raise ValueError(f"a leaf has at most {LEAF_BYTES_MAX} bytes, not {len(written)}")
    return written


def instant(at: datetime) -> str:
    """`at` as leaves write it: UTC to the second, such as `2026-11-22T06:00:00Z`."""
    if at.tzinfo is None:
        raise ValueError("a leaf's time has a zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check(value: object) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > INTEGER_MAX:
            raise ValueError(f"a leaf's integers are at most {INTEGER_MAX}, not {value}")
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise TypeError("a leaf's keys are ASCII text")
            _check(inner)
        return
    if isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
        return
    raise TypeError(f"a leaf holds no {type(value).__name__}")
