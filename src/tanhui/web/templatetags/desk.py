"""How the desks write deadlines, amounts of a measure, and the names of states."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from tanhui.kernel.quantities import decimal_text
from tanhui.web.templatetags.tanhui import clock, on_day

register = template.Library()

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_SOON = timedelta(days=1)


@register.filter
def urgency(deadline: datetime, now: datetime) -> str:
    """`late` once a deadline has passed, `soon` within a day of it, else nothing."""
    if deadline <= now:
        return "late"
    return "soon" if deadline - now < _SOON else ""


@register.filter
def left(deadline: datetime, now: datetime) -> str:
    """How long until a deadline, or how long it has passed; hours below two days, else days."""
    span = abs(deadline - now)
    if span < _HOUR:
        count = span // timedelta(minutes=1)
        if deadline <= now:
            return gettext("超期不到 1 小时")
        return ngettext("还剩 %(count)d 分钟", "还剩 %(count)d 分钟", count) % {"count": count}
    if span < 2 * _DAY:
        count = span // _HOUR
        if deadline <= now:
            return ngettext("超期 %(count)d 小时", "超期 %(count)d 小时", count) % {"count": count}
        return ngettext("还剩 %(count)d 小时", "还剩 %(count)d 小时", count) % {"count": count}
    count = span // _DAY
    if deadline <= now:
        return ngettext("超期 %(count)d 天", "超期 %(count)d 天", count) % {"count": count}
    return ngettext("还剩 %(count)d 天", "还剩 %(count)d 天", count) % {"count": count}


@register.filter
def moment(instant: datetime) -> str:
    """An instant in a table, in the city's zone: `2026-11-22 18:06`."""
    return localtime(instant).strftime("%Y-%m-%d %H:%M")


@register.filter
def until(instant: datetime) -> str:
    """An instant in a sentence: `11 月 24 日 18:00` or `24 Nov 18:00`."""
    return f"{on_day(instant)} {clock(instant)}"


@register.filter
def measured(amount: int, measure: str) -> str:
    """An amount with its unit: metres, steps, or watt-hours as kilowatt-hours."""
    if measure == "energy_wh":
        return f"{decimal_text(amount, 1_000, 3)} kWh"
    unit = gettext("步") if measure == "steps" else "m"
    return f"{amount:,} {unit}"


@register.filter
def unit_of(measure: str) -> str:
    """The unit in which amounts of a measure are declared."""
    return {"energy_wh": "Wh", "steps": gettext("步")}.get(measure, "m")


@register.filter
def or_dash(amount: int | None) -> str:
    """A whole number with commas; a dash where nobody has said it."""
    return "—" if amount is None else f"{amount:,}"


@register.filter
def difference(amount: int | None) -> str:
    """A difference with its sign; 0 stays 0, and a dash is where there is none to tell."""
    if amount is None:
        return "—"
    return f"+{amount:,}" if amount > 0 else decimal_text(amount, 1, 0)


@register.filter
def percent_of(part: int, whole: int) -> int:
    """How many whole percent one number is of another, at most 100."""
    return min(100, part * 100 // whole) if whole else 0


@register.filter
def shortened(text: object, length: int = 8) -> str:
    """The first characters of a number or a key, enough to tell two apart by eye."""
    return str(text)[:length]


@register.filter
def yuan(fen: int) -> str:
    """An amount of money in yuan with its two decimals: `43.50`."""
    return decimal_text(fen, 100, 2)


@register.filter
def span(seconds: int) -> str:
    """A span in words: seconds below two minutes, minutes below two hours, else hours."""
    if seconds < 120:
        return ngettext("%(count)d 秒", "%(count)d 秒", seconds) % {"count": seconds}
    if seconds < 7_200:
        count = seconds // 60
        return ngettext("%(count)d 分钟", "%(count)d 分钟", count) % {"count": count}
    count = seconds // 3_600
    return ngettext("%(count)d 小时", "%(count)d 小时", count) % {"count": count}
