"""Sealing of personal data: encrypted at rest, found again only by a keyed blind index.

The key ring seals; this room says with which keys, and binds each value to its field.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

_SEALING, _BLIND = "personal", "blind"


def seal(text: str, *, field: str) -> bytes:
    """`text` encrypted for one `field`; a value moved to another field does not open there."""
    return settings.TANHUI.keys.seal(_SEALING, text.encode(), field.encode())


def unseal(sealed: bytes | memoryview, *, field: str) -> str:
    """The text of a sealed value. Raises `UnknownKey` and `Unsealable` of the key ring."""
    return settings.TANHUI.keys.unseal(_SEALING, bytes(sealed), field.encode()).decode()


def blind_index(text: str, *, field: str) -> bytes:
    """The keyed hash under which a sealed value is kept, without revealing it."""
    return settings.TANHUI.keys.mac(_BLIND, f"{field}\0{text}".encode())


def blind_indexes(text: str, *, field: str) -> list[bytes]:
    """Every hash under which the value may still be kept while the key changes, newest first."""
    return settings.TANHUI.keys.macs(_BLIND, f"{field}\0{text}".encode())


def is_blind_code(kept: bytes, text: str, *, field: str, length: int | None = None) -> bool:
    """Whether `kept` is the keyed hash of this text, compared without telling by its time.

    A hash that a key made which is now retired still counts. `length` is how many of its bytes were
    kept, where not all were.
    """
    made = settings.TANHUI.keys.macs(_BLIND, f"{field}\0{text}".encode(), retired=True)
    return any(hmac.compare_digest(kept, one[:length]) for one in made)


def token_hash(token: str) -> bytes:
    """The hash under which a random token is kept; the token has 256 bits and needs no key."""
    return hashlib.sha256(token.encode()).digest()
