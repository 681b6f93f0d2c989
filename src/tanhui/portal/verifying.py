"""A verification body's own desk: what it was given, the workbench, its keys, its signature."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.http import HttpResponse

from tanhui.kernel.refusals import Invalid
from tanhui.portal import verifying_shown as shown
from tanhui.portal.doors import acting, reading, verifiers
from tanhui.projects.commands import declare_conflict
from tanhui.projects.filing.documents import open_document
from tanhui.projects.monitoring import commands
from tanhui.web.benches import links, view_of
from tanhui.web.desk import Act, Refused, done, perform, show_page, typed_number
from tanhui.web.entrance import PageRequest, entrance

WORDS_MAX = 500
_HOME = "portal:verifications"
_SIGNATURE_MOST = 4_096

# A bench is told by the name of its page and what that is asked for: a code, or a period's number.
Subject = tuple[str, str | int]


@entrance
@reading
@verifiers
def home(request: PageRequest) -> HttpResponse:
    """What the body was given, whose turn it is, and its keys."""
    page = shown.home(actor=request.actor)
    return show_page(request, "portal/verifying_home.html", page=page, own=page.own, tab="home")


@entrance
@acting
@verifiers
def keys(request: PageRequest) -> HttpResponse:
    """The body's public keys: registering one, revoking one."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.all_keys(actor=request.actor)
        return show_page(
            request,
            "portal/verifying_keys.html",
            refused=refused,
            page=page,
            own=page.own,
            tab="keys",
        )

    return perform(request, {"add_key": _add_key, "revoke_key": _revoke_key}, show)


@entrance
@acting
@verifiers
def filing(request: PageRequest, code: str) -> HttpResponse:
    """The workbench of a filing."""
    return _bench(request, ("portal:verifying-filing", code), lambda: _filing(request, code))


@entrance
@acting
@verifiers
def report(request: PageRequest, period_id: int) -> HttpResponse:
    """The workbench of a period's report."""
    subject = ("portal:verifying-report", period_id)
    return _bench(request, subject, lambda: _report(request, period_id))


@entrance
@acting
@verifiers
def sign_filing(request: PageRequest, code: str) -> HttpResponse:
    """What is signed about a filing, and handing the signature in."""
    act = partial(_submit_filing, code)
    return _sign(request, "portal:verifying-filing", code, lambda: _filing(request, code), act)


@entrance
@acting
@verifiers
def sign_report(request: PageRequest, period_id: int) -> HttpResponse:
    """What is signed about a period, and handing the signature in."""
    act = partial(_submit_report, period_id)
    read = partial(_report, request, period_id)
    return _sign(request, "portal:verifying-report", period_id, read, act)


@entrance
@reading
@verifiers
def filing_statement(request: PageRequest, code: str, opinion: str) -> HttpResponse:
    """The statement about a filing as a file, to be signed as it is."""
    return _statement(request, _filing(request, code), opinion)


@entrance
@reading
@verifiers
def report_statement(request: PageRequest, period_id: int, opinion: str) -> HttpResponse:
    """The statement about a period as a file, to be signed as it is."""
    return _statement(request, _report(request, period_id), opinion)


@entrance
@reading
@verifiers
def document(request: PageRequest, code: str, document_id: UUID, number: int) -> HttpResponse:
    """A version of a paper."""
    _, opened = open_document(request.actor, code, document_id, number)
    return HttpResponse(opened.data, headers=opened.headers)


def _filing(request: PageRequest, code: str) -> shown.Work:
    return shown.filing(
        actor=request.actor,
        code=code,
        view=view_of(request.GET.dict()),
        language=request.appearance.language,
    )


def _report(request: PageRequest, period_id: int) -> shown.Work:
    return shown.report(
        actor=request.actor,
        period_id=period_id,
        view=view_of(request.GET.dict()),
        language=request.appearance.language,
    )


def _bench(request: PageRequest, subject: Subject, read: Callable[[], shown.Work]) -> HttpResponse:
    def show(refused: Refused | None) -> HttpResponse:
        work = read()
        return show_page(
            request,
            "portal/verifying_bench.html",
            refused=refused,
            work=work,
            bench=work.bench,
            may=work.may,
            links=links(work.bench, view_of(request.GET.dict())),
            words_max=WORDS_MAX,
            tab="home",
        )

    acts: dict[str, Act] = {
        "raise": partial(_raise, subject, read),
        "close": partial(_close, subject),
        "ask": partial(_ask_again, subject),
        "give_back": partial(_give_back, subject),
        "conflict": partial(_conflict, read),
    }
    return perform(request, acts, show)


