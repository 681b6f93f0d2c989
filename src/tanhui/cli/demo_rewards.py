"""The demo city's mall: who pays, what is on the shelf, what people did with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tanhui.cli import demo_rewards_told as told
from tanhui.cli.demo_draws import play_draws
from tanhui.cli.demo_mall import MORE_UNITS, Mall
from tanhui.cli.demo_rewards_days import play_days, play_dispute, play_lin_xiao
from tanhui.cli.demo_trial import play_settlements, play_trial, trial_day
from tanhui.kernel.periods import city_day, day_start
from tanhui.rewards import catalogue, funding, queries
from tanhui.rewards.giving.commands import ReportWords, lead_offer, open_cause, publish_report
from tanhui.rewards.giving.queries import causes

# The mall opened so many days ago; points of the weeks before could be spent then.
OPEN_DAYS = 9
_MORE_HOUR = 9
_HOUR = timedelta(hours=1)


def play_rewards(
    *, organisations: Mapping[str, int], citizens: Sequence[int], at: datetime
) -> tuple[int, int]:
    """Opens the mall where it is not open yet, and carries it on to this day.

    Answers how many redemptions were made and how many were refused. `citizens` are numbers by
    place; the first is 林晓.
    """
    mall = Mall(organisations)
    opened = day_start(city_day(at) - timedelta(days=OPEN_DAYS)) + 7 * _HOUR
    first = not queries.fundings()
    # Where the mall opened last month already, that month is settled by what was done in it.
    tried = city_day(opened).month == city_day(at).month
    if first:
        before = day_start(trial_day(city_day(at))) if tried else opened
        mall.open_windows(before - 3 * 24 * _HOUR)
        if tried:
            play_trial(mall, citizens, at=at)
        _open(mall, opened, today=city_day(at))
        _play_desks(mall, at)
        play_draws(mall, citizens, opened=opened, at=at)
    else:
        mall.find()
    done = play_days(mall, citizens, first=city_day(opened), fresh=first, at=at)
    if first:
        play_lin_xiao(mall, at)
        play_dispute(mall, citizens, at)
        _tell_gifts(mall, at)
        play_settlements(mall, at=at)
    return done


def _open(mall: Mall, at: datetime, *, today: date) -> None:
    before = at - 2 * 24 * _HOUR
    for each in told.SHELF:
        mall.hand_in(each, before + _HOUR)
        mall.approve(each, before + 5 * _HOUR)
        mall.put_on_sale(each, at)
    month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    mall.stock(
        told.BUS,
        MORE_UNITS,
        opens_at=day_start(month) + _MORE_HOUR * _HOUR,
        at=at,
    )
    desk = mall.desk("operator")
    cause = open_cause(actor=desk, words=told.CAUSE, at=before)
    lead_offer(actor=desk, cause_id=cause.id, offer_code=mall.code(told.TREE), at=at)
    open_cause(actor=desk, words=told.SECOND_CAUSE, at=before)


def _play_desks(mall: Mall, at: datetime) -> None:
    """What waits for somebody: an offer to approve, one to publish, a sponsor that was asked."""
    mall.hand_in(told.WAITING, at - 5 * _HOUR)
    code = mall.hand_in(told.APPROVED, at - 30 * _HOUR)
    catalogue.approve_offer(actor=mall.desk("operator-2"), offer_code=code, at=at - 4 * _HOUR)
    funding.ask_sponsor(
        actor=mall.desk("operator-2"),
        funding_id=mall.windows[told.APPROVED.payer],
        offer_code=code,
        cost_fen=told.APPROVED.cost_fen,
        units=told.APPROVED.units,
        words="骑行的人问得最多的是头盔，想请公益资金出一部分。",
        at=at - 4 * _HOUR,
    )
    # A draft that its merchant is still writing.
    catalogue.draft_offer(
        actor=mall.desk("merchant"),
        fields=replace(
            told.TEA.fields, title_zh="盖碗茶两位（周末）", title_en="", price_points=480
        ),
        at=at - 2 * _HOUR,
    )


def _tell_gifts(mall: Mall, at: datetime) -> None:
    led = next(each for each in causes() if mall.code(told.TREE) in each.offer_codes)
    day = city_day(at) - timedelta(days=1)
    publish_report(
        actor=mall.desk("operator"),
        cause_id=led.id,
        words=ReportWords(
            happened_on=day,
            text_zh=told.REPORT_ZH,
            text_en=told.REPORT_EN,
            quantity=told.REPORT_TREES,
            unit_zh="株",
            unit_en="trees",
        ),
        at=at,
    )
