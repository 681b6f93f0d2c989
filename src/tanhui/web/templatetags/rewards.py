"""How pages draw what is offered for points, and how they count it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext, ngettext

from tanhui.kernel.periods import city_day
from tanhui.render.codes import qr_svg
from tanhui.web.templatetags.tanhui import on_day

register = template.Library()

# The drawings there are; each is a file of `web/rewards/art/`.
ARTS = (
    "metro",
    "bus",
    "bike",
    "ticket",
    "tea",
    "bowl",
    "cup",
    "book",
    "bag",
    "gift",
    "tree",
    "mountain",
)
_PLAIN = "gift"
_SIZE = re.compile(r'width="(\d+)" height="\1"')
_SIMULATED = ("（模拟）", " (simulated)")
_TICKETS = frozenset({"ticket", "coupon", "voucher"})


@register.filter
def drawn(art: str) -> str:
    """The name of the drawing; whatever is not known is drawn as a gift."""
    return art if art in ARTS else _PLAIN


@register.filter
def units(count: int, kind: str) -> str:
    """So many of a kind of offer: `3,120 张`, `40 件`; English counts without a word."""
    if not (get_language() or "zh").startswith("zh"):
        return f"{count:,}"
    measure = "张" if kind in _TICKETS else "件" if kind == "goods" else "份"
    return f"{count:,} {measure}"


@register.filter
def briefly(name: str) -> str:
    """A name on a small card, whose page says already that it is simulated."""
    for word in _SIMULATED:
        name = name.removesuffix(word)
    return name


@register.filter
def moment(instant: datetime) -> str:
    """A day and an hour of the city in a sentence: `12 月 1 日 9:00` or `9:00 on 1 Dec`."""
    local = localtime(instant)
    hour = f"{local.hour}:{local.minute:02d}"
    if (get_language() or "zh").startswith("zh"):
        return f"{on_day(instant)} {hour}"
    return f"{hour} on {on_day(instant)}"


@register.filter
def month_name(instant: datetime) -> str:
    """The month of the city: `11 月` or `Nov`."""
    local = localtime(instant)
    zh = (get_language() or "zh").startswith("zh")
    return f"{local.month} 月" if zh else f"{local:%b}"


@register.filter
def last_moment(until: datetime) -> str:
    """The end of a day that a voucher still lives: `2026 年 12 月 20 日 24:00`."""
    local = localtime(until)
    last = (local - timedelta(microseconds=1)).date()
    whole_day = local.hour == local.minute == 0
    hour = "24:00" if whole_day else f"{local:%H:%M}"
    if (get_language() or "zh").startswith("zh"):
        return f"{last.year} 年 {last.month} 月 {last.day} 日 {hour}"
    return f"{hour} on {last.day} {last:%b %Y}"


@register.filter
def days_left(until: datetime, now: datetime) -> str:
    """How long a voucher still lives, by days of the city; its last day is today."""
    count = (city_day(until - timedelta(microseconds=1)) - city_day(now)).days
    if until <= now:
        return gettext("已到期")
    if count == 0:
        return gettext("今天到期")
    return ngettext("还剩 %(count)d 天", "还剩 %(count)d 天", count) % {"count": count}


@register.filter
def soon(until: datetime, now: datetime) -> bool:
    """Whether something ends within a week."""
    return until - now < timedelta(days=7)


@register.filter
def qr(text: str) -> SafeString:
    """The QR code of a text as a picture within the page."""
    # Its size is the page's to say, so it is told in squares and not in points of the screen.
    drawing = _SIZE.sub(r'viewBox="0 0 \1 \1" shape-rendering="crispEdges"', qr_svg(text), count=1)
    return mark_safe(drawing)
