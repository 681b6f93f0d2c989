"""A project's papers and its agreement: adding versions, opening them, signing."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse

from tanhui.kernel.refusals import Invalid
from tanhui.portal import owner_papers
from tanhui.portal.doors import acting, owners, reading
from tanhui.portal.owner_forms import sent_file
from tanhui.projects import commands
from tanhui.projects.filing.agreements import agreement_missing
from tanhui.projects.filing.documents import open_document
from tanhui.web.agreement_pdf import agreement_pdf
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance


@entrance
@acting
@owners
def documents(request: PageRequest, code: str) -> HttpResponse:
    """The papers with their versions, and adding one."""

    def show(refused: Refused | None) -> HttpResponse:
        page = owner_papers.documents(actor=request.actor, code=code)
        return show_page(
            request,
            "portal/owner/documents.html",
            refused=refused,
            page=page,
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="documents",
            tab="projects",
        )

    return perform(request, {"add": partial(_add, code)}, show)


def _add(code: str, request: PageRequest) -> HttpResponse:
    add_document(request, code, None)
    return done("document_added", "portal:project-documents", code)


def add_document(request: PageRequest, code: str, period_id: int | None) -> None:
    """Adds the sent file to a project's papers, or to those of a period."""
    filename, data = sent_file(request, "file")
    commands.add_document(
        actor=request.actor,
        code=code,
        kind=request.POST.get("kind", ""),
        title=request.POST.get("title", ""),
        data=data,
        filename=filename,
        period_id=period_id,
        at=request.at,
    )


@entrance
@reading
@owners
def document(request: PageRequest, code: str, document_id: UUID) -> HttpResponse:
    """The bytes of a paper: the newest version, or the one that the address names."""
    told = request.GET.get("version", "")
    number = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else None
    _, opened = open_document(request.actor, code, document_id, number)
    return HttpResponse(opened.data, headers=opened.headers)


@entrance
@acting
@owners
def agreement(request: PageRequest, code: str) -> HttpResponse:
    """The agreement's text, who signed it, and signing it."""

    def show(refused: Refused | None) -> HttpResponse:
        page = owner_papers.agreement(actor=request.actor, code=code)
        return show_page(
            request,
            "portal/owner/agreement.html",
            refused=refused,
            page=page,
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="agreement",
            tab="projects",
        )

    return perform(request, {"sign": partial(_sign, code)}, show)


def _sign(code: str, request: PageRequest) -> HttpResponse:
    if "agreed" not in request.POST:
        raise Invalid(
            "agreement_not_read",
            zh="先勾选已读全文，再签署。",
            en="Tick that you have read the whole text, then sign.",
        )
    commands.sign_agreement(actor=request.actor, code=code, at=request.at)
    return done("agreement_signed", "portal:project-agreement", code)


@entrance
@reading
@owners
def agreement_file(request: PageRequest, code: str) -> HttpResponse:
    """The agreement as a PDF; refuses `agreement_missing` before the owner has signed one."""
    page = owner_papers.agreement(actor=request.actor, code=code)
    if page.agreement is None:
        raise agreement_missing()
    made = agreement_pdf(page.frame.project, page.agreement)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{code}-agreement.pdf"'
    return response
