"""What funding windows and settlements are refused for, by code, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tanhui.kernel.quantities import decimal_text
from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, NotFound, Refusal


def _yuan(fen: int) -> str:
    return decimal_text(fen, 100, 2)


def sponsor_only() -> Refusal:
    """The actor's organisation pays for no rewards."""
    return Forbidden(
        "sponsor_only",
        zh="你的机构没有登记为出资方。",
        en="Your organisation is not registered as a sponsor.",
    )


def funding_invalid(title_most: int, fen_most: int) -> Refusal:
    """A window's titles, times or budget are out of bounds."""
    return Invalid(
        "funding_invalid",
        zh="中英文名称各 1 到 {title_most} 字；结束要晚于开始和现在，最长五年；"
        "预算 0.01 到 {most} 元。",
        en="Both titles have 1 to {title_most} characters; the window ends after it begins and"
        " after now, within five years; the budget is 0.01 to {most} yuan.",
        title_most=title_most,
        most=_yuan(fen_most),
    )


def amount_invalid(fen_most: int) -> Refusal:
    """An amount of money that is nothing, or absurd."""
    return Invalid(
        "amount_invalid",
        zh="金额 0.01 到 {most} 元。",
        en="An amount is 0.01 to {most} yuan.",
        most=_yuan(fen_most),
    )


def agreement_invalid(words_most: int) -> Refusal:
    """The limits of an agreement are out of bounds, or its words too long."""
    return Invalid(
        "agreement_invalid",
        zh="每份 0 到 100,000 元，1 到 10,000,000 份；说明最多 {words_most} 字，婉拒时要写。",
        en="A unit costs 0 to 100,000 yuan, 1 to 10,000,000 units in all; words have at most"
        " {words_most} characters, and a no needs some.",
        words_most=words_most,
    )


def funding_not_agreed() -> Refusal:
    """The sponsor did not say that this window pays for this offer."""
    return Conflict(
        "funding_not_agreed",
        zh="出资方没有同意用这个窗口为这件权益出资，先请出资方同意。",
        en="The sponsor has not agreed that this window pays for this reward; ask the sponsor"
        " first.",
    )


def funding_cost_above(cost_fen: int) -> Refusal:
    """A unit would cost the sponsor more than it agreed to."""
    return Conflict(
        "funding_cost_above",
        zh="出资方同意每份最多 {yuan} 元。",
        en="The sponsor agreed to at most {yuan} yuan a unit.",
        yuan=_yuan(cost_fen),
    )


def funding_units_above(left: int) -> Refusal:
    """More units than the sponsor agreed to."""
    return Exhausted(
        "funding_units_above",
        zh="出资方同意的份数还剩 {left} 份，要多投请先问出资方。",
        en="Of the units the sponsor agreed to, {left} are left; ask the sponsor for more.",
        left=left,
    )


def _budget_stocked() -> Refusal:
    return Exhausted(
        "budget_stocked",
        zh="只能收回还没投放的预算；在售的要等下架或窗口结束。",
        en="Only budget that is not on sale can be taken back; what is on sale comes back when it"
        " is taken off, or when the window ends.",
    )


def _funding_runs() -> Refusal:
    return Conflict(
        "funding_runs",
        zh="出资窗口还没到结束的时间。",
        en="This funding window has not come to its end yet.",
        transient=True,
    )


def _agreement_asked() -> Refusal:
    return Conflict(
        "agreement_asked",
        zh="已经问过出资方，等对方答复。",
        en="The sponsor was asked already; wait for the answer.",
    )


def _agreement_not_asked() -> Refusal:
    return Conflict(
        "agreement_not_asked",
        zh="没有等你答复的请求。",
        en="There is no request that waits for your answer.",
    )


def month_not_over() -> Refusal:
    """Settlements are made of months that are over."""
    return Conflict(
        "month_not_over",
        zh="这个月还没过完，不能结算。",
        en="This month is not over; it cannot be settled yet.",
        transient=True,
    )


def _month_out_of_order() -> Refusal:
    return Conflict(
        "month_out_of_order",
        zh="后面的月份已经结算，不能再补前面的。",
        en="A later month is settled already; months are settled in their order.",
    )


def no_such_month() -> Refusal:
    """No statement begins or ends there."""
    return NotFound(
        "no_such_month",
        zh="没有这个月的对账单。月份写成 2026-11 这样。",
        en="There is no statement of this month. Write the month like 2026-11.",
    )


def no_such_settlement() -> Refusal:
    """There is no such settlement, or not for this organisation."""
    return NotFound("no_such_settlement", zh="没有这笔结算。", en="There is no such settlement.")


def _settlement_not_yours() -> Refusal:
    return Forbidden(
        "settlement_not_yours",
        zh="已付由出资方说，已收由商家说。",
        en="The sponsor says that it paid, the merchant that it received.",
    )


def _nothing_to_settle() -> Refusal:
    return Conflict(
        "nothing_to_settle",
        zh="这个月没有要付的钱。",
        en="There is nothing to pay for this month.",
    )


def _settlement_settled() -> Refusal:
    return Conflict(
        "settlement_settled",
        zh="这笔已经结清，不能再改。",
        en="This settlement is settled and does not change any more.",
    )


def _settlement_said_paid() -> Refusal:
    return Conflict(
        "settlement_said_paid",
        zh="已经说过付了，等商家确认收到。",
        en="You said already that it was paid; the merchant confirms next.",
    )


def _settlement_unpaid() -> Refusal:
    return Conflict(
        "settlement_unpaid",
        zh="出资方还没有说付了，等对方写下银行流水号再确认。",
        en="The sponsor has not said yet that it paid; confirm once its bank reference is here.",
    )


def _settlement_not_disputed() -> Refusal:
    return Conflict(
        "settlement_not_disputed",
        zh="对方没有提出要你答复的异议。",
        en="The other side has raised nothing that you could answer.",
    )


def said_invalid(reference_most: int, words_most: int) -> Refusal:
    """A bank reference or words that are missing or too long."""
    return Invalid(
        "settlement_said_invalid",
        zh="银行流水号 1 到 {reference_most} 字；异议和答复 1 到 {words_most} 字，不含控制字符。",
        en="A bank reference has 1 to {reference_most} characters, an objection or answer 1 to"
        " {words_most}, and no control characters.",
        reference_most=reference_most,
        words_most=words_most,
    )


# By the name that the functions of funding and settlement refuse with.
BY_CODE: Mapping[str, Callable[[dict[str, Any]], Exception]] = {
    "funding_not_agreed": lambda _: funding_not_agreed(),
    "funding_cost_above": lambda told: funding_cost_above(told["cost_fen"]),
    "funding_units_above": lambda told: funding_units_above(told["left"]),
    "budget_stocked": lambda _: _budget_stocked(),
    "funding_runs": lambda _: _funding_runs(),
    "agreement_asked": lambda _: _agreement_asked(),
    "agreement_not_asked": lambda _: _agreement_not_asked(),
    "month_out_of_order": lambda _: _month_out_of_order(),
    "no_such_settlement": lambda _: no_such_settlement(),
    "settlement_not_yours": lambda _: _settlement_not_yours(),
    "nothing_to_settle": lambda _: _nothing_to_settle(),
    "settlement_settled": lambda _: _settlement_settled(),
    "settlement_said_paid": lambda _: _settlement_said_paid(),
    "settlement_unpaid": lambda _: _settlement_unpaid(),
    "settlement_not_disputed": lambda _: _settlement_not_disputed(),
}
