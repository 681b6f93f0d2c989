"""What exports tell, read from the books at one instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.periods import city_day
from tanhui.methodology.document import Methodology
from tanhui.projects import library
from tanhui.projects.queries import Project, projects_page
from tanhui.registry import queries
from tanhui.registry.exports.terms import Terms, city_terms
from tanhui.registry.records import ProjectEquation, Retirement
from tanhui.registry.terms import city_terms as registry_terms
from tanhui.rulebook.shelf import current_root
from tanhui.runtime.sql import load

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Opinion:
    """Which body last signed for a project or a period, and when."""

    verifier_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Issued:
    """An issuance and the period it is for; numbers and days are both included."""

    event_id: UUID
    period_id: int
    period_number: int
    code: str
    vintage: int
    at: datetime
    first_day: date
    last_day: date
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A block where it is now, and by which `kind` of event it came there.

    `state` is the registry's; `organisation_id` is None in a buffer; `retirement_id` is there where
    it is retired, `aside` says why it is set aside, `reason` why cancelled.
    """

    state: str
    organisation_id: int | None
    issue_id: UUID
    vintage: int
    code: str
    kind: str
    at: datetime
    retirement_id: UUID | None
    aside: str | None
    reason: str | None
    first: int
    last: int

    @property
    def kg(self) -> int:
        """How many kilograms."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that an export tells. `address` is where this registry's pages are."""

    address: str
    registry_name: str
    simulated: bool
    terms: Terms
    projects: dict[str, Project]
    methodologies: dict[str, Methodology]
    opinions: dict[str, Opinion]
    issued: tuple[Issued, ...]
    placed: tuple[Placed, ...]
    retirements: dict[UUID, Retirement]
    organisations: dict[int, Organisation]
    equations: tuple[ProjectEquation, ...]


def read_facts() -> Facts:
    """The facts at one instant; refuses `no_export_terms`."""
    with transaction.atomic():
        _fix_instant()
        return _read()


def _fix_instant() -> None:
    """From here on the transaction sees one state of the books.

    Inside a caller's transaction that has read already this cannot be asked for any more.
    """
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute(load("tanhui.registry.exports", "snapshot"))


def _read() -> Facts:
    root = settings.TANHUI.content_root
    projects = _projects()
    references = sorted({project.methodology for project in projects.values()})
    placed = tuple(Placed(*row) for row in _rows("blocks"))
    return Facts(
        address=_address(),
        registry_name=registry_terms(current_root()).name_en,
        simulated=settings.TANHUI.simulated,
        terms=city_terms(root),
        projects=projects,
        methodologies={reference: library.document(reference) for reference in references},
        opinions={subject: Opinion(*rest) for subject, *rest in _rows("opinions")},
        issued=tuple(Issued(*row[:6], *row[6:8], *row[8:]) for row in _rows("issuances")),
        placed=placed,
        retirements=_retirements(),
        organisations=organisations.organisations(),
        equations=tuple(queries.equations()),
    )


def _projects() -> dict[str, Project]:
    found: dict[str, Project] = {}
    after: int | None = None
    while page := projects_page(after=after, limit=_PAGE):
        found.update({project.code: project for project in page})
        after = page[-1].id
    return dict(sorted(found.items()))


def _retirements() -> dict[UUID, Retirement]:
    found: dict[UUID, Retirement] = {}
    before: int | None = None
    while page := queries.retirements(state="retired", before=before, limit=_PAGE):
        found.update({retirement.id: retirement for retirement in page})
        before = page[-1].serial
    return found


def _address() -> str:
    """Where the pages are: the first public name, else the name that the log goes by."""
    hosts = [host for host in settings.TANHUI.hosts if "*" not in host]
    return f"https://{hosts[0] if hosts else settings.TANHUI.log_origin}"


def day_of(at: datetime) -> str:
    """The city's day of an instant."""
    return city_day(at).isoformat()


def _rows(name: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load("tanhui.registry.exports", name))
        return list(cursor.fetchall())
