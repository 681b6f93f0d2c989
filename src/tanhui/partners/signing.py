"""Standard Webhooks 1.0.0: who signed a delivery, and whether it is fresh. Pure: no database.

Signed is `id.timestamp.body`. A `v1` signature is HMAC-SHA256 by a secret that both sides know
(`whsec_…`), a `v1a` signature Ed25519 by a pair of which we know the public half (`whpk_…`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tanhui.kernel.refusals import Forbidden, Invalid, Refusal

Environment = Literal["sandbox", "production"]
Algorithm = Literal["hmac", "ed25519"]
ENVIRONMENTS: tuple[Environment, ...] = ("sandbox", "production")
ALGORITHMS: tuple[Algorithm, ...] = ("hmac", "ed25519")
TOLERANCE = timedelta(minutes=5)
SIGNATURES_MAX = 16
SIGNATURES_CHARACTERS_MAX = 4_096
MESSAGE_ID_CHARACTERS_MAX = 128
HMAC_PREFIX, PRIVATE_PREFIX, PUBLIC_PREFIX = "whsec_", "whsk_", "whpk_"
SECRET_BYTES_MIN, SECRET_BYTES_MAX = 24, 64
_SECRET_BYTES = 32
_ED25519_BYTES = 32
# Without full stops: they divide what is signed, and one in the id could move the border.
_MESSAGE_ID = re.compile(rf"[!-\-/-~]{{1,{MESSAGE_ID_CHARACTERS_MAX}}}", re.ASCII)
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_FIELD_PRIME = 2**255 - 19
_CURVE_D = -121665 * pow(121666, -1, _FIELD_PRIME) % _FIELD_PRIME
# Heights of the points of order 1, 2, 4 and 8: with such a key anybody's signature is good.
_SMALL_ORDER = {
    0,
    1,
    _FIELD_PRIME - 1,
    int.from_bytes(
        bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"
    ),
    int.from_bytes(
        bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"
    ),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may have signed. `material` is the shared secret or the 32-byte public key."""

    id: UUID
    partner_id: int
    partner_code: str
    environment: Environment
    algorithm: Algorithm
    material: bytes = field(repr=False)
    revoked: bool = False


def verify(
    *,
    message_id: str | None,
    timestamp: str | None,
    signatures: str | None,
    body: bytes,
    keys: Iterable[Key],
    now: datetime,
) -> Key:
    """The key that signed; the arguments before `body` are the headers as they came.

    Refuses: `signature_missing`, `signature_invalid`, `key_revoked`, `signature_stale`.
    """
    key = signer(
        message_id=message_id, timestamp=timestamp, signatures=signatures, body=body, keys=keys
    )
    require_fresh(timestamp=timestamp or "", now=now)
    return key


