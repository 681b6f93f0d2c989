"""What spending points is refused for, by its code, in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import DatabaseError

from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal

# The state in which a function of the database refuses by name.
_REFUSED = "TH001"
_CITY = ZoneInfo("Asia/Shanghai")


class KeyKnown(Exception):
    """The caller's key was used before; whether for the same is seen next."""


class VoucherCodeTaken(Exception):
    """The code drawn for a voucher is another's; the caller draws again."""


def moment_zh(instant: datetime) -> str:
    """A moment in the city's time, in Chinese."""
    local = instant.astimezone(_CITY)
    return f"{local.month} 月 {local.day} 日 {local.hour}:{local.minute:02d}"


def moment_en(instant: datetime) -> str:
    """A moment in the city's time, in English."""
    local = instant.astimezone(_CITY)
    return f"{local.hour}:{local.minute:02d} on {local.day} {local:%b}"


def no_such_offer() -> Refusal:
    """No published offer has this code."""
    return NotFound("no_such_offer", zh="没有这件权益。", en="There is no such reward.")


def offer_closed() -> Refusal:
    """The offer is no longer, or not yet, on the shelf."""
    return Conflict(
        "offer_closed",
        zh="这件权益已下架或还没上架，你的积分没有动。",
        en="This reward is not on the shelf. Your points have not moved.",
    )


def sold_out(opens_at: datetime | None) -> Refusal:
    """Nothing is left now; tells when more comes, if that is known."""
    if opens_at is None:
        return Exhausted(
            "sold_out",
            zh="刚刚换完了，你的积分没有动。",
            en="The last one has just gone. Your points have not moved.",
            transient=True,
        )
    return Exhausted(
        "sold_out",
        zh="刚刚换完了，你的积分没有动。{when_zh} 还会补货。",
        en="The last one has just gone. Your points have not moved. More comes at {when_en}.",
        transient=True,
        when_zh=moment_zh(opens_at),
        when_en=moment_en(opens_at),
    )


def points_missing(missing: int, waiting: int) -> Refusal:
    """The points that may be spent now are too few."""
    if waiting:
        return Exhausted(
            "points_missing",
            zh="还差 {missing} 积分；另有 {waiting} 积分已入账、过两天才能用。",
            en="{missing} more points are needed; {waiting} points are yours and may be used"
            " in a day or two.",
            missing=missing,
            waiting=waiting,
        )
    return Exhausted(
        "points_missing",
        zh="还差 {missing} 积分。",
        en="{missing} more points are needed.",
        missing=missing,
        waiting=0,
    )


def person_limit(most: int) -> Refusal:
    """One person may have only so many of this offer."""
    return Exhausted(
        "person_limit",
        zh="这件权益每人限 {most} 份，你已经换过了。",
        en="Each person may have {most} of this; you have had yours.",
        most=most,
    )


def day_limit(most: int) -> Refusal:
    """One person may have only so many of this offer on one day."""
    return Exhausted(
        "day_limit",
        zh="这件权益每人每天限 {most} 份，明天 0:00 再来。",
        en="Each person may have {most} of this a day; come again at 0:00.",
        transient=True,
        most=most,
    )


def level_too_low(level: int) -> Refusal:
    """The offer is for those who have reduced more."""
    return Forbidden(
        "level_too_low",
        zh="这件权益要到第 {number} 级才能换。等级只看累计减排，不看花了多少积分。",
        en="This reward is for level {number} and above. Levels follow your reductions alone.",
        number=level + 1,
    )


def own_offer() -> Refusal:
    """Whoever works for the merchant may not redeem its own offers."""
    return Forbidden(
        "own_offer",
        zh="你在这家商家做事，自家的权益请留给别人。",
        en="You work for this merchant; its rewards are for others.",
    )


