"""Integer quantities and how people read them. No float: text is made from integers alone."""

from __future__ import annotations

MG_PER_G = 1_000
MG_PER_KG = 1_000_000


def decimal_text(amount: int, scale: int, places: int) -> str:
    """`amount / scale` with `places` decimals, rounded towards zero, thousands with commas.

    >>> decimal_text(118_389, 1_000, 3)
    '118.389'
    >>> decimal_text(-1_234_567, 1_000, 0)
    '−1,234'
    """
    sign = "−" if amount < 0 else ""
    whole, rest = divmod(abs(amount), scale)
    if places == 0:
        return f"{sign}{whole:,}"
    digits = str(rest * 10**places // scale).zfill(places)
    return f"{sign}{whole:,}.{digits}"


def grams_text(reduction_mg: int) -> str:
    """Milligrams as grams with three decimals, exactly."""
    return decimal_text(reduction_mg, MG_PER_G, 3)


def kilograms_text(reduction_mg: int) -> str:
    """Milligrams as kilograms with three decimals, rounded towards zero."""
    return decimal_text(reduction_mg, MG_PER_KG, 3)
