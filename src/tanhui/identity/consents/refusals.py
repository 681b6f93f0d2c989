"""What consents refuse, one sentence each in both languages."""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Invalid, NotFound, Refusal


def consent_required() -> Refusal:
    """What there is no account without ends with the account."""
    return Conflict(
        "consent_required",
        zh="没有这一项就没有账户，不能单独撤回；可以注销账户。",
        en="There is no account without this one, so it cannot be withdrawn alone; you may close"
        " the account.",
    )


def account_consent_missing() -> Refusal:
    """The first answer leaves out what an account needs."""
    return Invalid(
        "account_consent_missing",
        zh="要用账户，须同意“账户”这一项；不同意可以退出登录，我们不会留下别的。",
        en="An account needs your consent to “Account”. If you do not agree, log out; nothing else"
        " is kept.",
    )


def guardian_missing() -> Refusal:
    """Somebody under 14 without a guardian's word."""
    return Invalid(
        "guardian_missing",
        zh="未满 14 周岁，请监护人看过后勾选同意。",
        en="Under 14, a guardian reads this and agrees.",
    )


def age_missing() -> Refusal:
    """Nobody has said whether the person is 14."""
    return Invalid(
        "age_missing",
        zh="请选一下是否已满 14 周岁。",
        en="Say whether you are 14 or older.",
    )


def consent_partner_wrong() -> Refusal:
    """A partner's purpose without the partner, or another one with one."""
    return Invalid(
        "consent_partner_wrong",
        zh="这一项要写明是哪家数据方，别的项不写。",
        en="This purpose needs its partner; the others have none.",
    )


def person_unknown() -> Refusal:
    """No such living person."""
    return NotFound("person_unknown", zh="没有这个人。", en="There is no such person.")
