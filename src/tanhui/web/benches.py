"""The reviewer's bench: a filing or a report with its versions, findings, papers and result.

The verifier works at it, the bureau and the auditor read it; what may be done is their door's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Label
from tanhui.projects import library
from tanhui.projects import queries as projects
from tanhui.projects.calculation import Calculation
from tanhui.projects.cells import Cells
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period
from tanhui.projects.queries import Design, Document, Project
from tanhui.projects.report_rules import city_monitoring
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Finding
from tanhui.vault import store
from tanhui.web.recomputing import Recomputed, recomputed
from tanhui.web.reviewing import SHOWN, Row, Section, TextPlace, Told, numbered, sections

BOUNDARY, DATA, CALCULATION, UNCERTAINTY, EXCLUSIVE, NOTES = (
    "boundary",
    "data",
    "calculation",
    "uncertainty",
    "exclusive",
    "notes",
)
ORDER = (BOUNDARY, DATA, CALCULATION, UNCERTAINTY, EXCLUSIVE, NOTES)
# The texts of a report stand beside the figures that they speak of.
_SECTION_OF = {
    "boundary": BOUNDARY,
    "monitoring": DATA,
    "gaps": DATA,
    "calibration": DATA,
    "uncertainty": UNCERTAINTY,
    "no-double-claim": EXCLUSIVE,
}
PAPERS = "papers"
# What papers and texts are called as the anchors of findings.
PAPER, TEXT = "paper:", "text:"
# What a finding at no place in particular hangs on.
WHOLE = "-"
# So many bytes are read again for one page; the rest is checked when it is opened.
_RECHECKED_MOST = 24_000_000


@dataclass(frozen=True, slots=True)
class Head:
    """One version as its column says it; `sha256` tells it from every other."""

    number: int
    at: datetime
    sha256: str
    reason: str
    kg: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper of the subject; `trouble` is empty, `missing`, `altered` or `unread` (too large)."""

    document: Document
    trouble: str
    marks: tuple[int, ...]

    @property
    def anchor(self) -> str:
        """How a finding names it."""
        return f"{PAPER}{self.document.id}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A finding with the words for its place; `section` and `home` say where it is looked at."""

    finding: Finding
    number: str
    label: Label
    section: str
    home: str

    @property
    def closed(self) -> bool:
        """Whether it is done."""
        return self.finding.state == "closed"


@dataclass(frozen=True, slots=True)
class View:
    """What of the bench is looked at: a section, two versions, how, and the place that is lit."""

    section: str = ""
    show: str = ""
    old: int | None = None
    new: int | None = None
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """A filing or a report as it is reviewed; `period` is None for a filing.

    `old` is None where there is one version alone; without any version `new` is None and there is
    nothing to look at yet. `section` is None where the papers are looked at.
    """

    project: Project
    period: Period | None
    versions: tuple[Head, ...]
    old: Head | None
    new: Head | None
    sections: tuple[Section, ...]
    section: Section | None
    show: str
    lit: Row | None
    lit_paper: Paper | None
    lit_whole: bool
    result: Recomputed | None
    asked: tuple[Asked, ...]
    papers: tuple[Paper, ...]

    @property
    def subject(self) -> str:
        """What findings and opinions are about."""
        return self.project.subject if self.period is None else self.period.subject

    @property
    def open(self) -> list[Asked]:
        """The findings that are not closed."""
        return [one for one in self.asked if not one.closed]

    @property
    def closed(self) -> int:
        """How many are closed."""
        return len(self.asked) - len(self.open)

    @property
    def due_at(self) -> datetime | None:
        """When the owner's next answer is owed."""
        owed = (one.finding.deadline for one in self.asked if one.finding.state == "open")
        return min((when for when in owed if when is not None), default=None)

    @property
    def troubled(self) -> int:
        """How many papers are not what their hashes say."""
        return sum(one.trouble in ("missing", "altered") for one in self.papers)

    @property
    def changes(self) -> int:
        """In how many places the versions differ."""
        return sum(one.changes for one in self.sections)

    @property
    def anchor(self) -> str:
        """The place that is lit, as a finding would name it; empty for none."""
        if self.lit_paper is not None:
            return self.lit_paper.anchor
        if self.lit_whole:
            return WHOLE
        return self.lit.anchor if self.lit is not None else ""


@dataclass(frozen=True, slots=True)
class _Version:
    head: Head
    told: Told
    result: Calculation


def filing_bench(project: Project, view: View, language: str) -> Bench:
    """The bench of a filing: the versions of its design and its own papers."""
    found = [_of_design(project, one) for one in projects.designs(project.id)]
    return _bench(project, None, found, view, language)


def report_bench(period: Period, view: View, language: str) -> Bench:
    """The bench of a period: the versions of its report that were handed in."""
    project = projects.project_by_id(period.project_id)
    found = [
        _Version(
            Head(one.number, one.at, one.sha256, one.reason, one.reduction_kg),
            Told(one.cells, one.texts),
            Calculation.from_json(one.result),
        )
        for one in monitoring.submitted(period.id)
    ]
    return _bench(project, period, found, view, language)


def _of_design(project: Project, design: Design) -> _Version:
    result = Calculation.from_json(design.result)
    return _Version(
        Head(design.number, design.at, result.calculation, design.reason, result.reduction_kg),
        Told(Cells.from_json(project.methodology, design.cells), {}),
        result,
    )


