"""What causes and their reports are refused for, in both languages."""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Invalid, NotFound, Refusal


def no_such_cause() -> Refusal:
    """There is no such cause."""
    return NotFound("no_such_cause", zh="没有这个公益去处。", en="There is no such cause.")


def cause_closed() -> Refusal:
    """The cause takes no more points."""
    return Conflict(
        "cause_closed",
        zh="这个公益去处已结束，请另选一个。",
        en="This cause is over. Choose another.",
    )


def cause_invalid() -> Refusal:
    """A cause needs all of its words in both languages."""
    return Invalid(
        "cause_invalid",
        zh="名称、说明和接收方都要有中文和英文；名称 40 字以内，说明 600 字以内。",
        en="Title, description and receiver are needed in Chinese and in English; a title has at"
        " most 40 Chinese or 80 English letters, a description at most 600 and 1,200.",
    )


def not_a_donation() -> Refusal:
    """Only offers of kind donation lead to a cause."""
    return Conflict(
        "not_a_donation",
        zh="只有“捐赠”这一类的权益可以连到公益去处。",
        en="Only offers of the kind donation lead to a cause.",
    )


def offer_has_cause() -> Refusal:
    """The offer leads to another cause."""
    return Conflict(
        "offer_has_cause",
        zh="这件权益已经连到一个公益去处，不能改。",
        en="This offer leads to a cause already, and that is not changed.",
    )


def report_invalid() -> Refusal:
    """A report needs words in both languages, a day that has been, and a sensible quantity."""
    return Invalid(
        "report_invalid",
        zh="交付报告要有中文和英文各 1,000 字以内、不晚于今天的日期；写了数量就要写单位。",
        en="A report needs words in Chinese and in English, at most 1,000 letters and 2,000, and a"
        " day that is not to come; a quantity needs its unit.",
    )


def too_many_photos(most: int) -> Refusal:
    """A report holds a few photos."""
    return Invalid(
        "too_many_photos",
        zh="一份报告最多 {most} 张照片。",
        en="A report holds at most {most} photos.",
        most=most,
    )


def no_such_photo() -> Refusal:
    """The photo belongs to no report."""
    return NotFound("no_such_photo", zh="没有这张照片。", en="There is no such photo.")
