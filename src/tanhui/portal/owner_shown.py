"""What an owner's first page and the head of every project page show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from tanhui.cases.queries import Case
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.portal.owner_income import Income, income
from tanhui.projects import queries
from tanhui.projects.desk import SECOND, DeskRow
from tanhui.projects.filing.acting import own_project
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period, Report
from tanhui.projects.verification import queries as verification
from tanhui.registry import queries as registry

_MINE_IN_PERIOD = frozenset({"open", "returned"})


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for the owner: what, where, until when."""

    text: str
    address: str
    clock_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A project of the list: where it stands, what the owner has to do, or for whom it waits."""

    row: DeskRow
    tasks: tuple[Task, ...]
    waits: str

    @property
    def clock_at(self) -> datetime | None:
        """The clock of the filing, unless a task shows one of its own."""
        return None if any(task.clock_at for task in self.tasks) else self.row.clock_at


@dataclass(frozen=True, slots=True)
class Index:
    """The owner's first page."""

    organisation: Organisation
    lines: list[Line]
    held_kg: int
    income: Income | None

    @property
    def mine(self) -> list[Line]:
        """Those that wait for the owner."""
        return [line for line in self.lines if line.tasks]

    @property
    def registered(self) -> int:
        """How many are registered."""
        return sum(line.row.project.state == "registered" for line in self.lines)


def index(*, actor: Actor, at: datetime) -> Index:
    """The owner's projects, those that wait for the owner first."""
    owner_id = actor.organisation_id or 0
    lines = [_line(row) for row in queries.desk(actor, at)]
    held_kg = sum(each.held_kg for each in registry.holdings(owner_id))
    return Index(
        organisation=organisations.organisation(owner_id),
        lines=sorted(lines, key=lambda line: not line.tasks),
        held_kg=held_kg,
        income=income(owner_id, held_kg) if held_kg else None,
    )


def own_standing(*, actor: Actor, code: str) -> DeskRow:
    """Where one of the actor's projects stands; refuses `not_permitted`, `no_such_project`."""
    return queries.stand(own_project(actor, code))


def _line(row: DeskRow) -> Line:
    tasks = tuple(_tasks(row))
    return Line(row, tasks, "" if tasks else _waits(row))


def _tasks(row: DeskRow) -> Iterable[Task]:
    project = row.project
    here = reverse("portal:project", args=[project.code])
    if project.state == "draft":
        yield Task(gettext("备齐材料，然后申报"), here)
    elif project.state == "returned":
        yield Task(gettext("补正后再报"), here, row.clock_at)
    elif project.state == "registered":
        for period in monitoring.periods(project.id):
            yield from period_tasks(project.code, period)
        if row.turn == SECOND:
            yield Task(gettext("主管部门提议取消登记，可以陈述"), here, row.clock_at)
    if row.objections:
        text = ngettext("答复 %(count)d 条异议", "答复 %(count)d 条异议", row.objections)
        yield Task(text % {"count": row.objections}, here)
    if row.findings:
        text = ngettext("答复 %(count)d 项审核意见", "答复 %(count)d 项审核意见", row.findings)
        yield Task(text % {"count": row.findings}, here, row.clock_at)


def period_tasks(code: str, period: Period) -> Iterable[Task]:
    """What waits for the owner in a period."""
    here = reverse("portal:project-period", args=[code, period.number])
    if period.state in _MINE_IN_PERIOD:
        text = gettext("第 %(number)d 监测期：填报告并提交") % {"number": period.number}
        yield Task(text, here, monitoring.case_of(period).clock_at)
    elif period.state == "verifying":
        mine = [one for one in verification.findings(period.subject) if one.state == "open"]
        if mine:
            text = ngettext("答复 %(count)d 项审核意见", "答复 %(count)d 项审核意见", len(mine))
            due = min((one.deadline for one in mine if one.deadline), default=None)
            yield Task(text % {"count": len(mine)}, here, due)


def _waits(row: DeskRow) -> str:
    if row.turn == SECOND:
        return gettext("等主管部门复核")
    return {
        "filed": gettext("等受理"),
        "complete": gettext("等公示"),
        "noticed": gettext("公示中，等期满"),
        "heard": gettext("等委派审核机构"),
        "assigned": gettext("等审核机构"),
        "verified": gettext("等主管部门决定"),
        "registered": gettext("可以开监测期"),
    }.get(row.project.state, "")


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period of the list, where it stands, and what waits for the owner."""

    period: Period
    case: Case
    report: Report | None
    tasks: tuple[Task, ...]

    @property
    def state_zh(self) -> str:
        """Where it stands, in Chinese."""
        return self.case.rules.states[self.case.state].title_zh

    @property
    def state_en(self) -> str:
        """Where it stands, in English."""
        return self.case.rules.states[self.case.state].title_en

    @property
    def chip(self) -> str:
        """The chip of its state."""
        return self.case.rules.states[self.case.state].chip


def period_lines(code: str, found: Sequence[Period]) -> list[PeriodLine]:
    """Periods of a project with where each stands, the newest first."""
    lines = []
    for one in reversed(found):
        handed = monitoring.submitted(one.id)
        case = monitoring.case_of(one)
        tasks = tuple(period_tasks(code, one))
        lines.append(PeriodLine(one, case, handed[-1] if handed else None, tasks))
    return lines
