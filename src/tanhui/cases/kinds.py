"""Kinds of cases: states, steps and clocks, one TOML file for each version of a kind.

A case goes on under the version it was opened by, whatever the newest one says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, TypeVar, cast

from tanhui.cases.calendar import Calendar
from tanhui.methodology.tomlfile import Section, TomlFile

NAME = r"[a-z][a-z0-9-]*"
VERSION = r"\d+\.\d+\.\d+"
CHIPS = ("ok", "wait", "no", "info", "neutral")
ROLES = (
    "citizen",
    "partner",
    "owner",
    "verifier",
    "buyer",
    "merchant",
    "sponsor",
    "operator",
    "regulator",
    "public",
    "sysadmin",
    "security",
    "auditor",
)
PARTY, ASSIGNEE, PLATFORM = "party", "assignee", "platform"
# How a case begins and whom it is given to are rows of its history like any step.
OPEN, ASSIGN = "open", "assign"
UNITS = ("working_days", "days", "hours")
# From when to when a case was in a state.
Stays = Sequence[tuple[datetime, datetime]]
_LONGEST = {"working_days": 250, "days": 366, "hours": 24 * 366}


@dataclass(frozen=True, slots=True)
class Clock:
    """How long a state lasts before the platform takes the step `then`.

    With `continues`, time the case spent in the state before counts; without, it begins anew.
    """

    unit: Literal["working_days", "days", "hours"]
    length: int
    then: str
    continues: bool = False

    def end(self, at: datetime, stays: Stays, calendar: Calendar) -> datetime:
        """When a clock started at `at` runs out; `stays` are the times it ran before.

        Of a clock of working days at least one is left.
        """
        if self.unit == "working_days":
            spent = sum(calendar.working_days_between(*stay) for stay in stays)
            return calendar.add_working_days(at, max(1, self.length - spent))
        unit = timedelta(days=1) if self.unit == "days" else timedelta(hours=1)
        ran = sum((left - entered for entered, left in stays), timedelta(0))
        return at + max(self.length * unit - ran, timedelta(0))


@dataclass(frozen=True, slots=True)
class State:
    """Where a case can be; one that is an `end` is never left."""

    name: str
    title_zh: str
    title_en: str
    chip: str
    end: bool
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class StepRule:
    """One thing that can be done: from which states, to which, by whom and by whom not.

    `reason`: words are needed; `times`: how often in one case, 0 without bound; `files`: how many
    files may come with it.
    """

    name: str
    sources: tuple[str, ...]
    to: str
    title_zh: str
    title_en: str
    by: frozenset[str]
    not_by: frozenset[str]
    reason: bool
    times: int
    files: int


Item = TypeVar("Item", State, StepRule)


@dataclass(frozen=True, slots=True)
class Kind:
    """One version of a kind of case."""

    kind: str
    version: str
    digest: str
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    start: str
    states: Mapping[str, State]
    steps: Mapping[str, StepRule]

    def counts_persons(self, step: str) -> bool:
        """Whether who took `step` decides about others, so that it must be known who it was."""
        own = self.steps.get(step)
        named = any(step in rule.not_by for rule in self.steps.values())
        return named or bool(own and own.not_by)


def read_kind(path: Path, digest: str) -> Kind:
    """One version of a kind; raises ContentRefused with every fault of its file."""
    file = TomlFile(path)
    with file.root() as root:
        with root.table("case") as head:
            kind = Kind(
                kind=head.text("kind", pattern=NAME),
                version=head.text("version", pattern=VERSION),
                digest=digest,
                title_zh=head.text("title_zh"),
                title_en=head.text("title_en"),
                about_zh=head.text("about_zh"),
                about_en=head.text("about_en"),
                start=head.text("start", pattern=NAME),
                states={},
                steps={},
            )
        states, steps = root.tables("state"), root.tables("step")
        found_states = _named(states, [_state(section) for section in states])
        found_steps = _named(steps, [_step(section) for section in steps])
        whole = Kind(
            **{
                **{name: getattr(kind, name) for name in kind.__slots__},
                "states": found_states,
                "steps": found_steps,
            }
        )
        _check(root, whole, states, steps)
    file.finish()
    return whole


def _named(sections: list[Section], items: list[Item]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for section, item in zip(sections, items, strict=True):
        reserved = isinstance(item, StepRule) and item.name in (OPEN, ASSIGN)
        if item.name in found or reserved:
            section.report("name", "name_taken", f"{item.name} 已有", f"{item.name} is taken")
        found[item.name] = item
    return found


def _state(section: Section) -> State:
    with section:
        end = section.flag("end")
        clock = None
        if section.has("clock"):
            with section.table("clock") as told:
                clock = _clock(told)
        return State(
            name=section.text("name", pattern=NAME),
            title_zh=section.text("title_zh"),
            title_en=section.text("title_en"),
            chip=section.text("chip", choices=CHIPS),
            end=end,
            clock=clock,
        )


def _clock(told: Section) -> Clock:
    given = {unit: told.integer(unit, required=False) for unit in UNITS if told.has(unit)}
    then, continues = told.text("then", pattern=NAME), told.flag("continues")
    if len(given) != 1 or not all(0 < n <= _LONGEST[unit] for unit, n in given.items()):
        zh = "期限应为 working_days、days、hours 三者之一，且不超过一年"
        en = "give one of working_days, days and hours, of at most a year"
        told.report("", "wrong_clock", zh, en)
        return Clock("days", 1, then, continues)
    ((unit, length),) = given.items()
    return Clock(cast(Literal["working_days", "days", "hours"], unit), length, then, continues)


def _step(section: Section) -> StepRule:
    with section:
        by = section.texts("by")
        for name in by:
            if name not in (*ROLES, PARTY, ASSIGNEE, PLATFORM):
                section.report(
                    "by", "unknown_value", f"没有角色 {name}", f"there is no role {name}"
                )
        return StepRule(
            name=section.text("name", pattern=NAME),
            sources=section.texts("from"),
            to=section.text("to", pattern=NAME),
            title_zh=section.text("title_zh"),
            title_en=section.text("title_en"),
            by=frozenset(by),
            not_by=frozenset(section.texts("not_by", required=False)),
            reason=section.flag("reason"),
            times=section.integer("times", required=False),
            files=section.integer("files", required=False),
        )


def _check(root: Section, kind: Kind, states: list[Section], steps: list[Section]) -> None:
    """Names that lead nowhere, ends that are left, clocks that nobody hears."""

    def wrong(section: Section, key: str, code: str, zh: str, en: str) -> None:
        section.report(key, code, zh, en)

    if kind.start not in kind.states or kind.states[kind.start].end:
        wrong(root, "case.start", "no_such_state", "起始状态不存在或已是终点", "no such beginning")
    for section, step in zip(steps, kind.steps.values(), strict=False):
        for name in (*step.sources, step.to):
            if name not in kind.states:
                wrong(section, "from", "no_such_state", f"没有状态 {name}", f"no state {name}")
            elif kind.states[name].end and name in step.sources:
                zh, en = f"{name} 是终点，不能再走", f"{name} is an end; no step leaves it"
                wrong(section, "from", "step_from_end", zh, en)
        for name in step.not_by - {OPEN} - set(kind.steps):
            wrong(section, "not_by", "no_such_step", f"没有步骤 {name}", f"no step {name}")
    reached, left = _reached(kind), {name for step in kind.steps.values() for name in step.sources}
    for section, state in zip(states, kind.states.values(), strict=False):
        if state.name not in reached:
            zh, en = f"{state.name} 无法到达", f"no step leads to {state.name}"
            wrong(section, "name", "unreachable_state", zh, en)
        if not state.end and state.name not in left:
            zh, en = f"{state.name} 没有出路", f"{state.name} has no way out"
            wrong(section, "name", "dead_state", zh, en)
        then = kind.steps.get(state.clock.then) if state.clock else None
        if state.clock and (
            state.end or then is None or state.name not in then.sources or PLATFORM not in then.by
        ):
            zh = f"期限到了要走 {state.clock.then}，而平台不能从这里走"
            en = f"the clock takes {state.clock.then}, which the platform cannot take from here"
            wrong(section, "clock", "wrong_clock", zh, en)


def _reached(kind: Kind) -> set[str]:
    reached = {kind.start}
    while (
        more := {step.to for step in kind.steps.values() if reached & set(step.sources)} - reached
    ):
        reached |= more
    return reached
