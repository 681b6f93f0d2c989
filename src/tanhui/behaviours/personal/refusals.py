"""What telling and forgetting a person refuse, one sentence each in both languages."""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal


def person_unknown() -> Refusal:
    """No such living person."""
    return NotFound("person_unknown", zh="没有这个人。", en="There is no such person.")


def seat_first() -> Refusal:
    """A member of staff, whose acts are on record."""
    return Conflict(
        "seat_first",
        zh="这个账户还有岗位。请先请安全管理员结束岗位，再注销。",
        en="This account still sits at a desk. Ask the security administrator to end the seat, then"
        " close the account.",
    )


def not_confirmed(word: str) -> Refusal:
    """The word that confirms was not typed."""
    return Invalid(
        "not_confirmed",
        zh="请照样输入“{word}”。",
        en="Type “{word}” exactly.",
        word=word,
    )


def own_request() -> Refusal:
    """A member of staff about themselves."""
    return Forbidden(
        "own_request",
        zh="这是你自己的账户，请在“我的”里办。",
        en="This is your own account; use your own pages.",
    )


def wants_unknown() -> Refusal:
    """A request for something the desk does not do."""
    return Invalid(
        "wants_unknown",
        zh="可以申请：导出、注销。",
        en="A request is for an export or for an erasure.",
    )


def no_such_request() -> Refusal:
    """A case that is no request of this kind."""
    return NotFound("no_such_case", zh="没有这件事项。", en="There is no such case.")