def _bench(
    project: Project,
    period: Period | None,
    versions: Sequence[_Version],
    view: View,
    language: str,
) -> Bench:
    findings = verification.findings(project.subject if period is None else period.subject)
    papers = _papers(project, period, findings)
    old, new = _chosen(versions, view)
    if new is None:
        return Bench(
            project, period, (), None, None, (), None, "new", None, None, False, None,
            _asked(findings, (), papers), papers,
        )  # fmt: skip
    methodology = library.document(project.methodology, project.digest)
    found = sections(
        methodology,
        old.told if old is not None else None,
        new.told,
        _texts(versions),
        findings,
        ORDER,
        language,
    )
    # The calculation has no rows of its own: the engine's table stands there.
    found = numbered([one for one in found if one.rows or one.name == CALCULATION])
    chosen = next((one for one in found if one.name == view.section), None)
    chosen = chosen or (None if view.section == PAPERS else _first_with_something(found))
    lit = next((row for one in found for row in one.rows if row.anchor == view.anchor), None)
    return Bench(
        project=project,
        period=period,
        versions=tuple(one.head for one in versions),
        old=old.head if old is not None else None,
        new=new.head,
        sections=tuple(found),
        section=chosen,
        show=view.show if view.show in SHOWN and old is not None else "both",
        lit=lit,
        lit_paper=next((one for one in papers if one.anchor == view.anchor), None),
        lit_whole=view.anchor == WHOLE,
        result=recomputed(old.result if old is not None else None, new.result),
        asked=_asked(findings, found, papers),
        papers=papers,
    )


def _first_with_something(found: Sequence[Section]) -> Section:
    """The section with open findings, else the one that changed, else that of the data."""
    by_name = {one.name: one for one in found}
    asked = (one for one in found if one.open)
    changed = (one for one in found if one.changes)
    return next(asked, None) or next(changed, None) or by_name[DATA]


def _chosen(versions: Sequence[_Version], view: View) -> tuple[_Version | None, _Version | None]:
    """The two versions that are compared: by default the newest and the one before it."""
    if not versions:
        return None, None
    by_number = {one.head.number: one for one in versions}
    new = versions[-1] if view.new is None else by_number.get(view.new)
    if new is None or (view.old is not None and view.old not in by_number):
        raise NotFound("no_such_version", zh="没有这一版。", en="There is no such version.")
    if view.old is not None:
        return (by_number[view.old] if view.old != new.head.number else None), new
    place = list(versions).index(new)
    return (versions[place - 1] if place else None), new


def _texts(versions: Sequence[_Version]) -> list[TextPlace]:
    """The texts that any version has, in the order of the city's rules, then the others."""
    names = dict.fromkeys(name for one in versions for name in one.told.texts)
    known = {one.name: one.label for one in city_monitoring().sections}
    ordered = [*(name for name in known if name in names), *(n for n in names if n not in known)]
    return [
        TextPlace(
            f"{TEXT}{name}", name, known.get(name, Label(name, name)), _SECTION_OF.get(name, NOTES)
        )
        for name in ordered
    ]


def _papers(
    project: Project, period: Period | None, findings: Sequence[Finding]
) -> tuple[Paper, ...]:
    found = projects.documents(project.id, None if period is None else period.id)
    read = 0
    told = []
    for one in found:
        latest = one.latest
        trouble = "unread"
        if read + latest.size <= _RECHECKED_MOST:
            read += latest.size
            trouble = store.state(bytes.fromhex(latest.sha256))
        marks = tuple(each.number for each in findings if each.anchor == f"{PAPER}{one.id}")
        told.append(Paper(one, trouble, marks))
    return tuple(told)


def _asked(
    findings: Sequence[Finding], found: Sequence[Section], papers: Sequence[Paper]
) -> tuple[Asked, ...]:
    rows = {row.anchor: (one.name, row) for one in found for row in one.rows}
    titles = {one.anchor: one.document.title for one in papers}
    told = []
    for finding in findings:
        place = next((rows[each] for each in _homes(finding.anchor) if each in rows), None)
        if place is not None:
            section, row = place
            told.append(Asked(finding, row.number, row.label, section, row.anchor))
        else:
            title = titles.get(finding.anchor, finding.anchor)
            whole = finding.anchor == WHOLE
            label = Label("整份", "the whole") if whole else Label(title, title)
            told.append(Asked(finding, "", label, PAPERS, ""))
    return tuple(told)


def _homes(anchor: str) -> tuple[str, str]:
    return anchor, anchor.partition("#")[0].partition("/")[0]


@dataclass(frozen=True, slots=True)
class Links:
    """The parts of the bench's addresses: `pair` keeps the chosen versions, `add` begins a
    finding in the present section."""

    pair: str
    add: str


def links(bench: Bench, view: View) -> Links:
    """How the pages of this bench are reached from one another."""
    chosen = {"old": view.old, "new": view.new}
    told = urlencode({name: number for name, number in chosen.items() if number is not None})
    pair = f"&{told}" if told else ""
    section = bench.section.name if bench.section is not None else PAPERS
    return Links(pair, f"?section={section}&show={bench.show}{pair}")


def view_of(asked: Mapping[str, str]) -> View:
    """What of a bench an address asks for."""

    def number(name: str) -> int | None:
        text = asked.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None

    return View(
        section=asked.get("section", ""),
        show=asked.get("show", ""),
        old=number("old"),
        new=number("new"),
        anchor=asked.get("anchor", ""),
    )
