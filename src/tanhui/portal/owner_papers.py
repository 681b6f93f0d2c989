"""What the pages of a project's facts, papers and agreement show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.methodology.document import Label
from tanhui.portal.owner_forms import place_text, share_text
from tanhui.portal.owner_shown import own_standing
from tanhui.projects import papers
from tanhui.projects.calls import Terms, intake
from tanhui.projects.desk import DeskRow
from tanhui.projects.filing import agreements
from tanhui.projects.filing.documents import OPEN_STATES
from tanhui.projects.filing.drafting import DRAFT_STATES
from tanhui.projects.papers import Agreement, Document, Site, Version
from tanhui.projects.queries import Project
from tanhui.rulebook import queries as rulebook
from tanhui.rulebook.queries import Publication

_FOR_PROJECTS = "methodologies/project/"
_ROWS_MORE = 3
_WIDTH, _HEIGHT, _MARGIN = 320, 240, 16


def in_words(label: Label) -> str:
    """A label in the reader's language."""
    return label.zh if (get_language() or "zh").startswith("zh") else label.en


@dataclass(frozen=True, slots=True)
class FactsOffered:
    """What the form of a project's facts offers."""

    methodologies: list[Publication]
    may_simplify: bool


def facts_offered(*, small: bool, at: Any) -> FactsOffered:
    """The methodologies of projects in force, and whether a simplified filing may be asked for."""
    found = [
        one
        for one in rulebook.all_in_force(city_day(at))
        if one.kind == "methodology" and _FOR_PROJECTS in one.path
    ]
    return FactsOffered(found, small)


def facts_of(project: Project) -> dict[str, object]:
    """A project's facts as they are typed."""
    return {
        "name_zh": project.name_zh,
        "name_en": project.name_en,
        "about_zh": project.about_zh,
        "about_en": project.about_en,
        "methodology": project.methodology,
        "geometry": place_text(project.geometry),
        "simplified": project.simplified,
    }


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A row of the form of sites."""

    name: str = ""
    place_text: str = ""
    meters_text: str = ""
    share_text: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """A place as a small picture: paths of its rings and lines, and its points."""

    rings: tuple[str, ...]
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """The page of a project's facts and sites."""

    frame: DeskRow
    offered: FactsOffered
    editable: bool
    sites: list[SiteRow]
    site_rows: list[SiteRow]
    picture: Outline | None


def facts(*, actor: Actor, code: str, at: Any) -> Facts:
    """Everything of the page; refuses `no_such_project`."""
    frame = own_standing(actor=actor, code=code)
    project = frame.project
    sites = [_site(one) for one in papers.sites(project.id)]
    return Facts(
        frame,
        facts_offered(small=project.owner.small, at=at),
        project.state in DRAFT_STATES,
        sites,
        [*sites, *(SiteRow() for _ in range(_ROWS_MORE))],
        outline(project.geometry),
    )


def typed_rows(rows: Sequence[Mapping[str, Any]]) -> list[SiteRow]:
    """The rows of a form that was refused, as they were typed."""
    typed = [
        SiteRow(
            row["name"],
            place_text(row["place"]),
            ", ".join(row["meters"]),
            share_text(row["share_ppm"]) if row["share_ppm"] else "",
        )
        for row in rows
    ]
    return [*typed, *(SiteRow() for _ in range(_ROWS_MORE))]


def _site(site: Site) -> SiteRow:
    return SiteRow(
        site.name, place_text(site.place), ", ".join(site.meters), share_text(site.share_ppm)
    )


