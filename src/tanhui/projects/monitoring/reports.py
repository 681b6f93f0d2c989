"""Making a version of a report: cells computed, texts checked, papers counted, all of it hashed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.methodology.canonical import canonical_json
from tanhui.methodology.document import Methodology
from tanhui.methodology.units import Quantity
from tanhui.projects import library, papers, reading
from tanhui.projects.calculation import Calculation, Reserved, calculate
from tanhui.projects.cells import Cells, is_carried
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.queries import Period, Report
from tanhui.projects.reading import Project
from tanhui.projects.report_rules import city_monitoring
from tanhui.projects.workbook import read_workbook

TEXT_MOST = 4_000
# Whatever is of these is settled, so that what it owes can be carried over.
SETTLED = ("verified", "proposed", "approved", "issued")
# Meters, invoices and samples are proved by papers; defaults and the platform's own are not.
_PROVED = frozenset({"meter", "invoice", "sample"})
_YEAR_DAYS = 365
_NEAR_DAYS = 4


def read_cells(
    methodology: Methodology, cells: Mapping[str, Any] | None, workbook: bytes | None
) -> Cells:
    """The cells of a report, given as JSON by symbol or as the workbook.

    Refuses `report_data_missing` where neither or both are given, and as these are read.
    """
    if (cells is None) == (workbook is None):
        raise Invalid(
            "report_data_missing",
            zh="请上传填好的工作簿，或在网页上填报数据，二者选一。",
            en="Send the workbook that you filled in, or fill in the form: one of the two.",
        )
    if workbook is not None:
        return read_workbook(methodology, workbook)
    return Cells.from_json(methodology.reference, cells)


def document_of(project: Project) -> Methodology:
    """The methodology that a project goes by, exactly as it was when it was filed."""
    return library.document(project.methodology, project.digest)


def computed(
    methodology: Methodology, found: Period, cells: Cells, *, last_deficit_kg: int
) -> Calculation:
    """The engine's answer on the rows in force on the period's last day, and what is to be known.

    Refuses as the engine does.
    """
    result = calculate(methodology, cells, on=found.last, deficit_kg=last_deficit_kg)
    more = [*_unproved(methodology, cells), *_other_length(methodology, cells, found)]
    return replace(result, reservations=(*result.reservations, *more))


def _unproved(methodology: Methodology, cells: Cells) -> list[Reserved]:
    """Inputs that must be proved and name no paper."""
    found = []
    for declared in methodology.inputs:
        cell = cells.by_symbol.get(declared.symbol)
        needs = declared.monitoring is not None and declared.monitoring.source in _PROVED
        if needs and cell is not None and not cell.evidence:
            zh, en = "没有写明由哪份材料证明", "no paper is named that proves it"
            found.append(Reserved("evidence_not_named", declared.symbol, zh, en))
    return found


def _other_length(methodology: Methodology, cells: Cells, found: Period) -> list[Reserved]:
    """A length of the period that is not that of its days: said, and for the verifier to judge."""
    given = cells.given(methodology).get("period")
    declared = next((item for item in methodology.inputs if item.symbol == "period"), None)
    if declared is None or declared.kind != "time.years" or not isinstance(given, Quantity):
        return []
    days = (found.last - found.first).days + 1
    told: Fraction = given.to(declared.unit).value * _YEAR_DAYS
    if abs(told - days) <= _NEAR_DAYS:
        return []
    return [
        Reserved(
            "period_length_differs",
            "period",
            f"填报的期长约 {int(told)} 天，监测期是 {days} 天",
            f"the length reported is about {int(told)} days, the period has {days}",
        )
    ]


def deficit_before(found: Period, methodology: Methodology) -> tuple[int, str]:
    """What the period before owes, and the hash of the report that says so; 0 without one.

    Refuses `earlier_period_unsettled` where the methodology carries a deficit and the period before
    is not verified yet.
    """
    if not any(is_carried(methodology, declared.symbol) for declared in methodology.inputs):
        return 0, ""
    earlier = [
        other
        for other in queries.periods(found.project_id)
        if other.last < found.first and other.state not in ("withdrawn", "refused")
    ]
    if not earlier:
        return 0, ""
    latest = max(earlier, key=lambda other: other.last)
    handed = queries.submitted(latest.id)
    if latest.state not in SETTLED or not handed:
        raise Conflict(
            "earlier_period_unsettled",
            zh="前一个监测期（第 {number} 期）还没有核证完，它的不足要带入本期。",
            en="The period before (no. {number}) is not verified yet, and its deficit is carried"
            " into this one.",
            number=latest.number,
        )
    return handed[-1].deficit_kg, handed[-1].sha256


def check_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The texts of a report by section. Refuses `section_unknown` and `section_too_long`."""
    known = {section.name for section in city_monitoring().sections}
    told = {}
    for name, text in texts.items():
        if name not in known:
            raise Invalid(
                "section_unknown",
                zh="报告没有“{name}”这一节。",
                en="A report has no section called “{name}”.",
                name=name[:40],
            )
        written = text.replace("\r\n", "\n").strip()
        if len(written) > TEXT_MOST or "\0" in written:
            raise Invalid(
                "section_too_long",
                zh="“{name}”这一节最多 {most} 字。",
                en="The section “{name}” has at most {most} letters.",
                name=name,
                most=TEXT_MOST,
            )
        if written:
            told[name] = written
    return told


