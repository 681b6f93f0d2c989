"""How projects are taken in: `<city>/projects.toml` and the calls in `<city>/calls/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings

from tanhui.methodology.document import Label
from tanhui.methodology.parts import read_label
from tanhui.methodology.problems import ContentRefused, Problem
from tanhui.methodology.tomlfile import Section, TomlFile

CALLS, ROLLING = "calls", "rolling"
_CITY = "chengdu"
_KIND = r"[a-z][a-z0-9-]*"
_BASES = ("published", "assumed")
_PERCENT_MOST, _YEARS_MOST = 50, 40


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of document, and whether a full or a simplified filing needs one."""

    kind: str
    title: Label
    full: bool
    simplified: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What the agreement on developing a project says besides its parties."""

    years: int
    operator: Label
    clauses: tuple[Label, ...]
    why: Label


@dataclass(frozen=True, slots=True)
class Intake:
    """The city's choices about projects; figures by field fall back on the general one."""

    mode: str
    basis: str
    source: Label
    projects_at_once: int
    projects_of_one_owner: int
    buffer_percent: int
    buffer_by_field: Mapping[str, int]
    crediting_years: int
    crediting_by_field: Mapping[str, int]
    crediting_earliest: date
    sites_most: int
    papers: Mapping[str, Paper]
    terms: Terms

    def required(self, *, simplified: bool) -> list[Paper]:
        """The papers without which nothing is filed, in the order of the file."""
        return [
            paper
            for paper in self.papers.values()
            if (paper.simplified if simplified else paper.full)
        ]

    def buffer_of(self, field: str) -> int:
        """The part of each issue that is kept back in a field, in per cent."""
        return self.buffer_by_field.get(field, self.buffer_percent)

    def years_of(self, field: str) -> int:
        """The longest crediting period in a field, in years."""
        return self.crediting_by_field.get(field, self.crediting_years)


@dataclass(frozen=True, slots=True)
class Call:
    """One call for projects, open from `opens` to `closes`, both included."""

    code: str
    title: Label
    opens: date
    closes: date
    basis: str
    source: Label


def intake() -> Intake:
    """The city's choices, read once for each program."""
    return city_intake(settings.TANHUI.content_root)


def calls() -> tuple[Call, ...]:
    """The city's calls, the earliest first."""
    return city_calls(settings.TANHUI.content_root)


def open_call(day: date) -> Call | None:
    """The call that is open on `day`; of several the one that closes first."""
    found = [call for call in calls() if call.opens <= day <= call.closes]
    return min(found, key=lambda call: call.closes) if found else None


def next_call(day: date) -> Call | None:
    """The next call that opens after `day`."""
    return next((call for call in calls() if call.opens > day), None)


@cache
def city_intake(content_root: Path) -> Intake:
    """Reads `projects.toml`; raises ContentRefused with every fault of it."""
    file = TomlFile(content_root / _CITY / "projects.toml")
    with file.root() as root:
        found = _intake(root)
    file.finish()
    return found


@cache
def city_calls(content_root: Path) -> tuple[Call, ...]:
    """Reads `calls/*.toml`; raises ContentRefused with the faults of the first bad file."""
    read = [_read_call(path) for path in _paths(content_root)]
    return tuple(sorted(read, key=lambda call: (call.opens, call.code)))


def check_content(content_root: Path) -> list[Problem]:
    """Every fault of the intake and of the calls."""
    problems: list[Problem] = []
    taken: dict[str, Path] = {}
    if (content_root / _CITY / "projects.toml").exists():
        try:
            city_intake.__wrapped__(content_root)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
    for path in _paths(content_root):
        try:
            call = _read_call(path)
        except ContentRefused as refusal:
            problems.extend(refusal.problems)
            continue
        if call.code in taken:
            zh, en = f"{call.code} 已在 {taken[call.code].name}", f"{call.code} is taken"
            problems.append(Problem(path, 0, "call.code", "name_taken", zh, en))
        taken.setdefault(call.code, path)
    return problems


def _paths(content_root: Path) -> list[Path]:
    return sorted((content_root / _CITY / "calls").glob("*.toml"))


def _intake(root: Section) -> Intake:
    with root.table("intake") as head:
        head.day("valid_from")
        mode = head.text("mode", choices=(CALLS, ROLLING))
        basis, source = head.text("basis", choices=_BASES), read_label(head, "source")
    with root.table("verifier") as told:
        at_once = _number(told, "projects_at_once", 1, 1000)
        of_one_owner = _number(told, "projects_of_one_owner", 1, 1000)
        read_label(told, "why")
    buffer, buffers = _by_field(root, "buffer", "percent", 0, _PERCENT_MOST)
    with root.table("crediting") as told:
        years = _number(told, "years_most", 1, _YEARS_MOST)
        by_field = _numbers(told, 1, _YEARS_MOST)
        earliest = told.day("earliest") or date.max
        read_label(told, "why"), read_label(told, "earliest_why")
    with root.table("bundle") as told:
        sites = _number(told, "sites_most", 1, 1000)
        read_label(told, "why")
    return Intake(
        mode=mode,
        basis=basis,
        source=source,
        projects_at_once=at_once,
        projects_of_one_owner=of_one_owner,
        buffer_percent=buffer,
        buffer_by_field=buffers,
        crediting_years=years,
        crediting_by_field=by_field,
        crediting_earliest=earliest,
        sites_most=sites,
        papers={kind: _paper(kind, told) for kind, told in root.named("document").items()},
        terms=_terms(root),
    )


def _by_field(
    root: Section, name: str, key: str, least: int, most: int
) -> tuple[int, dict[str, int]]:
    with root.table(name) as told:
        read_label(told, "why")
        return _number(told, key, least, most), _numbers(told, least, most)


def _numbers(told: Section, least: int, most: int) -> dict[str, int]:
    with told.table("by_field", required=False) as fields:
        return {field: _number(fields, field, least, most) for field in list(fields.data)}


def _number(section: Section, key: str, least: int, most: int) -> int:
    value = section.integer(key, default=least)
    if not least <= value <= most:
        zh, en = f"应在 {least} 到 {most} 之间", f"it lies between {least} and {most}"
        section.report(key, "out_of_bounds", zh, en)
        return least
    return value


def _paper(kind: str, section: Section) -> Paper:
    with section:
        return Paper(kind, read_label(section), section.flag("full"), section.flag("simplified"))


def _terms(root: Section) -> Terms:
    with root.table("agreement") as told:
        clauses = []
        for clause in told.tables("clause"):
            with clause:
                clauses.append(read_label(clause))
        return Terms(
            years=_number(told, "years", 1, _YEARS_MOST),
            operator=read_label(told, "operator"),
            clauses=tuple(clauses),
            why=read_label(told, "why"),
        )


def _read_call(path: Path) -> Call:
    file = TomlFile(path)
    with file.root() as root, root.table("call") as told:
        opens, closes = told.day("opens") or date.min, told.day("closes") or date.max
        if opens > closes:
            zh, en = "截止日早于开始日", "it closes before it opens"
            told.report("closes", "wrong_order", zh, en)
        call = Call(
            code=told.text("code", pattern=r"[0-9a-z-]+", like="2026"),
            title=read_label(told),
            opens=opens,
            closes=closes,
            basis=told.text("basis", choices=_BASES),
            source=read_label(told, "source"),
        )
    file.finish()
    return call
