"""What the desk of rewards shows: whose turn it is, what runs out, who pays, and one offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext

from tanhui.console.project_shown import DoneLine, told_by
from tanhui.console.projects_desk import district_called
from tanhui.console.rewards_charts import Fortnight, Part, budget_parts, fortnight
from tanhui.governance.permissions import is_allowed, require
from tanhui.identity.organisations.queries import Organisation, organisations
from tanhui.kernel.actors import Actor
from tanhui.methodology.document import Label
from tanhui.rewards import offer_acts, queries, watching
from tanhui.rewards.codes import CodeCount, code_counts
from tanhui.rewards.offer_acts import Standing
from tanhui.rewards.records import Batch, Funding, Offer
from tanhui.rewards.terms import Level, city_terms
from tanhui.rewards.watching import Budget, Rate, Said, Watched
from tanhui.web import ways
from tanhui.web.templatetags.tanhui import said as called

VIEWS = ("mine", "alarms", "shelf", "budgets", "all")
_WAITING = ("submitted", "approved", "draft")
_AWAITED = ("approve", "publish")
_MOST = 200


@dataclass(frozen=True, slots=True)
class Line:
    """An offer in a list: its merchant, where it stands, and the step its reader may take."""

    offer: Offer
    merchant: Organisation
    standing: Standing
    step: Label | None = None


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A window with its sponsor and its bar."""

    budget: Budget
    sponsor: Organisation
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """One view of the desk, and the figures above it."""

    view: str
    mine: list[Line]
    watched: list[Watched]
    budgets: list[BudgetLine]
    every: list[Line]

    @property
    def alarms(self) -> list[Watched]:
        """What runs out, is short of codes, or is not wanted."""
        return [each for each in self.watched if each.alarm]

    @property
    def week(self) -> int:
        """All units that were taken in the last 7 days."""
        return sum(each.rate.week for each in self.watched)

    @property
    def month(self) -> Rate:
        """What became of everything taken in the last 30 days."""
        going = [each.rate for each in self.watched]
        return Rate(
            sum(one.week for one in going),
            sum(one.month for one in going),
            sum(one.unused for one in going),
            sum(one.delivered for one in going),
            sum(one.refunded for one in going),
            sum(one.entered for one in going),
        )


def desk(*, actor: Actor, view: str, at: datetime) -> Desk:
    """The desk; without a view the one that somebody waits in. Refuses `not_permitted`."""
    require(actor, "rewards.read")
    mine = awaited(actor=actor)
    found = watching.watched(at)
    alarms = any(each.alarm for each in found)
    first = "mine" if mine else "alarms" if alarms else "shelf"
    chosen = view if view in VIEWS else first
    return Desk(
        view=chosen,
        mine=mine,
        watched=found,
        budgets=_budgets(at) if chosen == "budgets" else [],
        every=_lines(queries.offers()[::-1][:_MOST]) if chosen == "all" else [],
    )


def awaited(*, actor: Actor) -> list[Line]:
    """The offers that do not go on until this actor acts. Refuses `not_permitted`."""
    require(actor, "rewards.read")
    if not is_allowed(actor, "rewards.approve"):
        return []
    found = []
    for line in _lines(queries.offers(states=_WAITING)):
        may = offer_acts.may_take(actor, line.standing.case)
        for name in _AWAITED:
            case = line.standing.case
            if name in may and case is not None:
                rule = case.rules.steps[name]
                step = Label(rule.title_zh, rule.title_en)
                found.append(Line(line.offer, line.merchant, line.standing, step))
    return found


def _lines(found: Sequence[Offer]) -> list[Line]:
    standing = offer_acts.standings(found)
    names = organisations(ids={each.merchant_id for each in found})
    return [Line(each, names[each.merchant_id], standing[each.code]) for each in found]


