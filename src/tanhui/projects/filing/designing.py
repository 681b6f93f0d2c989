"""A project's design: the workbook of its methodology, and what the engine makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from psycopg.types.json import Jsonb

from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Invalid
from tanhui.methodology.document import Methodology
from tanhui.projects import library, papers, reading
from tanhui.projects.calculation import Calculation, calculate
from tanhui.projects.cells import Cells
from tanhui.projects.filing.acting import audit, kept, own_project, require_state
from tanhui.projects.filing.documents import PURPOSE
from tanhui.projects.papers import Design
from tanhui.projects.reading import Project
from tanhui.projects.statements import rows
from tanhui.projects.workbook import read_workbook
from tanhui.vault import commands as vault

# Findings are answered by another version while a body verifies.
DESIGN_STATES = ("draft", "returned", "assigned")
_REASON_MOST = 500


def keep_design(
    *,
    actor: Actor,
    code: str,
    cells: Mapping[str, Any] | None = None,
    workbook: bytes | None = None,
    at: datetime,
) -> Design:
    """Keeps the next version of a design, given as cells (JSON by symbol) or as the workbook.

    The engine computes it first: what it refuses is not kept. The same cells again are no new
    version. Refuses `not_permitted`, `no_such_project`, `project_fixed`, `design_missing` (neither
    or both are given), what `read_workbook` refuses cell by cell, and what the engine refuses.
    """
    own_project(actor, code)
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, DESIGN_STATES)
        return _keep(actor, found, cells, workbook, "", at)


def correct_project(
    *,
    actor: Actor,
    code: str,
    cells: Mapping[str, Any] | None = None,
    workbook: bytes | None = None,
    reason: str,
    at: datetime,
) -> Design:
    """Keeps a corrected design of a registered project, with its reason; what was stays.

    The crediting period, cap and buffer stay as they were decided. Refuses as `keep_design`, and
    `correction_reason_missing`.
    """
    reason = reason.strip()
    own_project(actor, code)
    if not 0 < len(reason) <= _REASON_MOST or "\0" in reason:
        raise Invalid(
            "correction_reason_missing",
            zh="请写明为什么更正，{most} 字以内。",
            en="Say why it is corrected, in at most {most} letters.",
            most=_REASON_MOST,
        )
    with transaction.atomic():
        found = kept(reading.project(code))
        require_state(found, ("registered",))
        return _keep(actor, found, cells, workbook, reason, at)


def estimate(methodology: Methodology, cells: Mapping[str, Any], at: datetime) -> Calculation:
    """What the engine makes of cells today; nothing is kept. Refuses as the engine does."""
    read = Cells.from_json(methodology.reference, cells)
    return calculate(methodology, read, on=city_day(at))


def _keep(
    actor: Actor,
    found: Project,
    cells: Mapping[str, Any] | None,
    workbook: bytes | None,
    reason: str,
    at: datetime,
) -> Design:
    document = library.document(found.methodology, found.digest)
    if (cells is None) == (workbook is None):
        raise design_missing()
    if workbook is None:
        read = Cells.from_json(document.reference, cells)
    else:
        read = read_workbook(document, workbook)
    result = calculate(document, read, on=city_day(at))
    before = papers.designs(found.id)
    told = read.as_json()
    same = before and (before[-1].cells, before[-1].digest) == (told, found.digest)
    if same and not reason:
        return before[-1]
    rows(
        "add_design",
        {
            "project_id": found.id,
            "cells": Jsonb(told),
            "file_id": _kept_file(actor, found, workbook, at),
            "result": Jsonb(result.as_json()),
            "digest": found.digest,
            "reason": reason,
            "at": at,
        },
    )
    kept_now = papers.designs(found.id)[-1]
    act = "correct" if reason else "keep_design"
    audit(actor, found, act, at, version=kept_now.number, calculation=result.calculation)
    return kept_now


def _kept_file(actor: Actor, found: Project, workbook: bytes | None, at: datetime) -> UUID | None:
    if workbook is None:
        return None
    owners = [found.owner_id]
    file = vault.keep_file(actor=actor, purpose=PURPOSE, data=workbook, organisations=owners, at=at)
    return file.file_id


def design_missing() -> Invalid:
    """The refusal of a filing without a design."""
    return Invalid(
        "design_missing",
        zh="还没有设计文件：下载工作簿，填好后上传，或在网页上填。",
        en="There is no design: fill in the workbook and send it, or fill in the form.",
    )
