"""What identity refuses, one sentence each in both languages."""

from __future__ import annotations

from datetime import timedelta

from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal


def not_yours() -> Refusal:
    """Someone acts who may not."""
    return Forbidden(
        "not_yours",
        zh="只有本人或平台可以这样做。",
        en="Only the person concerned or the platform may do this.",
    )


def name_too_long(most: int) -> Refusal:
    """A display name is too long."""
    return Invalid(
        "name_too_long",
        zh="名字最多 {most} 个字。",
        en="A name has at most {most} characters.",
        most=most,
    )


def phone_already_registered() -> Refusal:
    """The phone belongs to a person already."""
    return Conflict(
        "phone_already_registered",
        zh="这个手机号已经注册，直接登录即可。",
        en="This number is registered already; just log in.",
    )


def simulated_only() -> Refusal:
    """Simulated people exist in a demo and in tests alone."""
    return Forbidden(
        "simulated_only",
        zh="只有演示或测试环境才有模拟市民。",
        en="Simulated citizens exist only in a demo or a test.",
    )


def count_out_of_range(most: int) -> Refusal:
    """A number of simulated persons that makes no sense."""
    return Invalid(
        "count_out_of_range",
        zh="模拟市民的人数应在 1 到 {most} 之间。",
        en="The number of simulated citizens must be between 1 and {most}.",
        most=most,
    )


def too_many_codes(wait: timedelta) -> Refusal:
    """This phone has had a code a moment ago, or enough of them this hour."""
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    minutes = -(-seconds // 60)
    return Exhausted(
        "too_many_codes",
        zh="验证码刚发过，请等 {zh_wait}再试。",
        en="A code was sent a moment ago. Please wait {en_wait}.",
        transient=True,
        zh_wait=f"{seconds} 秒" if seconds <= 60 else f"{minutes} 分钟",
        en_wait=f"{seconds} seconds" if seconds <= 60 else f"{minutes} minutes",
        retry_after_seconds=seconds,
    )


def too_many_codes_here() -> Refusal:
    """Too many codes were asked for from one network address."""
    return Exhausted(
        "too_many_codes_here",
        zh="这个网络要的验证码太多了，请一小时后再试。",
        en="Too many codes were asked for from this network. Please try again in an hour.",
        transient=True,
        retry_after_seconds=3600,
    )


def sms_not_set_up() -> Refusal:
    """This installation has no gateway for short messages."""
    return Conflict(
        "sms_not_set_up",
        zh="这里还没有接通短信，暂时不能用手机号登录。",
        en="SMS is not set up here yet, so logging in by phone is not possible.",
        transient=True,
    )


def code_wrong(left: int) -> Refusal:
    """The digits are not those that were sent."""
    return Invalid(
        "code_wrong",
        zh="验证码不对，还可以试 {left} 次。",
        en="This is not the code we sent. Tries left: {left}.",
        left=left,
    )


def code_expired() -> Refusal:
    """There is no code that is still good."""
    return Invalid(
        "code_expired",
        zh="验证码已过期，请重新获取。",
        en="The code has expired. Please get a new one.",
    )


def code_used_up() -> Refusal:
    """Five wrong tries."""
    return Exhausted(
        "code_used_up",
        zh="这个验证码试了五次都不对，请重新获取。",
        en="Five wrong tries. Please get a new code.",
    )


def session_over() -> Refusal:
    """The session ended in the meantime."""
    return Forbidden(
        "session_over",
        zh="登录已经结束，请重新登录。",
        en="You are no longer logged in. Please log in again.",
    )


def phone_missing() -> Refusal:
    """No phone is kept of the person, so none can be proved."""
    return Conflict(
        "phone_missing",
        zh="这个账号没有手机号，无法核对。",
        en="This account has no phone number, so there is none to check.",
    )


def link_invalid() -> Refusal:
    """A log-in link that was used, has expired or never was."""
    return NotFound(
        "link_invalid",
        zh="这个登录链接已经用过，或已过期。",
        en="This log-in link was used already, or has expired.",
    )


def persona_unknown(name: str) -> Refusal:
    """Nobody in the cast has this name."""
    return NotFound(
        "persona_unknown",
        zh="演示人物里没有“{name}”。",
        en="There is nobody called '{name}' in the cast.",
        name=name,
    )


def persona_not_seated(name: str) -> Refusal:
    """One of the cast's staff, whose organisation has not been registered in this city."""
    return Conflict(
        "persona_not_seated",
        zh="“{name}”在这座城市里还没有岗位：请先生成演示城市。",
        en="'{name}' has no seat in this city yet: make the demo city first.",
        name=name,
    )


def role_unknown() -> Refusal:
    """A role nobody can be given."""
    return Invalid(
        "role_unknown",
        zh="岗位只有：运营（operator）、主管部门（regulator）、系统管理员（sysadmin）、"
        "安全管理员（security）、审计管理员（auditor）、数据方（partner）。",
        en="The roles are: operator, regulator, sysadmin, security, auditor, partner.",
    )


def organisation_missing() -> Refusal:
    """A partner's member without a partner, or another one's with a partner."""
    return Invalid(
        "organisation_missing",
        zh="数据方和机构的人员要写明是哪一家，身份要与它相符；运营和主管部门的人员不写。",
        en="Staff of a partner or organisation need theirs, and its role; staff of the operator or"
        " authority have none.",
    )


def member_elsewhere() -> Refusal:
    """The person sits at another desk."""
    return Conflict(
        "member_elsewhere",
        zh="这个手机号已有另一个岗位。一人同时只有一个岗位：先结束那一个，或换一个手机号。",
        en="This phone belongs to another desk already. A person sits at one desk at a time: end"
        " that membership first, or use another phone.",
    )


def membership_unknown() -> Refusal:
    """No such membership, or it has ended."""
    return NotFound(
        "membership_unknown",
        zh="没有这个岗位，或它已经结束。",
        en="There is no such membership, or it has ended.",
    )


def locale_unknown() -> Refusal:
    """A language the pages are not written in."""
    return Invalid(
        "locale_unknown",
        zh="页面目前有中文和英文。",
        en="The pages are in Chinese and in English.",
    )


def view_unknown() -> Refusal:
    """A view there is not."""
    return Invalid(
        "view_unknown",
        zh="页面有标准版和长辈版。",
        en="There is a standard view and one with large type.",
    )


def person_unknown() -> Refusal:
    """No such person."""
    return NotFound("person_unknown", zh="没有这个人。", en="There is no such person.")