def signer(
    *,
    message_id: str | None,
    timestamp: str | None,
    signatures: str | None,
    body: bytes,
    keys: Iterable[Key],
) -> Key:
    """The key that signed, whenever it did. Keys that still hold come before revoked ones.

    Refuses: `signature_missing`, `signature_invalid`, `key_revoked`.
    """
    if not message_id or not timestamp or not signatures:
        raise signature_missing()
    if not is_message_id(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise signature_invalid()
    given = _signatures(signatures)
    signed = f"{message_id}.{timestamp}.".encode() + body
    found = [key for key in keys if _has_signed(key, given, signed)]
    if not found:
        raise signature_invalid()
    for key in found:
        if not key.revoked:
            return key
    raise Forbidden(
        "key_revoked",
        zh="签名所用的密钥已撤销，请改用有效的密钥。",
        en="The key of this signature has been revoked; sign with one that holds.",
    )


def require_fresh(*, timestamp: str, now: datetime) -> None:
    """Refuses `signature_stale` when a delivery was signed over 5 minutes before or after now."""
    if not _TIMESTAMP.fullmatch(timestamp):
        raise signature_invalid()
    difference = int(timestamp) - int(now.astimezone(UTC).timestamp())
    if abs(difference) > TOLERANCE // timedelta(seconds=1):
        raise Forbidden(
            "signature_stale",
            zh="签名时间与本平台时间相差 {seconds} 秒，超过 {minutes} 分钟；请校准时钟后重新签名。",
            en="The delivery was signed {seconds} s away from our clock, more than {minutes}"
            " minutes; set the clock and sign again.",
            seconds=abs(difference),
            minutes=TOLERANCE // timedelta(minutes=1),
        )


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature as the header carries it, by a `whsec_` or a `whsk_` secret.

    Refuses `key_malformed`.
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    if secret.startswith(PRIVATE_PREFIX):
        private = Ed25519PrivateKey.from_private_bytes(parse_private_key(secret))
        return "v1a," + _encoded(private.sign(signed))
    return "v1," + _encoded(hmac.new(parse_secret(secret), signed, hashlib.sha256).digest())


def new_secret() -> str:
    """A fresh `whsec_` secret of 256 bits."""
    return HMAC_PREFIX + _encoded(secrets.token_bytes(_SECRET_BYTES))


def new_pair() -> tuple[str, str]:
    """A fresh pair: the `whsk_` private key (seed and public key, 64 bytes) and the `whpk_` one."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    secret = PRIVATE_PREFIX + _encoded(private.private_bytes_raw() + public)
    return secret, public_text(public)


def public_text(public: bytes) -> str:
    """A public key as it is written: `whpk_` and base64."""
    return PUBLIC_PREFIX + _encoded(public)


def parse_secret(text: str) -> bytes:
    """The bytes of a `whsec_` secret (24 to 64 of them). Refuses `key_malformed`."""
    material = _decoded(text.removeprefix(HMAC_PREFIX)) if text.startswith(HMAC_PREFIX) else None
    if material is None or not SECRET_BYTES_MIN <= len(material) <= SECRET_BYTES_MAX:
        raise key_malformed()
    return material


def parse_private_key(text: str) -> bytes:
    """The seed (32 bytes) of a `whsk_` key, with or without its public half behind it.

    Refuses `key_malformed`.
    """
    whole = _decoded(text.removeprefix(PRIVATE_PREFIX)) if text.startswith(PRIVATE_PREFIX) else None
    if whole is None or len(whole) not in (_ED25519_BYTES, 2 * _ED25519_BYTES):
        raise key_malformed()
    seed, public = whole[:_ED25519_BYTES], whole[_ED25519_BYTES:]
    private = Ed25519PrivateKey.from_private_bytes(seed)
    if public and private.public_key().public_bytes_raw() != public:
        raise key_malformed()
    return seed


def parse_public_key(text: str) -> bytes:
    """The 32 bytes of a `whpk_` key that can be relied on. Refuses `key_malformed`."""
    public = _decoded(text.removeprefix(PUBLIC_PREFIX)) if text.startswith(PUBLIC_PREFIX) else None
    if public is None or len(public) != _ED25519_BYTES or not _is_sound(public):
        raise key_malformed()
    return public


def is_message_id(text: str) -> bool:
    """Whether a message may have this id: printable ASCII, no space, no full stop, 128 at most."""
    return _MESSAGE_ID.fullmatch(text) is not None


def signature_missing() -> Refusal:
    """A header is not there."""
    return Forbidden(
        "signature_missing",
        zh="缺少签名：请同时发送 webhook-id、webhook-timestamp、webhook-signature 三个请求头。",
        en="The signature is missing: send the headers webhook-id, webhook-timestamp and"
        " webhook-signature together.",
    )


def signature_invalid() -> Refusal:
    """No key that may send has signed this."""
    return Forbidden(
        "signature_invalid",
        zh="签名无效：请核对密钥，并对原样的请求体签名。",
        en="The signature does not hold: check the key, and sign the body as it is sent.",
    )


def key_malformed() -> Refusal:
    """A text that is no key."""
    return Invalid(
        "key_malformed",
        zh="密钥的写法不对：公钥以 whpk_ 开头，后面是 32 字节的 Base64，且须是可用的 Ed25519 公钥；"
        "共享密钥以 whsec_ 开头，24 至 64 字节。",
        en="This is no key: a public key is whpk_ and 32 bytes in base64, a usable Ed25519 key;"
        " a shared secret is whsec_ and 24 to 64 bytes.",
    )


def _signatures(header: str) -> list[tuple[str, bytes]]:
    """Version and bytes of each signature; what has another form or version is passed over."""
    if len(header) > SIGNATURES_CHARACTERS_MAX:
        raise signature_invalid()
    parts = header.split(" ")
    if len(parts) > SIGNATURES_MAX:
        raise signature_invalid()
    given = []
    for part in parts:
        version, _, text = part.partition(",")
        value = _decoded(text)
        if value is not None and version in ("v1", "v1a"):
            given.append((version, value))
    return given


def _has_signed(key: Key, given: list[tuple[str, bytes]], signed: bytes) -> bool:
    version = "v1" if key.algorithm == "hmac" else "v1a"
    values = [value for told, value in given if told == version]
    if not values:
        return False
    if key.algorithm == "hmac":
        expected = hmac.new(key.material, signed, hashlib.sha256).digest()
        return any(hmac.compare_digest(expected, value) for value in values)
    public = Ed25519PublicKey.from_public_bytes(key.material)
    return any(_is_signed_by(public, value, signed) for value in values)


def _is_signed_by(public: Ed25519PublicKey, value: bytes, signed: bytes) -> bool:
    try:
        public.verify(value, signed)
    except InvalidSignature:
        return False
    return True


def _is_sound(public: bytes) -> bool:
    """Whether these bytes are a point of the curve, written in the one way, not of small order."""
    height = int.from_bytes(public, "little") & (2**255 - 1)
    if height >= _FIELD_PRIME or height in _SMALL_ORDER:
        return False
    square = (height * height - 1) * pow(_CURVE_D * height * height + 1, -1, _FIELD_PRIME)
    return pow(square % _FIELD_PRIME, (_FIELD_PRIME - 1) // 2, _FIELD_PRIME) == 1


def _encoded(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _decoded(text: str) -> bytes | None:
    """The bytes, if this is the one way to write them in base64."""
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return value if _encoded(value) == text else None
