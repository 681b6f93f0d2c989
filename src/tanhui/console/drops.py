"""The operator's desk of fair drops: opening one, following it, calling it off."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.http import HttpResponse

from tanhui.console import drops_shown as shown
from tanhui.console.doors import acting, path_two
from tanhui.kernel.periods import CITY_ZONE
from tanhui.kernel.refusals import Invalid
from tanhui.rewards.drops import commands
from tanhui.rewards.drops.refusals import no_such_batch
from tanhui.web.desk import Act, Refused, done, perform, show_page, typed_number
from tanhui.web.entrance import PageRequest, entrance


@entrance
@acting
@path_two
def desk(request: PageRequest) -> HttpResponse:
    """Every drop, and opening one of stock that is in none."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.desk(actor=request.actor, at=request.at)
        return show_page(request, "console/drops.html", refused=refused, page=page, tab="rewards")

    return perform(request, {"open": _open}, show)


@entrance
@acting
@path_two
def drop(request: PageRequest, code: str) -> HttpResponse:
    """One drop on its way; calling it off before it is drawn."""

    def show(refused: Refused | None) -> HttpResponse:
        page = shown.one_drop(actor=request.actor, code=code)
        return show_page(
            request,
            "console/drop.html",
            refused=refused,
            page=page,
            reason_max=commands.REASON_MOST,
            tab="rewards",
        )

    acts: dict[str, Act] = {"call_off": partial(_call_off, code)}
    return perform(request, acts, show)


def _open(request: PageRequest) -> HttpResponse:
    wanted = typed_number(request, "batch")
    free = shown.desk(actor=request.actor, at=request.at).free
    found = next((each for each in free if each.batch.id == wanted), None)
    if found is None:
        raise no_such_batch()
    made = commands.open_drop(
        actor=request.actor,
        offer_code=found.offer.code,
        batch_id=found.batch.id,
        opens_at=_moment(request.POST.get("opens", ""), request.at),
        closes_at=_moment(request.POST.get("closes", ""), None),
        at=request.at,
    )
    return done("drop_opened", "console:drop", made.code)


def _call_off(code: str, request: PageRequest) -> HttpResponse:
    reason = request.POST.get("reason", "")
    commands.call_off_drop(actor=request.actor, drop=code, reason=reason, at=request.at)
    return done("drop_called_off", "console:drop", code)


def _moment(text: str, otherwise: datetime | None) -> datetime:
    """A moment of the city as `2026-12-01T09:00`; refuses `moment_malformed`."""
    if not text.strip() and otherwise is not None:
        return otherwise
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=CITY_ZONE)
    except ValueError:
        raise Invalid(
            "moment_malformed",
            zh="时间要写成 2026-12-01T09:00 这样。",
            en="Write the time like 2026-12-01T09:00.",
        ) from None
