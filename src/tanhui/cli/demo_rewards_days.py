"""What the demo's citizens do with their points, day by day; each day is always invented alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from tanhui.cli import demo_rewards_told as told
from tanhui.cli.demo_mall import Mall
from tanhui.cli.demo_rewards_told import Stocked
from tanhui.identity.commands import platform_actor
from tanhui.identity.queries import acting, persona_id
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.rewards import queries, till
from tanhui.rewards.disputes import open_dispute
from tanhui.rewards.expiry.hastening import hasten_expiry
from tanhui.rewards.records import Redemption
from tanhui.rewards.redeeming import redeem_reward, return_redemption

# How many are redeemed on a day is told of a city of so many.
_PERSONS = 2_000
_OPENS_MINUTE, _CLOSES_MINUTE = 8 * 60, 21 * 60 + 30
# Of a hundred vouchers so many are used within two days, and so many given back.
_USED, _RETURNED = 72, 4
_LIN_DAYS_AGO, _LIN_HOUR = 2, 12
_LIN_EXPIRING, _LIN_RICH = 86, 1_000
_DISPUTE = "到店说今天不接待，券没有用成。"


@dataclass(frozen=True, slots=True)
class _Wish:
    """That somebody goes for an offer at some time."""

    at: datetime
    place: int
    offer: Stocked
    key: str
    luck: Random


def play_days(
    mall: Mall, citizens: Sequence[int], *, first: date, fresh: bool, at: datetime
) -> tuple[int, int]:
    """Plays what was not played yet from the day `first` on; answers made and refused.

    `fresh` says that nothing was.
    """
    made = refused = 0
    for ahead in range((city_day(at) - first).days + 1):
        day = first + timedelta(days=ahead)
        wishes = sorted(_wishes(day, len(citizens)), key=lambda wish: wish.at)
        due = [wish for wish in wishes if wish.at <= at]
        # A day is written at once: a demo should not wait for the disk after each of them.
        with transaction.atomic():
            for wish in due if fresh else _after_known(due, citizens):
                try:
                    made += _play(mall, citizens[wish.place], wish, at)
                except Refusal:
                    # Too few points, nothing left, once a day: that is what a city gets.
                    refused += 1
    return made, refused


def _after_known(wishes: Sequence[_Wish], citizens: Sequence[int]) -> Sequence[_Wish]:
    """The wishes after the last one that came true at an earlier start."""
    for number in range(len(wishes), 0, -1):
        wish = wishes[number - 1]
        if _known(citizens[wish.place], wish.key):
            return wishes[number:]
    return wishes


def _wishes(day: date, persons: int) -> Iterator[_Wish]:
    draw = Random(f"tanhui rewards {day}")
    if persons < 3:
        return
    for offer in told.SHELF:
        wished = draw.randint(offer.a_day * 3 // 4, offer.a_day * 5 // 4)
        for number in range(-(-wished * min(persons, _PERSONS) // _PERSONS)):
            minute = draw.uniform(_OPENS_MINUTE, _CLOSES_MINUTE)
            yield _Wish(
                day_start(day) + timedelta(minutes=minute),
                draw.randrange(2, persons),
                offer,
                f"demo-{day:%Y%m%d}-{offer.fields.art}-{number}",
                Random(f"{day} {offer.fields.title_zh} {number}"),
            )


def _known(citizen_id: int, key: str) -> bool:
    try:
        queries.redemption_of_key(citizen_id, key)
    except NotFound:
        return False
    return True


def _play(mall: Mall, citizen_id: int, wish: _Wish, at: datetime) -> bool:
    """One redemption and what becomes of it by now; False where it was made before."""
    citizen = _citizen(citizen_id, wish.at)
    made = redeem_reward(
        actor=citizen, offer_code=mall.code(wish.offer), units=1, key=wish.key, at=wish.at
    )
    if made.at != wish.at:
        return False
    fate, then = wish.luck.randrange(100), _later(wish)
    if made.state == "confirmed" and then <= at:
        if fate < _USED:
            _use(mall, wish.offer, made, then)
        elif fate < _USED + _RETURNED:
            return_redemption(actor=citizen, redemption_id=made.id, at=then)
    return True


def _later(wish: _Wish) -> datetime:
    """When somebody comes by: the same day, or while the shop is open on one of the next two."""
    ahead = wish.luck.randrange(3)
    if not ahead:
        return wish.at + timedelta(minutes=wish.luck.randint(10, 25))
    begin = day_start(city_day(wish.at) + timedelta(days=ahead))
    return begin + timedelta(minutes=wish.luck.uniform(_OPENS_MINUTE, _CLOSES_MINUTE))


def _use(mall: Mall, offer: Stocked, made: Redemption, at: datetime) -> None:
    voucher = queries.voucher_of(made.citizen_id, made.id)
    if voucher is not None:
        till.accept_voucher(actor=mall.desk(offer.persona), text=voucher.code, at=at)


def _citizen(citizen_id: int, at: datetime) -> Actor:
    """A citizen who has just proved the phone."""
    return replace(acting(citizen_id, role=None, organisation_id=None), proved_at=at)


def play_lin_xiao(mall: Mall, at: datetime) -> None:
    """林晓 holds a ticket to be used; some of her points expire soon, and somebody complains."""
    lin = persona_id("lin-xiao")
    then = day_start(city_day(at) - timedelta(days=_LIN_DAYS_AGO)) + timedelta(hours=_LIN_HOUR)
    if queries.spendable(lin, then).points < _LIN_RICH:
        return
    redeem_reward(
        actor=_citizen(lin, then),
        offer_code=mall.code(told.METRO),
        units=1,
        key="demo-lin-metro",
        at=then,
    )
    hasten_expiry(
        actor=platform_actor(),
        citizen_id=lin,
        points=_LIN_EXPIRING,
        days=(_next_month(at) - city_day(at)).days,
        at=at,
    )


def _next_month(at: datetime) -> date:
    return (city_day(at).replace(day=1) + timedelta(days=32)).replace(day=1)


def play_dispute(mall: Mall, citizens: Sequence[int], at: datetime) -> None:
    """Somebody whose bowl of tea is still to be had says that it was not given."""
    tea = queries.offer(mall.code(told.TEA))
    for citizen_id in citizens[2:]:
        for held in queries.redemptions(citizen_id, states=("confirmed",)):
            if held.offer_id == tea.id and held.at < at - timedelta(hours=3):
                open_dispute(
                    actor=_citizen(citizen_id, at),
                    redemption_id=held.id,
                    words=_DISPUTE,
                    at=at - timedelta(hours=2),
                )
                return
