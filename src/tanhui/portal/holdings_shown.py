"""What the holders' pages show: holdings with their numbers, a transfer before it is done."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.utils.timezone import localtime

from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.refusals import Forbidden, NotFound
from tanhui.registry import queries, refusals, statement
from tanhui.registry.records import Aside, Holding, Piece, Retirement

_RUNS_SHOWN = 3
_FEN = 100
_HOLDERS = ("owner", "buyer")


@dataclass(frozen=True, slots=True)
class Run:
    """A run of numbers, both ends included."""

    first: int
    last: int

    @property
    def kg(self) -> int:
        """How many kilograms."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Line:
    """A holding with its first free runs; `more` runs are not shown. `typed` is of a form."""

    holding: Holding
    runs: tuple[Run, ...] = ()
    more: int = 0
    typed: str = ""

    @property
    def key(self) -> str:
        """How forms name the holding."""
        return f"{self.holding.project_code}.{self.holding.vintage}"


@dataclass(frozen=True, slots=True)
class Home:
    """The first page: the holdings, what can be undone, what is set aside, what was retired."""

    organisation: Organisation
    holdings: list[Line]
    pending: list[Retirement]
    asides: list[Aside]
    certificates: int
    retired_kg: int

    @property
    def available_kg(self) -> int:
        """What may be used now."""
        return sum(line.holding.held_kg for line in self.holdings)

    @property
    def reserved_kg(self) -> int:
        """What is there and may not be used now."""
        return sum(line.holding.reserved_kg for line in self.holdings)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers: the holdings with something free, the other organisations.

    `reference` makes a form that is sent twice one deed.
    """

    organisation: Organisation
    choices: list[Line]
    chosen: str
    reference: str
    organisations: list[Organisation]
    asides: list[Aside]


@dataclass(frozen=True, slots=True)
class TransferPreview:
    """A transfer with its exact numbers, before it is done."""

    line: Line
    kg: int
    to: Organisation
    price_fen: int | None
    reference: str
    slices: tuple[Run, ...]
    kept: tuple[tuple[str, str], ...]
    shown: str


def own_id(actor: Actor) -> int:
    """The number of the actor's own organisation; refuses `not_permitted`, `desk_not_yours`."""
    require(actor, "credits.read")
    if actor.organisation_id is None or actor.roles.isdisjoint(_HOLDERS):
        raise Forbidden(
            "desk_not_yours",
            zh="这个工作台只给它的工作人员用。你登录的手机号没有这里的岗位。",
            en="This desk is for its staff. The phone you logged in with has no seat here.",
        )
    return actor.organisation_id


def own(actor: Actor) -> Organisation:
    """The actor's own organisation; refuses as `own_id`."""
    return organisations.organisation(own_id(actor))


def home(*, actor: Actor, at: datetime) -> Home:
    """Everything of the first page. What can be undone is what has time left at `at`."""
    organisation = own(actor)
    certificates, retired_kg = statement.retired(organisation.id)
    pending = queries.retirements(organisation_id=organisation.id, state="pending")
    return Home(
        organisation=organisation,
        holdings=[_with_runs(each) for each in queries.holdings(organisation.id) if _any(each)],
        pending=[one for one in pending if one.undo_until > at],
        asides=queries.asides(organisation_id=organisation.id),
        certificates=certificates,
        retired_kg=retired_kg,
    )


def choices(*, actor: Actor, chosen: str, reference: str) -> Choices:
    """What a form offers; `reference` is made anew where the form was not sent yet."""
    organisation = own(actor)
    others = organisations.organisations()
    return Choices(
        organisation,
        [Line(each) for each in queries.holdings(organisation.id) if each.held_kg],
        chosen,
        reference or new_reference(),
        [
            one
            for one in others.values()
            if one.id != organisation.id and not set(_HOLDERS).isdisjoint(one.roles)
        ],
        queries.asides(organisation_id=organisation.id),
    )


def new_reference() -> str:
    """A reference for one form."""
    return f"portal-{uuid4().hex}"


