"""The demo's mall before it opened: two small rewards at last month's end, and their settlement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from tanhui.cli import demo_rewards_told as told
from tanhui.cli.demo_mall import Mall
from tanhui.identity.commands import platform_actor
from tanhui.identity.queries import acting
from tanhui.kernel.periods import city_day, day_start
from tanhui.kernel.refusals import Refusal
from tanhui.rewards import catalogue, queries, settlements, statements, till
from tanhui.rewards.redeeming import redeem_reward

# Points that were recorded so many days before the trial may be spent in it.
AHEAD_DAYS = 2
_DAYS = 2
_A_DAY = 14
_HOUR = timedelta(hours=1)


def trial_day(today: date) -> date:
    """The first of last month's days on which there is a trial."""
    return today.replace(day=1) - timedelta(days=_DAYS)


def play_trial(mall: Mall, citizens: Sequence[int], *, at: datetime) -> None:
    """Two offers for two days, all of them used at once; then they are closed."""
    first = trial_day(city_day(at))
    opened = day_start(first) + 7 * _HOUR
    for each in told.TRIAL:
        mall.hand_in(each, opened - 30 * _HOUR)
        mall.approve(each, opened - 26 * _HOUR)
        mall.put_on_sale(each, opened)
        draw = Random(f"tanhui trial {first} {each.fields.title_zh}")
        for number in range(_A_DAY * _DAYS):
            minutes = 60 + number // _DAYS * 55 + draw.randrange(40)
            when = opened + timedelta(days=number % _DAYS, minutes=minutes)
            _try(
                mall,
                each,
                citizens[draw.randrange(2, len(citizens))],
                f"trial-{each.fields.art}-{number}",
                when,
            )
        catalogue.close_offer(
            actor=mall.desk(each.persona),
            offer_code=mall.code(each),
            at=day_start(first) + _DAYS * 24 * _HOUR - _HOUR,
        )


def _try(mall: Mall, each: told.Stocked, citizen_id: int, key: str, at: datetime) -> None:
    citizen = replace(acting(citizen_id, role=None, organisation_id=None), proved_at=at)
    try:
        made = redeem_reward(
            actor=citizen, offer_code=mall.code(each), units=1, key=f"demo-{key}", at=at
        )
    except Refusal:
        # Who has too few points, or had one today, tries in vain.
        return
    voucher = queries.voucher_of(citizen_id, made.id)
    if voucher is not None:
        till.accept_voucher(
            actor=mall.desk(each.persona), text=voucher.code, at=at + timedelta(minutes=9)
        )


def play_settlements(mall: Mall, *, at: datetime) -> None:
    """Last month is closed; the fund has paid both merchants, and one says that it came."""
    settlements.close_due(actor=platform_actor(), at=at)
    fund = mall.sponsor(told.FUND)
    paid = [
        each
        for each in statements.settlements(sponsor_id=fund.organisation_id)
        if each.state == "open"
    ]
    for number, each in enumerate(paid, start=1):
        settlements.say_paid(
            actor=fund,
            settlement_id=each.id,
            reference=f"模拟回单 {each.month:%Y%m}-{number:02d}",
            at=at - 3 * _HOUR,
        )
    tea = mall.desk("merchant")
    for each in paid:
        if each.merchant_id == tea.organisation_id:
            settlements.say_received(actor=tea, settlement_id=each.id, at=at - 2 * _HOUR)
