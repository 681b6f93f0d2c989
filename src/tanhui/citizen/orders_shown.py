"""What the citizen's orders show: where each stands, what to hold out at the till."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tanhui.cases import queries as cases
from tanhui.cases.kinds import State, StepRule
from tanhui.citizen.mall_shown import usable
from tanhui.identity.organisations.queries import Organisation, organisations
from tanhui.kernel.actors import Actor
from tanhui.rewards import queries
from tanhui.rewards.dispute_queries import Dispute, disputes_of_redemption, story
from tanhui.rewards.disputes import can_dispute
from tanhui.rewards.foresight import Ahead, ahead
from tanhui.rewards.moving_code import moving_text, seconds_left
from tanhui.rewards.records import Offer, Redemption, Step, Voucher

# Entries of draws have a page of their own.
ORDER_STATES = ("reserved", "confirmed", "delivered", "refunded")
# How often a shown voucher asks whether the till has taken it.
_LOOK_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Order:
    """A redemption with its offer. `look` is what its chip says:

    `kept`, `usable`, `used`, `given`, `over` or `back`.
    """

    redemption: Redemption
    offer: Offer
    look: str


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """A citizen's orders: those that can be shown now, or all."""

    orders: tuple[Order, ...]
    usable: int
    all: int
    shown: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Moving:
    """The moving picture of a voucher: what it says now, and when the page looks again."""

    text: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said or decided about a dispute, and the step it was."""

    step: cases.Step
    rule: StepRule


@dataclass(frozen=True, slots=True)
class Told:
    """One dispute as the citizen reads it, and what the citizen may do in it."""

    dispute: Dispute
    state: State
    lines: tuple[Line, ...]
    may_explain: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with all that is known of it."""

    order: Order
    merchant: Organisation
    payer: Organisation | None
    voucher: Voucher | None
    codes: tuple[str, ...]
    moving: Moving | None
    steps: tuple[Step, ...]
    disputes: tuple[Dispute, ...]
    may_dispute: bool
    ahead: Ahead
    now: datetime

    @property
    def may_return(self) -> bool:
        """Whether it can still be given back."""
        return self.order.redemption.state in ("reserved", "confirmed")


def order_of(redemption: Redemption, offer: Offer, at: datetime) -> Order:
    """A redemption as its chip tells it."""
    if usable(redemption, offer, at):
        look = "usable"
    elif redemption.state == "reserved":
        look = "kept"
    elif redemption.state == "refunded":
        look = "back"
    elif redemption.state == "delivered" and offer.delivery != "code":
        look = "given" if offer.delivery == "none" else "used"
    else:
        look = "over"
    return Order(redemption, offer, look)


def orders_page(*, citizen_id: int, shown: str, at: datetime) -> OrdersPage:
    """The citizen's orders, the newest first; `usable` keeps those that can be shown now."""
    offers = {offer.id: offer for offer in queries.offers()}
    orders = [
        order_of(each, offers[each.offer_id], at)
        for each in queries.redemptions(citizen_id, states=ORDER_STATES)
    ]
    live = [order for order in orders if order.look in ("usable", "kept")]
    kept = shown if shown == "usable" else ""
    return OrdersPage(
        tuple(live if kept else orders),
        usable=len(live),
        all=len(orders),
        shown=kept,
        now=at,
    )


def order_page(*, actor: Actor, order_id: UUID, at: datetime) -> OrderPage:
    """One order of the citizen; refuses `no_such_redemption`."""
    citizen_id = actor.person_id or 0
    made = queries.redemption(citizen_id, order_id)
    offer = queries.offer_by_id(made.offer_id)
    order = order_of(made, offer, at)
    sponsor_id = next(
        (
            batch.sponsor_id
            for batch in queries.batches(offer_ids=[offer.id])
            if batch.id == made.batch_id
        ),
        None,
    )
    wanted = [number for number in (offer.merchant_id, sponsor_id) if number is not None]
    names = organisations(ids=wanted)
    voucher = queries.voucher_of(citizen_id, order_id)
    codes = queries.codes_of(citizen_id, order_id) if offer.delivery == "code" else []
    return OrderPage(
        order=order,
        merchant=names[offer.merchant_id],
        payer=names[sponsor_id] if sponsor_id is not None else None,
        voucher=voucher,
        codes=tuple(codes),
        moving=moving_of(voucher, order, at),
        steps=tuple(queries.steps(citizen_id, order_id)),
        disputes=tuple(disputes_of_redemption(citizen_id, order_id)),
        may_dispute=can_dispute(made, offer, at),
        ahead=ahead(actor=actor, offer=offer, units=made.units, at=at, begun=True),
        now=at,
    )


def moving_of(voucher: Voucher | None, order: Order, at: datetime) -> Moving | None:
    """The moving picture of a voucher that can be used; None for every other order."""
    if voucher is None or order.look != "usable":
        return None
    seconds = min(seconds_left(at), _LOOK_SECONDS)
    return Moving(moving_text(voucher.code, at), max(1, seconds))


def moving_now(*, citizen_id: int, order_id: UUID, at: datetime) -> Moving | None:
    """The moving picture alone; refuses `no_such_redemption`."""
    voucher = queries.voucher_of(citizen_id, order_id)
    if voucher is None:
        queries.redemption(citizen_id, order_id)
        return None
    return moving_of(voucher, order_of(voucher.redemption, voucher.offer, at), at)


def told_of(dispute: Dispute) -> Told:
    """A dispute with the words of both sides."""
    case = cases.case(dispute.case_id)
    return Told(
        dispute=dispute,
        state=case.rules.states[case.state],
        lines=tuple(Line(step, case.rules.steps[step.step]) for step in story(dispute)),
        may_explain=dispute.is_live and case.state == "hearing",
        may_withdraw=dispute.is_live and dispute.raised_by == "citizen",
    )