def line_of(*, actor: Actor, key: str) -> Line:
    """One of the actor's holdings by its key; refuses `no_such_holding`."""
    for each in queries.holdings(own_id(actor)):
        line = Line(each)
        if line.key == key:
            return line
    raise NotFound(
        "no_such_holding",
        zh="你没有这一笔减排量。",
        en="You hold no such credits.",
    )


def runs_for(line: Line, kg: int) -> tuple[Run, ...]:
    """The numbers that would be taken: the lowest first. Refuses `credits_insufficient`."""
    if kg > line.holding.held_kg:
        raise refusals.by_code("exceeds_balance")
    limit = 200
    while True:
        free = _free(queries.pieces(line.holding.account_id, limit=limit))
        if sum(run.kg for run in free) >= kg or len(free) < limit:
            break
        limit *= 4
    found, left = [], kg
    for run in free:
        if not left:
            break
        taken = min(run.kg, left)
        found.append(Run(run.first, run.first + taken - 1))
        left -= taken
    return joined(found)


def joined(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Runs in order, those that follow each other as one."""
    found: list[Run] = []
    for run in sorted(runs, key=lambda one: one.first):
        if found and found[-1].last + 1 == run.first:
            found[-1] = Run(found[-1].first, run.last)
        else:
            found.append(run)
    return tuple(found)


def as_text(runs: Sequence[Run]) -> str:
    """Runs as one text, which a form sends along."""
    return ",".join(f"{run.first}-{run.last}" for run in runs)


def transfer_preview(
    *, actor: Actor, key: str, kg: int, to: str, price_fen: int | None, reference: str
) -> TransferPreview:
    """A transfer with its numbers. Refuses `no_such_holding`, `credits_insufficient`,
    `no_such_organisation`."""
    line = line_of(actor=actor, key=key)
    target = organisations.by_code(to.strip().upper())
    runs = runs_for(line, kg)
    shown = as_text(runs)
    price = "" if price_fen is None else f"{price_fen // _FEN}.{price_fen % _FEN:02d}"
    kept = (
        ("holding", key),
        ("kg", str(kg)),
        ("to", target.code),
        ("price", price),
        ("reference", reference),
        ("shown", shown),
    )
    return TransferPreview(line, kg, target, price_fen, reference, runs, kept, shown)


_HEADS = {
    "zh": "时间,事项,项目,年份,首号,末号,千克,来自账户,到账户,来自机构,到机构,元每吨,日志序号",
    "en": "time,event,project,vintage,first,last,kg,from_account,to_account,from,to,yuan_per_t,log",
}


def statement_csv(*, actor: Actor, language: str) -> str:
    """Every move of the organisation's credits as CSV, the earliest first; times of the city."""
    moves = statement.statement(own_id(actor))
    ids = {one for move in moves for one in (move.from_organisation_id, move.to_organisation_id)}
    codes = organisations.organisations(ids=[one for one in ids if one is not None])
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\r\n")
    write.writerow(_HEADS[language].split(","))
    for move in moves:
        source, target = (
            codes[number].code if number in codes else ""
            for number in (move.from_organisation_id, move.to_organisation_id)
        )
        price = move.price_fen
        write.writerow(
            (
                localtime(move.at).isoformat(timespec="seconds"),
                move.kind,
                move.project_code,
                move.vintage,
                move.first,
                move.last,
                move.sign * move.kg,
                move.from_account or "",
                move.to_account,
                source,
                target,
                "" if price is None else f"{price // _FEN}.{price % _FEN:02d}",
                "" if move.log_index is None else move.log_index,
            )
        )
    return file.getvalue()


def _any(holding: Holding) -> bool:
    return bool(holding.held_kg or holding.reserved_kg)


def _with_runs(holding: Holding) -> Line:
    runs = joined(_free(queries.pieces(holding.account_id)))
    return Line(holding, runs[:_RUNS_SHOWN], max(0, len(runs) - _RUNS_SHOWN))


def _free(pieces: Sequence[Piece]) -> list[Run]:
    return [Run(piece.first, piece.last) for piece in pieces if piece.state == "held"]
