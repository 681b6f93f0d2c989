"""What a citizen sees of drops: what may be entered, the own entry, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from tanhui.rewards import queries as rewards
from tanhui.rewards.drops import queries
from tanhui.rewards.drops.queries import Live
from tanhui.rewards.drops.records import Drop, Entry
from tanhui.rewards.records import Batch, Offer, Shelved, Spendable

# A result is shown for so long to those who were not in it.
_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DropCard:
    """A drop as one citizen sees it.

    `look` is `soon`, `open`, `entered`, `closed` (the list is frozen), `won`, `lost`, `over` (held
    without the citizen) or `called_off`.
    """

    drop: Drop
    shelved: Shelved
    live: Live
    entry: Entry | None
    look: str

    @property
    def offer(self) -> Offer:
        """What is given out."""
        return self.shelved.offer


@dataclass(frozen=True, slots=True)
class DropsPage:
    """Drops that may be entered or are running, those that are over, the waiting credit."""

    running: tuple[DropCard, ...]
    past: tuple[DropCard, ...]
    credit: int
    now: datetime

    @property
    def tickets(self) -> int:
        """How many tickets an entry made now has."""
        return 1 + self.credit


@dataclass(frozen=True, slots=True)
class DropPage:
    """One drop: what an entry costs, the own entry, what came of it."""

    card: DropCard
    batch: Batch
    spendable: Spendable
    credit: int
    key: str
    now: datetime

    @property
    def tickets(self) -> int:
        """How many tickets an entry made now has."""
        return 1 + min(self.credit, self.card.drop.waiting_max)

    @property
    def after(self) -> int:
        """What is left of the points once an entry has set its own aside."""
        return self.spendable.points - self.card.offer.price_points

    @property
    def missing(self) -> int:
        """How many points are missing."""
        return max(0, -self.after)


def drops_page(*, citizen_id: int, at: datetime) -> DropsPage:
    """All drops that concern a citizen, what can be entered first."""
    mine = {
        entry.drop_id: entry for entry in queries.entries_of(citizen_id) if entry.left_at is None
    }
    wanted = [
        each
        for each in queries.drops()
        if each.id in mine or each.ended_at is None or at - each.closes_at < _SHOWN_FOR
    ]
    cards = _cards(wanted, mine, at)
    running = [card for card in cards if card.look in ("soon", "open", "entered", "closed")]
    return DropsPage(
        tuple(sorted(running, key=lambda card: (card.drop.closes_at, card.drop.id))),
        tuple(card for card in cards if card not in running),
        queries.waiting_credit(citizen_id),
        at,
    )


def drop_page(*, citizen_id: int, code: str, at: datetime) -> DropPage:
    """One drop; refuses `no_such_drop`."""
    found = queries.drop(code)
    entry = queries.entry_of(citizen_id, found.id)
    (card,) = _cards([found], {found.id: entry} if entry else {}, at)
    batches = rewards.batches(offer_ids=[found.offer_id])
    return DropPage(
        card,
        next(batch for batch in batches if batch.id == found.batch_id),
        rewards.spendable(citizen_id, at),
        queries.waiting_credit(citizen_id),
        uuid4().hex,
        at,
    )


def _cards(found: Sequence[Drop], mine: dict[int, Entry], at: datetime) -> list[DropCard]:
    live = queries.live(each.id for each in found)
    made = []
    for each in found:
        offer = rewards.offer_by_id(each.offer_id)
        entry = mine.get(each.id)
        made.append(
            DropCard(
                each, rewards.shelved(offer.code, at), live[each.id], entry, _look(each, entry, at)
            )
        )
    return made


def _look(each: Drop, entry: Entry | None, at: datetime) -> str:
    if each.state == "called_off":
        return "called_off"
    if each.state in ("drawn", "settled"):
        if entry is None:
            return "over"
        return "lost" if entry.place is None else "won"
    if each.state == "closed" or at >= each.closes_at:
        return "closed"
    if at < each.opens_at:
        return "soon"
    return "entered" if entry else "open"
