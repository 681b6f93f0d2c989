"""What the desk of credits shows: the book, its vintages, holders, and what waits for somebody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from tanhui.governance.permissions import is_allowed, require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import NotFound
from tanhui.projects import queries as projects
from tanhui.projects.queries import Project
from tanhui.registry import queries
from tanhui.registry.counting import added, counted
from tanhui.registry.records import (
    Aside,
    Block,
    Cancellation,
    Dispute,
    Equation,
    Event,
    Holding,
    Issuance,
    LifeEvent,
    ProjectEquation,
)

PAGE_ROWS = 30
_EVENTS = 12
_WIDTH = 1_000
_PARTS = ("held", "reserved", "retired", "cancelled")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the closing bar, in thousandths of what was issued."""

    name: str
    kg: int
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Book:
    """An equation and its bar; the last part takes what rounding left over."""

    equation: Equation
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class May:
    """What the desk offers its reader; the commands refuse the rest all the same."""

    set_aside: bool
    propose_cancel: bool
    cancel: bool


@dataclass(frozen=True, slots=True)
class VintageLine:
    """A project's vintage with its equation, and whether somebody doubts it."""

    project: Project
    vintage: int
    equation: Equation
    disputed: bool


@dataclass(frozen=True, slots=True)
class AsideLine:
    """What is set aside, and whose it is."""

    aside: Aside
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class CancellationLine:
    """A proposal to cancel; its proposer may not confirm it."""

    cancellation: Cancellation
    block: Block
    own: bool

    @property
    def kg(self) -> int:
        """How many kilograms."""
        return self.cancellation.last - self.cancellation.first + 1


@dataclass(frozen=True, slots=True)
class Desk:
    """The first page of credits."""

    book: Book
    counted_at: datetime
    vintages: list[VintageLine]
    page: int
    pages: int
    holders: list[Organisation]
    asides: list[AsideLine]
    cancellations: list[CancellationLine]
    disputes: list[Dispute]
    events: list[Event]
    parties: dict[int, Organisation]
    may: May


def may(actor: Actor) -> May:
    """What the table of permissions allows this actor."""
    return May(
        set_aside=is_allowed(actor, "credits.set_aside"),
        propose_cancel=is_allowed(actor, "credits.propose_cancel"),
        cancel=is_allowed(actor, "credits.cancel"),
    )


def book_of(equation: Equation) -> Book:
    """The bar of an equation."""
    parts: list[Part] = []
    x = 0
    for name in _PARTS:
        kg = getattr(equation, f"{name}_kg")
        width = kg * _WIDTH // equation.issued_kg if equation.issued_kg else 0
        parts.append(Part(name, kg, x, width))
        x += width
    widest = max(parts, key=lambda part: part.width)
    if widest.width:
        parts = _stretched(parts, widest.name, _WIDTH - x)
    return Book(equation, tuple(parts))


def _stretched(parts: list[Part], name: str, by: int) -> list[Part]:
    found: list[Part] = []
    moved = 0
    for part in parts:
        more = by if part.name == name else 0
        found.append(Part(part.name, part.kg, part.x + moved, part.width + more))
        moved += more
    return found


