"""What the pages of monitoring periods show their owner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tanhui.cases import queries as cases
from tanhui.cases.queries import Case, Step
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.methodology.document import Methodology
from tanhui.portal.cells_form import CellsForm, form_of_cells
from tanhui.portal.owner_overview import Stage, stages
from tanhui.portal.owner_papers import Kind, ShownDocument, kinds_of, shown_documents
from tanhui.portal.owner_shown import PeriodLine, own_standing, period_lines, period_tasks
from tanhui.projects import library, papers
from tanhui.projects.calculation import Calculation
from tanhui.projects.cells import Cells
from tanhui.projects.desk import DeskRow
from tanhui.projects.monitoring import queries
from tanhui.projects.monitoring.queries import Period, Report
from tanhui.projects.monitoring.reporting import WRITING
from tanhui.projects.monitoring.reports import evidence_of
from tanhui.projects.report_rules import TextSection, city_monitoring
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Finding
from tanhui.projects.workbook import blank_workbook, workbook

_WAY = ("open", "submitted", "verifying", "verified", "proposed", "issued")
_GOES_BACK = frozenset({"open", "submitted", "verifying", "returned", "verified"})
_USUAL_PAPERS = ("monitoring-data", "energy-bills", "metering", "photos")


@dataclass(frozen=True, slots=True)
class Periods:
    """The page of all periods; `first` and `last` are the days that the next would usually have."""

    frame: DeskRow
    lines: list[PeriodLine]
    first: date | None
    last: date | None

    @property
    def may_open(self) -> bool:
        """Whether periods can be opened."""
        return self.frame.project.state == "registered"


def periods(*, actor: Actor, code: str, at: datetime) -> Periods:
    """Everything of the page; refuses `no_such_project`."""
    frame = own_standing(actor=actor, code=code)
    found = queries.periods(frame.project.id)
    lines = period_lines(code, found)
    first, last = _next_days(frame, found, city_day(at))
    return Periods(frame, lines, first, last)


def _next_days(frame: DeskRow, found: list[Period], today: date) -> tuple[date | None, date | None]:
    """From the day after the last period, or the first day that counts, to the end of its year."""
    begins, ends = frame.project.crediting_first, frame.project.crediting_last
    if begins is None or ends is None:
        return None, None
    live = [one.last for one in found if one.state not in ("withdrawn", "refused")]
    first = max([begins, *(day + timedelta(days=1) for day in live)])
    if first > ends:
        return None, None
    whole = date(first.year, 12, 31)
    return first, min(whole, ends, max(first, today - timedelta(days=1)))


@dataclass(frozen=True, slots=True)
class OwnPeriod:
    """One of the actor's periods, with its project and methodology."""

    frame: DeskRow
    period: Period
    document: Methodology

    @property
    def address(self) -> tuple[str, int]:
        """How its page is addressed."""
        return self.frame.project.code, self.period.number

    @property
    def correcting(self) -> bool:
        """Whether a new version is a correction of what was issued."""
        return self.period.state == "issued"


def own_period(*, actor: Actor, code: str, number: int) -> OwnPeriod:
    """A period by its project and number; refuses `no_such_project`, `no_such_period`."""
    frame = own_standing(actor=actor, code=code)
    for one in queries.periods(frame.project.id):
        if one.number == number:
            document = library.document(frame.project.methodology, frame.project.digest)
            return OwnPeriod(frame, one, document)
    raise queries.no_such_period()


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A section of the report in words, with what was written."""

    section: TextSection
    text: str


@dataclass(frozen=True, slots=True)
class PeriodPage:
    """Everything of one period's page."""

    frame: DeskRow
    own: OwnPeriod
    line: PeriodLine
    stages: list[Stage]
    form: CellsForm
    sections: list[ShownSection]
    reports: list[Report]
    result: Calculation | None
    documents: list[ShownDocument]
    kinds: list[Kind]
    findings: list[Finding]
    returned: Step | None
    running: bool
    evidence: list[str]

    @property
    def period(self) -> Period:
        """The period itself."""
        return self.own.period

    @property
    def latest(self) -> Report:
        """The newest version."""
        return self.reports[-1]

    @property
    def papers(self) -> list[str]:
        """The titles of its papers, to be named as evidence."""
        return sorted({one.document.title for one in self.documents})

    @property
    def may_write(self) -> bool:
        """Whether a version can be kept and handed in."""
        return self.period.state in WRITING

    @property
    def may_keep(self) -> bool:
        """Whether a version can be kept, a correction among them."""
        return self.may_write or self.own.correcting

    @property
    def unsent(self) -> bool:
        """Whether the newest version was not handed in yet."""
        return bool(self.reports) and self.latest.submitted_at is None

    @property
    def outdated(self) -> bool:
        """Whether papers came or went since the newest version, which names their hashes."""
        return bool(self.reports) and list(self.latest.evidence) != self.evidence

    @property
    def may_withdraw(self) -> bool:
        """Whether the owner can withdraw the period."""
        return self.period.state in _GOES_BACK


def period_page(
    found: OwnPeriod,
    *,
    form: CellsForm | None,
    texts: Mapping[str, str] | None,
    at: datetime,
) -> PeriodPage:
    """The page with `form` and `texts` as they were typed, or with the newest version's."""
    reports = queries.reports(found.period.id)
    latest = reports[-1] if reports else None
    written = texts if texts is not None else (latest.texts if latest else {})
    case = queries.case_of(found.period)
    documents = papers.documents(found.frame.project.id, found.period.id)
    usual = {kind: place for place, kind in enumerate(_USUAL_PAPERS)}
    return PeriodPage(
        frame=found.frame,
        own=found,
        line=PeriodLine(
            found.period,
            case,
            latest,
            tuple(period_tasks(found.frame.project.code, found.period)),
        ),
        stages=stages(case, _WAY),
        form=form or form_of_cells(found.document, latest.cells if latest else None),
        sections=[
            ShownSection(one, written.get(one.name, "")) for one in city_monitoring().sections
        ],
        reports=reports,
        result=Calculation.from_json(latest.result) if latest else None,
        documents=shown_documents(documents),
        kinds=sorted(
            kinds_of(found.frame.project), key=lambda kind: usual.get(kind.code, len(usual))
        ),
        findings=verification.findings(found.period.subject),
        returned=_returned(case),
        running=queries.is_running(found.period, at),
        evidence=evidence_of(found.period),
    )


def _returned(case: Case) -> Step | None:
    if case.state != "returned":
        return None
    asked = [step for step in cases.history(case.id) if step.step == "return"]
    return asked[-1] if asked else None


def workbook_of(found: OwnPeriod) -> bytes:
    """The workbook, with the cells of the newest version, or of the project's design."""
    reports = queries.reports(found.period.id)
    if reports:
        return workbook(found.document, reports[-1].cells)
    designs = papers.designs(found.frame.project.id)
    if designs and designs[-1].digest == found.frame.project.digest:
        cells = Cells.from_json(found.document.reference, designs[-1].cells)
        return workbook(found.document, cells)
    return blank_workbook(found.document)
