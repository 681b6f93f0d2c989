"""Where a proposed rule stands and what was done with it, as the desk and the public see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tanhui.cases import queries as cases
from tanhui.cases.kinds import ASSIGN, OPEN, Kind
from tanhui.cases.queries import Case, Step

# The way of a proposal that goes through; where a city leaves one out, it is not shown.
_WAY = ("proposed", "replayed", "notice", "ready", "published")
_ROLES = {
    OPEN: "operator",
    "replay": "platform",
    "end-notice": "platform",
    "publish": "regulator",
    "refuse": "regulator",
}
_PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the way: `mark` is ok (past), cur (here), no (ended badly), or nothing yet."""

    title_zh: str
    title_en: str
    mark: str


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One thing that was done; `at` is None for what waits now."""

    title_zh: str
    title_en: str
    at: datetime | None
    role: str
    words: str | None
    mine: bool = False
    now: bool = False


def stages(case: Case) -> list[Stage]:
    """The way of a proposal and how far it has come."""
    states = case.rules.states
    way = [states[name] for name in _WAY if name in states]
    if case.state in _WAY:
        here = next(place for place, state in enumerate(way) if state.name == case.state)
        ended = way[here].end
        marks = ["ok" if place < here or ended else "" for place in range(len(way))]
        marks[here] = "ok" if ended else "cur"
        return [
            Stage(state.title_zh, state.title_en, mark)
            for state, mark in zip(way, marks, strict=True)
        ]
    passed = {step.to_state for step in cases.history(case.id)}
    found = [Stage(one.title_zh, one.title_en, "ok") for one in way if one.name in passed]
    last = states[case.state]
    return [*found, Stage(last.title_zh, last.title_en, "no")]


def timeline(case: Case, *, viewer: int | None = None, words: bool = False) -> list[ShownStep]:
    """What was done, the earliest first, and where it waits. Words are for the desks alone."""
    kind = case.rules
    shown = [_shown(kind, step, viewer, words) for step in cases.history(case.id)]
    if cases.is_live(case):
        state = kind.states[case.state]
        shown.append(ShownStep(state.title_zh, state.title_en, None, "", None, now=True))
    return shown


def _shown(kind: Kind, step: Step, viewer: int | None, words: bool) -> ShownStep:
    titles = _titles(kind, step)
    role = _ROLES.get(step.step) or str(step.facts.get("role", ""))
    return ShownStep(
        *titles,
        at=step.at,
        role=role,
        words=step.words if words else None,
        mine=viewer is not None and step.person_id == viewer,
    )


def _titles(kind: Kind, step: Step) -> tuple[str, str]:
    if step.step == OPEN:
        return "提案", "Proposed"
    if step.step == ASSIGN:
        return "指派", "Assigned"
    rule = kind.steps[step.step]
    return rule.title_zh, rule.title_en


def objections(steps: Sequence[ShownStep], kind: Kind) -> int:
    """How many objected during the public notice."""
    rule = kind.steps.get("object")
    return sum(rule is not None and step.title_zh == rule.title_zh for step in steps)
