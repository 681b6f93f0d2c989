"""What the rule studio shows: rules and proposals, a text being written, a proposal's findings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings

from tanhui.behaviours.replay.rules import faults_of
from tanhui.behaviours.replay.sides import usual_days
from tanhui.cases import queries as cases
from tanhui.cases.kinds import State, StepRule
from tanhui.cases.queries import Case
from tanhui.geo.districts import Districts
from tanhui.governance.permissions import is_allowed, require
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.methodology.problems import Problem
from tanhui.rulebook import queries
from tanhui.rulebook.documents import kind_named, version_order
from tanhui.rulebook.drafts import earliest_day
from tanhui.rulebook.queries import Proposal, Publication, Replay
from tanhui.scenes.in_force import library_in_force
from tanhui.web import proposals as shown
from tanhui.web.proposals import ShownStep, Stage
from tanhui.web.replay_pictures import Pictures, pictured
from tanhui.web.versions import Versions, compared

_PROPOSALS_SHOWN = 30
_CLOSED_SHOWN = 10
# A new text begins so long after the earliest day: time for its replay and its second.
_AHEAD = timedelta(days=3)
_VERSION = re.compile(r'^(version\s*=\s*")(\d+\.\d+\.\d+)(")', re.MULTILINE)
_BEGINS = re.compile(r"^(valid_from\s*=\s*|valid\s*=\s*\{\s*from\s*=\s*)(\d{4}-\d\d-\d\d)", re.M)
# What the platform does by itself is nobody's to choose.
_NOBODYS = frozenset({"replay", "end-notice"})
# The steps without which a proposal does not go on; the others may be taken, and need not be.
_AWAITED = ("second", "publish", "answer")


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """A proposal and where it stands."""

    proposal: Proposal
    case: Case

    @property
    def state(self) -> State:
        """The state's words and chip."""
        return self.case.rules.states[self.case.state]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule in force; `coming` is a published version that has not begun."""

    publication: Publication
    coming: Publication | None
    proposed: Proposal | None


@dataclass(frozen=True, slots=True)
class Studio:
    """The first page: open proposals, those lately closed, and the rules by kind."""

    open: list[ProposalLine]
    closed: list[ProposalLine]
    groups: list[tuple[str, list[RuleLine]]]


def studio(*, actor: Actor, at: datetime) -> Studio:
    """Everything of the first page; refuses `not_permitted`."""
    require(actor, "rules.read")
    lines = [ProposalLine(one, queries.case_of(one)) for one in _latest()]
    live = [line for line in lines if cases.is_live(line.case)]
    proposed = {(one.proposal.kind, one.proposal.document): one.proposal for one in live}
    day = city_day(at)
    coming = {
        (one.kind, one.document): one
        for one in queries.publications()
        if one.effective_from > day and one.basis == "decision"
    }
    used = {scene.methodology_id for scene in library_in_force().scenes}
    groups: dict[str, list[RuleLine]] = {
        "tariff": [],
        "limit": [],
        "detector": [],
        "methodology": [],
    }
    for one in queries.all_in_force(day):
        if one.kind != "methodology" or one.document in used:
            key = (one.kind, one.document)
            groups[one.kind].append(RuleLine(one, coming.get(key), proposed.get(key)))
    closed = [line for line in lines if not cases.is_live(line.case)]
    return Studio(live, closed[:_CLOSED_SHOWN], list(groups.items()))


@dataclass(frozen=True, slots=True)
class Awaited:
    """A proposal that does not go on until somebody like its reader takes `step`."""

    proposal: Proposal
    step: str


def awaited(*, actor: Actor) -> list[Awaited]:
    """What waits in the rulebook for this actor, the oldest first; refuses `not_permitted`."""
    require(actor, "rules.read")
    found = []
    for case in cases.open_cases(queries.CASE_KIND, limit=_PROPOSALS_SHOWN):
        offered = {step.name for step in cases.offered(case, actor)}
        step = next((name for name in _AWAITED if name in offered), None)
        if step is not None:
            found.append(Awaited(queries.proposal_of(case.id), step))
    return found


def _latest() -> list[Proposal]:
    return queries.proposals(limit=_PROPOSALS_SHOWN)


@dataclass(frozen=True, slots=True)
class Draft:
    """A text being written beside the one in force. `trouble` is what no line is to blame for.

    `earliest` is the first day it could have if it were seconded now.
    """

    kind: str
    document: str
    present: Publication
    body: str
    checked: bool
    faults: list[Problem]
    trouble: Refusal | None
    versions: Versions | None
    earliest: date


def draft(*, actor: Actor, kind: str, document: str, body: str | None, at: datetime) -> Draft:
    """A new version: from the text in force at first, then as it was sent, with its faults.

    Refuses: `not_permitted`, `no_such_kind_of_rule`, `no_such_rule`.
    """
    require(actor, "rules.propose")
    present = _present(kind_named(kind), document, city_day(at))
    before = queries.text_of(present)
    earliest = earliest_day(at)
    if body is None:
        ahead = _next_text(before, present, earliest + _AHEAD)
        return Draft(kind, document, present, ahead, False, [], None, None, earliest)
    body = body.replace("\r\n", "\n")
    faults: list[Problem] = []
    trouble: Refusal | None = None
    try:
        faults = faults_of(body, at=at, about=(kind, document))
    except Refusal as refusal:
        trouble = refusal
    versions = compared(before, body)
    return Draft(kind, document, present, body, True, faults, trouble, versions, earliest)


def _present(kind: str, document: str, day: date) -> Publication:
    held = queries.in_force(kind, document, day)
    if held is None:
        raise NotFound("no_such_rule", zh="没有这条规则。", en="There is no such rule.")
    return held


def _next_text(before: str, present: Publication, first_day: date) -> str:
    """The text in force with the next version and another day, for the rest to be changed."""
    highest = max(
        queries.versions(present.kind, present.document), key=lambda one: version_order(one.version)
    )
    major, minor, _ = version_order(highest.version)
    body = _VERSION.sub(rf"\g<1>{major}.{minor + 1}.0\g<3>", before, count=1)
    return _BEGINS.sub(rf"\g<1>{first_day}", body, count=1)


@dataclass(frozen=True, slots=True)
class OneProposal:
    """One proposal: its change, what it would do, what was done, and what this actor may do."""

    proposal: Proposal
    case: Case
    stages: list[Stage]
    timeline: list[ShownStep]
    versions: Versions
    replay: Replay | None
    finished: Replay | None
    pictures: Pictures | None
    offered: list[StepRule]
    may_replay: bool
    own: bool
    days: tuple[date, date]
    publication: Publication | None

    @property
    def state(self) -> State:
        """The state's words and chip."""
        return self.case.rules.states[self.case.state]

    @property
    def live(self) -> bool:
        """Whether anything can still be done."""
        return cases.is_live(self.case)

    @property
    def running(self) -> bool:
        """Whether a replay waits or is being done."""
        return self.replay is not None and self.replay.state in ("waiting", "running")

    @property
    def percent(self) -> int:
        """How far the replay has come."""
        return self.replay.days_done * 100 // self.replay.days if self.replay else 0

    @property
    def needs_words(self) -> bool:
        """Whether any step on offer asks for words."""
        return any(step.reason for step in self.offered)


