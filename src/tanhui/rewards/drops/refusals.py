"""What entries and draws are refused for, by its code, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tanhui.kernel.refusals import Conflict, Exhausted, Invalid, NotFound, Refusal


def no_such_drop() -> Refusal:
    """No drop has this code."""
    return NotFound("no_such_drop", zh="没有这次抽签。", en="There is no such drop.")


def no_such_entry() -> Refusal:
    """The citizen has no entry that still stands."""
    return NotFound(
        "no_such_entry",
        zh="你没有报名这次抽签，或者已经退出。",
        en="You have not entered this drop, or have left it.",
    )


def drop_not_open() -> Refusal:
    """Entries are taken later."""
    return Conflict(
        "drop_not_open",
        zh="还没到报名时间，你的积分没有动。",
        en="Entries are not taken yet. Your points have not moved.",
        transient=True,
    )


def drop_closed() -> Refusal:
    """The list is frozen, or its time is over."""
    return Conflict(
        "drop_closed",
        zh="报名已截止，名单不再变动。",
        en="Entries have closed; the list no longer changes.",
    )


def already_entered() -> Refusal:
    """One person has one entry."""
    return Conflict(
        "already_entered",
        zh="你已经报过名了，每人一份。",
        en="You have entered already; each person has one entry.",
    )


def other_offer() -> Refusal:
    """What was set aside is for another reward."""
    return Conflict(
        "other_offer",
        zh="这次抽签的不是这件权益。",
        en="This drop is of another reward.",
    )


def not_by_draw() -> Refusal:
    """The reward is not given out by draw."""
    return Conflict(
        "not_by_draw",
        zh="这件权益直接兑换，不抽签。",
        en="This reward is redeemed, not drawn.",
    )


def no_such_batch() -> Refusal:
    """The reward has no such stock."""
    return NotFound(
        "no_such_batch",
        zh="这件权益没有这批库存。",
        en="This reward has no such stock.",
    )


def batch_not_free() -> Refusal:
    """The stock is in a drop already, or is over."""
    return Conflict(
        "batch_not_free",
        zh="这批库存已经用于一次抽签，或者已经结束。",
        en="This stock is in a drop already, or has ended.",
    )


def drop_times() -> Refusal:
    """The times of a drop do not fit."""
    return Invalid(
        "drop_times",
        zh="截止要晚于开始和现在，比这批库存的结束至少早一天。",
        en="Entries close after they open and after now, and a day before the stock ends.",
    )


def drop_too_large() -> Refusal:
    """Everybody who wins is served in one transaction."""
    return Invalid(
        "drop_too_large",
        zh="一次抽签最多 10,000 份，把库存分成几批。",
        en="One drop has at most 10,000 units; put them on sale in several batches.",
    )


def witnesses_silent() -> Refusal:
    """Too few witnesses bound themselves; without them the operator alone would know the draw."""
    return Conflict(
        "witnesses_silent",
        zh="答应参与的见证方不够，这次抽签开不了。过一会儿再试。",
        en="Too few witnesses take part, so this drop cannot be opened. Try again later.",
        transient=True,
    )


def drop_drawn() -> Refusal:
    """What is drawn stands."""
    return Conflict(
        "drop_drawn",
        zh="已经开出结果，不能取消。",
        en="It has been drawn and cannot be called off.",
    )


def drop_stock_missing() -> Refusal:
    """Units that were there when the drop opened are gone."""
    return Exhausted(
        "drop_stock_missing",
        zh="这批库存不够开奖时承诺的份数，请取消这次抽签。",
        en="There is less stock than was promised; call this drop off.",
    )


def drop_reason(most: int) -> Refusal:
    """Why a drop is called off."""
    return Invalid(
        "drop_reason",
        zh="写明取消的理由，最多 {most} 字。",
        en="Say why it is called off, in at most {most} characters.",
        most=most,
    )


def draw_not_yet() -> Refusal:
    """There is no result to recompute."""
    return NotFound(
        "draw_not_yet",
        zh="这次抽签还没有结果，或者结果正在写入公开日志。过一会儿再来。",
        en="This drop has no result yet, or it is on its way to the public log. Come back later.",
        transient=True,
    )


def entries_not_yet() -> Refusal:
    """The list is not frozen."""
    return NotFound(
        "entries_not_yet",
        zh="报名还没截止，名单截止后公布。",
        en="Entries have not closed; the list is published when they have.",
        transient=True,
    )


BY_CODE: Mapping[str, Callable[[dict[str, Any]], Exception]] = {
    "no_such_drop": lambda _: no_such_drop(),
    "no_such_entry": lambda _: no_such_entry(),
    "drop_not_open": lambda _: drop_not_open(),
    "drop_closed": lambda _: drop_closed(),
    "already_entered": lambda _: already_entered(),
    "other_offer": lambda _: other_offer(),
    "not_by_draw": lambda _: not_by_draw(),
    "no_such_batch": lambda _: no_such_batch(),
    "batch_not_free": lambda _: batch_not_free(),
    "drop_too_large": lambda _: drop_too_large(),
    "drop_times": lambda _: drop_times(),
    "drop_drawn": lambda _: drop_drawn(),
    "drop_stock_missing": lambda _: drop_stock_missing(),
}