def outline(geometry: Mapping[str, Any] | None) -> Outline | None:
    """A place drawn to fit, the north up; longitudes are narrowed as they are at 30 degrees."""
    if not geometry:
        return None
    lines, points = _parts(geometry)
    corners = [corner for line in lines for corner in line] + points
    if not corners:
        return None
    # Whole units of a millionth of a degree; at this latitude a degree east is 0.866 of one north.
    east = [round(corner[0] * 866_000) for corner in corners]
    north = [round(corner[1] * 1_000_000) for corner in corners]
    span = max(max(east) - min(east), 1), max(max(north) - min(north), 1)
    room = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    wide = room[0] * span[1] < room[1] * span[0]
    scale = (room[0], span[0]) if wide else (room[1], span[1])

    def put(corner: Sequence[Any]) -> tuple[int, int]:
        x = (2 * round(corner[0] * 866_000) - min(east) - max(east)) * scale[0] // (2 * scale[1])
        y = (2 * round(corner[1] * 1_000_000) - min(north) - max(north)) * scale[0]
        return _WIDTH // 2 + x, _HEIGHT // 2 - y // (2 * scale[1])

    paths = []
    for line in lines:
        placed = [put(corner) for corner in line]
        paths.append("M" + "L".join(f"{x} {y}" for x, y in placed))
    return Outline(tuple(paths), tuple(put(point) for point in points))


def _parts(geometry: Mapping[str, Any]) -> tuple[list[list[Any]], list[Any]]:
    """The lines and rings of a place, and its points."""
    told = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return [], [told]
        case "MultiPoint":
            return [], list(told)
        case "LineString":
            return [told], []
        case "MultiLineString" | "Polygon":
            return list(told), []
        case _:
            return [ring for polygon in told for ring in polygon], []


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper in the reader's words, and whether this filing needs one."""

    code: str
    title: str
    required: bool


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A paper with its kind in words and its earlier versions, the newest first."""

    document: Document
    kind_text: str

    @property
    def earlier(self) -> tuple[Version, ...]:
        """What it was before."""
        return self.document.versions[-2::-1]


@dataclass(frozen=True, slots=True)
class Papers:
    """The page of a project's papers."""

    frame: DeskRow
    documents: list[ShownDocument]
    kinds: list[Kind]
    missing: list[Kind]
    may_add: bool


def documents(*, actor: Actor, code: str) -> Papers:
    """Everything of the page; refuses `no_such_project`."""
    frame = own_standing(actor=actor, code=code)
    project = frame.project
    found = papers.documents(project.id)
    kinds = kinds_of(project)
    return Papers(
        frame,
        shown_documents(found),
        kinds,
        missing_of(project, found),
        project.state in OPEN_STATES,
    )


def shown_documents(found: Sequence[Document]) -> list[ShownDocument]:
    """Papers with their kinds in words."""
    known = intake().papers
    return [
        ShownDocument(one, in_words(known[one.kind].title) if one.kind in known else one.kind)
        for one in found
    ]


def kinds_of(project: Project) -> list[Kind]:
    """The kinds of papers, those first that this filing needs."""
    needed = {paper.kind for paper in intake().required(simplified=project.simplified)}
    kinds = [
        Kind(paper.kind, in_words(paper.title), paper.kind in needed)
        for paper in intake().papers.values()
    ]
    return sorted(kinds, key=lambda kind: not kind.required)


def missing_of(project: Project, found: Sequence[Document]) -> list[Kind]:
    """The kinds of papers that the filing still needs."""
    held = {one.kind for one in found}
    return [kind for kind in kinds_of(project) if kind.required and kind.code not in held]


@dataclass(frozen=True, slots=True)
class AgreementPage:
    """The page of the agreement: its terms, who signed, whether the owner signs now.

    `owner_signed`: the owner has signed the very text that this project has now.
    """

    frame: DeskRow
    terms: Terms
    agreement: Agreement | None
    owner_signed: bool

    @property
    def may_sign(self) -> bool:
        """Whether the owner's signature is missing and can still be given."""
        return self.frame.project.state in DRAFT_STATES and not self.owner_signed


def agreement(*, actor: Actor, code: str) -> AgreementPage:
    """Everything of the page; refuses `no_such_project`."""
    frame = own_standing(actor=actor, code=code)
    held = papers.agreement(frame.project.id)
    return AgreementPage(frame, intake().terms, held, owner_signed(frame.project, held))


def owner_signed(project: Project, held: Agreement | None) -> bool:
    """Whether the owner has signed the text that the project would have now."""
    if held is None or agreements.text_of(project, held.first).sha256 != held.sha256:
        return False
    return any(one.party == agreements.OWNER for one in held.signatures)
