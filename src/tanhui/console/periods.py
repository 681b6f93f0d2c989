"""The bureau's pages of monitoring periods, and the bench that it reads filings and reports at."""

from __future__ import annotations

from functools import partial

from django.http import HttpResponse

from tanhui.console import period_shown, project_shown
from tanhui.console.doors import acting, path_two, reading
from tanhui.console.projects import WORDS_MAX
from tanhui.projects.monitoring import commands
from tanhui.registry.issuing import issue_credits
from tanhui.web.benches import Bench, links, view_of
from tanhui.web.desk import Refused, done, perform, show_page, typed_number
from tanhui.web.entrance import PageRequest, entrance

_HERE = "console:period"
# The bureau reads at the bench; it asks nothing there.
_READS = {"ask": False}


@entrance
@acting
@path_two
def period(request: PageRequest, period_id: int) -> HttpResponse:
    """One period: its report, its signed opinion, and issuing it by two persons."""

    def show(refused: Refused | None) -> HttpResponse:
        return show_page(
            request,
            "console/period.html",
            refused=refused,
            page=_one(request, period_id),
            words_max=WORDS_MAX,
            tab="projects",
        )

    return perform(request, {name: partial(act, period_id) for name, act in _ACTS.items()}, show)


@entrance
@reading
@path_two
def report_bench(request: PageRequest, period_id: int) -> HttpResponse:
    """The bench of a report, to be read."""
    return _bench(request, _one(request, period_id).bench)


@entrance
@reading
@path_two
def filing_bench(request: PageRequest, code: str) -> HttpResponse:
    """The bench of a filing, to be read."""
    view, language = view_of(request.GET.dict()), request.appearance.language
    found = project_shown.bench_of(actor=request.actor, code=code, view=view, language=language)
    return _bench(request, found)


def _one(request: PageRequest, period_id: int) -> period_shown.OnePeriod:
    return period_shown.one_period(
        actor=request.actor,
        period_id=period_id,
        view=view_of(request.GET.dict()),
        language=request.appearance.language,
    )


def _bench(request: PageRequest, bench: Bench) -> HttpResponse:
    return show_page(
        request,
        "console/bench.html",
        bench=bench,
        may=_READS,
        links=links(bench, view_of(request.GET.dict())),
        tab="projects",
    )


def _words(request: PageRequest) -> str:
    return request.POST.get("words", "")


def _assign(period_id: int, request: PageRequest) -> HttpResponse:
    commands.assign_period_verifier(
        actor=request.actor,
        period_id=period_id,
        verifier_id=typed_number(request, "verifier") or 0,
        at=request.at,
    )
    return done("verifier_assigned", _HERE, period_id)


def _return(period_id: int, request: PageRequest) -> HttpResponse:
    commands.return_report(
        actor=request.actor, period_id=period_id, words=_words(request), at=request.at
    )
    return done("report_returned", _HERE, period_id)


def _propose(period_id: int, request: PageRequest) -> HttpResponse:
    commands.propose_issuance(
        actor=request.actor, period_id=period_id, words=_words(request), at=request.at
    )
    return done("issuance_proposed", _HERE, period_id)


def _doubt(period_id: int, request: PageRequest) -> HttpResponse:
    commands.doubt_issuance(
        actor=request.actor, period_id=period_id, words=_words(request), at=request.at
    )
    return done("issuance_doubted", _HERE, period_id)


def _issue(period_id: int, request: PageRequest) -> HttpResponse:
    issue_credits(actor=request.actor, period_id=period_id, at=request.at)
    return done("credits_issued", _HERE, period_id)


_ACTS = {
    "assign": _assign,
    "return": _return,
    "propose": _propose,
    "doubt": _doubt,
    "issue": _issue,
}
