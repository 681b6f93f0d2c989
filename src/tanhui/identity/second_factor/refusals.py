"""Why a second factor is refused."""

from __future__ import annotations

from datetime import timedelta

from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal


def second_factor_wrong(left: int) -> Refusal:
    """The digits are not those of the device, or were used already."""
    return Invalid(
        "second_factor_wrong",
        zh="动态口令不对，或已经用过：请等下一个。还可以试 {left} 次。",
        en="This code is wrong, or was used already: wait for the next one. Tries left: {left}.",
        left=left,
    )


def second_factor_locked(wait: timedelta) -> Refusal:
    """Five wrong tries."""
    minutes = max(1, -(-wait // timedelta(minutes=1)))
    return Exhausted(
        "second_factor_locked",
        zh="错了五次，已锁定。请 {minutes} 分钟后再试。",
        en="Five wrong tries: locked. Try again in {minutes} min.",
        transient=True,
        minutes=minutes,
        retry_after_seconds=max(1, -(-wait // timedelta(seconds=1))),
    )


def second_factor_expired() -> Refusal:
    """What was shown to enrol with is too old, or another page has begun anew."""
    return Conflict(
        "second_factor_expired",
        zh="这个二维码已失效，请扫新的。",
        en="This QR code is no longer good. Scan the new one.",
    )


def second_factor_exists() -> Refusal:
    """The person has a second factor already."""
    return Conflict(
        "second_factor_exists",
        zh="你已经绑定过动态口令。换设备请找安全管理员重设。",
        en="You have a second factor already. To change the device, ask the security administrator"
        " to reset it.",
    )


def second_factor_missing() -> Refusal:
    """The person has no second factor yet."""
    return NotFound(
        "second_factor_missing",
        zh="还没有绑定动态口令。",
        en="There is no second factor yet.",
    )


def seat_missing() -> Refusal:
    """Citizens log in by phone alone."""
    return Forbidden(
        "seat_missing",
        zh="只有工作人员才用动态口令。",
        en="Only members of staff use a second factor.",
    )


def own_second_factor() -> Refusal:
    """Nobody resets their own."""
    return Forbidden(
        "own_second_factor",
        zh="不能重设自己的动态口令，请另一位安全管理员来做。",
        en="Nobody resets their own second factor: another security administrator does.",
    )
