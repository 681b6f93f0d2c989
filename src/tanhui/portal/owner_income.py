"""What an owner may expect at enquiry prices, kept apart from what its own sales brought."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from tanhui.methodology.document import Label
from tanhui.projects.income import Estimate, city_prices, estimates
from tanhui.registry import statement
from tanhui.registry.statement import Move

_SALES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Income:
    """What `kg` kilograms might bring, and the latest transfers that told a price."""

    about: Label
    kg: int
    enquiries: list[Estimate]
    trades: list[Move]


def income(owner_id: int, kg: int) -> Income:
    """An owner's estimate for `kg` kilograms, and its own sales beside it."""
    prices = city_prices(settings.TANHUI.content_root)
    sold = [
        move
        for move in statement.statement(owner_id)
        if move.kind == "transfer" and move.sign < 0 and move.price_fen is not None
    ]
    return Income(prices.about, kg, estimates(kg, prices), sold[::-1][:_SALES_SHOWN])
