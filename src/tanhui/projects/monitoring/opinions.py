"""What a verification body signs about a period, and handing the signed opinion in."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from tanhui.kernel.actors import Actor
from tanhui.projects import reading
from tanhui.projects.filing.verifying import end_assignment
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.acting import given_period, kept, require_registered, take
from tanhui.projects.monitoring.queries import Period, Report
from tanhui.projects.monitoring.reports import report_missing
from tanhui.projects.reading import Project
from tanhui.projects.verification.opinions import keep_opinion, said
from tanhui.projects.verification.queries import Opinion
from tanhui.projects.verification.signing import (
    NEGATIVE,
    POSITIVE,
    evidence_root,
    statement_bytes,
)


def statement_for(actor: Actor, period_id: int, *, positive: bool = True) -> bytes:
    """The statement about the version handed in last, as the body downloads and signs it.

    Refuses `no_such_period` and `report_missing`.
    """
    found = queries.readable(actor, period_id)
    project = reading.project_by_id(found.project_id)
    return statement_bytes(period_statement(project, found, _handed(found), positive))


def period_statement(
    project: Project, found: Period, report: Report, positive: bool
) -> dict[str, object]:
    """What is signed: which report of which project, on which papers, how many kilograms.

    `digest` is the methodology's, `calculation` that of document, factor rows and inputs together,
    `report` the SHA-256 of the version, `evidence` the root over its papers' hashes.
    """
    return {
        "v": 1,
        "t": "verification",
        "project": project.code,
        "period": found.number,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "methodology": report.methodology,
        "digest": report.digest,
        "calculation": report.calculation,
        "report": report.sha256,
        "evidence": evidence_root(report.evidence),
        "kg": report.reduction_kg,
        "opinion": POSITIVE if positive else NEGATIVE,
    }


def submit_opinion(
    *, actor: Actor, period_id: int, statement: bytes, signature: str, at: datetime
) -> Opinion:
    """Hands in the signed opinion about a period; the bureau decides next, or it ends there.

    Refuses `not_permitted`, `no_such_period`, `project_not_registered`, `report_missing`,
    `findings_open`, `statement_differs`, `key_unknown`, `signature_wrong`, and as
    `cases.take_step`.
    """
    given_period(actor, period_id)
    with transaction.atomic():
        found = kept(period_id)
        _, task = given_period(actor, period_id)
        project = reading.project_by_id(found.project_id)
        require_registered(project)
        report = _handed(found)
        yes, no = (period_statement(project, found, report, told) for told in (True, False))
        positive = said(statement, yes, no)
        opinion = keep_opinion(
            actor=actor,
            subject=found.subject,
            version=report.number,
            verifier_id=task.verifier_id,
            statement=statement,
            signature=signature,
            positive=positive,
            at=at,
        )
        facts = {"report": report.number, "key": opinion.key_id}
        take(actor, found, "verify" if positive else "decline", facts=facts, at=at)
        end_assignment(subject=found.subject, why="done", at=at)
    return opinion


def _handed(found: Period) -> Report:
    handed = queries.submitted(found.id)
    if not handed:
        raise report_missing()
    return handed[-1]
