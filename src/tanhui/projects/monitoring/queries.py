"""What one may know of monitoring periods: their days, their reports, what was approved of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.kernel.refusals import Conflict, NotFound
from tanhui.projects import queries as projects
from tanhui.projects.cells import Cells
from tanhui.projects.queries import Project
from tanhui.projects.statements import rows
from tanhui.projects.verification import queries as verification

CASE_KIND = "monitoring-report"


@dataclass(frozen=True, slots=True)
class Period:
    """One monitoring period, from `first` to `last`, both included.

    `state` is `open`, `submitted`, `verifying`, `returned`, `verified`, `proposed`, `approved`,
    `issued`, `refused` or `withdrawn`; `event_id` is the registry's issuance.
    """

    id: int
    project_id: int
    number: int
    first: date
    last: date
    state: str
    opened_at: datetime
    issued_at: datetime | None
    event_id: UUID | None

    @property
    def vintage(self) -> int:
        """The calendar year in which the period lies."""
        return self.first.year

    @property
    def subject(self) -> str:
        """How cases, findings and assignments name it."""
        return subject_of(self.id)


@dataclass(frozen=True, slots=True)
class Report:
    """One version of a period's report.

    `result` is what `calculation.Calculation.as_json` wrote; `digest` is the methodology's,
    `calculation` that of the whole evaluation, `sha256` that of this version. `evidence` holds the
    hashes of the period's papers at that time. `submitted_at` is None for a draft.
    """

    period_id: int
    number: int
    cells: Cells
    texts: dict[str, str]
    result: dict[str, Any] = field(repr=False)
    reduction_kg: int
    deficit_kg: int
    methodology: str
    digest: str
    calculation: str
    evidence: tuple[str, ...]
    sha256: str
    reason: str
    at: datetime
    submitted_at: datetime | None


@dataclass(frozen=True, slots=True)
class ApprovedPeriod:
    """What two persons approved and a verification body signed; the registry issues by it.

    `digest` is the methodology's; `statement` the signed statement, `signature` in base64, `vkey`
    the key that made it; `proposed_by` and `confirmed_by` are persons, the latter None while the
    second decision is still to come.
    """

    id: int
    project: Project
    number: int
    first: date
    last: date
    kg: int
    digest: str
    methodology: str
    statement: dict[str, Any]
    signature: str
    vkey: str
    proposed_by: int
    confirmed_by: int | None

    @property
    def vintage(self) -> int:
        """The calendar year in which the period lies."""
        return self.first.year


def subject_of(period_id: int) -> str:
    """How cases, findings and assignments name a period."""
    return f"period:{period_id}"


def period(period_id: int) -> Period:
    """The period of this number; refuses `no_such_period`."""
    found = _periods({"period_id": period_id, "project_id": None, "states": None})
    if not found:
        raise no_such_period()
    return found[0]


def periods(project_id: int) -> list[Period]:
    """The periods of a project, in the order in which they were opened."""
    return _periods({"period_id": None, "project_id": project_id, "states": None})


def periods_in(states: Sequence[str]) -> list[Period]:
    """Periods of all projects that stand in one of these states, the longest opened first."""
    return _periods({"period_id": None, "project_id": None, "states": list(states)})


def no_such_period() -> NotFound:
    """The same answer whether there is none or it is not the actor's to know."""
    return NotFound(
        "no_such_period",
        zh="没有这个监测期，或者你不能看它。",
        en="There is no such monitoring period, or you may not see it.",
    )


def readable(actor: Actor, period_id: int) -> Period:
    """The period, if the actor may read its project's papers; refuses `no_such_period`."""
    found = period(period_id)
    if verification.may_verify(actor, found.subject):
        return found
    project = projects.project_by_id(found.project_id)
    projects.readable(actor, project.code)
    return found


def case_of(found: Period) -> Case:
    """Where a period stands: its case, live or closed."""
    return cases.latest_cases(CASE_KIND, [found.subject])[found.subject]


def reports(period_id: int) -> list[Report]:
    """Every version of a period's report, the oldest first."""
    return _reports(period_id, submitted=False)


def submitted(period_id: int) -> list[Report]:
    """The versions that were handed in, the oldest first."""
    return _reports(period_id, submitted=True)


def approved_period(period_id: int, *, lock: bool = True) -> ApprovedPeriod:
    """What may be issued: proposed or approved, verified, of a project that is still registered.

    With `lock` (inside a transaction) nobody moves period or project until the end. Refuses
    `no_such_period`, `period_issued` and `period_not_approved`.
    """
    found = period(period_id)
    if lock:
        # The project first, as everywhere: it must not be struck off meanwhile.
        rows("lock", {"id": found.project_id})
        rows("lock_period", {"period_id": period_id})
        found = period(period_id)
    if found.state == "issued":
        raise Conflict(
            "period_issued",
            zh="这个监测期已经签发过了。",
            en="The credits of this period were issued already.",
        )
    project = projects.project_by_id(found.project_id)
    opinion = verification.opinion(found.subject)
    handed = submitted(period_id)
    if (
        found.state not in ("proposed", "approved")
        or project.state != "registered"
        or opinion is None
        or not handed
    ):
        raise Conflict(
            "period_not_approved",
            zh="这个监测期还没有走到签发：须先核证，并由主管部门一人提请、另一人签发。",
            en="This period is not ready for issuance: it is verified first, then proposed by one"
            " person of the authority and issued by another.",
        )
    report = handed[-1]
    proposer, confirmer = _deciders(found)
    return ApprovedPeriod(
        found.id,
        project,
        found.number,
        found.first,
        found.last,
        report.reduction_kg,
        report.digest,
        report.methodology,
        json.loads(opinion.statement),
        opinion.signature,
        opinion.vkey,
        proposer,
        confirmer,
    )


def _deciders(found: Period) -> tuple[int, int | None]:
    """Who proposed the issuance last, and who confirmed it."""
    proposer, confirmer = 0, None
    for step in cases.history(case_of(found).id):
        if step.step == "propose":
            proposer, confirmer = step.person_id or 0, None
        elif step.step == "confirm":
            confirmer = step.person_id
    return proposer, confirmer


def _periods(asked: dict[str, Any]) -> list[Period]:
    return [
        Period(id, project_id, number, first, last, *rest)
        for id, project_id, number, *rest, first, last in rows("periods", asked)
    ]


def _reports(period_id: int, *, submitted: bool) -> list[Report]:
    asked = {"period_id": period_id, "submitted": submitted}
    return [_report(row) for row in rows("reports", asked)]


def _report(row: Sequence[Any]) -> Report:
    period_id, number, cells, texts, result, kg, deficit, methodology, *rest = row
    digest, calculation, evidence, *more = rest
    return Report(
        period_id,
        number,
        Cells.from_json(methodology, json.loads(cells)),
        json.loads(texts),
        json.loads(result),
        kg,
        deficit,
        methodology,
        digest,
        calculation,
        tuple(evidence),
        *more,
    )


def is_running(found: Period, at: datetime) -> bool:
    """Whether the period's last day is not over yet."""
    return city_day(at) <= found.last
