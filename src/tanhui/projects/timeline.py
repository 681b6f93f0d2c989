"""The story of a project as everybody may read it: what happened, by which role, never by whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tanhui.cases import queries as cases
from tanhui.cases.kinds import OPEN
from tanhui.cases.queries import Case
from tanhui.projects import papers
from tanhui.projects.reading import Project
from tanhui.projects.standing import CASE_KIND, STRIKE_OFF_KIND
from tanhui.projects.statements import rows
from tanhui.publiclog import queries as publiclog

# What of its papers and periods is told: the words, and whose it is.
_WORDS = {
    "design": ("设计文件第 {n} 版", "design, version {n}", "owner"),
    "agreement": ("开发合作协议已由双方签署", "development agreement signed by both", "owner"),
    "period": ("开始第 {n} 个监测期", "monitoring period {n} begun", "owner"),
    "issue": ("第 {n} 个监测期的减排量已签发", "credits of period {n} issued", "regulator"),
}
# Which step of a case is the one that two persons decided.
_DECISIONS = {"confirm": "registered", "refuse": "refused"}
# Nobody but those who take part reads what a second person did not agree to.
_INNER = frozenset({"doubt", "reconsider", "reopen", "propose-refusal", "argue"})


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; `role` is whose doing it was, `log_index` the place of its leaf in
    the public log, None where it has none (yet)."""

    at: datetime
    kind: str
    title_zh: str
    title_en: str
    role: str
    log_index: int | None


def timeline(found: Project) -> list[Event]:
    """What happened to a project, in order."""
    told = [*_papers(found), *_cases(found)]
    if found.state == "ended" and found.ended_at is not None:
        told.append(
            Event(found.ended_at, "end", "计入期已满", "crediting period over", "platform", None)
        )
    return sorted(told, key=lambda event: event.at)


def _papers(found: Project) -> Iterator[Event]:
    for kind, number, at in rows("timeline", {"project_id": found.id}):
        zh, en, role = _WORDS[kind]
        yield Event(at, kind, zh.format(n=number), en.format(n=number), role, None)


def _cases(found: Project) -> Iterator[Event]:
    places = {
        decision.decision: publiclog.position(decision.outbox_id)
        for decision in papers.decisions(found.id)
    }
    asked = {"kinds": [CASE_KIND, STRIKE_OFF_KIND], "subject": found.subject}
    for (case_id,) in rows("cases_about", asked):
        yield from _steps(cases.case(case_id), places)


def _steps(case: Case, places: dict[str, int | None]) -> Iterator[Event]:
    struck = case.kind == STRIKE_OFF_KIND
    for step in cases.history(case.id):
        if step.step in _INNER:
            continue
        if step.step == OPEN:
            zh, en = ("提议取消登记", "striking off proposed") if struck else ("申报", "filed")
            role = "regulator" if struck else "owner"
            yield Event(step.at, step.step, zh, en, role, None)
            continue
        rule = case.rules.steps.get(step.step)
        if rule is None:
            continue
        decision = "struck_off" if struck else _DECISIONS.get(step.step, "")
        index = places.get(decision) if step.step in (*_DECISIONS, "confirm") else None
        role = str(step.facts.get("role", ""))
        yield Event(step.at, step.step, rule.title_zh, rule.title_en, role, index)
