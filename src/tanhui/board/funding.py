"""Who pays for rewards, under /funding/: every window that pays now, for what, and what is left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tanhui.identity.organisations import queries as organisations
from tanhui.identity.organisations.queries import Organisation
from tanhui.kernel.periods import city_day, day_start
from tanhui.rewards import queries
from tanhui.rewards.records import Batch, Offer
from tanhui.rewards.settlements import month_of, next_month
from tanhui.rewards.windows import Window, windows
from tanhui.web.entrance import PageRequest, entrance
from tanhui.web.funding_charts import WHOLE, Part, bar


@dataclass(frozen=True, slots=True)
class Item:
    """One offer that a window pays for: units of this month, what is left, what comes next."""

    offer: Offer
    merchant: Organisation
    units: int
    left: int
    cost_fen: int
    next_at: datetime | None
    next_units: int

    @property
    def width(self) -> int:
        """What is left, in thousandths."""
        return self.left * WHOLE // self.units if self.units else 0


@dataclass(frozen=True, slots=True)
class Shown:
    """A window with its sponsor, its bar and what it pays for."""

    window: Window
    sponsor: Organisation
    bar: tuple[Part, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page: every window, and all of them together."""

    shown: tuple[Shown, ...]
    bar: tuple[Part, ...]

    @property
    def promised_fen(self) -> int:
        """What all windows were promised."""
        return sum(each.window.promised_fen for each in self.shown)

    @property
    def left_fen(self) -> int:
        """What can still become rewards."""
        return sum(each.window.left_fen for each in self.shown)

    @property
    def left_units(self) -> int:
        """Units that can be had now."""
        return sum(item.left for each in self.shown for item in each.items)

    @property
    def sponsors(self) -> int:
        """How many organisations pay."""
        return len({each.sponsor.id for each in self.shown})


@entrance
@require_safe
def index(request: PageRequest) -> HttpResponse:
    """The page."""
    page = funded(request.at)
    context = {"page": page, "month": city_day(request.at), "now": request.at}
    return render(request, "board/funding.html", context)


def funded(at: datetime) -> Page:
    """Every window that pays now; the sponsor's names are public."""
    found = [one for one in windows(at=at) if one.is_open(at)]
    names = organisations.organisations()
    offers = {offer.id: offer for offer in queries.offers()}
    stocked: dict[int, list[Batch]] = defaultdict(list)
    for batch in queries.batches():
        stocked[batch.funding_id].append(batch)
    shown = [
        Shown(
            one,
            names[one.funding.sponsor_id],
            bar(one),
            _items(stocked[one.funding.id], offers, names, at),
        )
        for one in found
    ]
    shown.sort(key=lambda each: -each.window.promised_fen)
    return Page(tuple(shown), bar(*found))


def _items(
    batches: list[Batch],
    offers: dict[int, Offer],
    names: dict[int, Organisation],
    at: datetime,
) -> tuple[Item, ...]:
    begin, end = day_start(month_of(at)), day_start(next_month(month_of(at)))
    by_offer: dict[int, list[Batch]] = defaultdict(list)
    for batch in batches:
        if batch.until > begin and (batch.ended_at is None or batch.ended_at > begin):
            by_offer[batch.offer_id].append(batch)
    items = []
    for number, mine in by_offer.items():
        offer = offers[number]
        if offer.state != "published":
            continue
        now = [one for one in mine if one.opens_at < end]
        coming = [one for one in mine if one.opens_at > at and one.ended_at is None]
        items.append(
            Item(
                offer,
                names[offer.merchant_id],
                sum(one.units - (one.unsold_units or 0) for one in now),
                sum(one.left_units for one in now if one.is_open(at)),
                max(one.cost_fen for one in mine),
                coming[0].opens_at if coming else None,
                coming[0].units if coming else 0,
            )
        )
    return tuple(sorted(items, key=lambda item: (-item.units, item.offer.code)))