def require_complete(report: Report) -> None:
    """Refuses `section_missing` and `evidence_missing` of a report that is handed in."""
    missing = [
        section
        for section in city_monitoring().sections
        if section.required and section.name not in report.texts
    ]
    if missing:
        raise Conflict(
            "section_missing",
            zh="报告还缺：{zh_names}。",
            en="The report still lacks: {en_names}.",
            zh_names="、".join(section.label.zh for section in missing),
            en_names=", ".join(section.label.en for section in missing),
        )
    if not report.evidence:
        raise Conflict(
            "evidence_missing",
            zh="还没有上传本监测期的任何凭证。上传后重新保存报告。",
            en="No paper of this period was sent yet. Send them, then keep the report again.",
        )


def evidence_of(found: Period) -> list[str]:
    """The hashes (hex) of the newest versions of the period's papers, sorted."""
    held = papers.documents(found.project_id, found.id)
    return sorted({paper.latest.sha256 for paper in held})


def report_facts(
    project: Project,
    found: Period,
    number: int,
    *,
    cells: Mapping[str, Any],
    texts: Mapping[str, str],
    evidence: Sequence[str],
    result: Calculation | Report,
    reason: str,
) -> dict[str, Any]:
    """All that a version of a report says; its canonical JSON is what is hashed and signed for."""
    return {
        "v": 1,
        "t": "report",
        "project": project.code,
        "period": found.number,
        "version": number,
        "first": _day(found.first),
        "last": _day(found.last),
        "methodology": result.methodology,
        "digest": result.digest,
        "calculation": result.calculation,
        "kg": result.reduction_kg,
        "deficit": result.deficit_kg,
        "cells": cells,
        "texts": texts,
        "evidence": list(evidence),
        "reason": reason,
    }


def report_bytes(project: Project, found: Period, report: Report) -> bytes:
    """A version as it was hashed: whoever holds these bytes can check what the body signed for."""
    facts = report_facts(
        project,
        found,
        report.number,
        cells=report.cells.as_json(),
        texts=report.texts,
        evidence=report.evidence,
        result=report,
        reason=report.reason,
    )
    return canonical_json(facts).encode()


def report_file(actor: Actor, period_id: int) -> bytes:
    """The version that was handed in last, as it was hashed, for those who take part.

    Refuses `no_such_period`, `no_such_project` and `report_missing`.
    """
    found = queries.readable(actor, period_id)
    handed = queries.submitted(period_id)
    if not handed:
        raise report_missing()
    return report_bytes(reading.project_by_id(found.project_id), found, handed[-1])


def report_missing() -> Conflict:
    """The refusal where nothing was reported, or nothing handed in."""
    return Conflict(
        "report_missing",
        zh="这个监测期还没有报告。",
        en="There is no report of this period yet.",
    )


def report_hash(facts: Mapping[str, Any]) -> str:
    """SHA-256 (hex) over the canonical JSON of a version."""
    return hashlib.sha256(canonical_json(facts).encode()).hexdigest()


def _day(day: date) -> str:
    return day.isoformat()
