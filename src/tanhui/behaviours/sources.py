"""Where deeds come from: which source is fresh, late or silent since when, and whose turn it is.

A deed passes four hops before it is in somebody's books: the journey itself, the operator that
sends it, the binding by which it is known to be this citizen's, and the books. What a partner
does not send is missing for everybody and is nobody's fault here; what is not bound is missing for
one person alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db import connection

from tanhui.behaviours.declarations import SELF
from tanhui.kernel.periods import CITY_ZONE, city_day, day_end, day_start
from tanhui.runtime.sql import load
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.library import SceneLibrary
from tanhui.scenes.scene import Scene

Freshness = Literal["fresh", "late", "missing", "never"]
SourceState = Literal["fresh", "late", "missing", "never", "quiet", "unbound"]
HopState = Literal["ok", "wait", "bad", "off"]
HOPS = ("journey", "operator", "binding", "books")

_ROOM = "tanhui.behaviours"
_LATEST_DAYS = 31
_WEEK_DAYS = 7
# A source is called missing only after it has failed to come twice; once is merely late.
_MISSED = 2


@dataclass(frozen=True, slots=True)
class PartnerFreshness:
    """Whether a partner brings what it said it would.

    `last_received_at` is when rows of it were last taken, by file or interface; refused ones do not
    count. `due_at` is when its next delivery is or was due, counted from the last one (or from its
    registration). `missing_since` is the first city day of the silence, None while it is on time.
    """

    code: str
    name_zh: str
    name_en: str
    scenes: tuple[Scene, ...]
    expected_hours: int
    last_received_at: datetime | None
    due_at: datetime
    state: Freshness
    missing_since: date | None
    missing_days: int

    @property
    def on_time(self) -> bool:
        """Whether nothing is owed."""
        return self.missing_since is None


@dataclass(frozen=True, slots=True)
class Hop:
    """One step from a journey to the books, and whether it holds."""

    code: str
    state: HopState


@dataclass(frozen=True, slots=True)
class OwnSource:
    """A partner as one citizen sees it.

    `counts` holds the deeds of the last seven city days, oldest first; `last_own_at` when the
    newest of the citizen's own deeds of a month was recorded.
    """

    partner: PartnerFreshness
    bound_at: datetime | None
    last_own_at: datetime | None
    counts: tuple[int, ...]
    state: SourceState
    hops: tuple[Hop, ...]

    @property
    def bound(self) -> bool:
        """Whether what the partner sends can be known to be this citizen's."""
        return self.bound_at is not None or self.last_own_at is not None

    @property
    def broken(self) -> bool:
        """Whether a hop is broken, so that deeds do not arrive."""
        return any(hop.state == "bad" for hop in self.hops)


def _fetch(name: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(load(_ROOM, name), facts)
        return list(cursor.fetchall())


def scenes_of_partner(
    library: SceneLibrary, scene: str, modes: list[str] | tuple[str, ...]
) -> tuple[Scene, ...]:
    """The scenes that a partner brings deeds of: by its modes, or by the scene it named at first.

    A name that the city has no scene for brings none.
    """
    found = tuple(known for known in library.scenes if known.mode in modes)
    return found or tuple(known for known in library.scenes if known.code == scene)


def judge_freshness(
    *, last: datetime | None, registered: datetime, expected_hours: int, at: datetime
) -> tuple[Freshness, datetime, date | None, int]:
    """The state of a partner, when it is or was due, the first day of its silence, and its days."""
    rhythm = timedelta(hours=expected_hours)
    due = (last or registered) + rhythm
    if at <= due:
        return ("fresh" if last else "never"), due, None, 0
    since = city_day(due)
    days = (city_day(at) - since).days + 1
    if last is None:
        return "never", due, since, days
    return ("late" if at <= last + _MISSED * rhythm else "missing"), due, since, days


def partner_freshness(*, at: datetime) -> tuple[PartnerFreshness, ...]:
    """Every partner in the order of registration: when it last brought rows, and what it owes.

    A delivery of which every row was refused counts as none. What citizens declare themselves has
    no rhythm and is left out. Needs no permission: it says nothing about citizens.
    """
    library = library_in_force()
    found = []
    for cells in _fetch("partner_freshness", {"not_a_partner": SELF}):
        code, name_zh, name_en, scene, modes, hours, registered, last = cells
        state, due, since, days = judge_freshness(
            last=last, registered=registered, expected_hours=hours, at=at
        )
        scenes = scenes_of_partner(library, scene, modes)
        found.append(
            PartnerFreshness(code, name_zh, name_en, scenes, hours, last, due, state, since, days)
        )
    return tuple(found)


def received_at(*, at: datetime) -> dict[str, datetime]:
    """When rows of each partner were last taken, by file or interface; by the partner's code."""
    return {
        partner.code: partner.last_received_at
        for partner in partner_freshness(at=at)
        if partner.last_received_at is not None
    }


def judge_source(
    partner: PartnerFreshness, *, bound: bool, lately: int
) -> tuple[SourceState, tuple[Hop, ...]]:
    """The state of a source for one citizen, and the four hops with the broken one marked.

    `lately` counts the citizen's deeds of the last seven days. Of two broken hops the binding is
    the one to mend first: it is the only one that the citizen can.
    """
    operator: HopState = "bad"
    if partner.state == "fresh":
        operator = "ok"
    elif partner.state == "late" or partner.on_time:
        operator = "wait"
    if not bound:
        return "unbound", _hops("off", operator, "bad", "off")
    if partner.state in ("missing", "never"):
        return partner.state, _hops("off", operator, "ok", "off")
    if not lately:
        return "quiet", _hops("wait", operator, "ok", "off")
    return partner.state, _hops("ok", operator, "ok", "ok")


def _hops(*states: HopState) -> tuple[Hop, ...]:
    return tuple(Hop(code, state) for code, state in zip(HOPS, states, strict=True))


def sources_of(*, citizen_id: int, at: datetime) -> tuple[OwnSource, ...]:
    """Every partner as this citizen sees it, in the order of registration; two statements."""
    today = city_day(at)
    week = [today - timedelta(days=back) for back in reversed(range(_WEEK_DAYS))]
    own = {
        cells[0]: cells[1:]
        for cells in _fetch(
            "own_sources",
            {
                "citizen_id": citizen_id,
                "since": day_start(today - timedelta(days=_LATEST_DAYS)),
                "until": day_end(today),
                "zone": CITY_ZONE.key,
            },
        )
    }
    found = []
    for partner in partner_freshness(at=at):
        bound_at, last_own_at, days = own.get(partner.code, (None, None, None))
        each_day = Counter(days or ())
        counts = tuple(each_day[day] for day in week)
        state, hops = judge_source(partner, bound=partner.code in own, lately=sum(counts))
        found.append(OwnSource(partner, bound_at, last_own_at, counts, state, hops))
    return tuple(found)
