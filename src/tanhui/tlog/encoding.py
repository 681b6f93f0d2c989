"""Text that stands for exactly one value: base64 and decimals without a second spelling."""

from __future__ import annotations

import base64
import binascii
import re

HASH_BYTES = 32
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
SIZE_MAX = 2**63 - 1


class Malformed(ValueError):
    """A text or a file that is not of the form it should have."""


class Unproven(ValueError):
    """A well-formed statement that is not true, or not known to be."""


def encode(data: bytes) -> str:
    """Standard base64."""
    return base64.b64encode(data).decode("ascii")


def decode(text: str) -> bytes:
    """The bytes of a standard base64 text; raises Malformed unless they encode to the same text.

    Python's decoder alone ignores stray bits at the end, so two texts would mean one value.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("no base64") from None
    if encode(data) != text:
        raise Malformed("base64 with stray bits")
    return data


def decode_hash(text: str) -> bytes:
    """A SHA-256 hash in base64."""
    data = decode(text)
    if len(data) != HASH_BYTES:
        raise Malformed("no hash")
    return data


def decimal(text: str) -> int:
    """A size or an index: ASCII digits without leading zeroes, below 2^63."""
    if _DECIMAL.fullmatch(text) is None or int(text) > SIZE_MAX:
        raise Malformed("no decimal")
    return int(text)
