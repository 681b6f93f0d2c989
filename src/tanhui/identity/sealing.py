"""Sealing of personal data: encrypted at rest, found again only by a keyed blind index.

A sealed value is `algorithm (1 byte) · key id (4 bytes) · nonce (12 bytes) · ciphertext and tag`,
so that keys and algorithms can be changed while old rows stay readable.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

AES_256_GCM = 1
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12
_HEAD_BYTES = 1 + _KEY_ID_BYTES + _NONCE_BYTES


class UnknownSeal(ValueError):
    """A value was sealed by an algorithm or a key that this installation does not have."""


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"tanhui personal key id" + key).digest()[:_KEY_ID_BYTES]


def seal(text: str, *, field: str) -> bytes:
    """`text` encrypted for one `field`; a value moved to another field does not open there."""
    key = settings.TANHUI.personal_key
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), field.encode())
    return bytes([AES_256_GCM]) + _key_id(key) + nonce + sealed


def unseal(sealed: bytes | memoryview, *, field: str) -> str:
    """The text of a sealed value."""
    whole = bytes(sealed)
    key = settings.TANHUI.personal_key
    if whole[:1] != bytes([AES_256_GCM]) or whole[1 : 1 + _KEY_ID_BYTES] != _key_id(key):
        raise UnknownSeal("sealed by an algorithm or a key that is not here")
    nonce = whole[1 + _KEY_ID_BYTES : _HEAD_BYTES]
    return AESGCM(key).decrypt(nonce, whole[_HEAD_BYTES:], field.encode()).decode()


def blind_index(text: str, *, field: str) -> bytes:
    """The keyed hash by which a sealed value is found, without revealing it."""
    return hmac.new(settings.TANHUI.blind_key, f"{field}\0{text}".encode(), hashlib.sha256).digest()


def token_hash(token: str) -> bytes:
    """The hash under which a random token is kept; the token has 256 bits and needs no key."""
    return hashlib.sha256(token.encode()).digest()
