"""Checking a certificate offline, by what the product's own pure rooms know of logs and notes.

It must find the same as `verify/tanhui_verify.py`, which is a program of its own; tests hold the
two against each other. Whoever trusts neither reads that one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tanhui.methodology.canonical import canonical_json
from tanhui.registry.certificate import credential as credentials
from tanhui.registry.certificate.proofs import (
    LOG_PROOF,
    SUITE,
    hash_data,
    public_of,
    unmultibase,
)
from tanhui.tlog import policy as policies
from tanhui.tlog import proof as proofs
from tanhui.tlog.encoding import Malformed, Unproven

_SIGNATURE_BYTES = 64
_MALFORMED = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)


def fault(written: bytes, keys: str) -> str:
    """Why the certificate is not valid by these keys, or nothing when it is.

    `keys` is the log's policy with a line `issuer DID` for each key that signs certificates.
    """
    try:
        _check(written, keys)
    except Unproven as found:
        return str(found)
    except _MALFORMED as found:
        return f"malformed: {found}"
    return ""


def _check(written: bytes, keys: str) -> None:
    said = json.loads(written)
    if canonical_json(said).encode() != written.strip():
        raise Unproven("written in a second way")
    signed = said.get("proof")
    if not isinstance(signed, list) or len(signed) < 2 or signed[-1].get("type") != LOG_PROOF:
        raise Unproven("this is no certificate, or its retirement is not in the log yet")
    *older, last, log = signed
    issuer = said["issuer"]["id"]
    lines = keys.split("\n")
    if f"issuer {issuer}" not in lines:
        raise Unproven("the keys do not name who signed this")
    bare = {key: value for key, value in said.items() if key != "proof"}
    _check_signature(issuer, {**bare, "proof": older} if older else bare, last)
    if log.keys() != {"type", "leaf", "proof"}:
        raise Unproven("there is more beside the proof of the log")
    _check_leaf(bare, log["leaf"])
    policy = "\n".join(line for line in lines if not line.startswith(("issuer ", "verifier ")))
    try:
        proofs.parse(log["proof"].encode()).verify(log["leaf"].encode(), policies.parse(policy))
    except Malformed as found:
        raise Unproven(str(found)) from None


def _check_signature(issuer: str, document: Mapping[str, Any], proof: Mapping[str, Any]) -> None:
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    signature = unmultibase(proof["proofValue"], _SIGNATURE_BYTES)
    try:
        key = Ed25519PublicKey.from_public_bytes(public_of(issuer))
        key.verify(signature, hash_data(document, options))
    except InvalidSignature:
        raise Unproven("the issuer's signature does not hold") from None
    if options["cryptosuite"] != SUITE:
        raise Unproven("signed by a suite that is not known here")


def _check_leaf(bare: Mapping[str, Any], text: str) -> None:
    leaf, subject = json.loads(text), bare["credentialSubject"]
    if canonical_json(leaf) != text:
        raise Unproven("the leaf is written in a second way")
    slices = leaf.pop("slices")
    own = {
        "v": 1,
        "t": "retire",
        "number": subject["number"],
        "at": bare["validFrom"],
        "cert": credentials.commitment(bare).hex(),
    }
    if leaf != own:
        raise Unproven("the leaf is another certificate's")
    ranges = sorted([line["first"], line["last"]] for line in subject["retired"])
    kg = sum(max(0, last - first + 1) for first, last in ranges)
    if sorted(one[:2] for one in slices) != ranges or subject["kg"] != kg:
        raise Unproven("the leaf retired other numbers")
