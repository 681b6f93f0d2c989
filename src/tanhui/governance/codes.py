"""The code of an audit row: what only this installation's key can write beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

KEY_NAME = "audit"
_KEY_ID_BYTES = 4
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def content(number: int, actor: str, action: str, subject: str, facts: str, at_us: int) -> bytes:
    """The canonical bytes of a row: its number, its texts, its microseconds since 1970.

    `facts` is the text that the database itself makes of them. No text of the database holds a
    zero byte, so two different rows never have the same bytes.
    """
    return f"{number}\0{actor}\0{action}\0{subject}\0{facts}\0{at_us}".encode()


def microseconds(at: datetime) -> int:
    """Microseconds since 1970, as the database counts them."""
    return (at - _EPOCH) // _MICROSECOND


def code_of(message: bytes) -> bytes:
    """The key's id (4 bytes) and its code of the message (32 bytes)."""
    key_id, code = settings.TANHUI.keys.mac_with_id(KEY_NAME, message)
    return key_id + code


def is_code(message: bytes, code: bytes) -> bool:
    """Whether one of our keys wrote this code of the message."""
    return settings.TANHUI.keys.is_mac(
        KEY_NAME, code[:_KEY_ID_BYTES], message, code[_KEY_ID_BYTES:]
    )


def sealed_bytes(place: int, head: bytes) -> bytes:
    """What is coded when the chain up to `place` is sealed."""
    return b"chain\0" + place.to_bytes(8, "big") + head
