"""A project's design: its cells on the page or in the workbook, and what the engine makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.http import HttpResponse

from tanhui.kernel.actors import Actor
from tanhui.portal.cells_form import CellsForm, form_of_cells, typed_cells
from tanhui.portal.cells_page import faults_response, kept_or_faults, workbook_response
from tanhui.portal.doors import acting, owners, reading
from tanhui.portal.owner_forms import sent_file
from tanhui.portal.owner_shown import own_standing
from tanhui.projects import commands, library, papers
from tanhui.projects.calculation import Calculation
from tanhui.projects.cells import Cells
from tanhui.projects.desk import DeskRow
from tanhui.projects.filing.designing import DESIGN_STATES
from tanhui.projects.papers import Design
from tanhui.projects.workbook import WorkbookFaulty, blank_workbook, workbook
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance


@dataclass(frozen=True, slots=True)
class DesignPage:
    """Everything of the page; `correcting` once the project is registered."""

    frame: DeskRow
    form: CellsForm
    papers: list[str]
    designs: list[Design]
    result: Calculation | None

    @property
    def latest(self) -> Design:
        """The newest version."""
        return self.designs[-1]

    @property
    def correcting(self) -> bool:
        """Whether a new version is a correction."""
        return self.frame.project.state == "registered"

    @property
    def may_keep(self) -> bool:
        """Whether a new version can be kept now."""
        return self.correcting or self.frame.project.state in DESIGN_STATES


def design_page(*, actor: Actor, code: str, form: CellsForm | None) -> DesignPage:
    """The page with `form` as it was typed, or with the newest version's cells."""
    frame = own_standing(actor=actor, code=code)
    project = frame.project
    designs = papers.designs(project.id)
    if form is None:
        form = form_of_cells(
            library.document(project.methodology, project.digest), _latest_cells(frame, designs)
        )
    return DesignPage(
        frame,
        form,
        sorted({one.title for one in papers.documents(project.id)}),
        designs,
        Calculation.from_json(designs[-1].result) if designs else None,
    )


def _latest_cells(frame: DeskRow, designs: list[Design]) -> Cells | None:
    """The newest cells, unless they are for another methodology."""
    if not designs or designs[-1].digest != frame.project.digest:
        return None
    return Cells.from_json(frame.project.methodology, designs[-1].cells)


@entrance
@acting
@owners
def design(request: PageRequest, code: str) -> HttpResponse:
    """Filling in the design, or sending its workbook; the versions and the newest result."""

    def show(
        refused: Refused | None,
        form: CellsForm | None = None,
        faults: WorkbookFaulty | None = None,
    ) -> HttpResponse:
        if form is None and refused is not None and refused.act == "keep":
            # What the engine refused stays in the fields.
            frame = own_standing(actor=request.actor, code=code)
            document = library.document(frame.project.methodology, frame.project.digest)
            form = typed_cells(document, request.POST.dict()).form
        page = design_page(actor=request.actor, code=code, form=form)
        return show_page(
            request,
            "portal/owner/design.html",
            refused=refused,
            page=page,
            faults=faults.faults if faults else (),
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="design",
            tab="projects",
        )

    def keep(request: PageRequest) -> HttpResponse:
        frame = own_standing(actor=request.actor, code=code)
        document = library.document(frame.project.methodology, frame.project.digest)
        typed = typed_cells(document, request.POST.dict())
        if typed.cells is None:
            return faults_response(show(None, typed.form))
        return _keep(request, frame, cells=typed.cells.as_json())

    def upload(request: PageRequest) -> HttpResponse:
        frame = own_standing(actor=request.actor, code=code)
        _, data = sent_file(request, "workbook")
        return kept_or_faults(
            partial(_keep, request, frame, workbook=data),
            lambda faulty: show(None, None, faulty),
        )

    return perform(request, {"keep": keep, "upload": upload}, show)


def _keep(request: PageRequest, frame: DeskRow, **given: Any) -> HttpResponse:
    code = frame.project.code
    if frame.project.state == "registered":
        reason = request.POST.get("reason", "")
        commands.correct_project(
            actor=request.actor, code=code, reason=reason, at=request.at, **given
        )
        return done("design_corrected", "portal:project-design", code)
    commands.keep_design(actor=request.actor, code=code, at=request.at, **given)
    return done("design_kept", "portal:project-design", code)


@entrance
@reading
@owners
def workbook_file(request: PageRequest, code: str) -> HttpResponse:
    """The workbook of the project's methodology, with the newest cells where there are any."""
    frame = own_standing(actor=request.actor, code=code)
    document = library.document(frame.project.methodology, frame.project.digest)
    cells = _latest_cells(frame, papers.designs(frame.project.id))
    data = workbook(document, cells) if cells else blank_workbook(document)
    return workbook_response(data, f"{code}-design.xlsx")