def by_draw_only() -> Refusal:
    """The offer is given out by draw, or is not."""
    return Conflict(
        "by_draw_only",
        zh="这件权益不能这样换：抽签的只能报名，不抽签的直接兑换。",
        en="This reward cannot be had that way: what is drawn is entered for, the rest redeemed.",
    )


def units_invalid(most: int) -> Refusal:
    """At once one may have from one to `most`."""
    return Invalid(
        "units_invalid",
        zh="一次兑换 1 到 {most} 份。",
        en="From 1 to {most} may be had at once.",
        most=most,
    )


def key_invalid() -> Refusal:
    """The key of a request has from 1 to 64 plain letters."""
    return Invalid(
        "key_invalid",
        zh="请求编号是 1 到 64 个字母、数字、点、连字符或下划线。",
        en="A request's key has 1 to 64 letters, digits, dots, hyphens or underscores.",
    )


def other_content() -> Refusal:
    """The same key came with another wish."""
    return Conflict(
        "exists_with_different_content",
        zh="这个请求编号已用于另一次兑换。",
        en="This key was used for another redemption.",
    )


def no_such_redemption() -> Refusal:
    """The citizen has no such redemption."""
    return NotFound("no_such_redemption", zh="没有这次兑换。", en="There is no such redemption.")


def step_up_needed(minutes: int) -> Refusal:
    """Much is spent at once, and the phone was not proved lately."""
    return Forbidden(
        "step_up_needed",
        zh="这次用的积分多，请先核对手机。核对后 {minutes} 分钟内有效。",
        en="Much is spent at once: prove your phone first. That counts for {minutes} minutes.",
        minutes=minutes,
    )


def device_too_new(from_when: datetime) -> Refusal:
    """Much is spent from a device that came only lately."""
    return Forbidden(
        "device_too_new",
        zh="这台设备刚登录不久，{when_zh} 起可以换这么多。积分没有动，也可以用原来的设备换。",
        en="This device is new here: it may spend as much from {when_en} on. Your points have not"
        " moved; your earlier device may do it now.",
        when_zh=moment_zh(from_when),
        when_en=moment_en(from_when),
    )


def hold_over() -> Refusal:
    """Nobody said yes in time; what was set aside is back."""
    return Conflict(
        "hold_over",
        zh="留给你的时间过了，积分已退回，可以再换一次。",
        en="The time it was kept for you is over. Your points are back; you may try again.",
    )


_STATES: Mapping[str, tuple[str, str]] = {
    "reserved": ("还没确认", "is not confirmed yet"),
    "confirmed": ("已经确认", "is confirmed already"),
    "delivered": ("已经用掉", "was used already"),
    "refunded": ("已经退回", "was given back already"),
    "entered": ("还在等抽签", "waits for the draw"),
    "lost": ("没有抽中", "was not drawn"),
    "left": ("已经退出", "was left"),
}


def _state(state: str) -> Callable[[dict[str, Any]], Refusal]:
    zh, en = _STATES[state]
    return lambda _: Conflict(
        f"redemption_{state}",
        zh="这次兑换{zh_words}，不能再办。",
        en="This redemption {en_words}; this cannot be done with it.",
        zh_words=zh,
        en_words=en,
    )


def no_such_voucher() -> Refusal:
    """No voucher has this code."""
    return NotFound(
        "no_such_voucher",
        zh="没有这张券，请核对八位码。",
        en="There is no such voucher; check the eight letters.",
    )


def voucher_stale() -> Refusal:
    """A moving code that is too old: a picture of a voucher, not the voucher."""
    return Conflict(
        "voucher_stale",
        zh="这个二维码过时了，可能是截图。请顾客打开券再扫，或报八位码。",
        en="This code is too old, perhaps a screenshot. Ask for the voucher itself, or type the"
        " eight letters.",
    )


def not_your_voucher() -> Refusal:
    """The voucher is another merchant's."""
    return Forbidden(
        "not_your_voucher",
        zh="这张券是别家的，不能在这里用。",
        en="This voucher is for another merchant.",
    )


