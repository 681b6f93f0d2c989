"""What the operator sees of drops: those there are, what may be drawn, and how one goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tanhui.governance.permissions import is_allowed, require
from tanhui.identity.organisations.queries import Organisation, organisations
from tanhui.kernel.actors import Actor
from tanhui.publiclog import queries as publiclog
from tanhui.rewards import queries as rewards
from tanhui.rewards.drops import queries
from tanhui.rewards.drops.queries import Live
from tanhui.rewards.drops.records import DrawWitness, Drop
from tanhui.rewards.records import Batch, Offer

# A batch is left a day after the last entry, in which witnesses may be asked again.
_AFTER = timedelta(days=1)
_USUAL = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Free:
    """Stock of an offer that is given by draw and is in no drop yet."""

    batch: Batch
    offer: Offer
    sponsor: Organisation

    @property
    def last_close(self) -> datetime:
        """The latest time at which entries may close."""
        return self.batch.until - _AFTER


@dataclass(frozen=True, slots=True)
class Line:
    """A drop in the list."""

    drop: Drop
    offer: Offer
    live: Live


@dataclass(frozen=True, slots=True)
class DropsDesk:
    """All drops, and the stock that may be drawn; `usual` is when entries usually close."""

    lines: tuple[Line, ...]
    free: tuple[Free, ...]
    may_open: bool
    usual: datetime


@dataclass(frozen=True, slots=True)
class Stage:
    """A step on a drop's way: its leaf's place in the log if it has one, and when it was done."""

    name: str
    at: datetime | None
    position: int | None
    told: bool


@dataclass(frozen=True, slots=True)
class OneDrop:
    """One drop as the operator follows it. `waits_for` are witnesses that told nothing yet."""

    drop: Drop
    offer: Offer
    live: Live
    stages: tuple[Stage, ...]
    witnesses: tuple[DrawWitness, ...]
    waits_for: tuple[str, ...]
    may_call_off: bool


def desk(*, actor: Actor, at: datetime) -> DropsDesk:
    """The desk; refuses `not_permitted`."""
    require(actor, "rewards.read")
    found = queries.drops()
    live = queries.live(each.id for each in found)
    may_open = is_allowed(actor, "rewards.draw")
    return DropsDesk(
        tuple(Line(each, rewards.offer_by_id(each.offer_id), live[each.id]) for each in found),
        _free(found, at) if may_open else (),
        may_open,
        at + _USUAL,
    )


def one_drop(*, actor: Actor, code: str) -> OneDrop:
    """One drop; refuses `not_permitted` and `no_such_drop`."""
    require(actor, "rewards.read")
    found = queries.drop(code)
    witnesses = queries.witnesses(found.id)
    return OneDrop(
        found,
        rewards.offer_by_id(found.offer_id),
        queries.live([found.id])[found.id],
        _stages(found),
        tuple(witnesses),
        tuple(each.name for each in witnesses if each.secret is None),
        found.state in ("open", "closed") and is_allowed(actor, "rewards.draw"),
    )


def _free(found: Sequence[Drop], at: datetime) -> tuple[Free, ...]:
    taken = {each.batch_id for each in found if each.state != "called_off"}
    offers = {
        each.id: each for each in rewards.offers(states=("published",)) if each.release == "drop"
    }
    batches = [
        each
        for each in rewards.batches(offer_ids=offers)
        if each.id not in taken
        and each.ended_at is None
        and each.left_units
        and each.until - _AFTER > at
    ]
    names = organisations(ids={each.sponsor_id for each in batches})
    return tuple(Free(each, offers[each.offer_id], names[each.sponsor_id]) for each in batches)


def _stages(found: Drop) -> tuple[Stage, ...]:
    kept = queries.leaves(found.id)
    times = {
        "opened": found.made_at,
        "closed": found.closed_at,
        "drawn": found.drawn_at,
        "called_off": found.ended_at,
    }
    names = ["opened", "closed", "drawn"]
    if found.state == "called_off":
        names = [name for name in ("opened", "closed") if name in kept] + ["called_off"]
    made = []
    for name in names:
        leaf = kept.get(name)
        place = publiclog.position(leaf.outbox_id) if leaf else None
        made.append(Stage(name, times[name] if leaf else None, place, leaf is not None))
    if found.state != "called_off":
        settled = found.state == "settled"
        made.append(Stage("settled", found.ended_at, None, settled))
    return tuple(made)