def one_proposal(*, actor: Actor, proposal_id: int, at: datetime) -> OneProposal:
    """Everything of one proposal; refuses `not_permitted`, `no_such_proposal`."""
    require(actor, "rules.read")
    proposal = queries.proposal(proposal_id)
    case = queries.case_of(proposal)
    known = queries.versions(proposal.kind, proposal.document)
    replaced = next(one for one in known if one.reference == proposal.replaces)
    done = queries.replays(proposal_id)
    finished = queries.finished_replay(proposal)
    return OneProposal(
        proposal=proposal,
        case=case,
        stages=shown.stages(case),
        timeline=shown.timeline(case, viewer=actor.person_id, words=True),
        versions=compared(queries.text_of(replaced), proposal.body),
        replay=done[0] if done else None,
        finished=finished,
        pictures=pictures_of(finished),
        offered=[step for step in cases.offered(case, actor) if step.name not in _NOBODYS],
        may_replay=cases.is_live(case) and is_allowed(actor, "rules.second"),
        own=actor.person_id is not None and actor.person_id == proposal.person_id,
        days=usual_days(city_day(at) - timedelta(days=1)),
        publication=next((one for one in known if one.proposal_id == proposal_id), None),
    )


def pictures_of(replay: Replay | None) -> Pictures | None:
    """The pictures of a replay that is done."""
    if replay is None or replay.result is None:
        return None
    districts = Districts.load(settings.TANHUI.content_root)
    return pictured(replay.result, library_in_force().scenes, districts)
