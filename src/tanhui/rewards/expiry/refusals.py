"""What keeping and giving expiring points is refused for, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tanhui.kernel.refusals import Conflict, Exhausted, Invalid, Refusal
from tanhui.rewards.expiry.months import first_day


def pause_months_invalid(most: int) -> Refusal:
    """A pause has from one to `most` months."""
    return Invalid(
        "pause_months_invalid",
        zh="一次暂停 1 到 {most} 个月。",
        en="A pause lasts from 1 to {most} months.",
        most=most,
    )


def pause_used(month: int) -> Refusal:
    """There was a pause lately, or one goes on."""
    day = first_day(month)
    return Conflict(
        "pause_used",
        zh="暂停过了，{year} 年 {number} 月起可以再暂停一次。",
        en="You have had your pause. There may be another from {day} on.",
        year=day.year,
        number=day.month,
        day=f"{day:%B} {day.year}",
    )


def not_paused() -> Refusal:
    """Nothing is paused."""
    return Conflict(
        "not_paused",
        zh="现在没有暂停，积分照常按月到期。",
        en="Nothing is paused; points expire by month as usual.",
    )


def nothing_to_pause() -> Refusal:
    """Whoever has no points account has nothing that could expire."""
    return Conflict(
        "nothing_to_pause",
        zh="你还没有积分，没有什么会到期。",
        en="You have no points yet, so nothing expires.",
    )


def hasten_points_invalid(most: int) -> Refusal:
    """In a demo only points that are there can be let expire."""
    return Exhausted(
        "hasten_points_invalid",
        zh="可以让 1 到 {most} 积分到期。",
        en="From 1 to {most} points can be let expire.",
        most=most,
    )


def expired_this_month() -> Refusal:
    """A month takes points from nobody twice."""
    return Conflict(
        "expired_this_month",
        zh="上个月的到期已经办过，一个月只办一次。",
        en="The month before was dealt with already; that is done once a month.",
    )


BY_CODE: Mapping[str, Callable[[dict[str, Any]], Exception]] = {
    "pause_used": lambda told: pause_used(told["month"]),
    "not_paused": lambda _: not_paused(),
    "nothing_to_pause": lambda _: nothing_to_pause(),
}
