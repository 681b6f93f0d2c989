"""Monitoring periods: opening one, its data and words, its papers, handing the report in."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpResponse

from tanhui.portal import owner_periods_shown as shown
from tanhui.portal.cells_form import CellsForm, typed_cells
from tanhui.portal.cells_page import faults_response, kept_or_faults, workbook_response
from tanhui.portal.doors import acting, owners, reading
from tanhui.portal.owner import answer_finding
from tanhui.portal.owner_files import add_document
from tanhui.portal.owner_forms import sent_file
from tanhui.projects.monitoring import commands
from tanhui.projects.workbook import WorkbookFaulty
from tanhui.web.desk import Act, Refused, done, perform, show_page, typed_day
from tanhui.web.entrance import PageRequest, entrance

_TEXT = "t."


@entrance
@acting
@owners
def periods(request: PageRequest, code: str) -> HttpResponse:
    """The periods of a project, and opening the next."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.periods(actor=request.actor, code=code, at=request.at)
        return show_page(
            request,
            "portal/owner/periods.html",
            refused=refused,
            page=page,
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="periods",
            tab="projects",
        )

    return perform(request, {"open": partial(_open, code)}, show)


def _open(code: str, request: PageRequest) -> HttpResponse:
    made = commands.open_period(
        actor=request.actor,
        code=code,
        first=typed_day(request.POST.get("first", "")),
        last=typed_day(request.POST.get("last", "")),
        at=request.at,
    )
    return done("period_opened", "portal:project-period", code, made.number)


@entrance
@acting
@owners
def period(request: PageRequest, code: str, number: int) -> HttpResponse:
    """One period: its report as it is written, its papers, what the verifier asks."""
    found = shown.own_period(actor=request.actor, code=code, number=number)

    def show(
        refused: Refused | None,
        form: CellsForm | None = None,
        faults: WorkbookFaulty | None = None,
    ) -> HttpResponse:
        typed = refused is not None and refused.act == "keep"
        if form is None and typed:
            form = typed_cells(found.document, request.POST.dict()).form
        texts = _texts(request) if form is not None else None
        page = shown.period_page(found, form=form, texts=texts, at=request.at)
        return show_page(
            request,
            "portal/owner/period.html",
            refused=refused,
            page=page,
            faults=faults.faults if faults else (),
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="periods",
            tab="projects",
        )

    def keep(request: PageRequest) -> HttpResponse:
        typed = typed_cells(found.document, request.POST.dict())
        if typed.cells is None:
            return faults_response(show(None, typed.form))
        return _keep(request, found, cells=typed.cells.as_json(), texts=_texts(request))

    def upload(request: PageRequest) -> HttpResponse:
        _, data = sent_file(request, "workbook")
        return kept_or_faults(
            partial(_keep, request, found, workbook=data),
            lambda faulty: show(None, None, faulty),
        )

    acts: dict[str, Act] = {
        "keep": keep,
        "upload": upload,
        "add": partial(_add, found),
        "submit": partial(_submit, found),
        "finding": partial(_finding, found),
        "withdraw": partial(_withdraw, found),
    }
    return perform(request, acts, show)


def _texts(request: PageRequest) -> dict[str, str]:
    return {
        name.removeprefix(_TEXT): text
        for name, text in request.POST.items()
        if name.startswith(_TEXT) and isinstance(text, str)
    }


def _keep(request: PageRequest, found: shown.OwnPeriod, **given: Any) -> HttpResponse:
    told = {"actor": request.actor, "period_id": found.period.id, "at": request.at, **given}
    if found.correcting:
        commands.correct_report(reason=request.POST.get("reason", ""), **told)
    else:
        commands.keep_report(**told)
    return done("report_kept", "portal:project-period", *found.address)


def _add(found: shown.OwnPeriod, request: PageRequest) -> HttpResponse:
    add_document(request, found.frame.project.code, found.period.id)
    return done("document_added", "portal:project-period", *found.address)


def _submit(found: shown.OwnPeriod, request: PageRequest) -> HttpResponse:
    commands.submit_report(actor=request.actor, period_id=found.period.id, at=request.at)
    return done("report_submitted", "portal:project-period", *found.address)


def _finding(found: shown.OwnPeriod, request: PageRequest) -> HttpResponse:
    answer_finding(request)
    return done("finding_answered", "portal:project-period", *found.address)


def _withdraw(found: shown.OwnPeriod, request: PageRequest) -> HttpResponse:
    commands.withdraw_period(
        actor=request.actor,
        period_id=found.period.id,
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("period_withdrawn", "portal:project-periods", found.frame.project.code)


@entrance
@reading
@owners
def workbook_file(request: PageRequest, code: str, number: int) -> HttpResponse:
    """The workbook of a period's report, with the newest cells where there are any."""
    found = shown.own_period(actor=request.actor, code=code, number=number)
    return workbook_response(shown.workbook_of(found), f"{code}-{number}.xlsx")
