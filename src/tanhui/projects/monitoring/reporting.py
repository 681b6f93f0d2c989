"""What an owner does with a period: opens it, keeps and hands in reports, withdraws, corrects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from psycopg.types.json import Jsonb

from tanhui.cases import commands as cases
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.projects import papers, reading, rides
from tanhui.projects.filing.acting import kept as kept_project
from tanhui.projects.filing.acting import own_project
from tanhui.projects.filing.verifying import end_assignment
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.acting import (
    audit,
    kept,
    own_period,
    require_registered,
    require_state,
    take,
)
from tanhui.projects.monitoring.queries import CASE_KIND, Period, Report
from tanhui.projects.monitoring.reports import (
    check_texts,
    computed,
    deficit_before,
    document_of,
    evidence_of,
    read_cells,
    report_facts,
    report_hash,
    report_missing,
    require_complete,
)
from tanhui.projects.reading import Project
from tanhui.projects.statements import rows
from tanhui.publiclog.commands import append_leaf
from tanhui.publiclog.leaves import instant

WRITING = ("open", "submitted", "verifying", "returned")
_REASON_MOST = 500
_VERSIONS_MOST = 200


def open_period(*, actor: Actor, code: str, first: date, last: date, at: datetime) -> Period:
    """Opens a monitoring period of a registered project, `first` to `last`, both included.

    Refuses `not_permitted`, `no_such_project`, `project_not_registered`, `period_days_invalid`,
    `period_crosses_years`, `period_outside_crediting` and `period_overlaps`.
    """
    own_project(actor, code)
    if last < first:
        raise Invalid(
            "period_days_invalid",
            zh="监测期的末日不能早于首日。",
            en="A period does not end before it begins.",
        )
    if first.year != last.year:
        raise Invalid(
            "period_crosses_years",
            zh="监测期须在一个自然年内；跨年的分成两期。",
            en="A period lies in one calendar year; divide what lies in two.",
        )
    try:
        with transaction.atomic():
            project = kept_project(reading.project(code))
            require_registered(project)
            _check_crediting(project, first, last)
            facts = {"project_id": project.id, "first": first, "last": last, "at": at}
            found = queries.period(int(rows("open_period", facts)[0][0]))
            cases.open_case(
                actor=actor,
                kind=CASE_KIND,
                subject=found.subject,
                party_id=None,
                facts={"project": code, "number": found.number},
                at=at,
            )
            audit(actor, found, "open", at, first=first.isoformat(), last=last.isoformat())
    except IntegrityError as error:
        if "projects_period_apart" not in str(error):
            raise
        raise Conflict(
            "period_overlaps",
            zh="这些日子已在这个项目的另一个监测期里。",
            en="Some of these days are in another period of the project.",
        ) from error
    return found


def _check_crediting(project: Project, first: date, last: date) -> None:
    begins, ends = project.crediting_first, project.crediting_last
    if begins is None or ends is None or not begins <= first <= last <= ends:
        raise Conflict(
            "period_outside_crediting",
            zh="监测期须在计入期内：{begins} 至 {ends}。",
            en="A period lies within the crediting period, {begins} to {ends}.",
            begins=begins or "-",
            ends=ends or "-",
        )


def keep_report(
    *,
    actor: Actor,
    period_id: int,
    cells: Mapping[str, Any] | None = None,
    workbook: bytes | None = None,
    texts: Mapping[str, str] | None = None,
    at: datetime,
) -> Report:
    """Keeps the next version of a period's report; earlier ones stay.

    The engine computes it first: what it refuses is not kept. Without `cells` and `workbook` those
    of the version before are taken, without `texts` its texts. The same again is no new version.
    Refuses `not_permitted`, `no_such_period`, `period_fixed`, `report_data_missing`,
    `too_many_versions`, `section_unknown`, `section_too_long`, `earlier_period_unsettled`, what
    `read_workbook` refuses cell by cell, and what the engine refuses.
    """
    own_period(actor, period_id)
    with transaction.atomic():
        found = kept(period_id)
        require_state(found, *WRITING)
        return _keep(actor, found, cells, workbook, texts, "", at)


def correct_report(
    *,
    actor: Actor,
    period_id: int,
    cells: Mapping[str, Any] | None = None,
    workbook: bytes | None = None,
    texts: Mapping[str, str] | None = None,
    reason: str,
    at: datetime,
) -> Report:
    """Keeps a corrected version of a report whose credits were issued; the log is told.

    What was issued stays as it is until the authority cancels what turned out too much. Refuses as
    `keep_report`, and `correction_reason_missing`.
    """
    own_period(actor, period_id)
    reason = reason.strip()
    if not 0 < len(reason) <= _REASON_MOST or "\0" in reason:
        raise Invalid(
            "correction_reason_missing",
            zh="请写明为什么更正，{most} 字以内。",
            en="Say why it is corrected, in at most {most} letters.",
            most=_REASON_MOST,
        )
    with transaction.atomic():
        found = kept(period_id)
        require_state(found, "issued")
        issued = queries.submitted(period_id)[-1]
        report = _keep(actor, found, cells, workbook, texts, reason, at)
        project = reading.project_by_id(found.project_id)
        leaf = {
            "v": 1,
            "t": "report-correction",
            "project": project.code,
            "period": found.number,
            "report": report.sha256,
            "kg": [issued.reduction_kg, report.reduction_kg],
            "at": instant(at),
        }
        append_leaf(leaf=leaf, at=at)
    return report


def submit_report(*, actor: Actor, period_id: int, at: datetime) -> Report:
    """Hands in the newest version: to be given to a body, or to the one that verifies already.

    Refuses `not_permitted`, `no_such_period`, `project_not_registered`, `period_fixed`,
    `report_missing`, `report_unchanged`, `report_outdated` (a paper came since, or the deficit of
    the period before), `section_missing`, `evidence_missing`, `period_not_over`,
    `rides_not_claimed` (it claims journeys that are the citizens'), and as `cases.take_step`.
    """
    own_period(actor, period_id)
    with transaction.atomic():
        found = kept(period_id)
        require_state(found, *WRITING)
        project = reading.project_by_id(found.project_id)
        require_registered(project)
        report = _newest(found)
        _check_current(project, found, report)
        rides.require_rides(project, report.cells.as_json(), first=found.first, last=found.last)
        if queries.is_running(found, at):
            raise Conflict(
                "period_not_over",
                zh="监测期到 {last} 才结束，之后再提交报告。",
                en="The period ends on {last}; hand in its report after that.",
                last=found.last,
            )
        facts = {"period_id": found.id, "report": report.number, "actor": actor.name, "at": at}
        rows("submit_report", facts)
        take(actor, found, _step(found), facts={"report": report.number}, at=at)
    return queries.reports(period_id)[report.number - 1]


def _step(found: Period) -> str:
    """How a version is handed in from where the period stands."""
    if found.state == "returned":
        return "resubmit" if papers.assignment(found.subject) else "submit"
    return {"open": "submit", "submitted": "replace", "verifying": "renew"}[found.state]


def withdraw_period(*, actor: Actor, period_id: int, words: str, at: datetime) -> Period:
    """Withdraws a period before its issuance is proposed; its days are free again.

    Refuses `not_permitted`, `no_such_period`, and as `cases.take_step`.
    """
    own_period(actor, period_id)
    with transaction.atomic():
        found = kept(period_id)
        take(actor, found, "withdraw", words=words, at=at)
        end_assignment(subject=found.subject, why="withdrawn", at=at)
    return queries.period(period_id)


def _newest(found: Period) -> Report:
    kept_versions = queries.reports(found.id)
    if not kept_versions:
        raise report_missing()
    report = kept_versions[-1]
    if report.submitted_at is not None:
        raise Conflict(
            "report_unchanged",
            zh="最新的一版已经交过，没有新的改动。",
            en="The newest version was handed in already; nothing has changed since.",
        )
    return report


def _check_current(project: Project, found: Period, report: Report) -> None:
    require_complete(report)
    owed, _ = deficit_before(found, document_of(project))
    carried = report.cells.with_deficit(document_of(project), owed).by_symbol.get("deficit")
    held = report.cells.by_symbol.get("deficit")
    same = carried is None or (held is not None and held.value == carried.value)
    if list(report.evidence) != evidence_of(found) or not same:
        raise Conflict(
            "report_outdated",
            zh="保存这一版之后，凭证或上期结转有变化。请重新保存报告，再提交。",
            en="Papers or the deficit carried over changed since this version. Keep the report"
            " again, then hand it in.",
        )


def _keep(
    actor: Actor,
    found: Period,
    cells: Mapping[str, Any] | None,
    workbook: bytes | None,
    texts: Mapping[str, str] | None,
    reason: str,
    at: datetime,
) -> Report:
    project = reading.project_by_id(found.project_id)
    document = document_of(project)
    before = queries.reports(found.id)
    if len(before) >= _VERSIONS_MOST:
        raise Conflict(
            "too_many_versions",
            zh="一个监测期最多保存 {most} 版。",
            en="At most {most} versions of one period are kept.",
            most=_VERSIONS_MOST,
        )
    if cells is None and workbook is None and before:
        read = before[-1].cells
    else:
        read = read_cells(document, cells, workbook)
    owed, proof = deficit_before(found, document)
    read = read.with_deficit(document, owed, proof)
    result = computed(document, found, read, last_deficit_kg=owed)
    told = before[-1].texts if texts is None and before else check_texts(texts or {})
    evidence, number = evidence_of(found), len(before) + 1
    facts = report_facts(
        project,
        found,
        number,
        cells=read.as_json(),
        texts=told,
        evidence=evidence,
        result=result,
        reason=reason,
    )
    if before and not reason and _says_the_same(before[-1], facts):
        return before[-1]
    rows(
        "add_report",
        {
            "period_id": found.id,
            "number": number,
            "cells": Jsonb(facts["cells"]),
            "texts": Jsonb(told),
            "result": Jsonb(result.as_json()),
            "reduction_kg": result.reduction_kg,
            "deficit_kg": result.deficit_kg,
            "methodology": result.methodology,
            "digest": result.digest,
            "calculation": result.calculation,
            "evidence": evidence,
            "sha256": report_hash(facts),
            "reason": reason,
            "actor": actor.name,
            "at": at,
        },
    )
    act = "correct_report" if reason else "keep_report"
    audit(actor, found, act, at, version=number, calculation=result.calculation)
    return queries.reports(found.id)[-1]


def _says_the_same(before: Report, facts: Mapping[str, Any]) -> bool:
    return bool(
        before.cells.as_json() == facts["cells"]
        and before.texts == facts["texts"]
        and list(before.evidence) == facts["evidence"]
        and before.calculation == facts["calculation"]
    )