def desk(*, actor: Actor, page: int, at: datetime) -> Desk:
    """Everything of the first page, with one page of vintages; refuses `not_permitted`."""
    require(actor, "credits.read")
    count = counted(at)
    pages = max(1, -(-len(count.each) // PAGE_ROWS))
    page = min(max(page, 1), pages)
    newest = count.each[::-1][(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    disputes = queries.disputes()
    asides = queries.asides()
    known = organisations.organisations()
    return Desk(
        book=book_of(count.whole),
        counted_at=count.at,
        vintages=_vintages(newest, disputes),
        page=page,
        pages=pages,
        holders=[one for one in known.values() if {"owner", "buyer"} & set(one.roles)],
        asides=[AsideLine(one, known[one.organisation_id]) for one in asides],
        cancellations=[_cancellation(one, actor) for one in queries.cancellations()],
        disputes=disputes,
        events=queries.events(limit=_EVENTS),
        parties=known,
        may=may(actor),
    )


def awaited(*, actor: Actor) -> list[CancellationLine]:
    """What another person proposed to cancel, for whoever may confirm it."""
    if not is_allowed(actor, "credits.cancel"):
        return []
    lines = [_cancellation(one, actor) for one in queries.cancellations()]
    return [line for line in lines if not line.own]


def _vintages(found: Sequence[ProjectEquation], disputes: list[Dispute]) -> list[VintageLine]:
    doubted = {(one.project_code, one.vintage) for one in disputes}
    lines = []
    known: dict[str, Project] = {}
    for one in found:
        if one.project_code not in known:
            known[one.project_code] = projects.project(one.project_code)
        key = (one.project_code, one.vintage)
        lines.append(
            VintageLine(known[one.project_code], one.vintage, one.equation, key in doubted)
        )
    return lines


def _cancellation(one: Cancellation, actor: Actor) -> CancellationLine:
    own = actor.person_id is not None and actor.person_id == one.proposed_by
    return CancellationLine(one, queries.block_of(one.first), own)


@dataclass(frozen=True, slots=True)
class Vintage:
    """A project's vintage: its equation, issuances, and who doubts it."""

    project: Project
    vintage: int
    book: Book
    counted_at: datetime
    issuances: list[Issuance]
    dispute: Dispute | None
    may: May


def vintage(*, actor: Actor, code: str, year: int, at: datetime) -> Vintage:
    """One vintage; refuses `not_permitted`, `no_such_project`, `no_such_vintage`."""
    require(actor, "credits.read")
    project = projects.project(code)
    issued = [one for one in queries.issuances(code) if one.vintage == year]
    if not issued:
        raise NotFound(
            "no_such_vintage",
            zh="这个项目没有签发过 {vintage} 年份的减排量。",
            en="No credits of this project were issued for {vintage}.",
            vintage=year,
        )
    doubts = (one for one in queries.disputes() if (one.project_code, one.vintage) == (code, year))
    count = counted(at)
    equation = added([one for one in count.of(code) if one.vintage == year])
    book = book_of(equation)
    return Vintage(project, year, book, count.at, issued, next(doubts, None), may(actor))


@dataclass(frozen=True, slots=True)
class Holder:
    """An organisation's holdings and what of them is set aside."""

    organisation: Organisation
    holdings: list[Holding]
    asides: list[Aside]
    events: list[Event]
    may: May


def holder(*, actor: Actor, code: str) -> Holder:
    """One holder; refuses `not_permitted`, `no_such_organisation`."""
    require(actor, "credits.read")
    organisation = organisations.by_code(code)
    return Holder(
        organisation,
        queries.holdings(organisation.id),
        queries.asides(organisation_id=organisation.id),
        queries.events(organisation_id=organisation.id, limit=_EVENTS),
        may(actor),
    )


@dataclass(frozen=True, slots=True)
class Kilogram:
    """One number: where it is, what happened to it, and what may be done with its block."""

    number: int
    block: Block
    project: Project
    organisation: Organisation | None
    events: tuple[LifeEvent, ...]
    parties: dict[int, Organisation]
    may: May


def kilogram(*, actor: Actor, number: int) -> Kilogram:
    """One number; refuses `not_permitted`, `no_such_credit`."""
    require(actor, "credits.read")
    life = queries.life(number)
    known = organisations.organisations()
    holder_id = life.block.organisation_id
    return Kilogram(
        number,
        life.block,
        projects.project(life.block.project_code),
        None if holder_id is None else known[holder_id],
        life.events,
        known,
        may(actor),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """Where a search leads: the name of a page and what it is asked for."""

    page: str
    argument: str


def search(*, actor: Actor, text: str) -> Found:
    """A number (`№ 14,208,001`), a retirement, a project or an organisation by its code.

    Refuses `not_permitted`, `nothing_found`.
    """
    require(actor, "credits.read")
    wanted = text.strip().upper()
    cleaned = wanted.lstrip("№").replace(",", "").replace("，", "").strip()
    if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 19:
        queries.block_of(int(cleaned))
        return Found("console:credit", cleaned)
    ways: tuple[tuple[str, str, Callable[[str], object]], ...] = (
        ("TH-", "certificates:page", queries.retirement),
        ("CDCER-", "console:project", projects.project),
        ("", "console:credit-holder", organisations.by_code),
    )
    for prefix, page, ask in ways:
        if wanted and wanted.startswith(prefix):
            with suppress(NotFound):
                ask(wanted)
                return Found(page, wanted)
    raise NotFound(
        "nothing_found",
        zh="没有找到。请填编号、证书号、项目代码或机构代码。",
        en="Nothing found. Give a number, a certificate, a project's or an organisation's code.",
    )
