"""The desk of projects: what waits for its reader, and every project there is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case
from tanhui.geo.districts import District, Districts
from tanhui.governance.permissions import require
from tanhui.kernel.actors import Actor
from tanhui.methodology.document import Label
from tanhui.projects import queries as projects
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Project
from tanhui.projects.standing import STRIKE_OFF_KIND

PAGE_ROWS = 30
QUEUES = ("mine", "live", "periods", "all")
_MINE_MOST = 60
# The steps without which a thing does not go on; the others may be taken, and need not be.
_AWAITED = ("accept", "assign-verifier", "propose", "confirm", "refuse")
_LIVE = ("filed", "returned", "complete", "noticed", "heard", "assigned", "verified", "proposed",
         "refusing")  # fmt: skip
_DECIDED_HERE = ("filed", "heard", "verified", "proposed", "refusing")
_LIVE_PERIODS = ("submitted", "verifying", "returned", "verified", "proposed", "approved")
_ENDED = ("registered", "refused", "withdrawn", "struck_off", "ended")
_SIGN = Label("签开发合作协议", "Sign the agreement")


@dataclass(frozen=True, slots=True)
class Line:
    """A project, or a period of it, where it stands and until when.

    `step` is what its reader may do next, None where that is nothing; `turn` as the desk rows of
    projects tell it.
    """

    project: Project
    period: Period | None
    state_zh: str
    state_en: str
    chip: str
    clock_at: datetime | None
    turn: str
    step: Label | None = None
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Filters:
    """What of all projects is looked for."""

    words: str = ""
    state: str = ""
    district: str = ""
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Desk:
    """One queue of the desk, and how many projects are in each state.

    `more` is the number (id) after which the next page goes on; None where there is none.
    """

    queue: str
    lines: list[Line]
    counts: dict[str, int]
    waiting: int
    more: int | None
    filters: Filters
    districts: list[District]
    states: tuple[str, ...]


def desk(*, actor: Actor, queue: str, filters: Filters) -> Desk:
    """A queue; refuses `not_permitted`."""
    require(actor, "projects.read")
    waiting = list(awaited(actor=actor))
    counts = projects.counts()
    under_way = any(counts.get(state) for state in _LIVE)
    first = "mine" if waiting else "live" if under_way else "all"
    chosen = queue if queue in QUEUES else first
    more = None
    if chosen == "mine":
        lines = waiting
    elif chosen == "periods":
        lines = list(_periods(monitoring.periods_in(_LIVE_PERIODS)))
    else:
        lines = _found(chosen, filters)
        if len(lines) > PAGE_ROWS:
            lines = lines[:PAGE_ROWS]
            more = lines[-1].project.id
    return Desk(
        queue=chosen,
        lines=lines,
        counts=counts,
        waiting=len(waiting),
        more=more,
        filters=filters,
        districts=districts(),
        states=_LIVE if chosen == "live" else (*_LIVE, *_ENDED),
    )


def _found(queue: str, filters: Filters) -> list[Line]:
    states: Sequence[str] = _LIVE if queue == "live" else (*_LIVE, *_ENDED)
    if filters.state in states:
        states = [filters.state]
    page = projects.projects_page(
        state=states,
        district=filters.district or None,
        words=filters.words,
        after=filters.after,
        limit=PAGE_ROWS + 1,
    )
    return _lines(page)


def _lines(found: Sequence[Project]) -> list[Line]:
    return [
        Line(
            row.project,
            None,
            row.state_zh,
            row.state_en,
            row.chip,
            row.clock_at,
            row.turn,
            case=row.case,
        )
        for row in projects.desk_rows(found)
    ]


def _periods(found: Sequence[Period]) -> Iterator[Line]:
    known = projects.projects_by_id([one.project_id for one in found])
    held = cases.latest_cases(monitoring.CASE_KIND, [one.subject for one in found])
    for one in found:
        case = held[one.subject]
        state = case.rules.states[case.state]
        yield Line(
            known[one.project_id],
            one,
            state.title_zh,
            state.title_en,
            state.chip,
            case.clock_at,
            "",
            case=case,
        )


def awaited(*, actor: Actor) -> Iterator[Line]:
    """What does not go on until somebody like this actor acts: filings, periods, agreements.

    Refuses `not_permitted`.
    """
    require(actor, "projects.read")
    waiting = projects.projects_in(_DECIDED_HERE, limit=_MINE_MOST)
    periods = monitoring.periods_in(("submitted", "verified", "proposed"))[:_MINE_MOST]
    for line in (*_lines(waiting), *_periods(periods)):
        yield from _if_awaited(line, line.case, actor)
    strikes = cases.open_cases(STRIKE_OFF_KIND, limit=_MINE_MOST)
    for case in strikes:
        (line,) = _lines([projects.project(case.subject.partition(":")[2])])
        yield from _if_awaited(line, case, actor)
    if "operator" in actor.roles:
        for one in projects.projects_in(("draft", "returned"), limit=_MINE_MOST):
            held = projects.agreement(one.id)
            if held is not None and not held.is_signed:
                yield replace(_lines([one])[0], step=_SIGN)


def _if_awaited(line: Line, case: Case | None, actor: Actor) -> Iterator[Line]:
    """The line with the step that its reader is awaited for, if there is one."""
    for rule in [] if case is None else case.rules.steps.values():
        if rule.name not in _AWAITED or case is None or case.state not in rule.sources:
            continue
        # Who took earlier steps is looked up only where it matters.
        open_to = rule.by & actor.roles and (not rule.not_by or _offered(case, rule.name, actor))
        if open_to:
            yield replace(line, step=Label(rule.title_zh, rule.title_en))
            return


def _offered(case: Case, step: str, actor: Actor) -> bool:
    return any(rule.name == step for rule in cases.offered(case, actor))


def districts() -> list[District]:
    """The city's districts, for a list to choose from."""
    return list(Districts.load(settings.TANHUI.content_root).all)


def district_called(code: str) -> Label | None:
    """What a district is called by its six-digit code; None where a project lies in several."""
    named = (one for one in districts() if str(one.adcode) == code)
    return next((Label(one.name_zh, one.name_en) for one in named), None)
