"""The proofs of a certificate: Ed25519 by W3C's eddsa-jcs-2022, and a line in SM2 beside it.

Pure: whoever calls says what signs. The SM2 line is made first and the Ed25519 one names it as its
`previousProof`, so a reader who cannot check SM2 still sees that nobody changed that line.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tanhui.methodology.canonical import canonical_json

SUITE = "eddsa-jcs-2022"
# No standard names a suite for SM2 yet, so the name says whose it is.
SM2_SUITE = "tanhui-sm2sm3-jcs"
LOG_PROOF = "TlogProof"
_DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
# How multicodec marks an Ed25519 public key.
_ED25519 = b"\xed\x01"

Proof = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sm2:
    """What signs the line in SM2: the key's id, its public half as the device gives it (DER)."""

    key_id: bytes
    public: bytes
    sign: Callable[[bytes], bytes]


def multibase(data: bytes) -> str:
    """`z` and the base58btc of the bytes, as W3C writes keys and signatures."""
    number, digits = int.from_bytes(data, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = _DIGITS[digit] + digits
    return "z" + "1" * (len(data) - len(data.lstrip(b"\0"))) + digits


def unmultibase(text: str, size: int) -> bytes:
    """The bytes of such a text, of which there are `size`; raises ValueError for another spelling.

    OverflowError tells that the text stands for more bytes.
    """
    number = 0
    for digit in text[1:]:
        number = number * 58 + _DIGITS.index(digit)
    data = number.to_bytes(size, "big")
    if multibase(data) != text:
        raise ValueError("no base58")
    return data


def public_of(did: str) -> bytes:
    """The 32 raw bytes of the Ed25519 key that a `did:key` is; raises ValueError."""
    data = unmultibase(did.removeprefix("did:key:"), len(_ED25519) + 32)
    if not data.startswith(_ED25519):
        raise ValueError("no Ed25519 key")
    return data[len(_ED25519) :]


def did_key(public: bytes) -> str:
    """The identifier that is the Ed25519 key itself, from its 32 raw bytes."""
    return f"did:key:{multibase(_ED25519 + public)}"


def hash_data(document: Mapping[str, object], options: Mapping[str, object]) -> bytes:
    """What eddsa-jcs-2022 signs: the hashes of the proof's options and of the document."""
    return b"".join(
        hashlib.sha256(canonical_json(dict(each)).encode()).digest() for each in (options, document)
    )


def secure(
    credential: Mapping[str, object],
    *,
    issuer: str,
    created: str,
    sign: Callable[[bytes], bytes],
    sm2: Sm2 | None = None,
) -> list[Proof]:
    """The proofs of a credential that has none: `sign` makes Ed25519 signatures for `issuer`.

    `created` is UTC, such as `2026-05-13T02:50:00Z`; the SM2 line, where there is one, comes first.
    """
    first = [_sm2(credential, created, sm2)] if sm2 else []
    key = issuer.removeprefix("did:key:")
    options = _options(credential, SUITE, created, f"{issuer}#{key}")
    document = dict(credential)
    if first:
        options["previousProof"] = str(first[0]["id"])
        document["proof"] = first
    value = multibase(sign(hash_data(document, options)))
    return [*first, {**options, "proofValue": value}]


def log_proof(leaf: bytes, text: str) -> Proof:
    """The leaf of the retirement and the C2SP tlog-proof that it is in the log."""
    return {"type": LOG_PROOF, "leaf": leaf.decode(), "proof": text}


def _sm2(credential: Mapping[str, object], created: str, sm2: Sm2) -> Proof:
    # The key is its own address, so a reader needs nothing but the file and a program for SM2.
    method = f"data:application/pkix-spki;base64,{base64.b64encode(sm2.public).decode()}"
    options = _options(credential, SM2_SUITE, created, method)
    options["id"] = f"urn:tanhui:sm2:{sm2.key_id.hex()}"
    return {**options, "proofValue": multibase(sm2.sign(hash_data(credential, options)))}


def _options(credential: Mapping[str, object], suite: str, created: str, method: str) -> Proof:
    return {
        "@context": credential["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": suite,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
