"""What waits at a desk: a party's projects with where each stands, until when, and whose turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case
from tanhui.kernel.actors import Actor
from tanhui.projects import papers, reading
from tanhui.projects.reading import Project
from tanhui.projects.standing import CASE_KIND, STRIKE_OFF_KIND, objections_among
from tanhui.projects.statements import rows

OWNER, VERIFIER, BUREAU, SECOND, PUBLIC = "owner", "verifier", "bureau", "second", "public"
_UNDER_WAY = (
    "filed",
    "returned",
    "complete",
    "noticed",
    "heard",
    "assigned",
    "verified",
    "proposed",
    "refusing",
)
_TURNS = {
    "draft": OWNER,
    "filed": BUREAU,
    "returned": OWNER,
    "complete": BUREAU,
    "noticed": PUBLIC,
    "heard": BUREAU,
    "assigned": VERIFIER,
    "verified": BUREAU,
    "proposed": SECOND,
    "refusing": SECOND,
    "registered": OWNER,
}
_DRAFT = ("草稿", "draft", "neutral")
_ENDS = {
    "struck_off": ("已取消登记", "struck off", "no"),
    "ended": ("计入期已满", "crediting period over", "neutral"),
    "withdrawn": ("已撤回", "withdrawn", "neutral"),
}


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A project as a desk sees it.

    `state_zh`, `state_en` and `chip` are the case's words for where it stands; `clock_at` is when
    the term runs out that counts now, None where none does; `turn` is `owner`, `verifier`,
    `bureau`, `second` (another person of the bureau), `public`, or empty once it is over.
    `objections` wait for the owner's answer, `findings` for the owner's.
    """

    project: Project
    case: Case | None
    state_zh: str
    state_en: str
    chip: str
    clock_at: datetime | None
    turn: str
    objections: int
    findings: int


def desk(actor: Actor, at: datetime) -> list[DeskRow]:
    """What the actor's desk has: an owner its projects, a body what it verifies, the bureau and
    the operator all that is under way; what ends first stands first."""
    del at
    told = desk_rows(_projects(actor))
    return sorted(told, key=lambda row: (row.clock_at is None, row.clock_at, -row.project.id))


def desk_rows(found: Sequence[Project]) -> list[DeskRow]:
    """The same projects in the same order, each with where it stands."""
    subjects = [project.subject for project in found]
    filings = cases.latest_cases(CASE_KIND, subjects)
    strikes = cases.latest_cases(STRIKE_OFF_KIND, subjects)
    findings = _findings(subjects)
    return [
        _row(
            project,
            filings.get(project.subject),
            strikes.get(project.subject),
            findings.get(project.subject, (0, 0, None)),
        )
        for project in found
    ]


def stand(found: Project) -> DeskRow:
    """Where one project stands."""
    return desk_rows([found])[0]


def _projects(actor: Actor) -> list[Project]:
    if actor.roles & {"operator", "regulator", "auditor"}:
        return reading.projects_in(_UNDER_WAY)
    if actor.organisation_id is None:
        return []
    if "verifier" in actor.roles:
        tasks = papers.assignments_of(actor.organisation_id)
        ids = sorted({task.project_id for task in tasks}, reverse=True)
        given = reading.projects_by_id(ids)
        return [given[id] for id in ids]
    if "owner" in actor.roles:
        return reading.projects_of(actor.organisation_id)
    return []


def _findings(subjects: Sequence[str]) -> dict[str, tuple[int, int, datetime | None]]:
    asked = {"subjects": list(subjects)}
    return {
        subject: (to_owner, to_verifier, due_at)
        for subject, to_owner, to_verifier, due_at in rows("open_findings", asked)
    }


def _row(
    project: Project,
    filing: Case | None,
    strike: Case | None,
    findings: tuple[int, int, datetime | None],
) -> DeskRow:
    to_owner, _, due_at = findings
    turn = _TURNS.get(project.state, "")
    zh, en, chip = _ENDS.get(project.state, _DRAFT)
    clock_at = None
    objections = 0
    if filing is not None and project.state not in _ENDS:
        state = filing.rules.states[filing.state]
        zh, en, chip, clock_at = state.title_zh, state.title_en, state.chip, filing.clock_at
    if filing is not None and project.state in ("noticed", "heard"):
        raised = objections_among(cases.history(filing.id))
        objections = sum(each.answered_at is None for each in raised)
        turn = OWNER if objections else turn
    if project.state == "assigned" and to_owner:
        turn, clock_at = OWNER, due_at
    if strike is not None and cases.is_live(strike):
        state = strike.rules.states[strike.state]
        zh, en, chip, clock_at = state.title_zh, state.title_en, state.chip, strike.clock_at
        turn = SECOND
    return DeskRow(project, filing, zh, en, chip, clock_at, turn, objections, to_owner)
