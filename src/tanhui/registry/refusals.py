"""What the registry refuses, by its code, in both languages."""

from __future__ import annotations

from collections.abc import Callable

from tanhui.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal


def _exceeds_balance() -> Refusal:
    return Conflict(
        "credits_insufficient",
        zh="可用的减排量不够：已预留、冻结或质押的不能再用。",
        en="There is not enough that is free: what is reserved, frozen or pledged cannot be used.",
    )


def _no_such_project() -> Refusal:
    return NotFound(
        "no_such_project",
        zh="没有这个项目。",
        en="There is no such project.",
    )


def _holds_nothing() -> Refusal:
    return Invalid(
        "organisation_holds_nothing",
        zh="这家机构不是业主也不是认购方，不能持有减排量。",
        en="This organisation is neither an owner nor a buyer and can hold no credits.",
    )


def _already_issued() -> Refusal:
    return Conflict(
        "period_issued",
        zh="这个监测期已经签发过了。",
        en="The credits of this period were issued already.",
    )


def _cap_exceeded() -> Refusal:
    return Conflict(
        "cap_exceeded",
        zh="超过登记时核定的这一年上限，不能签发。",
        en="This would pass what the project was registered for in that year.",
    )


def _nothing_to_issue() -> Refusal:
    return Invalid(
        "nothing_to_issue",
        zh="这个监测期没有可签发的减排量。",
        en="There is nothing to issue for this period.",
    )


def _ended() -> Refusal:
    return Conflict(
        "hold_ended",
        zh="这笔预留已经结束，不能再办。",
        en="This reservation has ended; nothing more can be done with it.",
    )


def _no_such_credits() -> Refusal:
    return NotFound(
        "no_such_credits",
        zh="这段号码里有没有签发过的。",
        en="Some of these numbers were never issued.",
    )


def _credits_reserved() -> Refusal:
    return Conflict(
        "credits_reserved",
        zh="这段号码里有预留、冻结或质押的，先解除再作废。",
        en="Some of these numbers are reserved, frozen or pledged; let them go first.",
    )


def _already_cancelled() -> Refusal:
    return Conflict(
        "already_cancelled",
        zh="这段号码里有已经作废的。",
        en="Some of these numbers were cancelled already.",
    )


def _amount_too_large() -> Refusal:
    return Invalid(
        "amount_too_large",
        zh="数量超过账本能记的上限。",
        en="This is more than the books can hold.",
    )


# By the name that a function of the database, or of the books, refuses with.
_BY_CODE: dict[str, Callable[[], Refusal]] = {
    "exceeds_balance": _exceeds_balance,
    "no_such_project": _no_such_project,
    "organisation_holds_nothing": _holds_nothing,
    "period_already_issued": _already_issued,
    "cap_exceeded": _cap_exceeded,
    "nothing_to_issue": _nothing_to_issue,
    "pending_not_found": _ended,
    "pending_already_posted": _ended,
    "pending_already_voided": _ended,
    "no_such_credits": _no_such_credits,
    "credits_reserved": _credits_reserved,
    "already_cancelled": _already_cancelled,
    "amount_too_large": _amount_too_large,
}


class ReferenceKnown(Exception):
    """The caller's reference was used before; whether with the same content is seen next."""


def by_code(code: str) -> Exception:
    """The refusal of a code; a RuntimeError for one that nobody can cause."""
    if code == "reference_known":
        return ReferenceKnown()
    found = _BY_CODE.get(code)
    return found() if found else RuntimeError(f"the registry's database refused: {code}")


def different(field: str) -> Refusal:
    """The same reference came with another content."""
    return Conflict(
        f"exists_with_different_{field}",
        zh="这个编号已用过，当时的 {field} 不同。换一个编号，或照原样再送。",
        en="This reference was used before with another {field}. Use another reference, or send"
        " the same again.",
        field=field,
    )


def kg_invalid() -> Refusal:
    """An amount that is no positive whole number of kilograms."""
    return Invalid(
        "kg_invalid",
        zh="数量是大于 0 的整数千克。",
        en="An amount is a whole number of kilograms above 0.",
    )


def reference_invalid() -> Refusal:
    """A reference that is missing or too long."""
    return Invalid(
        "reference_invalid",
        zh="编号不能空，最多 64 个字符。",
        en="A reference has 1 to 64 characters.",
    )


def vintage_invalid() -> Refusal:
    """A year that no credit can be of."""
    return Invalid(
        "vintage_invalid",
        zh="产生年份是四位数的年份。",
        en="A vintage is a year of four digits.",
    )


