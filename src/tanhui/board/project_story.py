"""What happened to a project, as the public reads it: who did it, never which person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tanhui.cases import queries as cases
from tanhui.cases.kinds import ASSIGN, OPEN
from tanhui.cases.queries import Case
from tanhui.projects import queries as projects
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Project
from tanhui.publiclog import queries as publiclog

_DECIDED = {
    "registered": ("两人决定：予以登记", "Two persons decided: registered"),
    "refused": ("两人决定：不予登记", "Two persons decided: not registered"),
    "struck_off": ("两人决定：除名", "Two persons decided: struck off"),
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened; `log_index` is its place in the public log, where it has one."""

    at: datetime
    title_zh: str
    title_en: str
    mark: str = ""
    log_index: int | None = None
    event_id: UUID | None = None


def happenings(
    project: Project, case: Case | None, periods: Iterable[Period]
) -> tuple[Happening, ...]:
    """What happened to a project and its periods, the earliest first."""
    told = [*_filing(case), *_decisions(project), *_periods(periods)]
    if project.filed_at and not case:
        told.append(Happening(project.filed_at, "递交申请", "Filed"))
    return tuple(sorted(told, key=lambda each: each.at))


def _filing(case: Case | None) -> Iterable[Happening]:
    if case is None:
        return
    for step in cases.history(case.id):
        if step.step == OPEN:
            yield Happening(step.at, "递交申请", "Filed")
        elif step.step != ASSIGN and step.to_state not in _DECIDED:
            rule = case.rules.steps[step.step]
            yield Happening(step.at, rule.title_zh, rule.title_en)


def _decisions(project: Project) -> Iterable[Happening]:
    for each in projects.decisions(project.id):
        zh, en = _DECIDED[each.decision]
        mark = "" if each.decision == "registered" else "no"
        yield Happening(each.at, zh, en, mark, publiclog.position(each.outbox_id))


def _periods(periods: Iterable[Period]) -> Iterable[Happening]:
    for each in periods:
        days = f"{each.first.isoformat()} → {each.last.isoformat()}"
        yield Happening(
            each.opened_at,
            f"开始第 {each.number} 个监测期（{days}）",
            f"Monitoring period {each.number} opened ({days})",
        )
        if each.issued_at:
            yield Happening(
                each.issued_at,
                f"第 {each.number} 个监测期的减排量签发",
                f"Credits of period {each.number} issued",
                event_id=each.event_id,
            )
