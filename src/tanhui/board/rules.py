"""The public rulebook: which rule is in force on which day, who decided it when, and what comes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from tanhui.cases import queries as cases
from tanhui.cases.kinds import State
from tanhui.geo.districts import Districts
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound
from tanhui.rulebook import commands, queries
from tanhui.rulebook.commands import REASON_MAX
from tanhui.rulebook.documents import KINDS, kind_named
from tanhui.rulebook.queries import CASE_KIND, Proposal, Publication, subject_of
from tanhui.scenes.in_force import library_in_force
from tanhui.web import proposals as shown
from tanhui.web.desk import Refused, done, perform, show_page, typed_day
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.proposals import ShownStep, Stage
from tanhui.web.replay_pictures import Pictures, pictured
from tanhui.web.versions import Versions, compared

_TOML = "application/toml; charset=utf-8"
# What the public may read of a proposal: not before somebody else has seconded it.
_SHOWN_STATES = ("notice", "ready")
_NOTICES = 50
_BASIS = re.compile(r'^basis\s*=\s*"([a-z]+)"', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Notice:
    """A proposed rule during its public notice, or waiting for its publication after it."""

    proposal: Proposal
    state: State
    clock_at: datetime | None


@dataclass(frozen=True, slots=True)
class RulePage:
    """One rule: the version of a day, its text, its past and what is proposed.

    `before` is the version that it follows, with the two texts compared.
    """

    day: date
    held: Publication | None
    body: str
    position: int | None
    versions: list[Publication]
    before: Publication | None
    change: Versions | None
    notice: Notice | None

    @property
    def basis(self) -> str:
        """What the text says it rests on: `official`, or what stands in for an official text."""
        found = _BASIS.search(self.body)
        return found[1] if found else ""


@dataclass(frozen=True, slots=True)
class NoticePage:
    """A proposed rule as everybody may see it: no name, no single person."""

    notice: Notice
    stages: list[Stage]
    timeline: list[ShownStep]
    objections: int
    versions: Versions
    pictures: Pictures | None
    may_object: bool


def _asked_day(request: PageRequest) -> date:
    text = request.GET.get("day", "").strip()
    return typed_day(text) if text else city_day(request.at)


def _notices() -> list[Notice]:
    found = cases.open_cases(CASE_KIND, states=_SHOWN_STATES, limit=_NOTICES)
    return [
        Notice(queries.proposal_of(case.id), case.rules.states[case.state], case.clock_at)
        for case in found
    ]


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """Every rule in force on a day, by kind, and what is shown to the public for objection."""
    day = _asked_day(request)
    held = queries.all_in_force(day)
    order = ("tariff", "limit", "detector", "methodology")
    groups = [(kind, [one for one in held if one.kind == kind]) for kind in order if kind in KINDS]
    context = {"day": day, "groups": groups, "notices": _notices(), "here": "rules"}
    return render(request, "board/rules/index.html", context)


@entrance
@require_safe
def rule(request: PageRequest, kind: str, document: str) -> HttpResponse:
    """One rule: the version in force on a day, its decision, its place in the log, its versions."""
    day = _asked_day(request)
    page = _rule_page(kind_named(kind), document, day)
    context = {"page": page, "kind": kind, "document": document, "here": "rules"}
    return render(request, "board/rules/rule.html", context)


def _rule_page(kind: str, document: str, day: date) -> RulePage:
    versions = queries.versions(kind, document)
    if not versions:
        raise NotFound("no_such_rule", zh="没有这条规则。", en="There is no such rule.")
    held = queries.in_force(kind, document, day)
    body = queries.text_of(held) if held else ""
    before = next(
        (one for one in versions if held and one.effective_from < held.effective_from), None
    )
    live = cases.live_case(CASE_KIND, subject_of(kind, document))
    notice = None
    if live is not None and live.state in _SHOWN_STATES:
        state = live.rules.states[live.state]
        notice = Notice(queries.proposal_of(live.id), state, live.clock_at)
    return RulePage(
        day=day,
        held=held,
        body=body,
        position=queries.log_position(held) if held else None,
        versions=versions,
        before=before,
        change=compared(queries.text_of(before), body) if before else None,
        notice=notice,
    )


@entrance
@require_safe
def text(request: PageRequest, kind: str, document: str) -> HttpResponse:
    """The text of the version in force on a day, as it was published."""
    held = queries.in_force(kind_named(kind), document, _asked_day(request))
    if held is None:
        raise NotFound("no_such_rule", zh="没有这条规则。", en="There is no such rule.")
    response = HttpResponse(queries.text_of(held), content_type=_TOML)
    response["ETag"] = f'"{held.digest}"'
    return response


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: PageRequest, proposal_id: int) -> HttpResponse:
    """A proposed rule during its notice; whoever is logged in may object."""
    seen = _notice_page(request, proposal_id)

    def show(refused: Refused | None) -> HttpResponse:
        return show_page(
            request,
            "board/rules/notice.html",
            refused=refused,
            page=seen,
            here="rules",
            reason_max=REASON_MAX,
            tab="rules",
        )

    def object_to(request: PageRequest) -> HttpResponse:
        commands.object_to(
            actor=request.actor,
            proposal_id=proposal_id,
            words=request.POST.get("words", ""),
            at=request.at,
        )
        return done("rule_object", "rules:notice", proposal_id)

    return perform(request, {"object": object_to}, show)


def _notice_page(request: PageRequest, proposal_id: int) -> NoticePage:
    """Refuses `no_such_proposal`, also for one that nobody has seconded yet."""
    proposal = queries.proposal(proposal_id)
    case = queries.case_of(proposal)
    steps = shown.timeline(case)
    reached = any(step.to_state in _SHOWN_STATES for step in cases.history(case.id))
    if not reached:
        raise NotFound("no_such_proposal", zh="没有这份提案。", en="There is no such proposal.")
    known = queries.versions(proposal.kind, proposal.document)
    replaced = next(one for one in known if one.reference == proposal.replaces)
    return NoticePage(
        notice=Notice(proposal, case.rules.states[case.state], case.clock_at),
        stages=shown.stages(case),
        timeline=steps,
        objections=shown.objections(steps, case.rules),
        versions=compared(queries.text_of(replaced), proposal.body),
        pictures=_pictures(proposal),
        may_object=any(step.name == "object" for step in cases.offered(case, request.actor)),
    )


def _pictures(proposal: Proposal) -> Pictures | None:
    replay = queries.finished_replay(proposal)
    if replay is None or replay.result is None:
        return None
    districts = Districts.load(settings.TANHUI.content_root)
    return pictured(replay.result, library_in_force().scenes, districts)
