"""The life of one kilogram, from the meter to whoever used it, as its page tells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tanhui.board.equations import ToldEquation, counted
from tanhui.board.river import Reach, River, drawn_river
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.quantities import decimal_text
from tanhui.projects import queries as projects
from tanhui.projects.calculation import Calculation, Line
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period, Report
from tanhui.projects.queries import Project
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Opinion
from tanhui.publiclog import queries as publiclog
from tanhui.registry import queries as registry
from tanhui.registry.invalidity import Invalidity, invalidity
from tanhui.registry.queries import disputes
from tanhui.registry.records import Issuance, Life, LifeEvent, Retirement

_FEN = 100
_DECIMALS = 3
# Longer lines with numbers put in are for the page of the issuance.
_LINE = 48
_PLAIN = ("", "1")
_SYMBOL = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What leaves no range of its own unless it is where the kilogram is now.
_PASSING = frozenset({"reserve", "aside"})
_NO_RANGE = frozenset({"undo", "release"})
_MARKS = {"reserve": "wait", "aside": "wait", "cancel": "no", "invalid": "no", "retire": "end"}
_ASIDES = {
    "freeze": ("冻结", "Frozen"),
    "pledge": ("质押", "Pledged"),
    "court": ("法院保全", "Held by a court"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the life: what, when, between whom; what a kind does not have is empty."""

    kind: str
    at: datetime
    mark: str = ""
    first: int = 0
    last: int = 0
    source: Organisation | None = None
    target: Organisation | None = None
    price: str = ""
    log_index: int | None = None
    retirement: Retirement | None = None
    aside: str = ""
    reason: str = ""

    @property
    def kg(self) -> int:
        """How many kilograms went together."""
        return self.last - self.first + 1

    @property
    def certificate(self) -> str:
        """The number of the certificate, once there is one."""
        final = self.retirement is not None and self.retirement.state == "retired"
        return self.retirement.number if self.retirement and final else ""


@dataclass(frozen=True, slots=True)
class Sum:
    """One line of the sum: a value cut to three decimals; its numbers put in, where they are few.

    Every step in full stands on the page of the issuance.
    """

    zh: str
    en: str
    symbol: str
    value: str
    unit_zh: str
    unit_en: str
    substituted: str


@dataclass(frozen=True, slots=True)
class Kilogram:
    """Everything that the page of a kilogram shows.

    `end` is held, buffer, reserved, retired, invalid (retired, and found not to count) or
    cancelled. `steps` begins with its issuance; measuring and verifying stand in `period`.
    """

    number: int
    project: Project
    vintage: int
    issuance: Issuance
    period: Period
    report: Report | None
    opinion: Opinion | None
    verifier: Organisation | None
    findings: int
    end: str
    holder: Organisation | None
    retirement: Retirement | None
    river: River
    steps: tuple[Step, ...]
    sums: tuple[Sum, ...]
    whole: ToldEquation
    disputed: bool

    @property
    def certificate(self) -> str:
        """The certificate that this kilogram stands in; empty where there is none."""
        final = self.retirement is not None and self.retirement.state == "retired"
        return self.retirement.number if self.retirement and final else ""


def kilogram(number: int, at: datetime) -> Kilogram:
    """The life of a kilogram as of `at`; refuses `no_such_credit`."""
    life = registry.life(number)
    wrong = invalidity(number) if life.block.state == "retired" else None
    period = monitoring.period(life.issuance.period_id)
    opinion = verification.opinion(period.subject)
    reports = monitoring.submitted(period.id)
    report = reports[-1] if reports else None
    parties = _parties(life, opinion)
    retirements = _retirements(life)
    steps = _steps(life, parties, retirements, wrong)
    project = projects.project(life.block.project_code)
    vintage = life.block.vintage
    own = life.block.organisation_id
    return Kilogram(
        number=number,
        project=project,
        vintage=vintage,
        issuance=life.issuance,
        period=period,
        report=report,
        opinion=opinion,
        verifier=parties.get(opinion.verifier_id) if opinion else None,
        findings=len(verification.findings(period.subject)),
        end=_end(life, wrong),
        holder=parties[own] if own is not None else None,
        retirement=_last_retirement(life, retirements),
        river=drawn_river(_reaches(life, parties, retirements)),
        steps=steps,
        sums=sums_of(report) if report else (),
        whole=counted(at).of_vintage(project.code, vintage),
        disputed=any(
            (each.project_code, each.vintage) == (project.code, vintage) for each in disputes()
        ),
    )


def sums_of(report: Report) -> tuple[Sum, ...]:
    """What the result is made of, and the result last, each with at most three decimals."""
    lines = [
        line
        for line in Calculation.from_json(report.result).lines
        if line.role == "formula" and not line.module and not line.cells
    ]
    if not lines:
        return ()
    named = _SYMBOL.findall(lines[-1].expression)
    parts = [line for line in lines[:-1] if line.symbol in named]
    parts.sort(key=lambda line: named.index(line.symbol))
    return tuple(_sum(line) for line in (*parts, lines[-1]))


