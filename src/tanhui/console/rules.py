"""The rule studio: writing a new version, its replay, and the decisions of three persons."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.http import HttpResponse
from django.shortcuts import render

from tanhui.behaviours.replay.rules import propose_rule
from tanhui.console import rules_shown as shown
from tanhui.console.doors import acting, may, reading, rule_readers, staff
from tanhui.governance.permissions import is_allowed
from tanhui.kernel.refusals import Invalid
from tanhui.rulebook import commands, replays
from tanhui.rulebook.commands import REASON_MAX
from tanhui.web.desk import Refused, done, perform, show_page, typed_day
from tanhui.web.entrance import PageRequest, entrance

_STEPS: dict[str, Callable[..., object]] = {
    "second": commands.second,
    "object": commands.object_to,
    "return": commands.send_back,
    "answer": commands.answer,
    "withdraw": commands.withdraw,
    "refuse": commands.refuse,
}


@entrance
@reading
@rule_readers
def index(request: PageRequest) -> HttpResponse:
    """The rules in force, and the proposals that wait for somebody."""
    page = shown.studio(actor=request.actor, at=request.at)
    return show_page(
        request,
        "console/rules.html",
        page=page,
        may=may(request.actor),
        may_propose=is_allowed(request.actor, "rules.propose"),
        tab="rules",
    )


@entrance
@acting
@staff
def new(request: PageRequest, kind: str, document: str) -> HttpResponse:
    """A new version of a rule, written beside the one in force."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.draft(
            actor=request.actor,
            kind=kind,
            document=document,
            body=request.POST.get("body"),
            at=request.at,
        )
        return show_page(
            request,
            "console/rule_new.html",
            refused=refused,
            page=page,
            reason=request.POST.get("reason", ""),
            reason_max=REASON_MAX,
            tab="rules",
        )

    return perform(
        request,
        {"check": lambda _: show(None), "propose": partial(_propose, (kind, document))},
        show,
    )


def _propose(about: tuple[str, str], request: PageRequest) -> HttpResponse:
    proposal = propose_rule(
        actor=request.actor,
        body=request.POST.get("body", ""),
        reason=request.POST.get("reason", ""),
        at=request.at,
        about=about,
    )
    return done("rule_proposed", "console:rule-proposal", proposal.id)


@entrance
@acting
@rule_readers
def proposal(request: PageRequest, proposal_id: int) -> HttpResponse:
    """One proposal: what changes, whom it meets, and deciding it."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.one_proposal(actor=request.actor, proposal_id=proposal_id, at=request.at)
        return show_page(
            request,
            "console/rule_proposal.html",
            refused=refused,
            page=page,
            reason_max=REASON_MAX,
            tab="rules",
        )

    acts = {"replay": partial(_replay, proposal_id), "decide": partial(_decide, proposal_id)}
    return perform(request, acts, show)


def _replay(proposal_id: int, request: PageRequest) -> HttpResponse:
    replays.ask_replay(
        actor=request.actor,
        proposal_id=proposal_id,
        first=typed_day(request.POST.get("first", "")),
        last=typed_day(request.POST.get("last", "")),
        at=request.at,
    )
    return done("replay_asked", "console:rule-proposal", proposal_id)


def _decide(proposal_id: int, request: PageRequest) -> HttpResponse:
    step = request.POST.get("step", "")
    words = request.POST.get("words", "")
    act = commands.publish if step == "publish" else _STEPS.get(step)
    if act is None:
        raise Invalid("outcome_missing", zh="请选一步。", en="Choose a step.")
    act(actor=request.actor, proposal_id=proposal_id, words=words, at=request.at)
    return done(f"rule_{step}", "console:rule-proposal", proposal_id)


@entrance
@reading
@rule_readers
def progress(request: PageRequest, proposal_id: int) -> HttpResponse:
    """How far the replay has come: the part of the page that asks for itself."""
    page = shown.one_proposal(actor=request.actor, proposal_id=proposal_id, at=request.at)
    response = render(request, "console/rule_replay.html", {"page": page, "now": request.at})
    if not page.running:
        # The whole page has changed with it: the stages, the decisions.
        response["HX-Refresh"] = "true"
    return response
