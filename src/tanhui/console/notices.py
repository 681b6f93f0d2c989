"""How sending notices goes: what went out, what waits, what failed and why. Nobody is named."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from tanhui.console.doors import reading
from tanhui.governance.permissions import PERMISSIONS
from tanhui.kernel.actors import Actor
from tanhui.kernel.periods import city_day
from tanhui.notices import queries
from tanhui.notices.choosing import CHANNELS
from tanhui.notices.content import Terms, terms_of
from tanhui.notices.gateways.chosen import ways
from tanhui.notices.queries import Trouble
from tanhui.web.desk import show_page
from tanhui.web.entrance import PageRequest, entrance, staff_only

DAYS = 14
# Whole pixels of the picture's own grid.
_SLOT, _BAR, _LEFT, _TOP, _BASE = 40, 26, 8, 24, 150
_THINNEST = 2
_WAITING = ("waiting", "sending")
# A reason without words here is the operator's own code, and is shown as it came.
_REASONS = {
    "not_wanted": gettext_lazy("本人后来不要了"),
    "no_address": gettext_lazy("没有可送的地址"),
    "no_grant": gettext_lazy("微信的允许次数用完了"),
    "enough_texts": gettext_lazy("这周的短信已到上限，只留站内"),
    "late": gettext_lazy("等太久，不再是新消息"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One way: whether it is open, and how many are in each state."""

    channel: str
    open: bool
    waiting: int
    sent: int
    failed: int
    dropped: int
    late: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of a column: `kind` is `sent`, `waiting`, `failed` or `dropped`."""

    kind: str
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the picture."""

    day: date
    x: int
    middle: int
    top: int
    many: int
    parts: tuple[Part, ...]
    shows_day: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A trouble, its reason in words where there are any."""

    trouble: Trouble
    words: str | Promise


@dataclass(frozen=True, slots=True)
class Sending:
    """All of the page."""

    lines: list[Line]
    columns: list[Column]
    troubles: list[Told]
    terms: Terms
    quiet: bool
    simulated: bool

    @property
    def sent(self) -> int:
        """How many went out."""
        return sum(line.sent for line in self.lines)

    @property
    def waiting(self) -> int:
        """How many are still to go."""
        return sum(line.waiting for line in self.lines)

    @property
    def failed(self) -> int:
        """How many did not go through."""
        return sum(line.failed for line in self.lines)

    @property
    def dropped(self) -> int:
        """How many were not sent, for a reason of the person's or the city's."""
        return sum(line.dropped for line in self.lines)

    @property
    def width(self) -> int:
        """How wide the picture's grid is."""
        return _LEFT * 2 + _SLOT * DAYS

    @property
    def base(self) -> int:
        """Where the columns stand."""
        return _BASE

    @property
    def bar(self) -> int:
        """How wide a column is."""
        return _BAR


@entrance
@reading
@staff_only(*sorted(PERMISSIONS["notices.read"]), login="console:login")
def page(request: PageRequest) -> HttpResponse:
    """How sending goes. Refuses: `not_permitted`."""
    found = sending(request.actor, request.at)
    return show_page(request, "console/notices.html", page=found, tab="notices")


def sending(actor: Actor, at: datetime) -> Sending:
    """What the page shows to this actor. Refuses: `not_permitted`."""
    counts = queries.counts(actor=actor, at=at, days=DAYS)
    terms, open_ways = terms_of(settings.TANHUI.content_root), ways().open
    lines: list[Line] = []
    for channel in CHANNELS:
        many: Counter[str] = Counter()
        for count in counts:
            if count.channel == channel:
                many[count.state] += count.many
        oldest = [c.oldest for c in counts if c.channel == channel and c.state in _WAITING]
        lines.append(
            Line(
                channel=channel,
                open=channel in open_ways,
                waiting=many["waiting"] + many["sending"],
                sent=many["sent"],
                failed=many["failed"],
                dropped=many["dropped"],
                # Half an hour after its time, and not at night, something should have gone.
                late=any(due < at - timedelta(minutes=30) for due in oldest)
                and not terms.is_quiet(at),
            )
        )
    troubles = queries.troubles(actor=actor, at=at, days=DAYS)
    return Sending(
        lines=lines,
        columns=_columns(queries.by_day(actor=actor, at=at, days=DAYS), city_day(at)),
        troubles=[Told(one, _REASONS.get(one.reason, one.reason)) for one in troubles],
        terms=terms,
        quiet=terms.is_quiet(at),
        simulated=settings.TANHUI.simulated,
    )


def _columns(days: list[queries.DayCount], today: date) -> list[Column]:
    """A fortnight of columns up to today; a piece that stands for something can be seen."""
    many: dict[date, Counter[str]] = {}
    for one in days:
        kind = "waiting" if one.state in _WAITING else one.state
        many.setdefault(one.day, Counter())[kind] += one.many
    highest = max((sum(day.values()) for day in many.values()), default=0)
    columns: list[Column] = []
    for number in range(DAYS):
        day = today - timedelta(days=DAYS - 1 - number)
        x, y = _LEFT + _SLOT * number + (_SLOT - _BAR) // 2, _BASE
        parts: list[Part] = []
        for kind in ("sent", "waiting", "dropped", "failed"):
            count = many.get(day, Counter())[kind]
            if count:
                height = max(_THINNEST, (_BASE - _TOP) * count // highest)
                y -= height
                parts.append(Part(kind, y, height))
        whole = sum(many.get(day, Counter()).values())
        columns.append(
            Column(day, x, x + _BAR // 2, y - 6, whole, tuple(parts), (DAYS - 1 - number) % 3 == 0)
        )
    return columns
