"""An owner's projects: the list, beginning one, where one stands and what is to be done."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse

from tanhui.identity.organisations.queries import organisation
from tanhui.kernel.refusals import Invalid
from tanhui.portal import owner_overview, owner_papers, owner_shown
from tanhui.portal.doors import acting, owners, reading
from tanhui.portal.owner_forms import typed_place, typed_sites
from tanhui.projects import commands
from tanhui.projects.verification import commands as verification
from tanhui.web.desk import Refused, done, perform, show_page
from tanhui.web.entrance import PageRequest, entrance


@entrance
@reading
@owners
def index(request: PageRequest) -> HttpResponse:
    """The organisation's projects; those that wait for it come first."""
    page = owner_shown.index(actor=request.actor, at=request.at)
    return show_page(
        request,
        "portal/owner/index.html",
        page=page,
        organisation=page.organisation,
        tab="projects",
    )


@entrance
@acting
@owners
def new(request: PageRequest) -> HttpResponse:
    """Beginning a project: a draft with a code of its own."""

    def show(refused: Refused | None) -> HttpResponse:
        own = organisation(request.actor.organisation_id or 0)
        return show_page(
            request,
            "portal/owner/new.html",
            refused=refused,
            page=owner_papers.facts_offered(small=own.small, at=request.at),
            facts=request.POST,
            organisation=own,
            tab="projects",
        )

    return perform(request, {"start": _start}, show)


def _start(request: PageRequest) -> HttpResponse:
    code = commands.start_project(
        actor=request.actor,
        name_zh=request.POST.get("name_zh", ""),
        name_en=request.POST.get("name_en", ""),
        about_zh=request.POST.get("about_zh", ""),
        about_en=request.POST.get("about_en", ""),
        methodology=request.POST.get("methodology", ""),
        geometry=typed_place(request.POST.get("geometry", "")),
        simplified="simplified" in request.POST,
        at=request.at,
    )
    return done("project_started", "portal:project", code)


@entrance
@acting
@owners
def overview(request: PageRequest, code: str) -> HttpResponse:
    """Where the project stands; filing, answering and withdrawing it."""

    def show(refused: Refused | None) -> HttpResponse:
        page = owner_overview.overview(actor=request.actor, code=code, at=request.at)
        return show_page(
            request,
            "portal/owner/overview.html",
            refused=refused,
            page=page,
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="overview",
            tab="projects",
        )

    acts = {
        "file": partial(_file, code),
        "answer": partial(_answer, code),
        "finding": partial(_finding, code),
        "speak": partial(_speak, code),
        "withdraw": partial(_withdraw, code),
        "discard": partial(_discard, code),
    }
    return perform(request, acts, show)


def _file(code: str, request: PageRequest) -> HttpResponse:
    commands.file_project(actor=request.actor, code=code, at=request.at)
    return done("project_filed", "portal:project", code)


def _answer(code: str, request: PageRequest) -> HttpResponse:
    commands.answer_objection(
        actor=request.actor,
        code=code,
        number=typed_ordinal(request, "objection"),
        words=request.POST.get("words", ""),
        at=request.at,
    )
    return done("objection_answered", "portal:project", code)


def _finding(code: str, request: PageRequest) -> HttpResponse:
    answer_finding(request)
    return done("finding_answered", "portal:project", code)


def answer_finding(request: PageRequest) -> None:
    """Answers the finding that the form names."""
    verification.answer_finding(
        actor=request.actor,
        finding_id=typed_ordinal(request, "finding"),
        words=request.POST.get("words", ""),
        at=request.at,
    )


def typed_ordinal(request: PageRequest, name: str) -> int:
    """A number that a page put into its form; refuses `form_altered` for anything else."""
    text = request.POST.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        raise Invalid(
            "form_altered",
            zh="表单里的编号不对，请回到页面重来。",
            en="A number in the form is wrong; go back to the page and begin anew.",
        )
    return int(text)


def _speak(code: str, request: PageRequest) -> HttpResponse:
    commands.answer_strike_off(
        actor=request.actor, code=code, words=request.POST.get("words", ""), at=request.at
    )
    return done("objection_answered", "portal:project", code)


def _withdraw(code: str, request: PageRequest) -> HttpResponse:
    commands.withdraw_project(
        actor=request.actor, code=code, words=request.POST.get("words", ""), at=request.at
    )
    return done("project_withdrawn", "portal:project", code)


def _discard(code: str, request: PageRequest) -> HttpResponse:
    commands.discard_project(actor=request.actor, code=code, at=request.at)
    return done("project_withdrawn", "portal:projects")


@entrance
@acting
@owners
def facts(request: PageRequest, code: str) -> HttpResponse:
    """What the owner says of the project, and where it is done."""

    def show(refused: Refused | None) -> HttpResponse:
        page = owner_papers.facts(actor=request.actor, code=code, at=request.at)
        typed = refused is not None and refused.act == "change"
        rows = page.site_rows
        if refused is not None and refused.act == "sites":
            rows = owner_papers.typed_rows(typed_sites(request))
        return show_page(
            request,
            "portal/owner/facts.html",
            refused=refused,
            page=page.offered,
            facts=request.POST if typed else owner_papers.facts_of(page.frame.project),
            shown=page,
            site_rows=rows,
            frame=page.frame,
            organisation=page.frame.project.owner,
            here="facts",
            tab="projects",
        )

    return perform(
        request, {"change": partial(_change, code), "sites": partial(_sites, code)}, show
    )


def _change(code: str, request: PageRequest) -> HttpResponse:
    commands.change_project(
        actor=request.actor,
        code=code,
        name_zh=request.POST.get("name_zh", ""),
        name_en=request.POST.get("name_en", ""),
        about_zh=request.POST.get("about_zh", ""),
        about_en=request.POST.get("about_en", ""),
        methodology=request.POST.get("methodology", ""),
        geometry=typed_place(request.POST.get("geometry", "")),
        simplified="simplified" in request.POST,
        at=request.at,
    )
    return done("project_changed", "portal:project-facts", code)


def _sites(code: str, request: PageRequest) -> HttpResponse:
    commands.set_sites(actor=request.actor, code=code, sites=typed_sites(request), at=request.at)
    return done("project_changed", "portal:project-facts", code)