def _budgets(at: datetime) -> list[BudgetLine]:
    found = watching.budgets(at)
    names = organisations(ids={each.funding.sponsor_id for each in found})
    return [BudgetLine(each, names[each.funding.sponsor_id], budget_parts(each)) for each in found]


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A batch of an offer: who pays, how much is taken, and how it stands at this time."""

    batch: Batch
    funding: Funding
    sponsor: Organisation
    state: str

    @property
    def taken(self) -> int:
        """The units that are not on the shelf any more and were not taken off it."""
        return self.batch.units - self.batch.left_units - (self.batch.unsold_units or 0)


@dataclass(frozen=True, slots=True)
class SaidLine:
    """A sponsor's last word about an offer; `used` are the units on sale or taken of its window."""

    said: Said
    sponsor: Organisation
    used: int

    @property
    def free(self) -> int:
        """How many units may still go on sale."""
        return max(0, self.said.units - self.used)


@dataclass(frozen=True, slots=True)
class OneOffer:
    """Everything of one offer that its desk shows."""

    offer: Offer
    merchant: Organisation
    standing: Standing
    may: frozenset[str]
    operates: bool
    left: int
    payers: list[Organisation]
    batches: list[BatchLine]
    said: list[SaidLine]
    windows: list[SaidLine]
    to_ask: list[BudgetLine]
    codes: CodeCount | None
    rate: Rate
    picture: Fortnight | None
    district: Label | None
    level: Level
    timeline: list[DoneLine]

    @property
    def payers_said(self) -> str:
        """Who pays for what can be had now, in the reader's language."""
        return gettext("、").join(called(each, "name") for each in self.payers)

    @property
    def stocks(self) -> bool:
        """Whether units may be put on sale now."""
        return self.operates and self.offer.state in ("approved", "published")

    @property
    def closes(self) -> bool:
        """Whether it may be taken off the shelf now."""
        return self.operates and self.offer.state == "published"


def one_offer(*, actor: Actor, code: str, at: datetime) -> OneOffer:
    """One offer; refuses `not_permitted`, `no_such_offer`."""
    found = offer_acts.readable(actor, code)
    stand = offer_acts.standing(found)
    batches = queries.batches(offer_ids=[found.id])
    said = watching.said_of(found.id)
    windows = {each.id: each for each in queries.fundings()}
    live = _budgets(at) if found.state in ("approved", "published") else []
    sponsors = {windows[each.funding_id].sponsor_id for each in batches}
    sponsors |= {each.funding.sponsor_id for each in said} | {found.merchant_id}
    names = organisations(ids=sponsors)
    told = [
        SaidLine(each, names[each.funding.sponsor_id], _used(batches, each.funding.id))
        for each in said
    ]
    agreed = {each.funding.id for each in said if each.state in ("agreed", "asked")}
    operates = is_allowed(actor, "rewards.approve")
    return OneOffer(
        offer=found,
        merchant=names[found.merchant_id],
        standing=stand,
        may=offer_acts.may_take(actor, stand.case) if operates else frozenset(),
        operates=operates,
        left=sum(each.left_units for each in batches if each.is_open(at)),
        payers=[
            names[number]
            for number in dict.fromkeys(
                each.sponsor_id for each in batches if each.is_open(at) and each.left_units
            )
        ],
        batches=[
            BatchLine(
                each,
                windows[each.funding_id],
                names[windows[each.funding_id].sponsor_id],
                _batch_state(each, at),
            )
            for each in reversed(batches)
        ],
        said=told,
        windows=[
            each
            for each in told
            if each.said.state == "agreed"
            and each.said.funding.id in {b.budget.funding.id for b in live}
        ],
        to_ask=[each for each in live if each.budget.funding.id not in agreed],
        codes=code_counts([found.id]).get(found.id, CodeCount())
        if found.delivery == "code"
        else None,
        rate=watching.rates([found.id], at).get(found.id, Rate()),
        picture=fortnight(watching.days_of(found.id, at)) if batches else None,
        district=district_called(found.district) if found.district else None,
        level=city_terms(settings.TANHUI.content_root).levels[found.min_level],
        timeline=told_by(ways.done_in(stand.case, opened=Label("提交", "Handed in"))),
    )


def _used(batches: Sequence[Batch], funding_id: int) -> int:
    return sum(
        each.units - (each.unsold_units or 0) for each in batches if each.funding_id == funding_id
    )


def _batch_state(batch: Batch, at: datetime) -> str:
    if batch.ended_at is not None or batch.until <= at:
        return "ended"
    if batch.opens_at > at:
        return "coming"
    return "open" if batch.left_units else "gone"
