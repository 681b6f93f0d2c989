"""How far a project or a monitoring period has come, and what was done in its case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tanhui.cases import queries as cases
from tanhui.cases.kinds import ASSIGN, OPEN
from tanhui.cases.queries import Case
from tanhui.methodology.document import Label


@dataclass(frozen=True, slots=True)
class Stop:
    """One stage of a way: its name, and the states in which a thing stands there."""

    label: Label
    states: frozenset[str]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as it is shown: `mark` is ok (past), cur (here), no (ended badly) or nothing yet."""

    title_zh: str
    title_en: str
    mark: str


@dataclass(frozen=True, slots=True)
class Done:
    """One thing that was done in a case; `person_id` is None where nobody acted.

    `words` are None where there were none or they are erased.
    """

    title_zh: str
    title_en: str
    at: datetime
    step: str
    person_id: int | None
    words: str | None
    files: tuple[str, ...]


def _stop(zh: str, en: str, *states: str) -> Stop:
    return Stop(Label(zh, en), frozenset(states))


PROJECT = (
    _stop("申报", "Filed", "draft", "filed", "returned"),
    _stop("受理", "Complete", "complete"),
    _stop("公示", "Public notice", "noticed"),
    _stop("审核", "Verification", "heard", "assigned"),
    _stop("主管部门决定（两人）", "Decision by two persons", "verified", "proposed", "refusing"),
    _stop("登记", "Registered", "registered", "ended"),
)
PERIOD = (
    _stop("监测", "Monitoring", "open"),
    _stop("报告齐备", "Report handed in", "submitted"),
    _stop("核证", "Verification", "verifying", "returned"),
    _stop("主管部门决定（两人）", "Decision by two persons", "verified", "proposed", "approved"),
    _stop("签发", "Issued", "issued"),
)
_ENDS = {
    "refused": Label("不予通过", "Refused"),
    "withdrawn": Label("已撤回", "Withdrawn"),
    "struck_off": Label("已取消登记", "Struck off"),
}
# The last stages are reached once and for all.
_ARRIVED = frozenset({"registered", "ended", "issued"})


def stages(
    way: Sequence[Stop], state: str, *, passed: Sequence[str] = (), more: Label | None = None
) -> list[Stage]:
    """The way and how far `state` is on it; `more` is said of the present stage.

    Of what ended badly, only the stages of the states in `passed` are shown, and the end.
    """
    here = next((place for place, stop in enumerate(way) if state in stop.states), None)
    if here is None:
        told = [one for one in way if one.states & set(passed)]
        end = _ENDS.get(state, Label(state, state))
        return [*(_stage(one, "ok", None) for one in told), Stage(end.zh, end.en, "no")]
    found = []
    for place, stop in enumerate(way):
        mark = "ok" if place < here or (place == here and state in _ARRIVED) else ""
        mark = "cur" if place == here and not mark else mark
        found.append(_stage(stop, mark, more if mark == "cur" else None))
    return found


def _stage(stop: Stop, mark: str, more: Label | None) -> Stage:
    zh, en = stop.label.zh, stop.label.en
    if more is not None:
        zh, en = f"{zh}：{more.zh}", f"{en}: {more.en}"
    return Stage(zh, en, mark)


def round_of(number: int) -> Label:
    """The how-manieth time something is looked at."""
    return Label(f"第 {number} 轮", f"round {number}")


def done_in(case: Case | None, *, opened: Label) -> list[Done]:
    """What was done in a case, the earliest first; `opened` names its beginning."""
    if case is None:
        return []
    found = []
    for step in cases.history(case.id):
        if step.step == OPEN:
            titles = opened
        elif step.step == ASSIGN:
            titles = Label("指派", "Assigned")
        else:
            rule = case.rules.steps[step.step]
            titles = Label(rule.title_zh, rule.title_en)
        found.append(
            Done(
                titles.zh,
                titles.en,
                step.at,
                step.step,
                step.person_id,
                step.words,
                step.files,
            )
        )
    return found


def passed_in(case: Case | None) -> list[str]:
    """The states that a case has been in."""
    return [] if case is None else [step.to_state for step in cases.history(case.id)]
