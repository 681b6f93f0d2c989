"""How templates write figures, times and things that have a name in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from tanhui.kernel.quantities import MG_PER_G, decimal_text, grams_text, kilograms_text

register = template.Library()

_METRES_PER_KM = 1_000
_HOUR = timedelta(hours=1)


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


@register.filter
def said(thing: Any, name: str = "") -> str:
    """What a thing is called in the reader's language: `label|said`, `row|said:"partner"`."""
    language = "zh" if _chinese() else "en"
    return str(getattr(thing, f"{name}_{language}" if name else language))


@register.filter
def whole(amount: int) -> str:
    """A whole number with commas."""
    return decimal_text(amount, 1, 0)


@register.filter
def percent_of_ppm(share_ppm: int) -> str:
    """A share in millionths as percent with two decimals, rounded down."""
    return decimal_text(share_ppm, 10_000, 2)


@register.filter
def signed(amount: int) -> str:
    """A whole number with its sign; nothing is written without one but zero."""
    return f"+{amount:,}" if amount > 0 else decimal_text(amount, 1, 0)


@register.filter
def grams(reduction_mg: int) -> str:
    """Milligrams as grams, exactly."""
    return grams_text(reduction_mg)


@register.filter
def kilograms(reduction_mg: int) -> str:
    """Milligrams as kilograms with three decimals, rounded down."""
    return kilograms_text(reduction_mg)


@register.filter
def kilometres(distance_m: int) -> str:
    """Metres as kilometres with one decimal, rounded down."""
    return decimal_text(distance_m, _METRES_PER_KM, 1)


@register.filter
def minutes(span: timedelta) -> int:
    """The whole minutes of a span."""
    return span // timedelta(minutes=1)


@register.filter
def clock(instant: datetime) -> str:
    """The city's time of day, `18:06`."""
    return localtime(instant).strftime("%H:%M")


@register.filter
def on_day(day: date) -> str:
    """`11 月 22 日` or `22 Nov`; an instant is taken in the city's zone."""
    known = localtime(day).date() if isinstance(day, datetime) else day
    if _chinese():
        return f"{known.month} 月 {known.day} 日"
    return f"{known.day} {known:%b}"


@register.filter
def full_date(day: date) -> str:
    """`2026 年 5 月 13 日` or `13 May 2026`; an instant is taken in the city's zone."""
    known = localtime(day).date() if isinstance(day, datetime) else day
    return f"{known.year} 年 {on_day(day)}" if _chinese() else f"{on_day(day)} {known.year}"


@register.filter
def weekday(day: date) -> str:
    """`周日` or `Sun`."""
    return f"周{'一二三四五六日'[day.weekday()]}" if _chinese() else f"{day:%a}"


@register.filter
def full_day(day: date) -> str:
    """`11 月 22 日 周日` or `Sun, 22 Nov`."""
    if _chinese():
        return f"{on_day(day)} {weekday(day)}"
    return f"{weekday(day)}, {on_day(day)}"


@register.filter
def weekday_short(day: date) -> str:
    """`日` or `S`."""
    return "一二三四五六日"[day.weekday()] if _chinese() else f"{day:%a}"[:1]


@register.filter
def in_month(day: date) -> str:
    """`2026 年 11 月` or `Nov 2026`."""
    return f"{day.year} 年 {day.month} 月" if _chinese() else f"{day:%b} {day.year}"


@register.filter
def ago(instant: datetime | None, now: datetime) -> str:
    """How long ago something came: minutes and hours for a day, afterwards the date."""
    if instant is None:
        return gettext("还没有收到")
    passed = max(now - instant, timedelta(0))
    count = passed // timedelta(minutes=1)
    if count < 1:
        return gettext("刚刚")
    if passed < _HOUR:
        return ngettext("%(count)d 分钟前", "%(count)d 分钟前", count) % {"count": count}
    count = passed // _HOUR
    if count < 24:
        return ngettext("%(count)d 小时前", "%(count)d 小时前", count) % {"count": count}
    return f"{on_day(instant)} {clock(instant)}"


@register.filter
def short(digest: str) -> str:
    """The first characters of a digest, enough to compare by eye."""
    return digest[:16]


@register.filter
def under(table: Mapping[str, Any], key: str) -> Any:
    """What a mapping holds under a key that only the page knows; None for nothing."""
    return table.get(key)


@register.filter
def grams_short(amount_mg: int) -> str:
    """Milligrams as grams, without decimals where they are whole."""
    whole = amount_mg % MG_PER_G == 0
    return decimal_text(amount_mg, MG_PER_G, 0 if whole else 3)