def no_organisation() -> Refusal:
    """The actor works for no organisation that could hold credits."""
    return Forbidden(
        "no_account",
        zh="你不代表任何能持有减排量的机构。",
        en="You act for no organisation that can hold credits.",
    )


def transfer_to_itself() -> Refusal:
    """A transfer into the account it comes from."""
    return Invalid(
        "transfer_to_itself",
        zh="不能划转给自己。",
        en="Credits are not transferred to their own holder.",
    )


def lines_invalid(most: int) -> Refusal:
    """No line, too many, or one project and vintage twice."""
    return Invalid(
        "lines_invalid",
        zh="一次注销 1 到 {most} 行，每个项目和年份一行。",
        en="A retirement has 1 to {most} lines, one for each project and vintage.",
        most=most,
    )


def wish_invalid(field: str, most: int) -> Refusal:
    """A text of a retirement that is missing or too long."""
    return Invalid(
        "wish_invalid",
        zh="“{field}”不能空，最多 {most} 字，不含换行等控制字符。",
        en="“{field}” has 1 to {most} characters and no control characters.",
        field=field,
        most=most,
    )


def too_many_pieces(most: int) -> Refusal:
    """More runs of numbers than one event can tell the log of."""
    return Invalid(
        "too_many_pieces",
        zh="这些减排量零散成 {most} 段以上，请分几次办。",
        en="These credits lie in more than {most} pieces; do it in several parts.",
        most=most,
    )


def undo_over() -> Refusal:
    """The time to undo is over, or the retirement was final at once."""
    return Conflict(
        "undo_over",
        zh="撤回时间已过，注销不能恢复。",
        en="The time to undo is over; a retirement is final.",
    )


def not_yours() -> Refusal:
    """Another organisation's retirement or pledge."""
    return Forbidden(
        "not_yours",
        zh="这不是你机构的。",
        en="This is not your organisation's.",
    )


def same_person() -> Refusal:
    """One person on both sides of what two decide."""
    return Forbidden(
        "same_person_decides",
        zh="提请和决定要由两个人办。",
        en="Two different persons propose and decide.",
    )


def decided() -> Refusal:
    """A proposal that was decided already."""
    return Conflict(
        "cancellation_decided",
        zh="这份提请已经办结。",
        en="This proposal was decided already.",
    )


def reason_invalid(most: int) -> Refusal:
    """A reason that is missing or too long."""
    return Invalid(
        "reason_invalid",
        zh="写明理由，最多 {most} 字。",
        en="Say why, in at most {most} characters.",
        most=most,
    )


def kind_invalid() -> Refusal:
    """An unknown way of setting credits aside."""
    return Invalid(
        "aside_kind_invalid",
        zh="只有冻结、质押、司法冻结三种。",
        en="Credits are frozen, pledged or held for a court.",
    )


def range_invalid() -> Refusal:
    """Numbers that are no range."""
    return Invalid(
        "range_invalid",
        zh="号段从第一号到最后一号，都是正整数。",
        en="A range goes from its first to its last number, both positive.",
    )


def dispute_exists() -> Refusal:
    """The vintage is in dispute already."""
    return Conflict(
        "dispute_exists",
        zh="这个项目这一年的减排量已在争议中。",
        en="This vintage is in dispute already.",
    )


def no_dispute() -> Refusal:
    """Nothing to close."""
    return NotFound(
        "no_such_dispute",
        zh="这个项目这一年没有争议。",
        en="This vintage is not in dispute.",
    )


def price_invalid() -> Refusal:
    """A price that is no whole number of fen per tonne."""
    return Invalid(
        "price_invalid",
        zh="单价按每吨多少分写，整数，不小于 0。",
        en="A price is a whole number of fen per tonne, not below 0.",
    )


def beneficiary_no_person() -> Refusal:
    """A beneficiary who is no person has nothing that could be forgotten."""
    return Conflict(
        "beneficiary_no_person",
        zh="这笔注销的受益方不是个人，不能隐去名称。",
        en="The beneficiary of this retirement is no person; its name stays public.",
    )


def retirement_pending() -> Refusal:
    """Before a retirement is final its holder undoes it instead."""
    return Conflict(
        "retirement_pending",
        zh="这笔注销还在撤回期内，由持有方撤回。",
        en="This retirement can still be undone by its holder.",
    )


def beneficiary_kind_invalid() -> Refusal:
    """Neither an organisation nor an event nor a person."""
    return Invalid(
        "beneficiary_kind_invalid",
        zh="受益方是机构（organisation）、活动（event）或个人（person）之一。",
        en="A beneficiary is an organisation, an event or a person.",
    )