def _sum(line: Line) -> Sum:
    whole, point, decimals = line.value.partition(".")
    short = f"{whole}{point}{decimals[:_DECIMALS]}"
    shown = line.substituted if len(line.substituted) <= _LINE else ""
    plain = line.unit_en in _PLAIN
    return Sum(
        line.zh,
        line.en,
        line.symbol,
        short,
        "" if plain else line.unit_zh,
        "" if plain else line.unit_en,
        shown,
    )


def price_text(price_fen: int | None) -> str:
    """Yuan for a tonne with two decimals; empty where nobody told a price."""
    return "" if price_fen is None else decimal_text(price_fen, _FEN, 2)


def _parties(life: Life, opinion: Opinion | None) -> Mapping[int, Organisation]:
    ids = {life.block.organisation_id, opinion.verifier_id if opinion else None}
    for each in life.events:
        ids |= {each.from_organisation_id, each.to_organisation_id}
    return organisations.organisations(ids=[id for id in ids if id is not None])


def _retirements(life: Life) -> dict[str, Retirement]:
    numbers = {each.retirement_number for each in life.events if each.retirement_number}
    return {number: registry.retirement(number) for number in numbers}


def _last_retirement(life: Life, known: Mapping[str, Retirement]) -> Retirement | None:
    """The retirement that the kilogram is in now."""
    if life.block.state not in ("retired", "reserved"):
        return None
    last = life.events[-1]
    return known[last.retirement_number] if last.retirement_number else None


def _end(life: Life, wrong: Invalidity | None) -> str:
    if life.block.state == "held":
        return "held" if life.block.organisation_id is not None else "buffer"
    return "invalid" if wrong else life.block.state


def _steps(
    life: Life,
    parties: Mapping[int, Organisation],
    retirements: Mapping[str, Retirement],
    wrong: Invalidity | None,
) -> tuple[Step, ...]:
    steps = [_step(each, life, parties, retirements) for each in life.events]
    if wrong:
        place = None if wrong.outbox_id is None else publiclog.position(wrong.outbox_id)
        reason = str(wrong.facts.get("why", ""))
        steps.append(Step("invalid", wrong.at, _MARKS["invalid"], log_index=place, reason=reason))
    return tuple(steps)


def _step(
    event: LifeEvent,
    life: Life,
    parties: Mapping[int, Organisation],
    retirements: Mapping[str, Retirement],
) -> Step:
    number = event.retirement_number
    whole = event.kind == "issue"
    return Step(
        kind=event.kind,
        at=event.at,
        mark=_MARKS.get(event.kind, ""),
        first=life.issuance.first if whole else event.first,
        last=life.issuance.last if whole else event.last,
        source=_party(event.from_organisation_id, parties),
        target=_party(event.to_organisation_id, parties),
        price=price_text(event.price_fen),
        log_index=event.log_index,
        retirement=retirements.get(number) if number else None,
        aside=str(event.facts.get("aside", "")) if event.kind == "aside" else "",
        reason=str(event.facts.get("why", "")) if event.kind == "cancel" else "",
    )


def _party(id: int | None, parties: Mapping[int, Organisation]) -> Organisation | None:
    return None if id is None else parties[id]


def _reaches(
    life: Life, parties: Mapping[int, Organisation], retirements: Mapping[str, Retirement]
) -> list[Reach]:
    """The ranges that held the kilogram, each within the one before."""
    issued = life.issuance
    found = [Reach("issue", "签发", "Issued", issued.kg, issued.first, issued.last)]
    last: UUID = life.events[-1].event_id
    for each in life.events:
        passing = each.kind in _PASSING and each.event_id != last
        # The owner's part is what was issued, but for the buffer: only that is a range of its own.
        same = each.kind == "issue" and each.to_organisation_id is not None
        if passing or same or each.kind in _NO_RANGE:
            continue
        titles = _titles(each, parties, retirements)
        found.append(Reach(each.kind, *titles, each.kg, each.first, each.last))
    return found


def _titles(
    event: LifeEvent, parties: Mapping[int, Organisation], retirements: Mapping[str, Retirement]
) -> tuple[str, str]:
    target = _party(event.to_organisation_id, parties)
    retirement = retirements.get(event.retirement_number or "")
    if event.kind == "issue":
        return "留作缓冲", "Kept as a buffer"
    if event.kind == "transfer" and target:
        return f"转让给{target.name_zh}", f"To {target.name_en}"
    if event.kind == "retire" and retirement:
        return f"注销：{retirement.purpose_zh}", f"Retired: {retirement.purpose_en}"
    if event.kind == "replace" and retirement:
        return f"补足 {retirement.number}", f"Replaces in {retirement.number}"
    if event.kind == "aside":
        return _ASIDES.get(str(event.facts.get("aside", "")), _ASIDES["freeze"])
    return {
        "reserve": ("申请注销，可撤回", "To be retired, may be undone"),
        "cancel": ("取消", "Cancelled"),
    }.get(event.kind, ("", ""))
