"""The algorithms of the port and the software that does them; a device may do them instead.

SM2 signatures come only from a device (签名验签服务器 or 密码机): the assessment of cryptography
asks for certified products, and no well-kept library offers SM2 in software.
"""

from __future__ import annotations

import hmac
import os
from enum import IntEnum
from typing import Protocol

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC

NONCE_BYTES = 12
TAG_BYTES = 16


class Algorithm(IntEnum):
    """What a key is for. The numbers stand in every stored value and are never given anew."""

    AES_256_GCM = 1
    SM4_GCM = 2
    ED25519 = 16
    SM2_SM3 = 17
    HMAC_SHA256 = 32
    HMAC_SM3 = 33


SEALING = frozenset({Algorithm.AES_256_GCM, Algorithm.SM4_GCM})
SIGNING = frozenset({Algorithm.ED25519, Algorithm.SM2_SM3})
CODING = frozenset({Algorithm.HMAC_SHA256, Algorithm.HMAC_SM3})
SECRET_BYTES = {
    Algorithm.AES_256_GCM: 32,
    Algorithm.SM4_GCM: 16,
    Algorithm.ED25519: 32,
    Algorithm.HMAC_SHA256: 32,
    Algorithm.HMAC_SM3: 32,
}


class Unsealable(ValueError):
    """A sealed value was changed, or sealed for another field, or is no sealed value at all."""


class UnknownKey(ValueError):
    """A value names an algorithm or a key that this installation does not have."""


class Crypto(Protocol):
    """What does the algorithms. `secret` is the key itself, or a device's handle of it."""

    def public(self, algorithm: Algorithm, secret: bytes) -> bytes:
        """The public half of a signing key, raw."""
        ...

    def sign(self, algorithm: Algorithm, secret: bytes, message: bytes) -> bytes:
        """The signature of a message."""
        ...

    def verify(self, algorithm: Algorithm, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the signature is the public key's own of this message."""
        ...

    def seal(self, algorithm: Algorithm, secret: bytes, plain: bytes, bound: bytes) -> bytes:
        """Nonce, ciphertext and tag; `bound` must be given again to open it."""
        ...

    def unseal(self, algorithm: Algorithm, secret: bytes, sealed: bytes, bound: bytes) -> bytes:
        """What was sealed; raises Unsealable."""
        ...

    def mac(self, algorithm: Algorithm, secret: bytes, message: bytes) -> bytes:
        """A code of 32 bytes that only the key's holder can make."""
        ...


class Software:
    """The algorithms by the library `cryptography`; everything but SM2."""

    def public(self, algorithm: Algorithm, secret: bytes) -> bytes:
        """The public half, 32 bytes."""
        _expect(algorithm, Algorithm.ED25519)
        return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()

    def sign(self, algorithm: Algorithm, secret: bytes, message: bytes) -> bytes:
        """64 bytes by RFC 8032."""
        _expect(algorithm, Algorithm.ED25519)
        return Ed25519PrivateKey.from_private_bytes(secret).sign(message)

    def verify(self, algorithm: Algorithm, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether an Ed25519 signature holds."""
        _expect(algorithm, Algorithm.ED25519)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def seal(self, algorithm: Algorithm, secret: bytes, plain: bytes, bound: bytes) -> bytes:
        """A fresh random nonce each time, so equal texts do not look alike."""
        _expect(algorithm, *SEALING)
        nonce = os.urandom(NONCE_BYTES)
        if algorithm is Algorithm.AES_256_GCM:
            return nonce + AESGCM(secret).encrypt(nonce, plain, bound)
        encryptor = Cipher(algorithms.SM4(secret), modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(bound)
        sealed = encryptor.update(plain) + encryptor.finalize()
        return nonce + sealed + encryptor.tag

    def unseal(self, algorithm: Algorithm, secret: bytes, sealed: bytes, bound: bytes) -> bytes:
        """Raises Unsealable where nonce, text, tag or what it is bound to differs."""
        _expect(algorithm, *SEALING)
        nonce, rest = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        if len(rest) < TAG_BYTES:
            raise Unsealable("too short to be sealed")
        try:
            if algorithm is Algorithm.AES_256_GCM:
                return AESGCM(secret).decrypt(nonce, rest, bound)
            mode = modes.GCM(nonce, rest[-TAG_BYTES:])
            decryptor = Cipher(algorithms.SM4(secret), mode).decryptor()
            decryptor.authenticate_additional_data(bound)
            return decryptor.update(rest[:-TAG_BYTES]) + decryptor.finalize()
        except InvalidTag:
            raise Unsealable("changed, or sealed for another field") from None

    def mac(self, algorithm: Algorithm, secret: bytes, message: bytes) -> bytes:
        """HMAC with SHA-256 or SM3."""
        _expect(algorithm, *CODING)
        if algorithm is Algorithm.HMAC_SHA256:
            return hmac.digest(secret, message, "sha256")
        code = HMAC(secret, hashes.SM3())
        code.update(message)
        return code.finalize()


def _expect(algorithm: Algorithm, *known: Algorithm) -> None:
    if algorithm not in known:
        raise UnknownKey(f"software does not do {algorithm.name} here")
