"""The register of projects: which there are, where, and each with its papers, periods and credits.

A project is public from the day its papers are complete. Papers are told by their hashes; who
verifies, what was decided and what was issued is told in full.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tanhui.board.equations import ToldEquation, counted
from tanhui.board.project_maps import CityPlaces, SiteMap, city_places, site_map
from tanhui.cases import queries as cases
from tanhui.cases.queries import Case
from tanhui.geo.districts import District, Districts
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.refusals import NotFound
from tanhui.methodology.document import Label, Methodology
from tanhui.methodology.fields import read_fields
from tanhui.projects import queries as projects
from tanhui.projects.monitoring import queries as monitoring
from tanhui.projects.monitoring.queries import Period, Report
from tanhui.projects.queries import Agreement, Document, Project, Site
from tanhui.projects.timeline import Event, timeline
from tanhui.projects.verification import queries as verification
from tanhui.projects.verification.queries import Opinion
from tanhui.rulebook.shelf import current_root
from tanhui.scenes.in_force import library_in_force
from tanhui.web.entrance import PageRequest, entrance

ROWS = 50
FILING = "project-filing"
# What the list may be narrowed to, and the states that each means.
STAGES = {
    "open": (
        "complete",
        "noticed",
        "heard",
        "assigned",
        "verified",
        "proposed",
        "refusing",
    ),
    "registered": ("registered",),
    "past": ("refused", "struck_off", "ended"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A project in the list: its mark on the map, its district and its field."""

    mark: int
    project: Project
    district: District | None
    field: Label | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was narrowed to, and where it goes on."""

    stage: str
    district: str
    field: str
    words: str
    after: int | None


@dataclass(frozen=True, slots=True)
class ShownPeriod:
    """A monitoring period with the report handed in last, who verified it, and its clock."""

    period: Period
    report: Report | None
    opinion: Opinion | None
    verifier: Organisation | None
    findings: int
    clock_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """Everything that the public may know of a project."""

    project: Project
    district: District | None
    field: Label | None
    methodology: Methodology | None
    case: Case | None
    map: SiteMap | None
    sites: tuple[Site, ...]
    papers: tuple[Document, ...]
    agreement: Agreement | None
    verifier: Organisation | None
    periods: tuple[ShownPeriod, ...]
    equations: tuple[ToldEquation, ...]
    whole: ToldEquation | None
    story: tuple[Event, ...]

    @property
    def clock_at(self) -> datetime | None:
        """When the state that the project is in runs out; None where nothing is due."""
        return self.case.clock_at if self.case and self.case.closed_at is None else None

    @property
    def shares(self) -> bool:
        """Whether several sites share what the project reduces."""
        return len(self.sites) > 1


@cache
def fields(content_root: Path) -> dict[str, Label]:
    """The topics that projects lie in, by their names."""
    return read_fields(content_root)


def district_of(code: str) -> District | None:
    """The district of a six-digit code; None for several, or for one of elsewhere."""
    return next((one for one in _districts().all if str(one.adcode) == code), None)


def _districts() -> Districts:
    return Districts.load(current_root())


def _asked(request: PageRequest) -> Asked:
    told = {name: request.GET.get(name, "") for name in ("stage", "district", "field", "after")}
    after = told["after"]
    return Asked(
        told["stage"] if told["stage"] in STAGES else "",
        told["district"] if district_of(told["district"]) else "",
        told["field"] if told["field"] in fields(current_root()) else "",
        request.GET.get("q", "").replace("\0", "").strip()[:80],
        int(after) if after.isascii() and after.isdigit() and len(after) < 19 else None,
    )


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """Projects, the newest first, narrowed to what was asked for, and where they are."""
    asked, root = _asked(request), current_root()
    found = projects.projects_page(
        state=STAGES.get(asked.stage, ()),
        district=asked.district or None,
        field=asked.field or None,
        words=asked.words,
        after=asked.after,
        limit=ROWS + 1,
    )
    shown = found[:ROWS]
    listed = [
        Listed(mark, one, district_of(one.district), fields(root).get(one.field))
        for mark, one in enumerate(shown, start=1)
    ]
    context = {
        "asked": asked,
        "listed": listed,
        "map": map_of(listed),
        "more": shown[-1].id if len(found) > ROWS else None,
        "districts": _districts().all,
        "fields": fields(root),
        "origin": _districts().origin,
        "room": "projects",
    }
    return render(request, "board/registry/projects.html", context)


def map_of(listed: Iterable[Listed]) -> CityPlaces:
    """The listed projects on the map of the city, by their marks."""
    chinese = (get_language() or "zh").startswith("zh")
    return city_places(
        (
            (
                each.project.geometry or _first_place(each.project),
                str(each.mark),
                each.project.name_zh if chinese else each.project.name_en,
                reverse("registry:project", args=[each.project.code]),
            )
            for each in listed
        ),
        current_root(),
    )


def _first_place(project: Project) -> dict[str, object] | None:
    """Where a project without an area of its own is: at its first site."""
    found = projects.sites(project.id)
    return found[0].place if found else None


@entrance
@require_safe
def project(request: PageRequest, code: str) -> HttpResponse:
    """One project; refuses `no_such_project`, also for one that is not public yet."""
    page = project_page(projects.public_project(code), request.at)
    context = {"page": page, "origin": _districts().origin, "room": "projects", "now": request.at}
    return render(request, "board/registry/project.html", context)


def project_page(found: Project, at: datetime) -> ProjectPage:
    """What the public may know of a project as of `at`."""
    sites = tuple(projects.sites(found.id))
    case = cases.latest_cases(FILING, [found.subject]).get(found.subject)
    periods = tuple(_shown_period(each) for each in monitoring.periods(found.id))
    assigned = projects.assignments(project_id=found.id)
    count = counted(at)
    equations = count.of(found.code)
    own = next((each for each in assigned if each.subject == found.subject), None)
    return ProjectPage(
        project=found,
        district=district_of(found.district),
        field=fields(current_root()).get(found.field),
        methodology=methodology_of(found.methodology),
        case=case,
        map=site_map(
            found.geometry,
            [(site.place, str(site.number), site.name) for site in sites],
            current_root(),
        ),
        sites=sites,
        papers=tuple(projects.all_documents(found.id)),
        agreement=projects.agreement(found.id),
        verifier=organisations.organisation(own.verifier_id) if own else None,
        periods=periods,
        equations=equations,
        whole=count.of_project(found.code) if equations else None,
        story=tuple(timeline(found)),
    )


def methodology_of(reference: str) -> Methodology | None:
    """The methodology of `id@version`; None where this city's library does not hold it any more."""
    id, _, version = reference.partition("@")
    try:
        return library_in_force().methodologies.methodology(id, version)
    except NotFound:
        return None


def _shown_period(period: Period) -> ShownPeriod:
    handed = monitoring.submitted(period.id)
    opinion = verification.opinion(period.subject)
    case = cases.latest_cases(monitoring.CASE_KIND, [period.subject]).get(period.subject)
    assigned = projects.assignment(period.subject)
    verifier_id = opinion.verifier_id if opinion else assigned.verifier_id if assigned else None
    return ShownPeriod(
        period,
        handed[-1] if handed else None,
        opinion,
        organisations.organisation(verifier_id) if verifier_id else None,
        len(verification.findings(period.subject)),
        case.clock_at if case and case.closed_at is None else None,
    )
