"""What a project's own page shows its owner: the way, what is lacking, objections, findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language, gettext

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case, Step
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Refusal
from tanhui.portal.owner_income import Income, income
from tanhui.portal.owner_shown import PeriodLine, own_standing, period_lines
from tanhui.projects import papers
from tanhui.projects.calls import ROLLING, Call, intake, next_call, open_call
from tanhui.projects.desk import DeskRow
from tanhui.projects.filing.drafting import DRAFT_STATES
from tanhui.projects.filing.handing_in import what_is_lacking
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.queries import Project
from tanhui.projects.standing import Objection, objections, strike_off_case
from tanhui.projects.timeline import Event, timeline
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Finding

# The way of a project that goes through.
_WAY = ("filed", "complete", "noticed", "heard", "assigned", "verified", "proposed", "registered")
_WITHDRAWN = frozenset({"withdrawn", "refused", "struck_off", "ended", "registered"})
# What has to be there before filing: the name, the page where it is made, the codes that lack it.
_NEEDED = (
    ("sites", "portal:project-facts", frozenset({"sites_missing"})),
    ("design", "portal:project-design", frozenset({"design_missing", "design_outdated"})),
    ("papers", "portal:project-documents", frozenset({"document_missing"})),
    ("pledge", "portal:project-documents", frozenset({"pledge_missing"})),
    ("agreement", "portal:project-agreement", frozenset({"agreement_missing"})),
)


@dataclass(frozen=True, slots=True)
class Needed:
    """One thing that a filing needs, whether it is there, and where it is made."""

    title: str
    hint: str
    done: bool
    address: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the way: `mark` is ok (past), cur (here), no (ended badly), or nothing yet."""

    title_zh: str
    title_en: str
    mark: str


@dataclass(frozen=True, slots=True)
class Strike:
    """A proposal to strike the project off: what was said of it, whether the owner may speak."""

    said: list[Step]
    may_answer: bool


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything of the page."""

    frame: DeskRow
    stages: list[Stage]
    checklist: list[Needed]
    lacking: list[Refusal]
    strike: Strike | None
    returned: Step | None
    objections: list[Objection]
    findings: list[Finding]
    latest_kg: int | None
    income: Income | None
    call: Call | None
    next_call: Call | None
    rolling: bool
    timeline: list[Event]
    periods: list[PeriodLine]

    @property
    def filing(self) -> bool:
        """Whether the project is the owner's to file."""
        return self.frame.project.state in DRAFT_STATES

    @property
    def may_file(self) -> bool:
        """Whether nothing keeps it from being filed now."""
        return self.filing and not self.lacking

    @property
    def may_answer(self) -> bool:
        """Whether objections can be answered."""
        return self.frame.project.state in ("noticed", "heard")

    @property
    def may_withdraw(self) -> bool:
        """Whether the owner can still withdraw it."""
        return self.frame.project.state not in _WITHDRAWN


def overview(*, actor: Actor, code: str, at: datetime) -> Overview:
    """Everything of the page; refuses `no_such_project`."""
    frame = own_standing(actor=actor, code=code)
    project = frame.project
    filing = project.state in DRAFT_STATES
    lacking = what_is_lacking(project, at) if filing else []
    designs = papers.designs(project.id)
    latest_kg = int(designs[-1].result["reduction_kg"]) if designs else None
    day = city_day(at)
    return Overview(
        frame=frame,
        stages=stages(frame.case, _WAY),
        checklist=_checklist(project, lacking) if filing else [],
        lacking=lacking,
        strike=_strike(actor, project),
        returned=_returned(frame),
        objections=objections(project),
        findings=verification.findings(project.subject),
        latest_kg=latest_kg,
        income=income(project.owner_id, latest_kg) if latest_kg else None,
        call=open_call(day),
        next_call=next_call(day),
        rolling=intake().mode == ROLLING,
        timeline=timeline(project),
        periods=period_lines(code, monitoring.periods(project.id)),
    )


def stages(case: Case | None, steps: Sequence[str]) -> list[Stage]:
    """The way of a case that goes through, and how far it has come."""
    if case is None:
        return []
    states = case.rules.states
    way = [states[name] for name in steps if name in states]
    names = [state.name for state in way]
    if case.state in names:
        here = names.index(case.state)
        marks = ["ok" if place < here else "" for place in range(len(way))]
        marks[here] = "ok" if way[here].end else "cur"
        return [
            Stage(state.title_zh, state.title_en, mark)
            for state, mark in zip(way, marks, strict=True)
        ]
    passed = {step.to_state for step in cases.history(case.id)}
    found = [Stage(one.title_zh, one.title_en, "ok") for one in way if one.name in passed]
    last = states[case.state]
    return [*found, Stage(last.title_zh, last.title_en, "no" if last.end else "cur")]


def _checklist(project: Project, lacking: Sequence[Refusal]) -> list[Needed]:
    titles = {
        "sites": gettext("场地与计量表"),
        "design": gettext("设计文件"),
        "papers": gettext("支撑材料"),
        "pledge": gettext("不重复申报承诺"),
        "agreement": gettext("开发合作协议，双方签署"),
    }
    said = {refusal.code: refusal.text(get_language() or "zh") for refusal in lacking}
    found = []
    for name, page, codes in _NEEDED:
        missing = [said[code] for code in codes if code in said]
        found.append(
            Needed(
                titles[name],
                missing[0] if missing else "",
                not missing,
                reverse(page, args=[project.code]),
            )
        )
    covered = frozenset().union(*(codes for _, _, codes in _NEEDED))
    for refusal in lacking:
        if refusal.code not in covered:
            address = (
                reverse("portal:project-facts", args=[project.code])
                if refusal.code == "methodology_replaced"
                else ""
            )
            found.append(Needed(refusal.text(get_language() or "zh"), "", False, address))
    return found


def _returned(frame: DeskRow) -> Step | None:
    """What the desk asked for, while the project is returned."""
    if frame.case is None or frame.project.state != "returned":
        return None
    asked = [step for step in cases.history(frame.case.id) if step.step == "return"]
    return asked[-1] if asked else None


def _strike(actor: Actor, project: Project) -> Strike | None:
    case = strike_off_case(project)
    if case is None:
        return None
    said = [step for step in cases.history(case.id) if step.words]
    return Strike(said, any(step.name == "answer" for step in cases.offered(case, actor)))
