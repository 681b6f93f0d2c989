"""What notices refuse, one sentence each in both languages."""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Exhausted, Invalid, NotFound, Refusal


def no_such_notice(template: str) -> Refusal:
    """No template of this name."""
    return NotFound(
        "no_such_notice",
        zh="没有“{template}”这种通知。",
        en="There is no notice “{template}”.",
        template=template,
    )


def notice_facts_wrong(template: str, names: str) -> Refusal:
    """Facts are missing, not asked for, or of another kind."""
    return Invalid(
        "notice_facts_wrong",
        zh="通知“{template}”的内容不对：{names}。",
        en="The facts of the notice “{template}” are wrong: {names}.",
        template=template,
        names=names,
    )


def notice_field_unfit(template: str, field: str) -> Refusal:
    """WeChat would not take what a field holds."""
    return Invalid(
        "notice_field_unfit",
        zh="通知“{template}”的 {field} 填不进微信订阅消息。",
        en="The field {field} of the notice “{template}” does not fit a WeChat message.",
        template=template,
        field=field,
    )


def notice_way_unknown() -> Refusal:
    """No such purpose or channel."""
    return Invalid(
        "notice_way_unknown",
        zh="没有这种通知，或没有这条路。",
        en="There is no such notice, or no such way.",
    )


def notice_way_closed() -> Refusal:
    """A channel that this installation does not have."""
    return Conflict(
        "notice_way_closed",
        zh="这条路还没有接通，先看站内的消息。",
        en="This way is not connected yet; read the inbox for now.",
    )


def mail_malformed() -> Refusal:
    """No mail address."""
    return Invalid(
        "mail_malformed",
        zh="邮箱写得不对，应如 name@example.com。",
        en="That is no mail address; write it like name@example.com.",
    )


def mail_too_often() -> Refusal:
    """Codes were asked for too often."""
    return Exhausted(
        "mail_too_often",
        zh="发得太勤了，过一小时再试。",
        en="Too many codes were sent; try again in an hour.",
        transient=True,
    )


def mail_code_wrong() -> Refusal:
    """The code is another one, or too old."""
    return Invalid(
        "mail_code_wrong",
        zh="验证码不对或已过期，请重新发送。",
        en="The code is wrong or too old; ask for a new one.",
    )


def address_missing(channel: str) -> Refusal:
    """Somebody chose a way without an address for it."""
    words = {"mail": ("填好邮箱", "enter a mail address"), "sms": ("绑定手机号", "add a phone")}
    first_zh, first_en = words.get(
        channel, ("在微信小程序里允许一次", "allow it once in the WeChat mini-program")
    )
    return Conflict(
        "address_missing",
        zh="还送不到，先{first_zh}。",
        en="It cannot be sent yet: first {first_en}.",
        first_zh=first_zh,
        first_en=first_en,
    )


def mail_not_sent() -> Refusal:
    """The mail server did not take the code."""
    return Exhausted(
        "mail_not_sent",
        zh="验证码没发出去，过一会儿再试。",
        en="The code could not be sent; try again later.",
        transient=True,
    )


def wechat_code_wrong(*, again: bool) -> Refusal:
    """WeChat does not know the mini-program's code, or does not answer."""
    return Invalid(
        "wechat_code_wrong",
        zh="微信没认出这次登录，请在小程序里重开一次。",
        en="WeChat did not recognise this log-in; open the mini-program again.",
        transient=again,
    )


def person_unknown() -> Refusal:
    """No such living person."""
    return NotFound("person_unknown", zh="没有这个人。", en="There is no such person.")
