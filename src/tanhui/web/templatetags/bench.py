"""How the desks of path two write hashes, whole kilograms and ranges of numbers."""

from __future__ import annotations

from datetime import date

from django import template

from tanhui.kernel.quantities import decimal_text

register = template.Library()

_KG_PER_T = 1_000
_BRIEF = 4
_PPM = 10_000


@register.filter
def brief(digest: str) -> str:
    """The ends of a digest, enough to tell two versions apart: `41c0…e2f1`."""
    text = digest.partition(":")[2] or digest
    return f"{text[:_BRIEF]}…{text[-_BRIEF:]}"


@register.filter
def tonnes(kg: int | None) -> str:
    """Whole kilograms as tonnes, exactly; a dash for nothing."""
    return "—" if kg is None else decimal_text(kg, _KG_PER_T, 3)


@register.filter
def tonnes_signed(kg: int) -> str:
    """A difference in kilograms as tonnes with its sign; none for zero."""
    text = decimal_text(kg, _KG_PER_T, 3)
    return f"+{text}" if kg > 0 else text if kg else "0"


@register.filter
def numbers(first: int, last: int) -> str:
    """A range of numbers, both ends included: `№ 14,208,001–14,209,200`."""
    return f"№ {first:,}–{last:,}"


@register.filter
def share(ppm: int) -> str:
    """Millionths as per cent."""
    return f"{decimal_text(ppm, _PPM, 4).rstrip('0').rstrip('.')}%"


@register.filter
def days_to(first: date, last: date) -> str:
    """A span of days; the year of the end is left out where it is the same."""
    if first.year == last.year:
        return f"{first:%Y-%m-%d} – {last:%m-%d}"
    return f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
