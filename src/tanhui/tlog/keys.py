"""Public keys as notes know them: a name, a type, four bytes of identity; and what each type signs.

Only Ed25519 is checked here: type 0x01 for whoever writes a note, type 0x04 for who cosigns a
checkpoint. Lines of every other type are ignored by those who do not know them, so a signature by
a national algorithm (0xff) or ML-DSA-44 (0x06) may stand beside.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tanhui.tlog.encoding import Malformed, decode, encode

NOTE = 0x01
COSIGNATURE = 0x04
ID_BYTES = 4
TIME_BYTES = 8
TIME_MAX = 2**63 - 1
_NAME = re.compile(r"[^\s+\x00-\x1f]+")


def key_id(name: str, type: int, raw: bytes) -> bytes:
    """The four bytes by which notes name a key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([type]) + raw).digest()[:ID_BYTES]


def check_name(name: str) -> str:
    """`name` if it can name a key; raises Malformed for spaces, a plus, or nothing."""
    if _NAME.fullmatch(name) is None:
        raise Malformed("no name of a key")
    return name


def cosigned(text: bytes, time: int) -> bytes:
    """What a witness signs of a checkpoint's text at a time in seconds since 1970."""
    return b"cosignature/v1\ntime %d\n" % time + text


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One Ed25519 key under a name, for notes or for cosignatures."""

    name: str
    type: int
    raw: bytes

    @property
    def id(self) -> bytes:
        """Its four bytes."""
        return key_id(self.name, self.type, self.raw)

    @property
    def vkey(self) -> str:
        """`name+hex of the id+base64 of type and key`."""
        return f"{self.name}+{self.id.hex()}+{encode(bytes([self.type]) + self.raw)}"

    @classmethod
    def parse(cls, vkey: str) -> PublicKey:
        """The key a vkey stands for; raises Malformed, also for types that are not known here."""
        name, first, rest = vkey.partition("+")
        id_text, second, key_text = rest.partition("+")
        if not (first and second):
            raise Malformed("no vkey")
        data = decode(key_text)
        if len(data) != 33 or data[0] not in (NOTE, COSIGNATURE):
            raise Malformed("a vkey of an unknown type")
        key = cls(check_name(name), data[0], data[1:])
        if key.vkey != vkey or key.id.hex() != id_text:
            raise Malformed("a vkey whose id is another key's")
        return key

    def check(self, text: bytes, value: bytes) -> int | None:
        """Checks a signature of a note's text; answers the time for a cosignature, else None.

        Raises ValueError where the signature does not hold.
        """
        if self.type == NOTE:
            self._check(text, value)
            return None
        time = int.from_bytes(value[:TIME_BYTES], "big")
        if len(value) <= TIME_BYTES or time > TIME_MAX:
            raise ValueError("no cosignature")
        self._check(cosigned(text, time), value[TIME_BYTES:])
        return time

    def holds(self, message: bytes, value: bytes) -> bool:
        """Whether this key signed these bytes, as they are."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(value, message)
        except InvalidSignature:
            return False
        return True

    def _check(self, message: bytes, value: bytes) -> None:
        if not self.holds(message, value):
            raise ValueError("the signature does not hold")


@dataclass(frozen=True, slots=True)
class Signer:
    """Whoever signs: a public key, and what makes Ed25519 signatures of messages for it."""

    key: PublicKey
    sign_message: Callable[[bytes], bytes]

    @classmethod
    def software(cls, name: str, type: int, secret: bytes) -> Signer:
        """A signer by a secret of 32 bytes."""
        private = Ed25519PrivateKey.from_private_bytes(secret)
        raw = private.public_key().public_bytes_raw()
        return cls(PublicKey(check_name(name), type, raw), private.sign)

    def sign(self, text: bytes) -> bytes:
        """The value of a note's signature of this text."""
        if self.key.type != NOTE:
            raise ValueError("a witness cosigns, with its time")
        return self.sign_message(text)

    def cosign(self, text: bytes, time: int) -> bytes:
        """The value of a cosignature of a checkpoint's text at a time in seconds since 1970."""
        if self.key.type != COSIGNATURE or not 0 <= time <= TIME_MAX:
            raise ValueError("only a witness cosigns, at a time since 1970")
        return time.to_bytes(TIME_BYTES, "big") + self.sign_message(cosigned(text, time))
