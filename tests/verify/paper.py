"""A certificate with its log, for tests: made by the product's pure rooms, proved by a log that is
built without them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tanhui.methodology.canonical import canonical_json
from tanhui.registry import leaves
from tanhui.registry.certificate import proofs
from tanhui.registry.certificate.credential import (
    CertificateFacts,
    CertificateLine,
    Credential,
    Issuer,
    build,
    commitment,
)
from tests.verify.builder import ORIGIN, Log, leaf_bytes, small_log

AT = datetime(2026, 5, 13, 2, 50, tzinfo=UTC)
FACTS = CertificateFacts(
    number="TH-2026-000482",
    beneficiary_kind="organisation",
    beneficiary_zh="锦江会展服务有限公司（模拟）",
    beneficiary_en="Jinjiang Exhibition Services Co., Ltd. (simulated)",
    purpose_zh="用于抵消“碳惠天府”启动仪式的排放",
    purpose_en="Retired against the emissions of the Tanhui launch ceremony",
    boundary_zh="场馆用电、参会交通、餐饮、住宿",
    boundary_en="venue power, travel, meals, lodging",
    lines=(
        CertificateLine(
            project_code="CDCER-0007",
            project_zh="玻璃窑炉气改电（模拟）",
            project_en="Glass furnace, gas to electricity (simulated)",
            vintage=2025,
            methodology="kiln.gas-to-power@2",
            digest="sha256:" + "0" * 64,
            first=14_208_001,
            last=14_209_200,
        ),
    ),
    locked_at=AT,
    salt=bytes(range(16)),
    simulated=True,
)


@dataclass
class Paper:
    """A certificate, who issued it, and the log that its retirement is in."""

    facts: CertificateFacts = FACTS
    secret: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sm2: proofs.Sm2 | None = None

    @property
    def issuer(self) -> Issuer:
        public = self.secret.public_key().public_bytes_raw()
        return Issuer(proofs.did_key(public), "成都碳惠登记处", "Chengdu Tanhui Registry")

    @property
    def credential(self) -> Credential:
        return build(self.facts, self.issuer, ORIGIN)

    def leaf(self) -> bytes:
        """The leaf that the log holds of it."""
        told = leaves.retire_leaf(
            number=self.facts.number,
            commitment=commitment(self.credential),
            slices=[(line.first, line.last, "A-000012") for line in self.facts.lines],
            at=self.facts.locked_at,
        )
        return leaf_bytes(told)

    def log(self) -> Log:
        """A log with its leaf at place 20."""
        log = small_log(size=300)
        log.leaves[20] = self.leaf()
        return log

    def written(self, log: Log, leaf: bytes | None = None, index: int = 20) -> bytes:
        """The file, in its one spelling."""
        signed = proofs.secure(
            self.credential,
            issuer=self.issuer.did,
            created="2026-05-13T02:50:00Z",
            sign=self.secret.sign,
            sm2=self.sm2,
        )
        checkpoint = log.checkpoint([log.signer, *log.witnesses[:2]])
        proof = proofs.log_proof(leaf or self.leaf(), log.proof(index, checkpoint))
        return canonical_json({**self.credential, "proof": [*signed, proof]}).encode()

    def keys(self, log: Log) -> str:
        """The policy that names the log, its witnesses and the issuer."""
        return f"{log.policy}issuer {self.issuer.did}\n"

    def changed(self, **facts: object) -> Paper:
        """The same issuer's certificate of other facts."""
        return replace(self, facts=replace(self.facts, **facts))  # type: ignore[arg-type]


def put(folder: Path, written: bytes, keys: str) -> tuple[str, str]:
    """The certificate and the keys as files."""
    (folder / "certificate.json").write_bytes(written)
    (folder / "keys").write_text(keys, encoding="utf-8")
    return str(folder / "certificate.json"), str(folder / "keys")


def edited(written: bytes, edit: object) -> bytes:
    """The file with its JSON changed by `edit`, a function of it."""
    assert callable(edit)
    said = json.loads(written)
    edit(said)
    return canonical_json(said).encode()
