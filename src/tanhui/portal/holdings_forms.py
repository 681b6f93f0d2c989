"""What the holders' forms carry: kilograms, prices, what is typed twice, a reference of one's own.

An amount that cannot be taken back is typed twice, and the numbers that were shown are sent along,
so that nothing else is done than what was read.
"""

from __future__ import annotations

from tanhui.kernel.refusals import Conflict, Invalid
from tanhui.registry import refusals
from tanhui.web.desk import typed_number
from tanhui.web.entrance import PageRequest


def typed_kg(text: str) -> int:
    """Whole kilograms above zero; refuses `kg_invalid`."""
    digits = text.strip().replace(",", "").replace("，", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 15 and int(digits) > 0):
        raise refusals.kg_invalid()
    return int(digits)


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
