"""What the mall shows: the shelf as one citizen sees it, and one offer before the yes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import uuid4

from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.rewards import queries
from tanhui.rewards.expiry.queries import buckets
from tanhui.rewards.foresight import Ahead, ahead
from tanhui.rewards.levels import level_of
from tanhui.rewards.records import Batch, Offer, Redemption, Shelved, Spendable

# What expires later is told on its own page, not on the shelf.
_SOON = timedelta(days=92)
CATEGORIES = ("travel", "food", "culture", "daily", "giving")
# What can be had now comes first, then what few points are missing for, then what is gone.
_ORDER = ("have", "draw", "short", "level", "out")


@dataclass(frozen=True, slots=True)
class Card:
    """An offer as one citizen sees it.

    `state` is `have`, `draw` (by draw only), `short` (of `missing` points), `level` (of a level
    not reached yet), `out` (nothing left) or `closed`.
    """

    shelved: Shelved
    state: str
    missing: int

    @property
    def offer(self) -> Offer:
        """What is offered."""
        return self.shelved.offer

    @property
    def has(self) -> bool:
        """Whether a citizen may have it now."""
        return self.state in ("have", "draw")

    @property
    def payer(self) -> Organisation | None:
        """Who pays for what is had next."""
        return self.shelved.sponsors[0] if self.shelved.sponsors else None

    @property
    def by_itself(self) -> bool:
        """Whether the merchant pays for its own offer."""
        return self.payer is not None and self.payer.id == self.offer.merchant_id


@dataclass(frozen=True, slots=True)
class Expiring:
    """The points that expire next, and the last day on which they may be used."""

    points: int
    on: date


@dataclass(frozen=True, slots=True)
class MallPage:
    """The whole mall. `category` is the one that is kept, empty for all."""

    spendable: Spendable
    cards: tuple[Card, ...]
    categories: tuple[str, ...]
    category: str
    usable: int
    expiring: Expiring | None
    now: datetime


@dataclass(frozen=True, slots=True)
class OfferPage:
    """One offer, and what the yes means: what it costs, who pays, until when."""

    card: Card
    units: int
    units_most: int
    spendable: Spendable
    batch: Batch | None
    ahead: Ahead
    key: str
    now: datetime

    @property
    def points(self) -> int:
        """What so many units cost."""
        return self.card.offer.price_points * self.units

    @property
    def after(self) -> int:
        """What is left of the points afterwards."""
        return self.spendable.points - self.points

    @property
    def cost_fen(self) -> int:
        """What the sponsor pays for so many units, in fen."""
        return self.batch.cost_fen * self.units if self.batch else 0

    @property
    def fewer(self) -> int:
        """One unit less; 0 where there is none less."""
        return self.units - 1

    @property
    def more(self) -> int:
        """One unit more; 0 where no more may be had at once."""
        return self.units + 1 if self.units < self.units_most else 0


@dataclass(frozen=True, slots=True)
class Could:
    """What the balance would bring: one offer, and how many more; or what is nearest."""

    card: Card
    others: int


def usable(redemption: Redemption, offer: Offer, at: datetime) -> bool:
    """Whether there is still something to show at a till or a gate."""
    if redemption.valid_until is None or redemption.valid_until <= at:
        return False
    if redemption.state == "confirmed":
        return True
    return redemption.state == "delivered" and offer.delivery == "code"


def mall_page(*, citizen_id: int, category: str, at: datetime) -> MallPage:
    """The mall, all of it or one category."""
    have = queries.spendable(citizen_id, at)
    cards = _cards(citizen_id, have.points, at)
    found = {card.offer.category for card in cards}
    kept = category if category in found else ""
    return MallPage(
        spendable=have,
        cards=tuple(card for card in cards if kept in ("", card.offer.category)),
        categories=tuple(name for name in CATEGORIES if name in found),
        category=kept,
        usable=usable_count(citizen_id, at),
        expiring=expiring(citizen_id, at),
        now=at,
    )


def usable_count(citizen_id: int, at: datetime) -> int:
    """How many vouchers and codes a citizen could show now, and what is kept for a yes."""
    made = queries.redemptions(citizen_id, states=("reserved", "confirmed", "delivered"))
    if not made:
        return 0
    offers = {offer.id: offer for offer in queries.offers()}
    return sum(each.state == "reserved" or usable(each, offers[each.offer_id], at) for each in made)


def expiring(citizen_id: int, at: datetime) -> Expiring | None:
    """The points that expire next, None where none do soon."""
    found = [bucket for bucket in buckets(citizen_id, at) if bucket.points]
    if not found:
        return None
    first = min(bucket.expires_on for bucket in found)
    if first - city_day(at) > _SOON:
        return None
    points = sum(bucket.points for bucket in found if bucket.expires_on == first)
    return Expiring(points, first)


def offer_page(*, actor: Actor, code: str, units: int, at: datetime) -> OfferPage:
    """One offer for one citizen; refuses `no_such_offer` as the query does."""
    citizen_id = actor.person_id or 0
    have = queries.spendable(citizen_id, at)
    shelved = queries.shelved(code, at)
    offer = shelved.offer
    card = _card(shelved, have.points, _level(citizen_id, [shelved]))
    limits = [
        ahead(actor=actor, offer=offer, units=1, at=at).units_most,
        *(most for most in (offer.person_max, offer.person_day_max) if most is not None),
        shelved.left,
        have.points // offer.price_points,
    ]
    most = max(1, min(limits))
    asked = max(1, min(units, most))
    return OfferPage(
        card=card,
        units=asked,
        units_most=most,
        spendable=have,
        batch=_next_batch(shelved, at),
        ahead=ahead(actor=actor, offer=offer, units=asked, at=at),
        key=uuid4().hex,
        now=at,
    )


def could_have(*, citizen_id: int, points: int, at: datetime) -> Could | None:
    """What so many points would bring: the dearest of what can be had, else what is nearest."""
    cards = _cards(citizen_id, points, at)
    have = [card for card in cards if card.state == "have" and card.offer.kind != "donation"]
    if have:
        return Could(max(have, key=lambda card: card.offer.price_points), len(have) - 1)
    short = [card for card in cards if card.state == "short"]
    return Could(min(short, key=lambda card: card.missing), 0) if short else None


def _cards(citizen_id: int, points: int, at: datetime) -> list[Card]:
    shelf = queries.shelf(at=at)
    level = _level(citizen_id, shelf)
    cards = [_card(each, points, level) for each in shelf]
    return sorted(cards, key=lambda card: _ORDER.index(card.state))


def _level(citizen_id: int, shelf: Sequence[Shelved]) -> int:
    """The citizen's level, asked only where an offer does."""
    return level_of(citizen_id).number if any(each.offer.min_level for each in shelf) else 0


def _card(shelved: Shelved, points: int, level: int) -> Card:
    offer = shelved.offer
    missing = max(0, offer.price_points - points)
    if offer.state != "published":
        state = "closed"
    elif offer.release == "drop":
        state = "draw"
    elif not shelved.left:
        state = "out"
    elif level < offer.min_level:
        state = "level"
    else:
        state = "short" if missing else "have"
    return Card(shelved, state, missing)


def _next_batch(shelved: Shelved, at: datetime) -> Batch | None:
    """The batch of which the next unit is taken: the one that opened first."""
    now = [batch for batch in shelved.batches if batch.is_open(at) and batch.left_units]
    return now[0] if now else None
