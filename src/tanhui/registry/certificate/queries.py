"""Certificates as anybody may ask for them: what they say, their files, and how they stand now."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Forbidden, NotFound
from tanhui.methodology.canonical import canonical_json
from tanhui.publiclog import queries as publiclog
from tanhui.publiclog import site
from tanhui.publiclog.queries import Proof
from tanhui.registry import queries as registry
from tanhui.registry.certificate import issuer as issuers
from tanhui.registry.certificate import keeping, paper
from tanhui.registry.certificate.credential import Credential, check_code
from tanhui.registry.certificate.paper import Standing
from tanhui.registry.certificate.proofs import Proof as Signature
from tanhui.registry.certificate.proofs import log_proof
from tanhui.registry.records import Retirement

# Of whoever retired in a person's name, the readers besides who holds the certificate itself.
_READERS = frozenset({"regulator", "auditor"})
_KEY_DIGITS = 24


@dataclass(frozen=True, slots=True)
class Certificate:
    """A retirement that is final, and its certificate.

    `credential` is None where the person it names was erased. `key` opens a person's certificate
    to whoever has its address from the paper itself; `log_index` is None until the log has it.
    """

    retirement: Retirement
    credential: Credential | None
    signatures: tuple[Signature, ...]
    log_index: int | None

    @property
    def number(self) -> str:
        """Its number, such as `TH-2026-000001`."""
        return self.retirement.number

    @property
    def committed(self) -> bytes:
        """The commitment, as the log has it."""
        if self.retirement.commitment is None:
            raise LookupError("a certificate belongs to a retirement that is final")
        return self.retirement.commitment

    @property
    def check(self) -> str:
        """Eight characters that stand on the paper too."""
        return check_code(self.committed)

    @property
    def standing(self) -> Standing:
        """What became of the credits since."""
        one = self.retirement
        return Standing(one.kg, one.invalid_kg, one.replaced_kg, one.disputed)

    @property
    def personal(self) -> bool:
        """Whether it names a person, so that not everybody may read the name."""
        return self.retirement.beneficiary_kind == "person"

    @property
    def key(self) -> str:
        """What opens a person's certificate; empty where everybody may read it or it is empty."""
        if not self.personal or self.credential is None:
            return ""
        salt = self.subject["salt"]
        return hashlib.sha256(f"tanhui certificate {salt}".encode()).hexdigest()[:_KEY_DIGITS]

    @property
    def subject(self) -> dict[str, Any]:
        """What the credential says of the retirement."""
        found = (self.credential or {}).get("credentialSubject")
        return found if isinstance(found, dict) else {}

    def readable(self, actor: Actor, key: str) -> bool:
        """Whether this reader may see who it names: by the key, or as who retired it."""
        if not self.personal or not actor.roles.isdisjoint(_READERS):
            return True
        own = actor.organisation_id == self.retirement.organisation_id
        return own or (bool(self.key) and hmac.compare_digest(key.encode(), self.key.encode()))


def certificate(number: str) -> Certificate:
    """The certificate of a retirement; refuses `no_such_retirement`, `certificate_not_yet`."""
    found = registry.retirement(number)
    kept = keeping.kept(found.id) if found.state == "retired" else None
    if kept is None:
        raise Conflict(
            "certificate_not_yet",
            zh="注销 {number} 还没有锁定，或者已经撤回，没有证书。",
            en="The retirement {number} is not final yet, or was undone; it has no certificate.",
            transient=found.state == "pending",
            number=number,
        )
    return Certificate(found, kept.credential, kept.proofs, found.log_index)


def opened(number: str, *, actor: Actor, key: str = "") -> Certificate:
    """The certificate with what it says.

    Refuses `certificate_personal`, `certificate_erased` and what `certificate` refuses.
    """
    found = certificate(number)
    if found.credential is None:
        raise NotFound(
            "certificate_erased",
            zh="证书上的人要求删除个人信息，这份文件已不再保存；注销本身不变。",
            en="The person it names asked to be forgotten, so the file is not kept any more;"
            " the retirement itself stands.",
        )
    if not found.readable(actor, key):
        raise Forbidden(
            "certificate_personal",
            zh="这张证书写着个人的姓名，请用证书上的二维码或网址打开。",
            en="This certificate names a person; open it by the code or the address printed on it.",
        )
    return found


def log_file(found: Certificate) -> Proof:
    """The leaf and the proof that the log has it; refuses `certificate_not_logged`."""
    outbox_id = found.retirement.outbox_id
    proof = None if outbox_id is None else publiclog.proof(outbox_id)
    if proof is None:
        raise NotFound(
            "certificate_not_logged",
            zh="注销 {number} 正在写入公开日志，见证方看到后才有证明。过一会儿再来。",
            en="The retirement {number} is being written to the public log; its proof comes once"
            " the witnesses have seen it.",
            transient=True,
            number=found.number,
        )
    return proof


def file(found: Certificate) -> bytes:
    """The certificate as one JSON, signed and with its proof of the log, in its one spelling.

    Refuses `certificate_not_logged`.
    """
    proof = log_file(found)
    signed = [*found.signatures, log_proof(proof.leaf, proof.text)]
    return canonical_json({**(found.credential or {}), "proof": signed}).encode()


def pdf(found: Certificate, *, address: str, brand: str) -> bytes:
    """The certificate on paper, as it stands now; `address` is its public page."""
    return paper.pdf(
        found.credential or {},
        committed=found.committed,
        standing=found.standing,
        log_index=found.log_index,
        address=address,
        brand=brand,
    )


def public_keys(verifiers: list[str]) -> str:
    """What a stranger needs to check certificates: the log's policy, issuers and `verifiers`.

    It is the policy of the log with two kinds of lines more. Refuses `log_policy_missing`.
    """
    lines = [f"issuer {did}" for did in issuers.issuers()]
    lines += [f"verifier {vkey}" for vkey in verifiers]
    return site.public_policy().text + "".join(f"{line}\n" for line in lines)