def voucher_used(when: datetime) -> Refusal:
    """The voucher was accepted before."""
    return Conflict(
        "voucher_used",
        zh="这张券在 {when_zh} 用过了。",
        en="This voucher was used at {when_en}.",
        when_zh=moment_zh(when),
        when_en=moment_en(when),
    )


def voucher_over() -> Refusal:
    """The voucher was given back or its time is over."""
    return Conflict(
        "voucher_over",
        zh="这张券已过期或已退回，积分还给了顾客。",
        en="This voucher is over or was given back; its points are the customer's again.",
    )


def no_such_funding() -> Refusal:
    """There is no such window."""
    return NotFound(
        "no_such_funding", zh="没有这个出资窗口。", en="There is no such funding window."
    )


def funding_ended() -> Refusal:
    """The window is over."""
    return Conflict(
        "funding_ended",
        zh="这个出资窗口已经结束。",
        en="This funding window is over.",
    )


def budget_insufficient() -> Refusal:
    """The window's free budget does not pay for as many units."""
    return Exhausted(
        "budget_insufficient",
        zh="出资窗口里没投放的预算不够这么多份。",
        en="What is left of the window's budget does not pay for as many.",
    )


def codes_missing() -> Refusal:
    """More units were asked for than there are free codes."""
    return Conflict(
        "codes_missing",
        zh="空闲的券码不够，先导入券码。",
        en="There are not enough free codes; import codes first.",
    )


def batch_invalid() -> Refusal:
    """A batch's numbers are out of bounds."""
    return Invalid(
        "batch_invalid",
        zh="份数 1 到 10,000,000，每份 0 到 100,000 元，结束要晚于开始和现在。",
        en="A batch has 1 to 10,000,000 units at 0 to 100,000 yuan each and ends after it begins,"
        " and after now.",
    )


_BY_CODE: Mapping[str, Callable[[dict[str, Any]], Exception]] = {
    "key_known": lambda _: KeyKnown(),
    "voucher_code_taken": lambda _: VoucherCodeTaken(),
    "no_such_offer": lambda _: no_such_offer(),
    "offer_closed": lambda _: offer_closed(),
    "by_draw_only": lambda _: by_draw_only(),
    "own_offer": lambda _: own_offer(),
    "level_too_low": lambda told: level_too_low(told["level"]),
    "person_limit": lambda told: person_limit(told["most"]),
    "day_limit": lambda told: day_limit(told["most"]),
    "points_missing": lambda told: points_missing(told["missing"], told["waiting"]),
    "sold_out": lambda told: sold_out(
        datetime.fromisoformat(told["opens_at"]) if told["opens_at"] else None
    ),
    "no_such_redemption": lambda _: no_such_redemption(),
    "no_such_funding": lambda _: no_such_funding(),
    "funding_ended": lambda _: funding_ended(),
    "budget_insufficient": lambda _: budget_insufficient(),
    "codes_missing": lambda _: codes_missing(),
    **{f"redemption_{state}": _state(state) for state in _STATES},
}


@contextmanager
def named(
    more: Mapping[str, Callable[[dict[str, Any]], Exception]] | None = None,
) -> Iterator[None]:
    """Turns what a function of the database refuses by name into the refusal of that name.

    `more` are the codes of one part of the room; each makes its refusal from the facts it is told.
    """
    try:
        yield
    except DatabaseError as error:
        cause = error.__cause__
        if getattr(cause, "sqlstate", None) != _REFUSED:
            raise
        diag = getattr(cause, "diag", None)
        code = str(getattr(diag, "message_primary", ""))
        detail = getattr(diag, "message_detail", None)
        made = (more or {}).get(code) or _BY_CODE.get(code)
        if made is None:
            raise RuntimeError(f"the rewards' database refused: {code}") from error
        raise made(json.loads(detail) if detail else {}) from error
