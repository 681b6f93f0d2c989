"""What a dispute about a redemption is refused for, in both languages."""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal


def no_such_dispute() -> Refusal:
    """There is no such dispute, or it is none of the asker's business."""
    return NotFound("no_such_dispute", zh="没有这件争议。", en="There is no such dispute.")


def not_disputable() -> Refusal:
    """Points that never left, came back already, or were given away are not disputed."""
    return Conflict(
        "not_disputable",
        zh="只有已经兑换、还没退回的才能提争议；捐出的积分请看公益去处的交付报告。",
        en="Only a redemption that was made and not given back can be disputed. What became of"
        " gifts stands in the reports of the cause.",
    )


def dispute_too_late(days: int) -> Refusal:
    """Too long ago to find out what happened."""
    return Conflict(
        "dispute_too_late",
        zh="核销后 {days} 天内可以提争议，现在过了。",
        en="A redemption can be disputed for {days} days after it was used. They are over.",
        days=days,
    )


def dispute_decided() -> Refusal:
    """It was decided once; the same is not decided again."""
    return Conflict(
        "dispute_decided",
        zh="这次兑换的争议已经裁定过，不再重复受理。",
        en="A dispute about this redemption was decided already and is not taken up again.",
    )


def dispute_words_missing(most: int) -> Refusal:
    """A dispute says in words what happened."""
    return Invalid(
        "dispute_words_missing",
        zh="请写一句话，说说发生了什么，{most} 字以内。",
        en="Write a sentence on what happened, in at most {most} letters.",
        most=most,
    )


def not_your_word() -> Refusal:
    """This step is the other side's, or only of whoever raised the dispute."""
    return Forbidden(
        "not_your_word",
        zh="这一步要由另一方来走。",
        en="This step is the other side's.",
    )


def dispute_decision_unknown() -> Refusal:
    """A decision is one of two."""
    return Invalid(
        "dispute_decision_unknown",
        zh="请选一个：退回积分，还是兑换有效。",
        en="Choose one: return the points, or let the redemption stand.",
    )
