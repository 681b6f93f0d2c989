"""Keeping a signed opinion: what both kinds of opinions, about filings and periods, share."""

from __future__ import annotations

from datetime import datetime

from tanhui.governance.commands import write_audit
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict
from tanhui.projects.statements import rows
from tanhui.projects.verification import queries
from tanhui.projects.verification.queries import Opinion
from tanhui.projects.verification.signing import signer_of, statement_bytes, statement_differs


def keep_opinion(
    *,
    actor: Actor,
    subject: str,
    version: int,
    verifier_id: int,
    statement: bytes,
    signature: str,
    positive: bool,
    at: datetime,
) -> Opinion:
    """Checks and keeps a signed opinion; for commands that have checked who may and what about.

    Refuses `findings_open`, `key_unknown` and `signature_wrong`.
    """
    waiting = queries.open_findings(subject)
    if waiting:
        numbers = "、".join(str(found.number) for found in waiting)
        raise Conflict(
            "findings_open",
            zh="第 {numbers} 项还没有关闭，现在不能签名。",
            en="Nothing can be signed while findings are open: no. {numbers}.",
            numbers=numbers,
        )
    live = [key for key in queries.keys(verifier_id) if key.revoked_at is None and key.since <= at]
    vkey = signer_of([key.vkey for key in live], statement, signature)
    facts = {
        "subject": subject,
        "version": version,
        "verifier_id": verifier_id,
        "statement": statement.decode(),
        "signature": "".join(signature.split()),
        "key_id": next(key.id for key in live if key.vkey == vkey),
        "positive": positive,
        "actor": actor.name,
        "at": at,
    }
    rows("add_opinion", facts)
    write_audit(
        actor=actor,
        action="projects.sign_opinion",
        subject=subject,
        facts={"version": version, "positive": positive, "key": vkey},
        at=at,
    )
    return queries.opinions(subject)[-1]


def said(statement: bytes, positive: dict[str, object], negative: dict[str, object]) -> bool:
    """Which of the two a signed statement is. Refuses `statement_differs`."""
    if statement == statement_bytes(positive):
        return True
    if statement == statement_bytes(negative):
        return False
    raise statement_differs()
