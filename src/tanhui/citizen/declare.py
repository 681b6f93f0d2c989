"""Declaring a journey oneself: a form with each refusal beside its field, and what became of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from tanhui.behaviours import declarations
from tanhui.behaviours import queries as behaviours
from tanhui.behaviours.declarations import DECLARED_WITHIN_DAYS, SELF
from tanhui.citizen import shown
from tanhui.kernel.periods import CITY_ZONE, city_day
from tanhui.kernel.refusals import NotFound, Refusal
from tanhui.scenes.in_force import library_in_force
from tanhui.scenes.scene import Scene
from tanhui.scenes.tariff import GRADES
from tanhui.web.entrance import PageRequest, citizens_only, entrance
from tanhui.web.refusals import refusal_text, status_of

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?")
_KILOMETRES = re.compile(r"(\d{1,3})(?:[.．](\d{1,3}))?")
# Whoever arrives by the clock before they left has passed midnight, unless that were a long trip.
_OVER_MIDNIGHT = timedelta(hours=4)
_FIELD_OF = {
    "not_declarable": "scene",
    "no_such_scene": "scene",
    "no_rule_in_force": "scene",
    "declared_too_late": "day",
    "declared_already": "started",
    "in_future": "ended",
    "end_before_start": "ended",
    "zero_duration": "ended",
    "too_long": "ended",
    "no_distance": "distance",
    "too_fast": "distance",
    "out_of_bounds": "distance",
}


@dataclass
class Form:
    """What was filled in, as it was written, and what is wrong with it, by field."""

    scenes: tuple[Scene, ...]
    percent: int
    earliest: str
    latest: str
    scene: str = ""
    day: str = ""
    started: str = ""
    ended: str = ""
    distance: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, slots=True)
class Trip:
    """A journey that can be declared; times are aware, the distance is in metres."""

    scene: str
    started_at: datetime
    ended_at: datetime
    distance_m: int


def _form(request: PageRequest) -> Form:
    library = library_in_force()
    today = city_day(request.at)
    scenes = declarations.declarable(library)
    asked = request.POST if request.method == "POST" else request.GET
    percents = {library.tariff(one.tariff_id, today).percent(GRADES[-1]) for one in scenes}
    return Form(
        scenes=scenes,
        percent=max(percents, default=0),
        earliest=(today - timedelta(days=DECLARED_WITHIN_DAYS)).isoformat(),
        latest=today.isoformat(),
        scene=asked.get("scene", ""),
        day=asked.get("day", "") or today.isoformat(),
        started=asked.get("started", ""),
        ended=asked.get("ended", ""),
        distance=asked.get("distance", "").strip(),
    )


def _day(form: Form) -> date | None:
    try:
        return date.fromisoformat(form.day) if _DAY.fullmatch(form.day) else None
    except ValueError:
        return None


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text)
    return time(int(found[1]), int(found[2])) if found else None


def _metres(text: str) -> int | None:
    found = _KILOMETRES.fullmatch(text)
    return int(found[1]) * 1_000 + int((found[2] or "").ljust(3, "0")) if found else None


def _trip(form: Form) -> Trip | None:
    """The journey, or None with what is wrong written beside each field."""
    day, started, ended = _day(form), _clock(form.started), _clock(form.ended)
    metres = _metres(form.distance)
    if form.scene not in {scene.code for scene in form.scenes}:
        form.errors["scene"] = gettext("选一种出行方式。")
    if day is None:
        form.errors["day"] = gettext("选一个日期。")
    if started is None:
        form.errors["started"] = gettext("写上出发的时间，例如 08:05。")
    if ended is None:
        form.errors["ended"] = gettext("写上到达的时间，例如 08:25。")
    if metres is None:
        form.errors["distance"] = gettext("写公里数，最多三位小数，例如 3.2。")
    if form.errors or day is None or started is None or ended is None or metres is None:
        return None
    started_at = datetime.combine(day, started, CITY_ZONE)
    ended_at = datetime.combine(day, ended, CITY_ZONE)
    next_day = ended_at + timedelta(days=1)
    if ended_at < started_at and next_day - started_at <= _OVER_MIDNIGHT:
        ended_at = next_day
    return Trip(form.scene, started_at, ended_at, metres)


@entrance
@require_http_methods(["GET", "HEAD", "POST"])
@citizens_only
def declare(request: PageRequest) -> HttpResponse:
    """Asks for one journey; records it; leads to what became of it."""
    form = _form(request)
    status = 200
    if request.method == "POST":
        trip = _trip(form)
        if trip is not None:
            try:
                return _declared(request, trip)
            except Refusal as refusal:
                status = status_of(refusal)
                if (name := _FIELD_OF.get(refusal.code)) is None:
                    form.error = refusal_text(refusal)
                else:
                    form.errors[name] = refusal_text(refusal)
        else:
            status = 422
    context = {"form": form, "tab": "scenes"}
    return render(request, "citizen/declare.html", context, status=status)


def _declared(request: PageRequest, trip: Trip) -> HttpResponse:
    declarations.declare_trip(
        actor=request.actor,
        scene=trip.scene,
        started_at=trip.started_at,
        ended_at=trip.ended_at,
        distance_m=trip.distance_m,
        at=request.at,
    )
    assert request.actor.person_id is not None, "a citizen declared it"
    statement = behaviours.statement(
        citizen_id=request.actor.person_id,
        month=localtime(trip.started_at, CITY_ZONE).date(),
        at=request.at,
    )
    key = next(
        row.key
        for row in statement.rows
        if row.partner_code == SELF and (row.started_at, row.scene) == (trip.started_at, trip.scene)
    )
    return HttpResponseRedirect(reverse("citizen:declared", args=[key]))


@entrance
@require_http_methods(["GET", "HEAD"])
@citizens_only
def declared(request: PageRequest, key: str) -> HttpResponse:
    """What became of a declaration."""
    if request.actor.person_id is None:
        raise Http404
    page = shown.why_page(citizen_id=request.actor.person_id, key=key)
    if page.card.row.partner_code != SELF:
        raise NotFound("no_such_behaviour", zh="没有这条记录。", en="There is no such record.")
    return render(request, "citizen/declared.html", {"page": page, "tab": "scenes"})
