"""What a sponsor's pages show: its windows and where their money is, what waits for its word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tanhui.governance.permissions import require
from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.rewards import queries, refusals, statements
from tanhui.rewards.funding import own_sponsor
from tanhui.rewards.records import Batch, Offer
from tanhui.rewards.statements import Settlement
from tanhui.rewards.windows import (
    Agreement,
    Ask,
    Burnt,
    Window,
    agreements,
    asks,
    burnt,
    days_left,
    windows,
)
from tanhui.web.funding_charts import DAYS, Columns, Part, bar, columns

# Beyond so many days a speed says nothing.
_FAR = 400


@dataclass(frozen=True, slots=True)
class Card:
    """A window with its bar, its last two weeks, and in how many days it is used up."""

    window: Window
    bar: tuple[Part, ...]
    columns: Columns
    days_left: int | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of the operator with the offer and the window it is about."""

    ask: Ask
    offer: Offer
    merchant: Organisation
    window: Window


@dataclass(frozen=True, slots=True)
class Due:
    """A settlement that waits for the sponsor."""

    settlement: Settlement
    merchant: Organisation


@dataclass(frozen=True, slots=True)
class Home:
    """The first page."""

    organisation: Organisation
    open: list[Card]
    ended: list[Window]
    asked: list[Asked]
    due: list[Due]
    bar: tuple[Part, ...]

    @property
    def left_fen(self) -> int:
        """What can still become rewards."""
        return sum(card.window.left_fen for card in self.open)

    @property
    def aside_fen(self) -> int:
        """What citizens took and have not used."""
        return sum(one.set_aside_fen for one in self._all)

    @property
    def owed_fen(self) -> int:
        """What was delivered and is not paid."""
        return sum(one.owed_fen for one in self._all)

    @property
    def paid_fen(self) -> int:
        """What was paid."""
        return sum(one.paid_fen for one in self._all)

    @property
    def due_fen(self) -> int:
        """What is closed and waits for payment."""
        return sum(one.settlement.due_fen for one in self.due)

    @property
    def _all(self) -> list[Window]:
        return [*(card.window for card in self.open), *self.ended]


@dataclass(frozen=True, slots=True)
class Stocked:
    """A batch with its offer."""

    batch: Batch
    offer: Offer
    merchant: Organisation


@dataclass(frozen=True, slots=True)
class Agreed:
    """What the window agreed to, and how much of it went on sale."""

    agreement: Agreement
    offer: Offer
    merchant: Organisation


@dataclass(frozen=True, slots=True)
class OneWindow:
    """The page of one window. `offers` are those it may still say yes to."""

    organisation: Organisation
    card: Card
    ended: bool
    asked: list[Asked]
    agreed: list[Agreed]
    batches: list[Stocked]
    offers: list[Offer]


def own(actor: Actor) -> Organisation:
    """The actor's own organisation; refuses `not_permitted` and `sponsor_only`."""
    require(actor, "rewards.read")
    return organisations.organisation(own_sponsor(actor))


def home(*, actor: Actor, at: datetime) -> Home:
    """Everything of the first page. Refuses `not_permitted` and `sponsor_only`."""
    sponsor = own(actor)
    found = windows(sponsor.id, at=at)
    running = [one for one in found if one.funding.ended_at is None]
    taken = burnt([one.funding.id for one in running], since=_since(at))
    names = organisations.organisations()
    return Home(
        organisation=sponsor,
        open=[_card(one, taken, at) for one in running],
        ended=[one for one in found if one.funding.ended_at is not None],
        asked=_asked(running, names),
        due=[
            Due(each, names[each.merchant_id])
            for each in statements.settlements(sponsor_id=sponsor.id)
            if each.state in ("open", "disputed")
        ],
        bar=bar(*running),
    )


def one_window(*, actor: Actor, funding_id: int, at: datetime) -> OneWindow:
    """The page of one's own window. Refuses `not_permitted`, `sponsor_only`, `no_such_funding`."""
    sponsor = own(actor)
    found = [one for one in windows(sponsor.id, at=at) if one.funding.id == funding_id]
    if not found:
        raise refusals.no_such_funding()
    taken = burnt([funding_id], since=_since(at))
    names = organisations.organisations()
    offers = {offer.id: offer for offer in queries.offers()}
    said = agreements(funding_id)
    held = {one.offer_id for one in said if one.state == "agreed"}
    return OneWindow(
        organisation=sponsor,
        card=_card(found[0], taken, at),
        ended=found[0].funding.ended_at is not None or found[0].funding.until <= at,
        asked=_asked(found, names),
        agreed=[
            Agreed(one, offers[one.offer_id], names[offers[one.offer_id].merchant_id])
            for one in said
        ],
        batches=[
            Stocked(one, offers[one.offer_id], names[offers[one.offer_id].merchant_id])
            for one in reversed(queries.batches(funding_id=funding_id))
        ],
        offers=[
            offer
            for offer in offers.values()
            if offer.state in ("approved", "published") and offer.id not in held
        ],
    )


def _since(at: datetime) -> date:
    return city_day(at) - timedelta(days=DAYS - 1)


def _card(window: Window, taken: list[Burnt], at: datetime) -> Card:
    mine = [each for each in taken if each.funding_id == window.funding.id]
    left = days_left(window.left_fen, mine, at=at)
    return Card(
        window,
        bar(window),
        columns(mine, today=city_day(at)),
        left if left is not None and left <= _FAR else None,
    )


def _asked(found: list[Window], names: dict[int, Organisation]) -> list[Asked]:
    by_id = {one.funding.id: one for one in found}
    waiting = asks(list(by_id))
    offers = {offer.id: offer for offer in queries.offers()} if waiting else {}
    return [
        Asked(
            one,
            offers[one.offer_id],
            names[offers[one.offer_id].merchant_id],
            by_id[one.funding_id],
        )
        for one in waiting
    ]
