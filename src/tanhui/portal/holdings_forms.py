"""What the holders' forms carry: kilograms, prices, what is typed twice, a reference of one's own.

An amount that cannot be taken back is typed twice, and the numbers that were shown are sent along,
so that nothing else is done than what was read.
"""

from __future__ import annotations

import re

from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.registry import refusals
from tanhui.web.desk import typed_number
from tanhui.web.entrance import PageRequest

_PRICE = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")
_FEN = 100


def typed_kg(text: str) -> int:
    """Whole kilograms above zero; refuses `kg_invalid`."""
    digits = text.strip().replace(",", "").replace("，", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15 and int(digits) > 0):
        raise refusals.kg_invalid()
    return int(digits)


def typed_price(text: str) -> int | None:
    """Yuan for a tonne as fen; None for an empty field; refuses `price_malformed`."""
    told = text.strip().replace(",", "")
    if not told:
        return None
    found = _PRICE.fullmatch(told) if told.isascii() else None
    if found is None:
        raise Invalid(
            "price_malformed",
            zh="价格要写成元，最多两位小数，例如 43.5。",
            en="Write the price in yuan with at most two decimals, such as 43.5.",
        )
    return int(found[1]) * _FEN + int((found[2] or "").ljust(2, "0"))


def same_again(request: PageRequest, kg: int) -> None:
    """Refuses `amounts_differ` unless the amount was typed a second time."""
    if typed_number(request, "again") != kg:
        raise Invalid(
            "amounts_differ",
            zh="两次输入的数量不一样，什么都没有动。要办的是 {kg} kg。",
            en="The two amounts differ and nothing was moved. It would be {kg} kg.",
            kg=kg,
        )


def same_numbers(request: PageRequest, shown: str) -> None:
    """Refuses `numbers_changed` when other numbers would be taken than were shown."""
    if request.POST.get("shown", "") != shown:
        raise Conflict(
            "numbers_changed",
            zh="这段时间里持有的号码变了，下面是现在会用到的号码，请再核对一次。",
            en="The numbers you hold have changed meanwhile. These would be taken now; check them"
            " again.",
        )
