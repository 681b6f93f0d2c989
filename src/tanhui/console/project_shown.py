"""One project as the bureau sees it: its papers, findings, likenesses, and what may be decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tanhui.cases import queries as cases
from tanhui.cases.kinds import State
from tanhui.cases.queries import Case
from tanhui.console import projects_desk
from tanhui.governance.permissions import is_allowed, require
from tanhui.identity import queries as identity
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Refusal
from tanhui.methodology.document import Label
from tanhui.projects import queries as projects
from tanhui.projects.calls import intake
from tanhui.projects.filing import handing_in, verifying
from tanhui.projects.filing.verifying import Candidate
from tanhui.projects.likeness import queries as likeness
from tanhui.projects.likeness.scoring import Likeness
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import (
    Agreement,
    Design,
    DeskRow,
    Document,
    Objection,
    Project,
    Site,
    Terms,
)
from tanhui.projects.rides import RideStanding, ride_standing
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Opinion
from tanhui.web import ways
from tanhui.web.benches import Bench, View, filing_bench
from tanhui.web.shapes import Drawing, drawn
from tanhui.web.ways import Done, Stage

# Before a filing is whole there is nothing to compare or to decide.
_EARLY = ("draft",)
_COMPARED = ("filed", "returned", "complete", "noticed", "heard", "assigned", "verified",
             "proposed", "refusing")  # fmt: skip


@dataclass(frozen=True, slots=True)
class DoneLine:
    """One thing that was done, and by whom where a person did it."""

    done: Done
    name: str


@dataclass(frozen=True, slots=True)
class Start:
    """What a proposal to register begins with; `years` is the longest crediting period."""

    first: date
    last: date
    buffer_percent: int
    years: int


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A monitoring period and the state of its case."""

    period: Period
    state: State


@dataclass(frozen=True, slots=True)
class OneProject:
    """Everything of a project. `may` holds the steps of its cases that this actor is offered.

    `proposal` holds the terms that wait for a second person; `struck` is the live case of striking
    it off.
    """

    project: Project
    stand: DeskRow
    case: Case | None
    struck: Case | None
    stages: list[Stage]
    may: frozenset[str]
    may_waive: bool
    may_sign: bool
    may_strike: bool
    sites: list[Site]
    documents: list[Document]
    designs: list[Design]
    agreement: Agreement | None
    lacking: list[Refusal]
    district: Label | None
    drawing: Drawing | None
    verifier: Organisation | None
    candidates: list[Candidate]
    objections: list[Objection]
    likenesses: list[Likeness]
    rides: RideStanding | None
    bench: Bench | None
    opinion: Opinion | None
    periods: list[PeriodLine]
    timeline: list[DoneLine]
    start: Start
    proposal: Terms | None
    proposer: str
    paper_titles: dict[str, Label]

    @property
    def barred(self) -> bool:
        """Whether a likeness keeps it from being registered."""
        return any(one.barred for one in self.likenesses)


def one_project(*, actor: Actor, code: str, view: View, language: str, at: datetime) -> OneProject:
    """One project; refuses `not_permitted`, `no_such_project`."""
    require(actor, "projects.read")
    found = projects.readable(actor, code)
    stand = projects.stand(found)
    case, struck = stand.case, projects.strike_off_case(found)
    may = _may(case, struck, actor)
    sites = projects.sites(found.id)
    given = projects.assignment(found.subject)
    opinion = verification.opinion(found.subject)
    verifier_id = given.verifier_id if given else opinion.verifier_id if opinion else None
    bench = filing_bench(found, view, language) if found.state not in _EARLY else None
    agreement = projects.agreement(found.id)
    timeline = _timeline(case, struck)
    proposer = next(
        (one.name for one in reversed(timeline) if one.done.step in ("propose", "propose-refusal",
                                                                     "argue")),
        "",
    )  # fmt: skip
    return OneProject(
        project=found,
        stand=stand,
        case=case,
        struck=struck,
        stages=_stages(found, case, bench),
        may=may,
        may_waive=is_allowed(actor, "claims.waive") and found.state in _COMPARED,
        may_sign=_may_sign(actor, found, agreement),
        may_strike=found.state == "registered"
        and struck is None
        and is_allowed(actor, "projects.strike_off"),
        sites=sites,
        documents=projects.documents(found.id),
        designs=projects.designs(found.id),
        agreement=agreement,
        lacking=list(handing_in.what_is_lacking(found, at)) if found.state == "draft" else [],
        district=projects_desk.district_called(found.district),
        drawing=drawn([found.geometry] if found.geometry else [one.place for one in sites]),
        verifier=None if verifier_id is None else organisations.organisation(verifier_id),
        candidates=verifying.candidates(found) if "assign-verifier" in may else [],
        objections=projects.objections(found),
        likenesses=likeness.findings(found.id) if found.state in _COMPARED else [],
        rides=ride_standing(found),
        bench=bench,
        opinion=opinion,
        periods=_periods(found),
        timeline=timeline,
        start=_start(found, at),
        proposal=projects.proposed_terms(found),
        proposer=proposer,
        paper_titles={kind: paper.title for kind, paper in intake().papers.items()},
    )


def bench_of(*, actor: Actor, code: str, view: View, language: str) -> Bench:
    """The bench of a filing; refuses `not_permitted`, `no_such_project`."""
    require(actor, "projects.read")
    return filing_bench(projects.readable(actor, code), view, language)


def _may(case: Case | None, struck: Case | None, actor: Actor) -> frozenset[str]:
    offered = [] if case is None else cases.offered(case, actor)
    names = {rule.name for rule in offered}
    if struck is not None:
        names |= {f"strike-{rule.name}" for rule in cases.offered(struck, actor)}
    return frozenset(names)


def _may_sign(actor: Actor, found: Project, agreement: Agreement | None) -> bool:
    """Whether the operator's signature is what an agreement waits for."""
    waits = agreement is not None and not agreement.is_signed
    return waits and "operator" in actor.roles and found.state in ("draft", "returned")


def _stages(found: Project, case: Case | None, bench: Bench | None) -> list[Stage]:
    more = None
    if found.state == "assigned" and bench is not None and bench.versions:
        more = ways.round_of(len(bench.versions))
    return ways.stages(ways.PROJECT, found.state, passed=ways.passed_in(case), more=more)


def _timeline(case: Case | None, struck: Case | None) -> list[DoneLine]:
    done = [
        *ways.done_in(case, opened=Label("申报", "Filed")),
        *ways.done_in(struck, opened=Label("提议取消登记", "Striking off proposed")),
    ]
    return told_by(sorted(done, key=lambda one: one.at))


def told_by(done: list[Done]) -> list[DoneLine]:
    """What was done, each with the name of the person who did it."""
    known = identity.persons([one.person_id for one in done])
    return [
        DoneLine(one, known[one.person_id].name_zh if one.person_id in known else "")
        for one in done
    ]


def _periods(found: Project) -> list[PeriodLine]:
    periods = monitoring.periods(found.id)
    held = cases.latest_cases(monitoring.CASE_KIND, [one.subject for one in periods])
    return [PeriodLine(one, held[one.subject].rules.states[one.state]) for one in periods]


def _start(found: Project, at: datetime) -> Start:
    """What a proposal to register begins with: this year on, for as long as the city allows."""
    rules = intake()
    years = rules.years_of(found.field)
    first = max(rules.crediting_earliest, city_day(at).replace(month=1, day=1))
    last = date(first.year + years - 1, 12, 31)
    return Start(first, last, rules.buffer_of(found.field), years)