def _sign(
    request: PageRequest,
    page: str,
    argument: str | int,
    read: Callable[[], shown.Work],
    act: Act,
) -> HttpResponse:
    def show(refused: Refused | None) -> HttpResponse:
        work = read()
        positive = request.GET.get("opinion") != "negative"
        said = shown.statement(actor=request.actor, work=work, positive=positive)
        return show_page(
            request,
            "portal/verifying_sign.html",
            refused=refused,
            work=work,
            bench=work.bench,
            may=work.may,
            said=said,
            filename=shown.filename(work.bench, positive=positive),
            opinion="positive" if positive else "negative",
            page_name=page,
            argument=argument,
            own=shown.own(request.actor),
            tab="home",
        )

    return perform(request, {"submit": act}, show)


def _statement(request: PageRequest, work: shown.Work, opinion: str) -> HttpResponse:
    positive = opinion != "negative"
    said = shown.statement(actor=request.actor, work=work, positive=positive)
    name = shown.filename(work.bench, positive=positive)
    return HttpResponse(
        said.data,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _words(request: PageRequest) -> str:
    return request.POST.get("words", "")


def _back(name: str, subject: Subject, request: PageRequest) -> HttpResponse:
    kept = {
        key: request.GET[key] for key in ("section", "show", "old", "new") if key in request.GET
    }
    page, argument = subject
    return done(name, page, argument, **kept)


def _raise(subject: Subject, read: Callable[[], shown.Work], request: PageRequest) -> HttpResponse:
    commands.raise_finding(
        actor=request.actor,
        subject=read().bench.subject,
        anchor=request.POST.get("anchor", ""),
        title=request.POST.get("title", ""),
        words=_words(request),
        at=request.at,
    )
    return _back("finding_raised", subject, request)


def _close(subject: Subject, request: PageRequest) -> HttpResponse:
    commands.close_finding(
        actor=request.actor,
        finding_id=typed_number(request, "finding") or 0,
        words=_words(request),
        at=request.at,
    )
    return _back("finding_closed", subject, request)


def _ask_again(subject: Subject, request: PageRequest) -> HttpResponse:
    commands.ask_again(
        actor=request.actor,
        finding_id=typed_number(request, "finding") or 0,
        words=_words(request),
        at=request.at,
    )
    return _back("finding_asked", subject, request)


def _give_back(subject: Subject, request: PageRequest) -> HttpResponse:
    _, argument = subject
    commands.return_report(
        actor=request.actor,
        period_id=argument if isinstance(argument, int) else 0,
        words=_words(request),
        at=request.at,
    )
    return done("report_returned", _HOME)


def _conflict(read: Callable[[], shown.Work], request: PageRequest) -> HttpResponse:
    code = read().bench.project.code
    declare_conflict(actor=request.actor, code=code, words=_words(request), at=request.at)
    return done("conflict_declared", _HOME)


def _signature(request: PageRequest) -> str:
    """The signature that was pasted, or the file that holds it; refuses `signature_too_long`."""
    sent = request.FILES.get("signature_file")
    pasted = request.POST.get("signature", "").strip()
    if sent is None or pasted:
        return pasted[:_SIGNATURE_MOST]
    if (sent.size or 0) > _SIGNATURE_MOST:
        raise Invalid(
            "signature_too_long",
            zh="这不是签名文件：签名只有一行。",
            en="This is no signature: a signature is one line.",
        )
    data: bytes = sent.read()
    return data.decode("ascii", errors="replace").strip()


def _submit_filing(code: str, request: PageRequest) -> HttpResponse:
    commands.submit_filing_opinion(
        actor=request.actor,
        code=code,
        statement=request.POST.get("statement", "").encode(),
        signature=_signature(request),
        at=request.at,
    )
    return done("opinion_submitted", "portal:verifying-filing", code)


def _submit_report(period_id: int, request: PageRequest) -> HttpResponse:
    commands.submit_opinion(
        actor=request.actor,
        period_id=period_id,
        statement=request.POST.get("statement", "").encode(),
        signature=_signature(request),
        at=request.at,
    )
    return done("opinion_submitted", "portal:verifying-report", period_id)


def _add_key(request: PageRequest) -> HttpResponse:
    commands.add_verifier_key(actor=request.actor, vkey=request.POST.get("vkey", ""), at=request.at)
    return done("verifier_key_added", "portal:verifying-keys")


def _revoke_key(request: PageRequest) -> HttpResponse:
    commands.revoke_verifier_key(
        actor=request.actor, vkey=request.POST.get("vkey", ""), at=request.at
    )
    return done("verifier_key_revoked", "portal:verifying-keys")
