"""One monitoring period as the bureau sees it: the report, the signed opinion, issuing by two."""

from __future__ import annotations

from dataclasses import dataclass

from tanhui.cases import queries as cases
from tanhui.cases.kinds import State
from tanhui.cases.queries import Case
from tanhui.console.project_shown import DoneLine, told_by
from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.methodology.document import Label
from tanhui.projects import queries as projects
from tanhui.projects.filing import verifying
from tanhui.projects.filing.verifying import Candidate
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Project
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Opinion
from tanhui.registry import queries as registry
from tanhui.registry.records import Issuance
from tanhui.web import ways
from tanhui.web.benches import Bench, View, report_bench
from tanhui.web.ways import Stage


@dataclass(frozen=True, slots=True)
class OnePeriod:
    """Everything of a period. `may` holds the steps of its case that this actor is offered."""

    project: Project
    period: Period
    case: Case
    stages: list[Stage]
    may: frozenset[str]
    bench: Bench
    verifier: Organisation | None
    candidates: list[Candidate]
    opinion: Opinion | None
    issuance: Issuance | None
    timeline: list[DoneLine]
    proposer: str

    @property
    def state(self) -> State:
        """The words and the chip of its state."""
        return self.case.rules.states[self.case.state]

    @property
    def buffer_kg(self) -> int:
        """What of an issue would be held back, rounded up."""
        kg = self.bench.new.kg if self.bench.new is not None else 0
        return -(-kg * (self.project.buffer_percent or 0) // 100)


def one_period(*, actor: Actor, period_id: int, view: View, language: str) -> OnePeriod:
    """One period; refuses `not_permitted`, `no_such_period`."""
    require(actor, "projects.read")
    period = monitoring.readable(actor, period_id)
    project = projects.project_by_id(period.project_id)
    case = monitoring.case_of(period)
    may = frozenset(rule.name for rule in cases.offered(case, actor))
    bench = report_bench(period, view, language)
    given = projects.assignment(period.subject)
    opinion = verification.opinion(period.subject)
    verifier_id = given.verifier_id if given else opinion.verifier_id if opinion else None
    timeline = told_by(ways.done_in(case, opened=Label("开始监测", "Monitoring begun")))
    more = None
    if period.state == "verifying" and bench.versions:
        more = ways.round_of(len(bench.versions))
    return OnePeriod(
        project=project,
        period=period,
        case=case,
        stages=ways.stages(ways.PERIOD, period.state, passed=ways.passed_in(case), more=more),
        may=may,
        bench=bench,
        verifier=None if verifier_id is None else organisations.organisation(verifier_id),
        candidates=verifying.candidates(project) if "assign-verifier" in may else [],
        opinion=opinion,
        issuance=None if period.event_id is None else registry.issuance(period.event_id),
        timeline=timeline,
        proposer=next((one.name for one in reversed(timeline) if one.done.step == "propose"), ""),
    )
