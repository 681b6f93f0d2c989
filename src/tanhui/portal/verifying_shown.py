"""What a verification body's desk shows: what it was given, its keys, and what may be signed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tanhui.cases.kinds import State
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.projects import queries as projects
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.commands import filing_statement_for, statement_for
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Assignment, Project
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Finding, Opinion, VerifierKey
from tanhui.web import ways
from tanhui.web.benches import Bench, View, filing_bench, report_bench
from tanhui.web.ways import Stage

_PERIOD = "period:"
# What a reader looks for first; the bytes themselves are in another order.
_ORDER = (
    "opinion", "kg", "project", "period", "first", "last", "methodology", "digest", "calculation",
    "report", "design", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that the body was given: a filing, or a period's report.

    `mine` says that it is the body's turn; `due_at` is when the owner owes an answer.
    """

    project: Project
    period: Period | None
    state: State | None
    open: int
    answered: int
    mine: bool
    due_at: datetime | None
    given_at: datetime
    why: str | None


@dataclass(frozen=True, slots=True)
class Home:
    """The body's first page: what it verifies now, what it verified, and its keys in force."""

    own: Organisation
    tasks: list[Task]
    past: list[Task]
    keys: list[VerifierKey]

    @property
    def mine(self) -> int:
        """How many wait for the body."""
        return sum(one.mine for one in self.tasks)


def own(actor: Actor) -> Organisation:
    """The actor's own body."""
    return organisations.organisation(actor.organisation_id or 0)


def home(*, actor: Actor) -> Home:
    """Everything of the first page."""
    body = own(actor)
    given = projects.assignments_of(body.id, live=False)
    tasks = list(_tasks([one for one in given if one.ended_at is None]))
    tasks.sort(key=lambda one: (not one.mine, one.given_at))
    past = [one for one in given if one.ended_at is not None and one.why == "done"]
    return Home(body, tasks, list(_tasks(past[:20])), live_keys(actor))


def live_keys(actor: Actor) -> list[VerifierKey]:
    """The body's keys in force."""
    return [one for one in verification.keys(actor.organisation_id or 0) if not one.revoked_at]


def _tasks(given: list[Assignment]) -> Iterator[Task]:
    known = projects.projects_by_id([one.project_id for one in given])
    for one in given:
        found = known[one.project_id]
        period = None
        if one.subject.startswith(_PERIOD):
            period = monitoring.period(int(one.subject.removeprefix(_PERIOD)))
        case = projects.filing_case(found) if period is None else monitoring.case_of(period)
        findings = verification.findings(one.subject)
        yield Task(
            found,
            period,
            None if case is None else case.rules.states[case.state],
            sum(each.state == "open" for each in findings),
            sum(each.state == "answered" for each in findings),
            one.ended_at is None and _is_mine(found, period, findings),
            min((each.deadline for each in findings if each.deadline is not None), default=None),
            one.at,
            one.why,
        )


def _is_mine(found: Project, period: Period | None, findings: list[Finding]) -> bool:
    """Whether the body can go on: something was answered, or nothing is with the owner."""
    state = found.state if period is None else period.state
    if state not in ("assigned", "verifying"):
        return False
    states = [each.state for each in findings]
    return "answered" in states or "open" not in states


@dataclass(frozen=True, slots=True)
class May:
    """What the body is offered at a bench. `ask`: findings; `sign`: an opinion; `give_back`: to
    return a report to its owner; `blocked` says why nothing can be signed."""

    ask: bool
    sign: bool
    give_back: bool
    blocked: str


@dataclass(frozen=True, slots=True)
class Work:
    """The bench of one task, how far it has come, and what the body may do."""

    bench: Bench
    stages: list[Stage]
    may: May
    opinion: Opinion | None
    keys: list[VerifierKey]
    rounds: int

    @property
    def waiting(self) -> str:
        """The numbers of the findings that are not closed."""
        return "、".join(str(one.finding.number) for one in self.bench.open)


def filing(*, actor: Actor, code: str, view: View, language: str) -> Work:
    """The bench of a filing; refuses `no_such_project`."""
    found = projects.readable(actor, code)
    bench = filing_bench(found, view, language)
    state, case = found.state, projects.filing_case(found)
    more = ways.round_of(len(bench.versions)) if state == "assigned" and bench.versions else None
    stages = ways.stages(ways.PROJECT, state, passed=ways.passed_in(case), more=more)
    return _work(actor, bench, stages, state == "assigned")


def report(*, actor: Actor, period_id: int, view: View, language: str) -> Work:
    """The bench of a period's report; refuses `no_such_period`."""
    period = monitoring.readable(actor, period_id)
    bench = report_bench(period, view, language)
    state, case = period.state, monitoring.case_of(period)
    more = ways.round_of(len(bench.versions)) if state == "verifying" and bench.versions else None
    stages = ways.stages(ways.PERIOD, state, passed=ways.passed_in(case), more=more)
    return _work(actor, bench, stages, state == "verifying")


def _work(actor: Actor, bench: Bench, stages: list[Stage], under_way: bool) -> Work:
    given = verification.may_verify(actor, bench.subject)
    keys = live_keys(actor)
    blocked = ""
    if not given or not under_way:
        blocked = "over"
    elif bench.new is None:
        blocked = "nothing"
    elif bench.open:
        blocked = "findings"
    elif not keys:
        blocked = "key"
    going = given and under_way
    may = May(going, not blocked, going and bench.period is not None, blocked)
    opinion = verification.opinion(bench.subject)
    return Work(bench, stages, may, opinion, keys, len(bench.versions))


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as it is signed: its bytes, and its facts line by line."""

    data: bytes
    facts: tuple[tuple[str, str], ...]
    positive: bool
    kg: int

    @property
    def text(self) -> str:
        """The bytes as the page shows and sends them."""
        return self.data.decode()


def statement(*, actor: Actor, work: Work, positive: bool) -> Said:
    """What the body would sign now; refuses `report_missing`, `design_missing`."""
    bench = work.bench
    if bench.period is not None:
        data = statement_for(actor, bench.period.id, positive=positive)
    else:
        data = filing_statement_for(actor, bench.project.code, positive=positive)
    told = json.loads(data)
    facts = tuple((name, str(told[name])) for name in _ORDER if name in told)
    return Said(data, facts, positive, int(told.get("kg", 0)))


def filename(bench: Bench, *, positive: bool) -> str:
    """What a downloaded statement is called."""
    about = bench.project.code if bench.period is None else f"period-{bench.period.id}"
    return f"statement-{about}-{'positive' if positive else 'negative'}.json"


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of the body, also revoked ones, the newest first."""

    own: Organisation
    keys: list[VerifierKey]


def all_keys(*, actor: Actor) -> Keys:
    """The page of keys."""
    body = own(actor)
    return Keys(body, verification.keys(body.id)[::-1])
