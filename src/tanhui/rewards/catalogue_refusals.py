"""What writing, approving and publishing offers is refused for, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tanhui.kernel.refusals import Conflict, Exhausted, Forbidden, Invalid, Refusal


def offer_invalid(field: str, what_zh: str, what_en: str) -> Refusal:
    """A field of an offer is out of its bounds."""
    return Invalid(
        "offer_invalid",
        zh="权益没有填对：{what_zh}。",
        en="The offer is not well told: {what_en}.",
        field=field,
        what_zh=what_zh,
        what_en=what_en,
    )


def offer_fixed() -> Refusal:
    """What was handed in does not change any more."""
    return Conflict(
        "offer_fixed",
        zh="这件权益已提交或已上架，内容不能再改。要换条件，就下架后另起一件。",
        en="This offer was handed in or published and does not change. For other terms close it and"
        " begin another.",
    )


def offer_moved() -> Refusal:
    """The offer is not where this act begins."""
    return Conflict(
        "offer_moved",
        zh="这件权益的状态已变，请刷新后再看。",
        en="This offer is in another state by now; look at it again.",
    )


def titles_missing() -> Refusal:
    """An offer is called in both languages before it is handed in."""
    return Conflict(
        "titles_missing",
        zh="中文名和英文名都要有，才能提交和上架。",
        en="An offer needs its name in both languages before it is handed in and published.",
    )


def two_persons() -> Refusal:
    """One person approves, another publishes."""
    return Forbidden(
        "two_persons_decide",
        zh="审核和上架须由两个人来做。",
        en="Two different persons approve and publish.",
    )


def not_handed_in() -> Refusal:
    """Nothing is to be decided about this offer."""
    return Conflict(
        "offer_not_submitted",
        zh="这件权益没有在等审核。",
        en="This offer is not waiting for a decision.",
    )


def not_a_merchant() -> Refusal:
    """Only a merchant's own people, or the operator for a named merchant, write offers."""
    return Forbidden(
        "not_a_merchant",
        zh="权益归一家登记过的商家；公益捐赠也可以归出资方。",
        en="An offer is a registered merchant's; a donation may be a sponsor's too.",
    )


def codes_not_taken() -> Refusal:
    """The offer shows no codes of the merchant."""
    return Conflict(
        "offer_takes_no_codes",
        zh="这件权益不发券码，不用导入。",
        en="This offer hands out no codes; none are imported.",
    )


def codes_imported() -> Refusal:
    """Codes were brought for the offer, so it goes on handing out codes."""
    return Conflict(
        "codes_imported",
        zh="已经给它导入过券码，不能改成别的兑付方式。",
        en="Codes were imported for it, so it goes on handing out codes.",
    )


def codes_unreadable() -> Refusal:
    """The file of codes is no text."""
    return Invalid(
        "codes_unreadable",
        zh="读不出这个文件。请存成 UTF-8 或 GB18030 的 csv、txt，一行一码。",
        en="This file cannot be read. Save it as csv or txt in UTF-8 or GB18030, one code a line.",
    )


def codes_empty() -> Refusal:
    """The file of codes has none."""
    return Invalid(
        "codes_empty",
        zh="文件里没有券码。",
        en="There are no codes in the file.",
    )


def too_many_codes(most: int) -> Refusal:
    """More codes than are taken in at once."""
    return Exhausted(
        "too_many_codes",
        zh="一次最多导入 {most} 个券码，请分几次。",
        en="At most {most} codes are imported at once; do it in several parts.",
        most=most,
    )


CODES: Mapping[str, Callable[[dict[str, Any]], Exception]] = {
    "offer_fixed": lambda _: offer_fixed(),
    "offer_moved": lambda _: offer_moved(),
    "titles_missing": lambda _: titles_missing(),
    "two_persons_decide": lambda _: two_persons(),
    "codes_imported": lambda _: codes_imported(),
}
