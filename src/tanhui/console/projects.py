"""The bureau's desk of projects: taking filings in, giving them to verifiers, deciding by two."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse

from tanhui.console import project_shown, projects_desk
from tanhui.console.doors import acting, path_two, reading
from tanhui.console.projects_desk import Filters
from tanhui.projects import commands, papers
from tanhui.projects.filing.agreements import agreement_missing
from tanhui.projects.filing.documents import open_document
from tanhui.projects.likeness.commands import waive_likeness
from tanhui.projects.reading import readable
from tanhui.projects.rides import waive_rides
from tanhui.web.agreement_pdf import agreement_pdf
from tanhui.web.benches import view_of
from tanhui.web.desk import Refused, done, perform, show_page, typed_day, typed_number
from tanhui.web.entrance import PageRequest, entrance

WORDS_MAX = 500
_HERE = "console:project"


@entrance
@reading
@path_two
def desk(request: PageRequest) -> HttpResponse:
    """What waits for the reader, what is under way, and every project."""
    asked = request.GET
    after = asked.get("after", "")
    filters = Filters(
        words=asked.get("words", "")[:60],
        state=asked.get("state", ""),
        district=asked.get("district", ""),
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 16 else None,
    )
    page = projects_desk.desk(actor=request.actor, queue=asked.get("queue", ""), filters=filters)
    return show_page(request, "console/projects.html", page=page, tab="projects")


@entrance
@reading
@path_two
def agreement(request: PageRequest, code: str) -> HttpResponse:
    """What owner and operator agree on, to be read before it is signed.

    Refuses `no_such_project` and `agreement_missing` before the owner has signed one.
    """
    found = readable(request.actor, code)
    held = papers.agreement(found.id)
    if held is None:
        raise agreement_missing()
    response = HttpResponse(agreement_pdf(found, held), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{code}-agreement.pdf"'
    return response


@entrance
@acting
@path_two
def project(request: PageRequest, code: str) -> HttpResponse:
    """One project with its papers, findings and likenesses, and what may be decided."""

    def show(refused: Refused | None) -> HttpResponse:
        page = project_shown.one_project(
            actor=request.actor,
            code=code,
            view=view_of(request.GET.dict()),
            language=request.appearance.language,
            at=request.at,
        )
        return show_page(
            request,
            "console/project.html",
            refused=refused,
            page=page,
            words_max=WORDS_MAX,
            tab="projects",
        )

    return perform(request, {name: partial(act, code) for name, act in _ACTS.items()}, show)


@entrance
@reading
@path_two
def document(request: PageRequest, code: str, document_id: UUID, number: int) -> HttpResponse:
    """A version of a paper."""
    _, opened = open_document(request.actor, code, document_id, number)
    return HttpResponse(opened.data, headers=opened.headers)


def _words(request: PageRequest) -> str:
    return request.POST.get("words", "")


def _accept(code: str, request: PageRequest) -> HttpResponse:
    commands.accept_project(actor=request.actor, code=code, at=request.at)
    return done("project_accepted", _HERE, code)


def _return(code: str, request: PageRequest) -> HttpResponse:
    commands.return_project(actor=request.actor, code=code, words=_words(request), at=request.at)
    return done("project_returned", _HERE, code)


def _sign(code: str, request: PageRequest) -> HttpResponse:
    commands.sign_agreement(actor=request.actor, code=code, at=request.at)
    return done("agreement_signed", _HERE, code)


def _object(code: str, request: PageRequest) -> HttpResponse:
    commands.object_to_project(actor=request.actor, code=code, words=_words(request), at=request.at)
    return done("project_objected", _HERE, code)


def _assign(code: str, request: PageRequest) -> HttpResponse:
    commands.assign_verifier(
        actor=request.actor,
        code=code,
        verifier_id=typed_number(request, "verifier") or 0,
        at=request.at,
    )
    return done("verifier_assigned", _HERE, code)


def _propose(code: str, request: PageRequest) -> HttpResponse:
    sent = request.POST
    commands.propose_registration(
        actor=request.actor,
        code=code,
        first=typed_day(sent.get("first", "")),
        last=typed_day(sent.get("last", "")),
        cap_kg=typed_number(request, "cap_kg") or 0,
        buffer_percent=typed_number(request, "buffer_percent"),
        words=_words(request),
        at=request.at,
    )
    return done("registration_proposed", _HERE, code)


def _confirm(code: str, request: PageRequest) -> HttpResponse:
    commands.confirm_registration(actor=request.actor, code=code, at=request.at)
    return done("registration_confirmed", _HERE, code)


def _propose_refusal(code: str, request: PageRequest) -> HttpResponse:
    commands.propose_refusal(actor=request.actor, code=code, words=_words(request), at=request.at)
    return done("refusal_proposed", _HERE, code)


def _refuse(code: str, request: PageRequest) -> HttpResponse:
    commands.refuse_project(actor=request.actor, code=code, at=request.at)
    return done("project_refused", _HERE, code)


def _reconsider(code: str, request: PageRequest) -> HttpResponse:
    commands.reconsider_project(
        actor=request.actor, code=code, words=_words(request), at=request.at
    )
    return done("project_reconsidered", _HERE, code)


def _propose_strike(code: str, request: PageRequest) -> HttpResponse:
    commands.propose_strike_off(
        actor=request.actor, code=code, words=_words(request), at=request.at
    )
    return done("strike_proposed", _HERE, code)


def _strike(code: str, request: PageRequest) -> HttpResponse:
    commands.strike_off(actor=request.actor, code=code, at=request.at)
    return done("project_struck", _HERE, code)


def _drop_strike(code: str, request: PageRequest) -> HttpResponse:
    commands.drop_strike_off(actor=request.actor, code=code, words=_words(request), at=request.at)
    return done("strike_dropped", _HERE, code)


def _waive(code: str, request: PageRequest) -> HttpResponse:
    waive_likeness(
        actor=request.actor,
        code=code,
        other=request.POST.get("other", ""),
        words=_words(request),
        at=request.at,
    )
    return done("likeness_waived", _HERE, code)


def _waive_rides(code: str, request: PageRequest) -> HttpResponse:
    until = request.POST.get("until", "")
    waive_rides(
        actor=request.actor,
        code=code,
        words=_words(request),
        until=typed_day(until) if until else None,
        at=request.at,
    )
    return done("rides_waived", _HERE, code)


_ACTS = {
    "accept": _accept,
    "return": _return,
    "sign": _sign,
    "object": _object,
    "assign": _assign,
    "propose": _propose,
    "confirm": _confirm,
    "propose_refusal": _propose_refusal,
    "refuse": _refuse,
    "reconsider": _reconsider,
    "propose_strike": _propose_strike,
    "strike": _strike,
    "drop_strike": _drop_strike,
    "waive": _waive,
    "waive_rides": _waive_rides,
}
