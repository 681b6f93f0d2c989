"""What a certificate of retirement says, as a Verifiable Credential 2.0, and its commitment.

Pure: the same facts give the same bytes. The names in it stay out of the public log, which holds
only the commitment: SHA-256 over the salt and the canonical credential. Whoever has the credential
has the salt, and can show that the log means this very text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import quote

from tanhui.methodology.canonical import canonical_json
from tanhui.publiclog.leaves import instant

# The second context gives every term of ours a name, so that no reader has to fetch a third.
CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://www.w3.org/ns/credentials/undefined-terms/v2",
)
TYPE = ("VerifiableCredential", "CarbonRetirementCertificate")
SALT_BYTES = 16

BeneficiaryKind = Literal["organisation", "event", "person"]
Credential = dict[str, object]


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs certificates: the key as a `did:key`, and the registry's name."""

    did: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """Kilograms of one project and vintage that were retired, both numbers included.

    `methodology` is `id@version` and `digest` that version's digest.
    """

    project_code: str
    project_zh: str
    project_en: str
    vintage: int
    methodology: str
    digest: str
    first: int
    last: int

    @property
    def kg(self) -> int:
        """How many kilograms the numbers are."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """One retirement, as it was when it became final.

    `number` is such as `TH-2026-000001`; `salt` has 16 random bytes; `simulated` tells that people
    and deeds are invented. A boundary may be empty; every other text is said in both languages.
    """

    number: str
    beneficiary_kind: BeneficiaryKind
    beneficiary_zh: str
    beneficiary_en: str
    purpose_zh: str
    purpose_en: str
    boundary_zh: str
    boundary_en: str
    lines: tuple[CertificateLine, ...]
    locked_at: datetime
    salt: bytes
    simulated: bool

    @property
    def kg(self) -> int:
        """How many kilograms were retired."""
        return sum(line.kg for line in self.lines)


def build(facts: CertificateFacts, issuer: Issuer, origin: str) -> Credential:
    """The credential of a retirement, without its proofs; `origin` is the public log's name.

    Raises ValueError for facts that no certificate can state: no line, an empty range, a salt of
    another length.
    """
    if not facts.lines or any(not 1 <= line.first <= line.last for line in facts.lines):
        raise ValueError("a certificate states at least one range of numbers")
    if len(facts.salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes")
    return {
        "@context": list(CONTEXT),
        "id": f"urn:tanhui:{quote(origin)}:{facts.number}",
        "type": list(TYPE),
        "issuer": {"id": issuer.did, "name": _languages(issuer.name_zh, issuer.name_en)},
        "validFrom": instant(facts.locked_at),
        "credentialSubject": {
            "number": facts.number,
            "log": origin,
            "salt": facts.salt.hex(),
            "beneficiary": {
                "kind": facts.beneficiary_kind,
                **_both(facts.beneficiary_zh, facts.beneficiary_en),
            },
            "purpose": _both(facts.purpose_zh, facts.purpose_en),
            "boundary": _both(facts.boundary_zh, facts.boundary_en),
            "kg": facts.kg,
            "retired": [_line(line) for line in facts.lines],
            "simulated": int(facts.simulated),
        },
    }


def commitment(credential: Mapping[str, object]) -> bytes:
    """The 32 bytes that the log holds: SHA-256 of the salt and of the credential without proofs."""
    subject = credential["credentialSubject"]
    if not isinstance(subject, Mapping):
        raise TypeError("a credential has one subject")
    salt = bytes.fromhex(str(subject["salt"]))
    return hashlib.sha256(salt + unsecured(credential)).digest()


def unsecured(credential: Mapping[str, object]) -> bytes:
    """The credential without its proofs, in the one spelling of RFC 8785.

    Every key in it is ASCII and every number an integer, for which sorting by characters and
    Python's own digits are what that standard asks for.
    """
    bare = {key: value for key, value in credential.items() if key != "proof"}
    return canonical_json(bare).encode()


def check_code(committed: bytes) -> str:
    """Eight characters by which a print-out is compared with its page, such as `9F3C-71AE`."""
    digits = committed.hex().upper()
    return f"{digits[:4]}-{digits[4:8]}"


def _line(line: CertificateLine) -> dict[str, object]:
    return {
        "project": {"code": line.project_code, **_both(line.project_zh, line.project_en)},
        "vintage": line.vintage,
        "methodology": line.methodology,
        "digest": line.digest,
        "first": line.first,
        "last": line.last,
    }


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _languages(zh: str, en: str) -> list[dict[str, str]]:
    """A name as the standard's own `name` is told in several languages."""
    return [{"@language": "zh-Hans", "@value": zh}, {"@language": "en", "@value": en}]
